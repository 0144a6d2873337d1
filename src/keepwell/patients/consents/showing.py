"""The page of a patient's consents, and what is left to ask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from keepwell import charts
from keepwell.access import policy
from keepwell.access.models import Membership, TextKind
from keepwell.access.policy import Can
from keepwell.access.words import CHANNELS, TOPICS
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.patients import flags, handling
from keepwell.patients.codes import USES
from keepwell.patients.consents import picture, reaching, signing
from keepwell.patients.consents.forms import REASONS, TAKEN, SaidForm
from keepwell.patients.consents.picture import ASKED_ABOUT, ASKED_BY, HOWS, SOURCES, Kind
from keepwell.patients.excerpts import Header, Reach, Whereabouts
from keepwell.patients.excerpts_calls import Handlings
from keepwell.patients.excerpts_consents import AskedReach, GivenConsent, SignedTerms, SignedWhat
from keepwell.patients.views import actor_of
from keepwell.patients.views_restrictions import header_of, known

TEXT_OF = {
    Kind.ORDINARY: TextKind.ORDINARY,
    Kind.ORDINARY_PART2: TextKind.ORDINARY_PART2,
    Kind.TELEHEALTH: TextKind.TELEHEALTH,
    Kind.NOTICE: TextKind.NOTICE,
}


def to_ask(patient: UUID, language: str | None) -> list[dict[str, Any]]:
    """What everybody is asked once and this person was not, each with its words; what has no words is left out."""
    now = picture.of(patient)
    reminders = (Topic.APPOINTMENTS, Channel.SMS), (Topic.APPOINTMENTS, Channel.EMAIL)
    wanted: list[tuple[str, str, str, str]] = [(kind, "", "", TEXT_OF[Kind(kind)]) for kind in now.missing]
    for topic, channel in reminders:
        cell = now.cells[topic, channel]
        if (cell.row is None or cell.stale) and now.no_to(channel) is None:
            wanted.append((Kind.REACH, topic, channel, channel))
    words = picture.scripts([text for *_what, text in wanted], language)
    return [
        {"kind": kind, "topic": topic, "channel": channel, "text": words[text], "title": _title(kind, channel)}
        for kind, topic, channel, text in wanted
        if text in words
    ]


def shown(request: HttpRequest, patient: UUID, refusal: Refusal | None = None, **more: Any) -> HttpResponse:
    """The page, with what was refused above it."""
    by = actor_of(request)
    known(patient)
    asked = (Whereabouts, Reach, Handlings, GivenConsent, SignedTerms, SignedWhat, AskedReach)
    chart = header_of(patient, by, *asked)
    now = picture.of(patient)
    language = spoken(chart)
    records = policy.may(by, Can.RECORD_CONSENTS)
    context: dict[str, Any] = {
        "patient": patient,
        "header": chart.one(Header) if chart else None,
        "flags": flags.of(patient, by=by, records=now.records),
        "marks": handling.marks(chart).get(patient, []) if chart is not None and Handlings in chart else [],
        "refusal": refusal,
        "now": now,
        "records": records,
        "topics": [(topic, TOPICS[topic]) for topic in ASKED_ABOUT],
        "channels": [(channel, CHANNELS[channel]) for channel in ASKED_BY],
        "scripts": picture.scripts([*TEXT_OF.values(), *ASKED_BY], language) if records else {},
        "asked_once": [(kind, picture.KINDS[kind], now.of(kind)) for kind in picture.ASKED_ONCE],
        "stale": picture.stale,
        "hows": HOWS,
        "sources": SOURCES,
        "taken": list(TAKEN.items()),
        "reasons": REASONS,
        "said": _said(chart, patient),
        "members": dict(Membership.objects.filter(id__in={row.taken_by for row in now.rows}).values_list("id", "name")),
        "form": SaidForm(),
        "uses": USES,
    }
    context |= reaching.about(patient, chart, now, by) | signing.about(patient, chart, by)
    return render(request, "patients/consents/consents.html", context | more, status=refusal.status if refusal else 200)


def _said(chart: charts.Chart | None, patient: UUID) -> dict[UUID, dict[str, Any]]:
    if chart is None or GivenConsent not in chart:
        return {}
    return {row.pk: row.said or {} for row in chart.all(GivenConsent).get(patient, [])}


def _title(kind: str, channel: str) -> str:
    if kind == Kind.REACH:
        return f"{CHANNELS[Channel(channel)]}: {TOPICS[Topic.APPOINTMENTS]}".capitalize()
    return str(picture.KINDS[Kind(kind)])


def language_of(patient: UUID, by: Actor) -> str:
    """The language the words were read in: the patient's, as far as the reader may know it."""
    return spoken(header_of(patient, by, Whereabouts))


def spoken(chart: charts.Chart | None) -> str:
    where = chart.each(Whereabouts) if chart is not None and Whereabouts in chart else {}
    languages: Iterable[str] = (each.language for each in where.values() if each.language)
    return next(iter(languages), "en")
