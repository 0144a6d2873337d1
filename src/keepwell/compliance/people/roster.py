"""Everybody who works here, is invited, is leaving or has left; and one of them with all there is to know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext_lazy as _

from keepwell.access.models import Grant, Membership, Passkey
from keepwell.access.words import role_word
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger import queries

STATES = {
    "invited": _("Invited"),
    "waiting": _("Not accepted yet"),
    "active": _("Active"),
    "suspended": _("Suspended"),
    "leaving": _("Leaving"),
    "left": _("Left"),
}
TONES = {"active": "good", "suspended": "danger", "leaving": "look", "waiting": "look", "invited": "", "left": ""}

APP, PASSKEY = _("authenticator app"), _("passkey")


@dataclass(frozen=True, slots=True)
class Line:
    """One place to work, or one that is offered."""

    id: UUID
    page: str
    name: str
    email: str
    role: str
    role_name: str
    state: str
    factors: tuple[str, ...]
    last: dt.datetime | None
    manager: str


def state(member: Membership) -> str:
    """Where a membership stands now."""
    at = clock.now()
    if member.ends_at is not None:
        return "left" if member.ends_at <= at else "leaving"
    if member.suspended_at is not None:
        return "suspended"
    renewed = member.person.renewed_at
    closed = member.accepted_at is None or (renewed is not None and member.accepted_at < renewed)
    return "waiting" if closed else "active"


def everybody(by: Actor) -> list[Line]:
    """By name. Factors and last use are told of those who work here, never of somebody who is only invited."""
    members = list(Membership.objects.select_related("person", "manager").order_by("name", "role", "id"))
    factors, last = factors_of(m.person_id for m in members), queries.last_active((m.id for m in members), by)
    lines = [_line(m, factors.get(m.person_id, ()), last.get(m.id)) for m in members]
    return sorted([*lines, *_invited()], key=lambda line: (line.state == "left", line.name.casefold(), line.role))


def _line(m: Membership, factors: tuple[str, ...], last: dt.datetime | None) -> Line:
    stands = state(m)
    return Line(
        m.id,
        "person",
        m.name,
        m.person.email or "",
        m.role,
        role_word(m.role),
        stands,
        factors if stands in ("active", "leaving", "suspended") else (),
        last,
        m.manager.name if m.manager else "",
    )


def _invited() -> list[Line]:
    waiting = Grant.objects.select_related("manager").filter(closed_at=None, membership=None)
    return [
        Line(
            g.id,
            "grant",
            g.name,
            g.email,
            g.role,
            role_word(g.role),
            "invited",
            (),
            None,
            g.manager.name if g.manager else "",
        )
        for g in waiting.order_by("name", "id")
    ]


def factors_of(people: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Which second factors people have, in words. Recovery codes are none by themselves."""
    whose = set(people)
    enrolled = Authenticator.objects.filter(user_id__in=whose, type=Authenticator.Type.TOTP).exclude(data={})
    apps = enrolled.values_list("user_id", flat=True)
    keys = Passkey.objects.filter(person_id__in=whose, ended_at=None).values_list("person_id", flat=True)
    words = {person: [str(PASSKEY)] for person in sorted(set(keys))}
    for person in apps:
        words.setdefault(person, []).append(str(APP))
    return {person: tuple(said) for person, said in words.items()}
