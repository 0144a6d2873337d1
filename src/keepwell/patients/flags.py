"""What must not be missed about whom one looks at: restrictions, how they are reached, Part 2, what was never asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, Value
from django.urls import reverse

from keepwell.access import policy, relations
from keepwell.access.authorizations import PART2_KINDS
from keepwell.access.models import (
    Authorization,
    ConfidentialRequest,
    Consent,
    ConsentText,
    NumberStop,
    Restriction,
    Vip,
)
from keepwell.access.persons import persons
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Actor

ONCE = (Consent.Kind.NOTICE, Consent.Kind.TELEHEALTH)
"""What everybody is asked before a first visit."""


@dataclass(frozen=True, slots=True)
class Flags:
    """What the strip above a person's pages says in chips. `vip` and `part2` are only for those they concern."""

    restricted: bool
    vip: bool
    confidential: bool = False
    stopped: bool = False
    part2: bool = False
    unasked: bool = False
    links: tuple[tuple[Any, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A page of a floor above about a patient: its name, its words and drawing, and what a role needs to see it."""

    page: str
    words: Any
    icon: str
    can: Can


LINKS: list[Link] = []


def link(page: str, words: Any, icon: str, can: Can) -> None:
    """A floor above has a page about each patient; `page` takes their id."""
    LINKS.append(Link(page, words, icon, can))


def of(patient: UUID, *, by: Actor, records: Iterable[UUID] | None = None) -> Flags:
    """The flags of a person, in one statement. A VIP mark is known to who looks after them, and to officers."""
    whose = list(persons([patient])[patient] if records is None else records)
    there = _there(whose)
    vip = "vip" in there and (policy.may(by, Can.REVIEW_ACCESS) or bool(policy.cared_for(by, whose)))
    return Flags(
        "restricted" in there,
        vip,
        "confidential" in there,
        "stopped" in there,
        "part2" in there and policy.may_know_part2(by, whose),
        policy.may(by, Can.RECORD_CONSENTS) and "texts" in there and not set(ONCE) <= there,
        _links(patient, by),
    )


def _links(patient: UUID, by: Actor) -> tuple[tuple[Any, str, str], ...]:
    """The pages of floors above about this person that the reader's role sees."""
    shown = [one for one in LINKS if policy.may(by, one.can)]
    return tuple((one.words, reverse(one.page, args=[patient]), one.icon) for one in shown)


def _there(whose: list[UUID]) -> set[str]:
    """Everything that holds of these records now, by name. Nobody is asked what the practice has no words for."""
    now = clock.now()
    lasting = relations.lasting(now)
    fresh = Q(expires_at=None) | Q(expires_at__gt=now)
    facts = [
        Restriction.objects.filter(lasting, patient_id__in=whose).values_list(Value("restricted")),
        Vip.objects.filter(patient_id__in=whose, ends_at=None).values_list(Value("vip")),
        ConfidentialRequest.objects.filter(lasting, patient_id__in=whose).values_list(Value("confidential")),
        NumberStop.objects.filter(patient_id__in=whose, restarted_at=None).values_list(Value("stopped")),
        Authorization.objects.filter(patient_id__in=whose, ended_at=None, kind__in=PART2_KINDS).values_list(
            Value("part2")
        ),
        Consent.objects.filter(fresh, patient_id__in=whose, ended_at=None, kind__in=ONCE).values_list("kind"),
        ConsentText.objects.filter(kind="notice", published_at__isnull=False, replaced_at=None).values_list(
            Value("texts")
        ),
    ]
    first, *rest = facts
    return {name for (name,) in first.union(*rest)}
