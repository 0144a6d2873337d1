"""What is asked again when a visit comes near: where the patient is now, and how it goes on if that is elsewhere."""

from __future__ import annotations

from django.db import models

from keepwell.access.models import Membership
from keepwell.practices.models import Tenanted, subject
from keepwell.scheduling.models.appointments import Appointment
from keepwell.scheduling.models.services import License
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass


class VisitLocation(Tenanted):
    """Where a patient was when a visit began, the license that counted there, and what the provider chose if none did.

    `code` is the refusal that a booking would have met, or nothing. The visit goes on whatever it says: the choice is
    the provider's, and `line` is their reason in a few words.
    """

    class Choice(models.TextChoices):
        """How a visit goes on where the provider holds no license. Which of them a state allows is the state's law."""

        EMERGENCY = "emergency"
        FOLLOW_UP = "follow-up"
        CONSULTATION = "consultation"
        HAND_OVER = "hand-over"
        RESCHEDULE = "reschedule"

    patient = subject()
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="+", db_constraint=False)
    state = models.CharField(max_length=2, blank=True)
    license = models.ForeignKey(License, models.PROTECT, related_name="+", db_constraint=False, null=True)
    code = models.CharField(max_length=40, blank=True)
    choice = models.CharField(max_length=12, choices=Choice, blank=True)
    line = SealedField(phi=PhiClass.CLINICAL, null=True)
    asked_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    at = models.DateTimeField(auto_now_add=True)

    plain = {"state", "code", "choice", "at"}

    class Meta:
        indexes = [models.Index(fields=["practice", "appointment", "at"], name="scheduling_location_of")]


class RemotePrescribing(Tenanted):
    """On what basis a controlled substance may be prescribed without meeting in person (21 U.S.C. § 829(e)).

    The `terms` are the schedule of the drug, the mode of the visit and the basis; all of that is clinical.
    """

    patient = subject()
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="+", db_constraint=False)
    terms = SealedField(phi=PhiClass.CLINICAL, kind=dict)
    said_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False)
    at = models.DateTimeField(auto_now_add=True)

    plain = {"at"}

    class Meta:
        indexes = [models.Index(fields=["practice", "appointment", "at"], name="scheduling_basis_of")]


class VisitConsentHolder(Tenanted):
    """Who holds the consent for a minor's visit (45 CFR § 164.502(g)(3)): who will be present, or why nobody needs be.

    Whether a minor may consent alone is the law of a state; the practice decides, and its reason is in `basis`.
    """

    class Basis(models.TextChoices):
        PRESENT = "present"
        CONSENTED = "consented"
        MINOR_CONSENTS = "minor-consents"
        EMANCIPATED = "emancipated"
        EMERGENCY = "emergency"

    patient = subject()
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="+", db_constraint=False)
    basis = models.CharField(max_length=16, choices=Basis)
    who = SealedField(phi=PhiClass.CONTACT, null=True)
    said_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, null=True)
    at = models.DateTimeField(auto_now_add=True)

    plain = {"basis", "at"}

    class Meta:
        indexes = [models.Index(fields=["practice", "appointment"], name="scheduling_holder_of")]
