"""Services, hours, licenses and promised times."""

from __future__ import annotations

from keepwell.scheduling.models.appointments import STANDING, Appointment, Slot
from keepwell.scheduling.models.checks import VisitLocation
from keepwell.scheduling.models.hours import DayException, Schedule, WeeklyHours
from keepwell.scheduling.models.services import HealthcareService, License, Modality, Offering

__all__ = [
    "STANDING",
    "Appointment",
    "DayException",
    "HealthcareService",
    "License",
    "Modality",
    "Offering",
    "Schedule",
    "Slot",
    "VisitLocation",
    "WeeklyHours",
]
