"""What patients agreed to, in exactly which words, and what they ruled out: the facts every sending is decided with.

None of these knows the patients' own floor: `patient_id` and `point` are ids, as in the care relation.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass


class TextKind(models.TextChoices):
    """What a text is for."""

    TELEHEALTH = "telehealth"
    SMS = "sms"
    EMAIL = "email"
    VOICE = "voice"
    FAX = "fax"
    ORDINARY = "ordinary"
    ORDINARY_PART2 = "ordinary_part2"
    NOTICE = "notice"
    MARKETING = "marketing"
    RELEASE = "release"
    PSYCHOTHERAPY = "psychotherapy"
    PART2 = "part2"
    PART2_NOTES = "part2_notes"
    PART2_LEGAL = "part2_legal"


class How(models.TextChoices):
    """How somebody said it. A passkey is a patient's own, once they have an account."""

    SPOKEN = "spoken"
    TYPED = "typed"
    DRAWN = "drawn"
    PASSKEY = "passkey"
    PAPER = "paper"
    TEXTED = "texted"


class ConsentText(Tenanted):
    """One wording, in one language, as it is shown before somebody agrees to it; published ones never change again.

    `parts` are its sections, each a name and its text; `digest` is the SHA-256 of exactly what is shown. A `material`
    version makes what was agreed under earlier ones out of date (45 CFR § 164.520(b)(3), 47 CFR § 64.1200). `worded_by`
    changed its words last, `approved_by` is another person who read them; `alone` says why there was none.
    """

    kind = models.CharField(max_length=16, choices=TextKind)
    language = models.CharField(max_length=8)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    parts: Any = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    material = models.BooleanField(default=True)
    renew_days = models.PositiveSmallIntegerField(null=True)
    drafted_by = models.UUIDField()
    drafted_at = models.DateTimeField(auto_now_add=True)
    worded_by = models.UUIDField(null=True)
    approved_by = models.UUIDField(null=True)
    approved_at = models.DateTimeField(null=True)
    alone = models.CharField(max_length=8, blank=True, default="")
    published_by = models.UUIDField(null=True)
    published_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    plain = {
        "kind", "language", "version", "title", "parts", "digest", "material", "renew_days", "drafted_by",
        "drafted_at", "worded_by", "approved_by", "approved_at", "alone", "published_by", "published_at", "replaced_at",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "kind", "language", "version"], name="access_text_version"),
            models.UniqueConstraint(
                fields=["practice", "kind", "language"],
                condition=models.Q(published_at__isnull=False, replaced_at=None),
                name="access_text_current",
            ),
        ]


class Consent(Tenanted):
    """One answer of a patient: yes or no to one thing, until it is taken back or runs out (FHIR Consent).

    `topic` and `channel` say what about and by which way; `point` is the address it is for. `said` holds what proves
    it: who spoke or signed and in which words, or what was drawn.
    """

    class Kind(models.TextChoices):
        REACH = "reach"
        ORDINARY = "ordinary"
        ORDINARY_PART2 = "ordinary_part2"
        TELEHEALTH = "telehealth"
        NOTICE = "notice"

    class Source(models.TextChoices):
        REGISTRATION = "registration"
        BOOKING = "booking"
        DESK = "desk"
        CALL = "call"
        PAPER = "paper"
        MESSAGE = "message"
        PORTAL = "portal"

    patient_id = models.UUIDField()
    kind = models.CharField(max_length=16, choices=Kind)
    topic = models.CharField(max_length=16, blank=True)
    channel = models.CharField(max_length=8, blank=True)
    point = models.UUIDField(null=True)
    agreed = models.BooleanField()
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="+", db_constraint=False, null=True)
    digest = models.CharField(max_length=64, blank=True)
    how = models.CharField(max_length=8, choices=How)
    source = models.CharField(max_length=12, choices=Source)
    said = SealedField(phi=PhiClass.CONTACT, kind=dict, null=True)
    given_at = models.DateTimeField()
    taken_by = models.UUIDField()
    batch = models.UUIDField(null=True)
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=12, blank=True)

    plain = {
        "patient_id", "kind", "topic", "channel", "point", "agreed", "digest", "how", "source", "given_at",
        "taken_by", "batch", "expires_at", "ended_at", "ended_how",
    }  # fmt: skip
    subject_column = "patient_id"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "patient_id", "kind", "topic", "channel", "point"],
                condition=models.Q(ended_at=None),
                nulls_distinct=False,
                name="access_consent_once",
            )
        ]
        indexes = [
            models.Index(fields=["practice", "patient_id"], name="access_consent_patient"),
            models.Index(
                fields=["practice", "batch"], condition=models.Q(batch__isnull=False), name="access_consent_batch"
            ),
        ]


