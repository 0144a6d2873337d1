"""What the pages about a list show, each from one opening of what the list says."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell import charts
from keepwell.access.models import Membership, Practice
from keepwell.base import text
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.tables.reading import read
from keepwell.base.tables.shapes import Row
from keepwell.patients.movein import meanings
from keepwell.patients.movein.course import DAYS_TO_UNDO, without_reason
from keepwell.patients.movein.faces import LEAVE_OUT, ORDER_WORDS, columns_shown
from keepwell.scheduling.models import HealthcareService, Offering, VisitList
from keepwell.scheduling.movein.actions import COURSE, Outcome, State
from keepwell.scheduling.movein.excerpts import VisitListHead
from keepwell.scheduling.movein.fields import LABELS, MATCHER
from keepwell.scheduling.movein.reading import Plan, Told, told
from keepwell.vault.uploads import SealedUpload

SHOWN, LOOKED_AT, MOST_WORDS = 20, 2000, 40
STEPS = {
    State.READING: gettext_lazy("Reading the list"),
    State.CHECKING: gettext_lazy("Checking every visit"),
    State.MOVING: gettext_lazy("Booking"),
    State.UNDOING: gettext_lazy("Undoing"),
}
MAPPED = ("service", "provider")


def peek(upload: SealedUpload) -> tuple[dict[str, Any], list[str], str]:
    """The first look: headers, first rows and each column's different words; what the columns hold, guessed; the order.

    Raises every Refusal of reading a list.
    """
    with upload.spool.open() as plain:
        table = without_reason(read(plain, MATCHER.known))
        rows = list(islice(table.rows, LOOKED_AT))
    columns = list(MATCHER.guess(table.headers))
    dates = [row.cells[columns.index(f)] for f in ("birth_date", "date") if f in columns for row in rows]
    order = "dmy" if meanings.orders_seen(dates) == {"dmy"} else "mdy"
    words: list[list[str]] = []
    for at in range(len(table.headers)):
        different = list(dict.fromkeys(row.cells[at].strip() for row in rows if row.cells[at].strip()))
        words.append(different if len(different) <= MOST_WORDS else [])
    head = {"headers": list(table.headers), "rows": [[r.number, r.long, r.cells] for r in rows[:SHOWN]], "words": words}
    return head, columns, order


def head_of(row: VisitList, by: Actor) -> VisitListHead:
    """Headers, first rows and what its words mean."""
    chart = charts.open(by.practice, VisitListHead, by=by)
    (opened,) = chart.all(VisitListHead, VisitList.objects.filter(id=row.id).order_by("pk"))[by.practice]
    return opened


def options() -> dict[str, list[tuple[str, str]]]:
    """What a word for a service or a provider can mean here."""
    services = HealthcareService.objects.filter(ended_at=None, seats=1).order_by("name").values_list("id", "name")
    who = Offering.objects.filter(ended_at=None).values("practitioner_id")
    members = Membership.objects.filter(id__in=who).order_by("name").values_list("id", "name")
    return {"service": [(str(i), n) for i, n in services], "provider": [(str(i), n) for i, n in members]}


def meant(words: Sequence[str], choices: Sequence[tuple[str, str]], before: Mapping[str, str]) -> dict[str, str]:
    """Each word and what it most likely means: as it was said before, or the same name, or one within the other."""
    ids = {i for i, _name in choices}
    earlier = {text.fold(word): i for word, i in before.items()}
    found = {}
    for word in words:
        said, known = text.fold(word), earlier.get(text.fold(word), "")
        same = next((i for i, name in choices if text.fold(name) == said), "")
        near = [i for i, name in choices if set(said.split()) & set(text.fold(name).split()) - _COMMON]
        found[word] = known if known in ids else same or (near[0] if len(near) == 1 else "")
    return found


_COMMON = frozenset("visit visita dr md np phd appointment cita by".split())


def plan_of(row: VisitList, by: Actor, said: Mapping[str, Mapping[str, str]] | None = None) -> Plan:
    """How the rows of a list are read."""
    words = said if said is not None else head_of(row, by).meant
    zone = str(Practice.objects.values_list("time_zone", flat=True).get(id=by.practice))
    named = {kind: {text.fold(w): UUID(i) for w, i in words.get(kind, {}).items() if i} for kind in MAPPED}
    for kind, choices in options().items():
        named[kind] = {text.fold(name): UUID(i) for i, name in choices} | named[kind]
    return Plan(tuple(row.columns), row.order, named["service"], named["provider"], zone)


def columns(row: VisitList, typed: tuple[Sequence[str], str, Mapping[str, Mapping[str, str]] | None], by: Actor) -> Any:
    """Each header with what it holds, each word with what it means, and the first rows as they would be booked."""
    opened, (held, order, said) = head_of(row, by), typed
    head, choices = opened.head, options()
    rows = [Row(number, cells, long) for number, long, cells in head["rows"]]
    found = {}
    for kind in MAPPED:
        words = head["words"][list(held).index(kind)] if kind in held else []
        guessed = meant(words, choices[kind], opened.meant.get(kind, {}))
        found[kind] = guessed | {w: i for w, i in (said or {}).get(kind, {}).items() if w in guessed}
    row.columns, row.order = list(held), order
    plan = plan_of(row, by, found)
    return {
        "run": row.id,
        "columns": columns_shown(head["headers"], list(held), [r.cells for r in rows]),
        "options": [(LEAVE_OUT, _("Leave out")), *((name, str(label)) for name, label in LABELS.items())],
        "order": order,
        "orders": list(ORDER_WORDS.items()),
        "words": [(kind, LABELS[kind], [(f"{kind}-{n}", word, meaning) for n, (word, meaning) in
                                        enumerate(found[kind].items())], choices[kind]) for kind in MAPPED],
        "preview": [(r.number, *_line(told(r.cells, plan, long=r.long), choices)) for r in rows],
    }  # fmt: skip


def _line(one: Told, choices: Mapping[str, list[tuple[str, str]]]) -> tuple[Any, ...]:
    names = {i: name for found in choices.values() for i, name in found}
    who = " ".join(filter(None, (one.given, one.family))) or one.record_number
    wrong = [said(field, code) for field, code in one.wrong]
    return who, one.birth_date, one.starts_at, names.get(str(one.service), ""), names.get(str(one.provider), ""), wrong


def found(row: VisitList) -> dict[str, Any]:
    """What was found or became of the list, over all of it."""
    grouped = COURSE.rows_of(row).order_by().values_list("outcome").annotate(Count("id"))
    counts = Counter(dict(grouped))
    rejected = COURSE.rows_of(row).filter(outcome=Outcome.REJECT)
    reasons = Counter((f, c) for wrong in rejected.values_list("wrong", flat=True) for f, c in wrong)
    return {
        "counts": counts,
        "reasons": [(said(field, code), count) for (field, code), count in reasons.most_common()],
        "undo_until": row.moved_at + dt.timedelta(days=DAYS_TO_UNDO) if row.moved_at else None,
        "refused": Refusal(row.refused) if row.refused else None,
    }


def said(field: str, code: str) -> str:
    """What to fix, in words, with the column it is about."""
    wording = Refusal(code).wording
    facts = {"state": "", "date": "", "most": "480", "time": "", "day": "", "zone": "", "needed": ""}
    words = f"{_(wording.message).format_map(facts)} {_(wording.next_step).format_map(facts)}".strip()
    return f"{LABELS[field]}: {words}" if field in LABELS else words
