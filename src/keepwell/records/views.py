"""The chart page, and the page of one resource."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from keepwell import charts
from keepwell.access import policy
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients import flags, handling
from keepwell.patients.excerpts import Header, Origin, Whereabouts
from keepwell.patients.excerpts_calls import Handlings
from keepwell.patients.merging import require_standing
from keepwell.records import chart as layout
from keepwell.records import emergencies, heads, pictures, ranges, sentences, shelf, sight, tree
from keepwell.records.excerpts import BODIES, HEADS
from keepwell.records.lines import Opened
from keepwell.records.models import TABLES
from keepwell.records.pictures import Person
from keepwell.records.shelf import Row
from keepwell.records.sight import Sight
from keepwell.records.timeline import PAGE, SHOWS, events, newest_first
from keepwell.vault.phi import PhiClass

SEEN = (PhiClass.IDENTITY, PhiClass.CONTACT, *HEADS)
CATEGORIES = {
    PhiClass.CLINICAL: gettext_lazy("Clinical"),
    PhiClass.COVERAGE: gettext_lazy("Coverage"),
    PhiClass.PART2: gettext_lazy("Substance use program"),
}
GROUPS = {
    "vitals": gettext_lazy("Vital signs"), "body": gettext_lazy("Height and weight"), "sugar": gettext_lazy("Sugar"),
    "lipids": gettext_lazy("Lipids"), "metabolic": gettext_lazy("Kidneys, liver, salts"),
    "blood": gettext_lazy("Blood"), "other": gettext_lazy("Other results"),
}  # fmt: skip


def actor_of(request: HttpRequest) -> Actor:
    """Who asks for the page."""
    return request.actor  # type: ignore[attr-defined, no-any-return]


@require_GET
@page(Can.READ_CHARTS, purpose=Purpose.TREAT)
def chart(request: HttpRequest, patient: UUID) -> HttpResponse:
    """Everything about a patient on one page, from one opening of what this person may see."""
    by = actor_of(request)
    require_standing(patient)
    seen = sight.of(patient, SEEN, by=by)
    rows = _shelf(seen)
    show = request.GET.get("show", "")
    told = [row for row in rows if show not in SHOWS or row.type in SHOWS[show][1]]
    start = _start(request, len(told))
    covering, within = shelf.covering(told, start, PAGE)
    urgent = emergencies.of(seen)
    beside = seen.excerpts(Whereabouts, Handlings)
    wanted: list[type[Any]] = [Header, *beside, *_heads(rows), *emergencies.excerpts(urgent, seen)]
    opening = charts.open(patient, *wanted, by=by)
    needed = layout.needed(rows)
    found = layout.opened(opening, patient, [*needed, *covering])
    header = opening.one(Header)
    happened = [found[row.id] for row in covering]
    shown = {
        "patient": patient,
        "within": _within(patient),
        "header": header,
        "where": opening.one(Whereabouts) if Whereabouts in wanted else None,
        "closed": _closed(seen),
        "flags": flags.of(patient, by=by, records=seen.records),
        "marks": handling.marks(opening).get(patient, []) if Handlings in beside else [],
        "way_in": _way_in(patient, seen, by),
        **emergencies.shown(urgent, opening, patient),
        "part2": any(row.phi is PhiClass.PART2 for row in rows),
        **_sections(rows, [found[row.id] for row in needed], Person(header.gender or "", _age(header))),
        "filters": _filters(patient, show, {row.type for row in rows}),
        **_timeline(patient, happened, show, start, within, len(told)),
    }
    return render(request, "records/chart.html", shown)


def _heads(rows: Iterable[Row]) -> list[type[Any]]:
    """The excerpts these rows are read with: no class is opened of which there is nothing."""
    there = {row.phi for row in rows}
    return [excerpt for phi, excerpt in HEADS.items() if phi in there]


def _within(patient: UUID) -> str:
    """Where this patient's resources are: an id and a slash make it an address."""
    return f"{reverse('chart', args=[patient])}records/"


def _shelf(seen: Sight) -> list[Row]:
    """What there is, of the classes this person may see."""
    return shelf.of(seen.records, [phi for phi in HEADS if phi in seen.open])


def _closed(seen: Sight) -> list[tuple[PhiClass, Any, Refusal]]:
    """Which bars stay closed. Nobody is told of substance use records unless they may see them."""
    return [
        (phi, CATEGORIES[phi], why) for phi, why in seen.closed.items() if phi in (PhiClass.CLINICAL, PhiClass.COVERAGE)
    ]


def _way_in(patient: UUID, seen: Sight, by: Actor) -> str:
    """Where an emergency opens what is closed here, for somebody whose role has that."""
    opens = policy.may(by, Can.USE_EMERGENCY_ACCESS) and PhiClass.CLINICAL in seen.closed
    return reverse("emergency", args=[patient]) if opens and by.purpose is not Purpose.BTG else ""


