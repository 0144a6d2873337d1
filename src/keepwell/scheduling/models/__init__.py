"""Services, hours, licenses, promised times, and who waits or asks for one."""

from __future__ import annotations

from keepwell.scheduling.models.appointments import (
    STANDING,
    Appointment,
    AppointmentChange,
    AppointmentSeries,
    Participant,
    Slot,
)
from keepwell.scheduling.models.checks import RemotePrescribing, VisitConsentHolder, VisitLocation
from keepwell.scheduling.models.feeds import CalendarFeed, VisitRules
from keepwell.scheduling.models.hours import DayException, Schedule, WeeklyHours
from keepwell.scheduling.models.lists import VisitList, VisitListRow
from keepwell.scheduling.models.policies import ChangePolicy, Lapse
from keepwell.scheduling.models.reminders import ReminderPlan, ReminderRule
from keepwell.scheduling.models.requests import BookingRequest
from keepwell.scheduling.models.services import HealthcareService, License, Modality, Offering
from keepwell.scheduling.models.waiting import FreedTime, Offer, WaitlistEntry

__all__ = [
    "STANDING",
    "Appointment",
    "AppointmentChange",
    "AppointmentSeries",
    "BookingRequest",
    "CalendarFeed",
    "ChangePolicy",
    "DayException",
    "FreedTime",
    "HealthcareService",
    "Lapse",
    "License",
    "Modality",
    "Offer",
    "Offering",
    "Participant",
    "ReminderPlan",
    "ReminderRule",
    "RemotePrescribing",
    "Schedule",
    "Slot",
    "VisitConsentHolder",
    "VisitList",
    "VisitListRow",
    "VisitLocation",
    "VisitRules",
    "WaitlistEntry",
    "WeeklyHours",
]
