"""Patients and what is known about reaching them, in the words of FHIR R4."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models

from keepwell.practices.models import Tenanted, subject
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass

IDENTITY, CONTACT, COVERAGE = PhiClass.IDENTITY, PhiClass.CONTACT, PhiClass.COVERAGE


class Patient(Tenanted):
    """A person the practice looks after (FHIR Patient). Their id names the subject of keys and ledger entries."""

    given_name = SealedField(phi=IDENTITY)
    family_name = SealedField(phi=IDENTITY)
    middle_name = SealedField(phi=IDENTITY, null=True)
    preferred_name = SealedField(phi=IDENTITY, null=True)
    former_names = SealedField(phi=IDENTITY, kind=list, null=True)
    birth_date = SealedField(phi=IDENTITY, kind=dt.date, null=True)
    deceased_date = SealedField(phi=IDENTITY, kind=dt.date, null=True)
    gender = SealedField(phi=IDENTITY, null=True)
    birth_sex = SealedField(phi=IDENTITY, null=True)
    pronouns = SealedField(phi=IDENTITY, null=True)
    record_number = SealedField(phi=IDENTITY)
    identifiers = SealedField(phi=IDENTITY, kind=list, null=True)
    import_namespace = SealedField(phi=IDENTITY, null=True)
    language = SealedField(phi=CONTACT, null=True)
    state = SealedField(phi=CONTACT, null=True)
    time_zone = SealedField(phi=CONTACT, null=True)
    version = models.PositiveIntegerField(default=1)
    registered_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)
    """When the list they came with was undone: nobody finds them any more, the ledger and the values stay."""

    subject_column = "id"
    plain = {"version", "registered_at", "withdrawn_at"}


class Lasting(Tenanted):
    """What holds for a patient from when it is written down until it ends; a change ends one and begins another."""

    patient = subject(db_index=False)
    began_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    objects: ClassVar[models.Manager[Any]] = models.Manager()

    plain = {"began_at", "ended_at"}

    class Meta:
        abstract = True


def _by_patient(name: str) -> models.Index:
    return models.Index(fields=["practice", "patient"], name=f"patients_{name}_patient")


class ContactPoint(Lasting):
    """A phone number or e-mail address (FHIR ContactPoint). Rank 1 is tried first."""

    class System(models.TextChoices):
        PHONE = "phone"
        SMS = "sms"
        EMAIL = "email"
        OTHER = "other"

    class Use(models.TextChoices):
        MOBILE = "mobile"
        HOME = "home"
        WORK = "work"
        TEMP = "temp"

    system = models.CharField(max_length=8, choices=System.choices)
    value = SealedField(phi=CONTACT)
    use = models.CharField(max_length=8, choices=Use.choices, default=Use.MOBILE)
    rank = models.PositiveSmallIntegerField(default=1)

    plain = Lasting.plain | {"system", "use", "rank"}

    class Meta:
        indexes = [_by_patient("contact")]


class Address(Lasting):
    """Where someone lives or gets mail (FHIR Address): line, city, state, postalCode, country."""

    class Use(models.TextChoices):
        HOME = "home"
        WORK = "work"
        TEMP = "temp"
        BILLING = "billing"

    where = SealedField(phi=CONTACT, kind=dict)
    use = models.CharField(max_length=8, choices=Use.choices, default=Use.HOME)
    rank = models.PositiveSmallIntegerField(default=1)

    plain = Lasting.plain | {"use", "rank"}

    class Meta:
        indexes = [_by_patient("address")]


class Coverage(Lasting):
    """Who pays (FHIR Coverage). Rank 1 is billed first; a patient who pays alone has none."""

    payer = SealedField(phi=COVERAGE)
    plan = SealedField(phi=COVERAGE, null=True)
    member_number = SealedField(phi=COVERAGE)
    group_number = SealedField(phi=COVERAGE, null=True)
    holder = SealedField(phi=COVERAGE, null=True)
    relationship = SealedField(phi=COVERAGE, null=True)
    starts_on = SealedField(phi=COVERAGE, kind=dt.date, null=True)
    ends_on = SealedField(phi=COVERAGE, kind=dt.date, null=True)
    rank = models.PositiveSmallIntegerField(default=1)

    plain = Lasting.plain | {"rank"}

    class Meta:
        indexes = [_by_patient("coverage")]


class RelatedPerson(Lasting):
    """Somebody who belongs to the patient (FHIR RelatedPerson): a parent, a partner, whom to call.

    `tell` is how much the patient lets them be told (45 CFR § 164.510(b)); nothing was agreed if there is none.
    """

    name = SealedField(phi=CONTACT)
    relationship = SealedField(phi=CONTACT)
    phone = SealedField(phi=CONTACT, null=True)
    email = SealedField(phi=CONTACT, null=True)
    tell = SealedField(phi=CONTACT, null=True)
    in_emergency = models.BooleanField(default=False)

    plain = Lasting.plain | {"in_emergency"}

    class Meta:
        indexes = [_by_patient("related")]
