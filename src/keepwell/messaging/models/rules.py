"""How a practice keeps its inbox: how soon it answers, who is told when it does not, and what it often says."""

from __future__ import annotations

from django.db import models

from keepwell.access.models import Membership
from keepwell.base.actor import Role
from keepwell.practices.models import Tenanted
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass
from keepwell.vault.values import LongText


class InboxRules(Tenanted):
    """One row a practice. Minutes are by the clock; `phone` is the number printed on the practice's own door.

    From the day `closed_from` until the day `opens_on` nobody is there, and what is answered at once says so.
    """

    pool = models.CharField(max_length=20, default=Role.FRONT_DESK)
    answer_minutes = models.PositiveIntegerField(default=240)
    escalate_minutes = models.PositiveIntegerField(default=60)
    escalate_to = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", db_constraint=False)
    auto_answer = models.BooleanField(default=True)
    phone = models.CharField(max_length=20, blank=True)
    closed_from = models.DateField(null=True)
    opens_on = models.DateField(null=True)

    plain = {"pool", "answer_minutes", "escalate_minutes", "auto_answer", "phone", "closed_from", "opens_on"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice"], name="messaging_rules_once")]


class CannedReply(Tenanted):
    """Words the practice often says, for everybody who answers; about no patient."""

    name = SealedField(phi=PhiClass.OFFICE)
    words = SealedField(phi=PhiClass.OFFICE, kind=LongText)
    language = models.CharField(max_length=2, default="en")
    ended_at = models.DateTimeField(null=True)

    plain = {"language", "ended_at"}
