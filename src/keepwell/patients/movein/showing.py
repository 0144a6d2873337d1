"""What the pages about a list show, each from one opening of what the list says."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell import charts
from keepwell.access import policy, words
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.tables.shapes import Row
from keepwell.patients.excerpts import Reach, Sought
from keepwell.patients.facts import LONGEST_NAME
from keepwell.patients.models import MoveIn, MoveInRow
from keepwell.patients.movein import actions
from keepwell.patients.movein.actions import COURSE, State
from keepwell.patients.movein.course import DAYS_TO_UNDO, cells_of
from keepwell.patients.movein.excerpts import ListHead
from keepwell.patients.movein.faces import LEAVE_OUT, ORDER_WORDS, columns_shown
from keepwell.patients.movein.fields import LABELS
from keepwell.patients.movein.people import Plan, Told, shown, told
from keepwell.patients.movein.steps import plan_of
from keepwell.patients.views import chart_of
from keepwell.vault.phi import PhiClass

SIGHT = frozenset({PhiClass.IDENTITY, PhiClass.CONTACT, PhiClass.COVERAGE})
PAGE = 50
ENCODINGS = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "cp1252": "Windows-1252"}
STEPS = {
    State.READING: gettext_lazy("Reading the list"),
    State.CHECKING: gettext_lazy("Looking for everybody on it"),
    State.MOVING: gettext_lazy("Moving in"),
    State.UNDOING: gettext_lazy("Undoing"),
    State.REDOING: gettext_lazy("Bringing back"),
}
CHOICES = {
    "wait": gettext_lazy("Not decided"),
    "skip": gettext_lazy("Leave out"),
    "register": gettext_lazy("Somebody else: register"),
    "add": gettext_lazy("The same person: add what is missing"),
}


def sees(by: Actor) -> bool:
    """Whether somebody's role sees what a list says, so that the way to it is shown."""
    return policy.visible(by) >= SIGHT


def require_sight(by: Actor) -> None:
    """A list says who people are, how to reach them and who pays. Raises Refusal POLICY_DENY."""
    if missing := SIGHT - policy.visible(by):
        raise Refusal("POLICY_DENY", rule=words.beyond(missing))


def head_of(row: MoveIn, by: Actor) -> dict[str, Any]:
    """Headers, first rows and how the file was read."""
    chart = charts.open(by.practice, ListHead, by=by)
    (opened,) = chart.all(ListHead, MoveIn.objects.filter(id=row.id).order_by("pk"))[by.practice]
    return opened.head | {"name": opened.name}


def columns(row: MoveIn, typed: tuple[Sequence[str], str], by: Actor) -> dict[str, Any]:
    """Each header with what it holds and a few of its cells; the first rows as they would be stored."""
    head, (held, order) = head_of(row, by), typed
    rows = [Row(number, cells, long) for number, long, cells in head["rows"]]
    options = [(LEAVE_OUT, _("Leave out")), *((name, str(label)) for name, label in LABELS.items())]
    return {
        "run": row.id,
        "head": head,
        "encoding": ENCODINGS.get(head["encoding"], head["encoding"].upper()),
        "columns": columns_shown(head["headers"], held, [row.cells for row in rows]),
        "options": options,
        "order": order,
        "orders": list(ORDER_WORDS.items()),
        "preview": preview(rows, Plan(tuple(held), order)),
    }


def preview(rows: Sequence[Row], plan: Plan) -> dict[str, Any]:
    """Fields that hold something, and each row as it will be stored with what is wrong at each cell."""
    said = [(row, told(row.cells, plan, long=row.long)) for row in rows]
    stored = [(row.number, shown(one), {field: _message(code) for field, code in one.wrong}) for row, one in said]
    used = {name for _, cells, wrong in stored for name in (*cells, *wrong)}
    return {"fields": [(name, label) for name, label in LABELS.items() if name in used], "rows": stored}