def _sections(rows: list[Row], found: list[Opened], person: Person) -> dict[str, Any]:
    results = [one for one in found if one.type == "Observation"]
    drawn = pictures.pictures(results, person)
    totals = Counter(row.type for row in rows)
    return {
        "before": [layout.section(part, totals[part.type], found) for part in layout.BEFORE],
        "after": [layout.section(part, totals[part.type], found) for part in layout.AFTER],
        "drawn": [(GROUPS[group], drawn[group]) for group in ranges.GROUPS if group in drawn],
        "sources": sorted({p.source for group in drawn.values() for p in group if p.source}),
        "answers": pictures.answers(results),
    }


def _timeline(patient: UUID, happened: list[Opened], show: str, start: int, within: int, total: int) -> dict[str, Any]:
    ordered = newest_first(happened)[within : within + PAGE]
    here = reverse("chart", args=[patient])
    kept = f"show={show}&" if show in SHOWS else ""
    told = events(ordered, together=show not in SHOWS)
    return {
        "events": [event for event in told if event.on],
        "undated": [event for event in told if not event.on],
        "earlier": f"{here}?{kept}from={start + PAGE}#timeline" if start + PAGE < total else None,
        "later": f"{here}?{kept}from={max(0, start - PAGE)}#timeline" if start else None,
    }


def _filters(patient: UUID, show: str, there: set[str]) -> list[tuple[Any, str, bool]]:
    """Kinds of which there is something."""
    here = reverse("chart", args=[patient])
    kinds = [(label, name) for name, (label, types) in SHOWS.items() if types & there]
    return [
        (_("Everything"), f"{here}#timeline", show not in SHOWS),
        *((label, f"{here}?show={name}#timeline", show == name) for label, name in kinds),
    ]


def _start(request: HttpRequest, total: int) -> int:
    asked = request.GET.get("from", "0")
    return min(int(asked), max(total - 1, 0)) if asked.isdecimal() and asked.isascii() and len(asked) < 9 else 0


def _age(header: Header) -> int | None:
    """Age now, or at death: which reference ranges hold."""
    if header.birth_date is None:
        return None
    then = header.deceased_date or clock.now().date()
    return _years(header.birth_date, then)


def _years(born: dt.date, then: dt.date) -> int:
    return then.year - born.year - ((then.month, then.day) < (born.month, born.day))


@require_GET
@page(Can.READ_CHARTS, purpose=Purpose.TREAT)
def resource(request: HttpRequest, patient: UUID, resource: UUID) -> HttpResponse:
    """One resource, all of it, as it was received; a visit also shows what belongs to it."""
    by = actor_of(request)
    require_standing(patient)
    seen = sight.of(patient, SEEN, by=by)
    rows = _shelf(seen)
    row = next((r for r in rows if r.id == resource), None)
    if row is None:
        raise Refusal("NOT_FOUND")
    near = _same_visit(rows, row)
    opening = charts.open(patient, Header, Origin, BODIES[row.phi], *_heads(rows), by=by)
    table: Any = TABLES[row.phi]
    (one,) = opening.all(BODIES[row.phi], table.objects.filter(pk=resource).order_by("pk"))[patient]
    received = json.loads(one.body)
    named = _named(received, opening.one(Origin).import_namespace)
    found = layout.opened(opening, patient, [*near, *(r for r in rows if r.id in named.values())])
    same = [found[r.id] for r in near if found[r.id].head.encounter == str(resource)]
    shown = {
        "patient": patient,
        "within": _within(patient),
        "header": opening.one(Header),
        "event": events([Opened(one.pk, one.type, heads.unpack(one.type, one.head))], together=False)[0],
        "elements": tree.read(received, _linker(patient, named, found)),
        "text": one.body,
        "same": events(same, together=False),
    }
    return render(request, "records/resource.html", shown)


def _same_visit(rows: list[Row], row: Row) -> list[Row]:
    """What may name this encounter as its own: the year around it."""
    if row.type != "Encounter" or row.year is None:
        return []
    return [r for r in rows if r.year is not None and abs(r.year - row.year) <= 1]


def _named(received: dict[str, Any], namespace: str | None) -> dict[str, UUID]:
    """Our ids of what a resource refers to, if it came in with the same files."""
    return {r: uuid5(UUID(namespace), r) for r in tree.references(received)} if namespace else {}


def _linker(patient: UUID, named: dict[str, UUID], found: dict[UUID, Opened]) -> tree.Link:
    """Words and address of those things a resource refers to that are here and may be seen."""

    def link(reference: str) -> tuple[str, str]:
        one = found.get(named.get(reference, patient))
        return (sentences.sentence(one.type, one.head), f"{_within(patient)}{one.id}/") if one else ("", "")

    return link