class Authorization(Tenanted):
    """A signed permission to disclose (45 CFR § 164.508(c)), or a Part 2 consent (42 CFR § 2.31).

    `terms` holds the core elements that are not columns: who discloses, to whom, which records, why, on which event it
    ends, who signed and by what right. `what` describes the information in words.
    """

    class Kind(models.TextChoices):
        RELEASE = "release"
        MARKETING = "marketing"
        PSYCHOTHERAPY = "psychotherapy"
        PART2 = "part2"
        PART2_NOTES = "part2_notes"
        PART2_LEGAL = "part2_legal"

    patient_id = models.UUIDField()
    kind = models.CharField(max_length=16, choices=Kind)
    terms = SealedField(phi=PhiClass.CONTACT, kind=dict)
    what = SealedField(phi=PhiClass.CLINICAL, null=True)
    classes: Any = models.JSONField(default=list)
    paid = models.BooleanField(default=False)
    tpo = models.BooleanField(default=False)
    expires_on = models.DateField(null=True)
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="+", db_constraint=False, null=True)
    digest = models.CharField(max_length=64, blank=True)
    how = models.CharField(max_length=8, choices=How)
    signed_at = models.DateTimeField()
    taken_by = models.UUIDField()
    batch = models.UUIDField(null=True)
    copy_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=12, blank=True)

    plain = {
        "patient_id", "kind", "classes", "paid", "tpo", "expires_on", "digest", "how", "signed_at", "taken_by", "batch",
        "copy_at",        "ended_at", "ended_how",
    }  # fmt: skip
    subject_column = "patient_id"

    class Meta:
        indexes = [models.Index(fields=["practice", "patient_id"], name="access_authz_patient")]


class ConfidentialRequest(Tenanted):
    """How somebody asked to be reached and not otherwise (45 CFR § 164.522(b)). No reason is asked, ever.

    `channels` are those that remain; `points` the addresses that remain, any of those channels if there are none.
    """

    patient_id = models.UUIDField()
    channels: Any = models.JSONField(default=list)
    points: Any = models.JSONField(default=list)
    wording = SealedField(phi=PhiClass.CONTACT, null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    plain = {"patient_id", "channels", "points", "starts_at", "ends_at"}
    subject_column = "patient_id"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "patient_id"], condition=models.Q(ends_at=None), name="access_confidential_once"
            )
        ]


class NumberStop(Tenanted):
    """A number that texted STOP (47 CFR § 64.1200(a)(10)): no text goes there, whoever it belongs to, until START.

    `digest` is a keyed hash under a key from outside the database; the number itself is nowhere. `patient_id` is whom
    the reply was matched to, one row each.
    """

    digest = models.BinaryField(max_length=32)
    patient_id = models.UUIDField(null=True)
    stopped_at = models.DateTimeField()
    restarted_at = models.DateTimeField(null=True)
    restarted_how = models.CharField(max_length=8, blank=True, choices=How)

    plain = {"digest", "patient_id", "stopped_at", "restarted_at", "restarted_how"}

    class Meta:
        indexes = [
            models.Index(
                fields=["practice", "digest"], condition=models.Q(restarted_at=None), name="access_stop_number"
            ),
            models.Index(
                fields=["practice", "patient_id"], condition=models.Q(restarted_at=None), name="access_stop_patient"
            ),
        ]
