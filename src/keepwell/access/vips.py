"""Patients whom people may be curious about: an opening by somebody who does not look after them tells the officers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keepwell.access import notices, policy
from keepwell.access.models import Membership, Notice, Vip
from keepwell.access.words import role_word
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action

OPENED = notices.kind(
    "vip.opened",
    _("%(who)s opened a patient marked VIP and does not look after them"),
    icon="shield-alert",
    page="activity-entry",
    alarming=True,
)
OFFICERS = (Role.PRIVACY_OFFICER, Role.SECURITY_OFFICER)
QUIET = dt.timedelta(hours=1)
"""One look is told once, however many pages it takes."""


@action("vip.flagged", about="patient")
def flag(patient: UUID, *, by: Actor) -> Vip:
    "From now on, openings of this patient by anybody who does not look after them are told to the officers."
    if Vip.objects.filter(patient_id=patient, ends_at=None).exists():
        raise Refusal("STALE_VERSION")
    return Vip.objects.create(patient_id=patient)


@action("vip.unflagged", about="vip")
def unflag(vip: Vip, *, by: Actor) -> Vip:
    "Openings of this patient are no more remarkable than others."
    vip.ends_at = clock.now()
    vip.save(update_fields=["ends_at"])
    return vip


def flagged(records: Iterable[UUID]) -> Vip | None:
    """The mark of a person whose records these are."""
    return Vip.objects.filter(patient_id__in=list(records), ends_at=None).order_by("starts_at").first()


def watch(records: Iterable[UUID], entry: UUID, *, by: Actor) -> None:
    """Tells the officers of an opening that is on record already, if the patient is marked and not the actor's own.

    An emergency is told by itself, and Keepwell is not curious.
    """
    whose = tuple(records)
    if by.role is Role.SYSTEM or by.purpose is Purpose.BTG:
        return
    mark = flagged(whose)
    if mark is None or policy.cared_for(by, whose):
        return
    lately = Q(facts__member=str(by.id), facts__patient=str(mark.patient_id), made_at__gt=clock.now() - QUIET)
    if Notice.objects.filter(lately, kind=OPENED).exists():
        return
    lasts = Q(ends_at=None) | Q(ends_at__gt=clock.now())
    told = Membership.objects.filter(lasts, role__in=OFFICERS).exclude(id=by.id).values_list("id", flat=True)
    name = Membership.objects.filter(id=by.id).values_list("name", flat=True).first() or ""
    who = f"{name} ({role_word(by.role)})"
    notices.tell(told, OPENED, by=by, about=entry, who=who, member=str(by.id), patient=str(mark.patient_id))
