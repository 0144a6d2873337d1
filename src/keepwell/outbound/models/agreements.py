"""Business associate agreements: what was agreed, for which services, until when, and how it came to an end."""

from __future__ import annotations

from typing import Any

from django.db import models

from keepwell.outbound.models.vendors import Vendor, VendorService, member
from keepwell.outbound.models.vetting import Paper
from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass

OFFICE = PhiClass.OFFICE


def paper() -> Any:
    """A file that proves it."""
    return models.ForeignKey(Paper, models.PROTECT, null=True, related_name="+", db_constraint=False)


class Agreement(Tenanted):
    """A contract of 45 CFR § 164.504(e) with one vendor. It counts from `active_at`, while nothing below says no.

    It ends on a day, or with the contract it belongs to (`with_service`). A renewal that comes by itself counts only
    once a person looked at the clauses again (`reviewed_at`).
    """

    class Exit(models.TextChoices):
        """What became of the data at the end (45 CFR § 164.504(e)(2)(ii)(J))."""

        RETURNED = "returned"
        DESTROYED = "destroyed"
        INFEASIBLE = "infeasible"

    vendor = models.ForeignKey(Vendor, models.PROTECT, related_name="+", db_constraint=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    with_service = models.BooleanField(default=False)
    renews_itself = models.BooleanField(default=False)
    reviewed_at = models.DateTimeField(null=True)
    report_days = models.SmallIntegerField()
    report_accepted_by = member()
    report_accepted_at = models.DateTimeField(null=True)
    signed_by_us_on = models.DateField(null=True)
    signed_by_them_on = models.DateField(null=True)
    signers = SealedField(phi=OFFICE, null=True)
    file = paper()
    drafted = models.BooleanField(default=False)
    added_by = member()
    added_at = models.DateTimeField(auto_now_add=True)
    active_at = models.DateTimeField(null=True)
    active_by = member()
    breached_on = models.DateField(null=True)
    breach = SealedField(phi=OFFICE, null=True)
    cure_by = models.DateField(null=True)
    cured_on = models.DateField(null=True)
    kept_because = SealedField(phi=OFFICE, null=True)
    kept_at = models.DateTimeField(null=True)
    terminated_on = models.DateField(null=True)
    exit = models.CharField(max_length=10, choices=Exit.choices, blank=True)
    exit_words = SealedField(phi=OFFICE, null=True)
    exit_file = paper()
    exit_closed_at = models.DateTimeField(null=True)

    plain = {
        "starts_on", "ends_on", "with_service", "renews_itself", "reviewed_at", "report_days", "report_accepted_at",
        "signed_by_us_on", "signed_by_them_on", "drafted", "added_at", "active_at", "breached_on", "cure_by",
        "cured_on", "kept_at", "terminated_on", "exit", "exit_closed_at",
    }  # fmt: skip

    class Meta:
        indexes = [models.Index(fields=["practice", "vendor"], name="outbound_agreement_vendor")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(report_days__gte=0, report_days__lte=60), name="outbound_agreement_report"
            ),
            models.CheckConstraint(
                condition=models.Q(active_at=None) | models.Q(ends_on__isnull=False) | models.Q(with_service=True),
                name="outbound_agreement_end",
            ),
        ]


class Coverage(Tenanted):
    """A service an agreement covers, and the protected classes it covers there."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+", db_constraint=False)
    service = models.ForeignKey(VendorService, models.PROTECT, related_name="+", db_constraint=False)
    classes: Any = models.JSONField(default=list)
    ended_at = models.DateTimeField(null=True)

    plain = {"classes", "ended_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "agreement", "service"],
                condition=models.Q(ended_at=None),
                name="outbound_coverage_once",
            )
        ]


class ClauseCheck(Tenanted):
    """Whether a clause of the list (clauses.csv) is in an agreement, where, and which person confirmed it."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+", db_constraint=False)
    clause = models.CharField(max_length=24)
    found = models.BooleanField(default=False)
    where = SealedField(phi=OFFICE, null=True)
    confirmed_by = member()
    confirmed_at = models.DateTimeField(null=True)

    plain = {"clause", "found", "confirmed_at"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "agreement", "clause"], name="outbound_clause_once")]
