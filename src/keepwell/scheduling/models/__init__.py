"""Services, hours, licenses and promised times."""

from __future__ import annotations

from keepwell.scheduling.models.appointments import (
    STANDING,
    Appointment,
    AppointmentChange,
    AppointmentSeries,
    Participant,
    Slot,
)
from keepwell.scheduling.models.checks import VisitLocation
from keepwell.scheduling.models.hours import DayException, Schedule, WeeklyHours
from keepwell.scheduling.models.services import HealthcareService, License, Modality, Offering

__all__ = [
    "STANDING",
    "Appointment",
    "AppointmentChange",
    "AppointmentSeries",
    "DayException",
    "HealthcareService",
    "License",
    "Modality",
    "Offering",
    "Participant",
    "Schedule",
    "Slot",
    "VisitLocation",
    "WeeklyHours",
]
