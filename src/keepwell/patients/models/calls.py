"""How somebody is spoken with: what the front desk has to know at once, what may be said to whom, who called."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.patients.models.people import Lasting, _by_patient
from keepwell.practices.models import Tenanted, subject
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass

CONTACT = PhiClass.CONTACT


class Handling(Lasting):
    """A flag for the front desk, of a closed list and without clinical words: "interpreter: Vietnamese".

    `more` is a language or a name. Sealed all the same: that somebody uses a relay service is theirs to tell.
    """

    flag = SealedField(phi=CONTACT)
    more = SealedField(phi=CONTACT, null=True)

    class Meta:
        indexes = [_by_patient("handling")]


class CallRules(Lasting):
    """Whether a message may be left and how much it says, and the word by which somebody is known on the phone."""

    voicemail = SealedField(phi=CONTACT)
    safe_word = SealedField(phi=CONTACT, null=True)

    class Meta:
        indexes = [_by_patient("callrules")]


class CallerCheck(Tenanted):
    """Somebody called and was or was not who they said (45 CFR § 164.514(h)). `said` is who, asked what, told what."""

    patient = subject(db_index=False)
    passed = models.BooleanField()
    said = SealedField(phi=CONTACT, kind=dict)
    taken_by = models.UUIDField()
    at = models.DateTimeField()
    objects: models.Manager[Any] = models.Manager()

    plain = {"passed", "taken_by", "at"}

    class Meta:
        indexes = [_by_patient("callercheck")]


class PaperLoad(Tenanted):
    """A list of consents held on paper: its rows as they were judged, until they are written down or thrown away."""

    class State(models.TextChoices):
        CHECKED = "checked"
        LOADED = "loaded"
        UNDONE = "undone"
        DISCARDED = "discarded"

    state = models.CharField(max_length=10, choices=State, default=State.CHECKED)
    rows = SealedField(phi=PhiClass.IDENTITY, kind=list, null=True)
    good = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    sent_by = models.UUIDField()
    sent_at = models.DateTimeField()
    loaded_at = models.DateTimeField(null=True)

    plain = {"state", "good", "bad", "sent_by", "sent_at", "loaded_at"}
