"""What the decision about reaching somebody is made of, gathered for many patients in a few statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from keepwell.access import policy, relations, texts
from keepwell.access.models import Authorization, ConfidentialRequest, Consent, NumberStop, Restriction
from keepwell.access.persons import persons
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.vault.phi import PhiClass

People = Mapping[UUID, Sequence[UUID]]
"""Whom somebody is: every record of theirs, by the one that was asked for."""


class Asking(Protocol):
    """One message as the decision sees it (`consents.Asked`)."""

    @property
    def patient(self) -> UUID: ...
    @property
    def channel(self) -> Channel: ...
    @property
    def topic(self) -> Topic: ...
    @property
    def toward(self) -> str: ...
    @property
    def number(self) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was ever agreed with these people and holds now."""

    people: People
    requests: Mapping[UUID, ConfidentialRequest]
    restrictions: Sequence[Restriction]
    bound: Mapping[UUID, Refusal]
    answers: Sequence[Consent]
    marketing: Sequence[Authorization]
    stops: Sequence[NumberStop]

    def stopped(self, asked: Asking, records: Sequence[UUID]) -> dt.datetime | None:
        """Since when texts to this number are stopped; without a number, to any number of the person."""
        for stop in self.stops:
            digest = bytes(stop.digest)
            if digest == asked.number or (asked.number is None and stop.patient_id in records):
                return stop.stopped_at
        return None


def gather(asked: Sequence[Asking], by: Actor, people: People | None = None) -> Facts:
    """The facts of all of these patients. Seven statements at most."""
    whose = tuple(dict.fromkeys(one.patient for one in asked))
    people = persons(whose) if people is None else people
    records = tuple(dict.fromkeys(record for each in people.values() for record in each))
    numbers = {one.number for one in asked if one.channel is Channel.SMS and one.number is not None}
    marketed = any(one.topic is Topic.MARKETING for one in asked)
    now = relations.lasting(clock.now())
    stated = NumberStop.objects.filter(Q(digest__in=numbers) | Q(patient_id__in=records), restarted_at=None)
    return Facts(
        people,
        {row.patient_id: row for row in ConfidentialRequest.objects.filter(now, patient_id__in=records)},
        _restrictions(records) if any(one.toward for one in asked) else [],
        {} if by.role is Role.SYSTEM else policy.restricted(by, frozenset({PhiClass.CONTACT}), people),
        list(standing(records)),
        list(_marketing(records)) if marketed else [],
        list(stated.order_by("stopped_at")) if any(one.channel is Channel.SMS for one in asked) else [],
    )


def _restrictions(records: Sequence[UUID]) -> list[Restriction]:
    """Agreed restrictions on disclosing to somebody outside; to the patient themselves none of them speaks."""
    lasting = Restriction.objects.filter(relations.lasting(clock.now()), patient_id__in=records)
    return list(lasting.exclude(toward="").order_by("starts_at", "id"))


@dataclass(frozen=True, slots=True)
class Named:
    """The points of contact a person named themselves: the only ones that remain, and those for ordinary mail."""

    only: frozenset[UUID] = frozenset()
    ordinary: frozenset[UUID] = frozenset()


def named(people: Mapping[UUID, Sequence[UUID]]) -> dict[UUID, Named]:
    """Which points people named, so that the one they chose is tried and not merely the first (§ 164.522(b)).

    `people`: each with all of their records.
    """
    records = [record for each in people.values() for record in each]
    asked = ConfidentialRequest.objects.filter(relations.lasting(clock.now()), patient_id__in=records)
    only = {row.patient_id: [UUID(str(point)) for point in row.points] for row in asked.order_by("id")}
    rows = Consent.objects.filter(patient_id__in=records, ended_at=None, kind=Consent.Kind.ORDINARY, agreed=True)
    chosen: dict[UUID, list[UUID]] = {}
    for patient, point in rows.order_by("id").values_list("patient_id", "point"):
        chosen.setdefault(patient, []).extend([point] if point else [])
    return {
        person: Named(
            frozenset(p for each in own for p in only.get(each, [])),
            frozenset(p for each in own for p in chosen.get(each, [])),
        )
        for person, own in people.items()
    }


def standing(records: Iterable[UUID]) -> list[Consent]:
    """What was said and not taken back, oldest first; each knows whether its text was replaced since."""
    same = {"kind": OuterRef("text__kind"), "language": OuterRef("text__language")}
    since = texts.newer().filter(**same, published_at__gt=OuterRef("text__published_at"))
    rows = Consent.objects.filter(patient_id__in=list(records), ended_at=None).select_related("text")
    return list(rows.annotate(outdated=Exists(since)).order_by("given_at", "id"))


def _marketing(records: Sequence[UUID]) -> Iterable[Authorization]:
    signed = Authorization.objects.filter(patient_id__in=records, kind=Authorization.Kind.MARKETING, ended_at=None)
    return signed.select_related("text").order_by("signed_at", "id")
