"""Questions to the log that officers keep: saved under a name, shared, renamed, taken away, and each of it undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from keepwell import charts
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.compliance.excerpts import Named
from keepwell.compliance.models import SavedQuestion
from keepwell.compliance.questions import Asked
from keepwell.ledger.actions import action
from keepwell.vault.phi import PhiClass

LONGEST = 80
MOST = 50
"""Questions one person keeps."""
UNDO = dt.timedelta(minutes=10)
"""How long the last change of a question can be undone. The page offers it for the first minute."""
OFFERED = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved question as a page shows it."""

    row: SavedQuestion
    name: str
    mine: bool


@action("activity.question_saved", seals={PhiClass.OFFICE})
def save(asked: Asked, name: str, shared: bool, *, by: Actor) -> SavedQuestion:
    """Somebody keeps a question to the log under a name, for themselves or for the other officers too.

    Raises Refusal QUESTION_EMPTY, QUESTIONS_FULL, FIELD_EMPTY, TEXT_TOO_LONG, AUDITOR_SCOPE.
    """
    if not asked.parts:
        raise Refusal("QUESTION_EMPTY", field="name")
    if SavedQuestion.objects.filter(owner_id=by.id, taken_away_at=None).count() >= MOST:
        raise Refusal("QUESTIONS_FULL", field="name", most=MOST)
    refuse_sharing(shared, by)
    row = SavedQuestion(name=_tidy(name), asked=dict(asked.parts), shared=shared, owner_id=by.id)
    row.save(force_insert=True)
    return row


@action("activity.question_renamed", seals={PhiClass.OFFICE})
def rename(question: UUID, name: str, *, by: Actor) -> SavedQuestion:
    "Somebody calls a question they keep something else. Raises Refusal NOT_FOUND, FIELD_EMPTY, TEXT_TOO_LONG."
    row, said = own(question, by), _tidy(name)
    row.name_before, row.name, row.changed_at = _names([row], by)[row.id].name, said, clock.now()
    row.save(update_fields=["name", "name_before", "changed_at"])
    return row


@action("activity.question_shared")
def share(question: UUID, shared: bool, *, by: Actor) -> SavedQuestion:
    "Somebody lets the other officers see a question they keep, or no longer. Raises Refusal NOT_FOUND, AUDITOR_SCOPE."
    row = own(question, by)
    refuse_sharing(shared, by)
    row.shared = shared
    row.save(update_fields=["shared"])
    return row


@action("activity.question_taken_away")
def take_away(question: UUID, *, by: Actor) -> SavedQuestion:
    "Somebody no longer needs a question they kept. Raises Refusal NOT_FOUND."
    row = own(question, by)
    row.taken_away_at = row.changed_at = clock.now()
    row.save(update_fields=["taken_away_at", "changed_at"])
    return row


@action("activity.question_undone", seals={PhiClass.OFFICE})
def undo(question: UUID, *, by: Actor) -> SavedQuestion:
    "The last change of a question somebody keeps is undone. Raises Refusal NOT_FOUND, QUESTION_UNDO_OVER."
    row = _held(question, by)
    if row.changed_at is None or clock.now() - row.changed_at > UNDO:
        raise Refusal("QUESTION_UNDO_OVER", minutes=UNDO.seconds // 60)
    row.changed_at, columns = None, ["changed_at"]
    if row.taken_away_at is not None:
        row.taken_away_at, columns = None, [*columns, "taken_away_at"]
    else:
        row.name, row.name_before = _names([row], by)[row.id].name_before or "", None
        columns += ["name", "name_before"]
    row.save(update_fields=columns)
    return row


def kept(by: Actor) -> list[Kept]:
    """One's own questions and those that other officers share, by name; one opening, none if there are none.

    An auditor has only their own: what officers ask may be about patients they were not let in to look at.
    """
    whose = Q(owner_id=by.id) if by.role is Role.AUDITOR else Q(owner_id=by.id) | Q(shared=True)
    rows = list(SavedQuestion.objects.filter(whose, taken_away_at=None).select_related("owner").order_by("id"))
    names = _names(rows, by)
    found = [Kept(row, names[row.id].name, row.owner_id == by.id) for row in rows]
    return sorted(found, key=lambda one: (not one.mine, one.name.casefold()))


def just_changed(by: Actor) -> Kept | None:
    """What somebody renamed or took away a moment ago, to undo it."""
    recent = SavedQuestion.objects.filter(owner_id=by.id, changed_at__gt=clock.now() - OFFERED)
    row = recent.order_by("-changed_at").first()
    return None if row is None else Kept(row, _names([row], by)[row.id].name, mine=True)


def seen(question: UUID, by: Actor) -> SavedQuestion:
    """A question of one's own or one that is shared. Raises Refusal NOT_FOUND."""
    row = SavedQuestion.objects.filter(id=question, taken_away_at=None).first()
    if row is None or not (row.owner_id == by.id or (row.shared and by.role is not Role.AUDITOR)):
        raise Refusal("NOT_FOUND")
    return row


def own(question: UUID, by: Actor) -> SavedQuestion:
    """A question of one's own that still stands, nobody else's until the transaction ends. Raises Refusal NOT_FOUND."""
    row = _held(question, by)
    if row.taken_away_at is not None:
        raise Refusal("NOT_FOUND")
    return row


def refuse_sharing(shared: bool, by: Actor) -> None:
    """An auditor looks; they leave nothing to the officers. Raises Refusal AUDITOR_SCOPE."""
    if shared and by.role is Role.AUDITOR:
        raise Refusal("AUDITOR_SCOPE")


def _held(question: UUID, by: Actor) -> SavedQuestion:
    row = SavedQuestion.objects.select_for_update().filter(id=question, owner_id=by.id).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def _names(rows: Iterable[SavedQuestion], by: Actor) -> Mapping[UUID, Named]:
    ids = [row.id for row in rows]
    if not ids:
        return {}
    opened = charts.open(by.practice, Named, by=by).all(Named, SavedQuestion.objects.filter(id__in=ids).order_by("pk"))
    return {one.pk: one for one in opened.get(by.practice, ())}


def _tidy(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy:
        raise Refusal("FIELD_EMPTY", field="name")
    if len(tidy) > LONGEST:
        raise Refusal("TEXT_TOO_LONG", field="name", most=LONGEST)
    return tidy