def found(row: MoveIn, asked: Mapping[str, str], by: Actor) -> dict[str, Any]:
    """What was found or became of the list: counts over all of it, reasons, doubtful rows, those an undo kept."""
    grouped = COURSE.rows_of(row).order_by().values_list("verdict", "outcome", "choice").annotate(Count("id"))
    counts: Counter[str] = Counter()
    for verdict, outcome, choice, count in grouped:
        counts[verdict] += count if not outcome or verdict in ("same", "reject") else 0
        counts[outcome or "waiting"] += count
        counts["chosen"] += count if choice in ("register", "add") and not outcome else 0
    ended = row.state in (State.UNDONE, State.MOVED, State.CHECKED)
    number = int(asked.get("page", "1")) if asked.get("page", "1").isdecimal() else 1
    return {
        "counts": counts,
        "reasons": _reasons(row) if counts["reject"] else [],
        "doubtful": _doubtful(row, max(1, min(number, 2000)), by) if counts["doubtful"] and ended else [],
        "number": number,
        "more": counts["doubtful"] > number * PAGE,
        "choices": list(CHOICES.items()),
        "kept": _kept(row, by) if counts["kept"] else [],
        "undo_until": row.moved_at + dt.timedelta(days=DAYS_TO_UNDO) if row.moved_at else None,
        "chosen": "chosen" in asked,
        "refused": Refusal(row.refused) if row.refused else None,
    }


def reasons_said(one: MoveInRow) -> str:
    """What to fix in a row, in words, with the column it is about."""
    return " ".join(_said(field, code) for field, code in one.wrong)


def _said(field: str, code: str) -> str:
    words = f"{_message(code)} {_(Refusal(code).wording.next_step)}"
    return f"{LABELS[field]}: {words}" if field in LABELS else words


def _message(code: str) -> str:
    facts = {"most": LONGEST_NAME, "permission": ""}
    return _(Refusal(code).wording.message).format_map(facts)


def _reasons(row: MoveIn) -> list[tuple[str, int]]:
    rows = COURSE.rows_of(row).filter(verdict=MoveInRow.Verdict.REJECT).values_list("wrong", flat=True)
    counted = Counter((field, code) for wrong in rows for field, code in wrong)
    return [(_said(field, code), count) for (field, code), count in counted.most_common()]


def _doubtful(row: MoveIn, number: int, by: Actor) -> list[dict[str, Any]]:
    "Rows beside the patients they may be."
    which = COURSE.rows_of(row).filter(verdict=MoveInRow.Verdict.DOUBTFUL, outcome="")
    rows = list(which[(number - 1) * PAGE : number * PAGE])
    cells = cells_of(rows, actions.opened(row.id, by=by))
    said = {n: told(one.cells, plan_of(row), long=one.long) for n, one in cells.items()}
    ids = {UUID(patient) for one in rows for patient in one.alike}
    chart = charts.open(ids, Sought, Reach, by=by, listed=True, partly=True)
    tags, reach = chart.each(Sought), chart.all(Reach)
    return [
        {"row": one, "told": _line(said[one.number]),
         "alike": [(chart_of(p), tags[p], reach.get(p, ())) for p in map(UUID, one.alike) if p in tags]}
        for one in rows
    ]  # fmt: skip


def _line(one: Told) -> dict[str, Any]:
    said = shown(one)
    names = (said.get(name, "") for name in ("given_name", "middle_name", "family_name"))
    reach = [said[name] for name in ("mobile", "home_phone", "work_phone", "email") if name in said]
    return {"name": " ".join(filter(None, names)), "born": one.who.birth_date, "reach": reach}


def _kept(row: MoveIn, by: Actor) -> list[tuple[str, Sought]]:
    "Those whom an undo left here, because somebody opened or changed them."
    ids = list(COURSE.rows_of(row).filter(outcome=MoveInRow.Outcome.KEPT).values_list("patient_id", flat=True)[:PAGE])
    tags = charts.open(ids, Sought, by=by, listed=True, partly=True).each(Sought)
    return [(reverse("patient", args=[p]), tags[p]) for p in ids if p in tags]
