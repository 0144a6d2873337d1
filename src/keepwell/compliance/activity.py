"""The activity log in plain words: who did what, to whose record, why, and how it ended."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keepwell import charts
from keepwell.access import policy
from keepwell.access.models import Membership, OperatorAccess, Program
from keepwell.access.words import PURPOSES
from keepwell.access.words import role_word as role_word
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.compliance import verbs
from keepwell.compliance.outcomes import outcome_words
from keepwell.compliance.verbs import class_words as class_words
from keepwell.ledger.queries import Row
from keepwell.patients.excerpts import NameTag
from keepwell.patients.models import Patient
from keepwell.vault.phi import PhiClass

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Whose:
    """Somebody an entry is about."""

    id: UUID
    name: str
    patient: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a sentence, and what to link it with."""

    id: UUID
    at: dt.datetime
    who: str
    actor: UUID
    role: str
    did: str
    whose: tuple[Whose, ...]
    more: int
    why: str
    kind: str
    ended: str
    """How it ended, in words; nothing when it ended as intended."""


class Names:
    """Who the people and patients of some entries are, in two queries and one opening."""

    def __init__(self, rows: Iterable[Row], by: Actor, shown: int = SHOWN, also: Iterable[UUID] = ()) -> None:
        entries = list(rows)
        self._shown = shown
        self._staff: dict[UUID, str] = {}
        self._people: dict[UUID, set[UUID]] = defaultdict(set)
        subjects = {s for r in entries for s in r.subjects[:shown]} | set(also)
        sought = subjects | {r.actor for r in entries}
        members = Membership.objects.filter(Q(id__in=sought) | Q(person_id__in=subjects))
        for member, person, name in members.values_list("id", "person_id", "name").order_by("id"):
            self._staff[member] = self._staff[person] = name
            self._people[person].add(member)
        self._staff.update(Program.objects.filter(id__in=sought).values_list("id", "name"))
        at_work = {r.session for r in entries if r.role == Role.SYSTEM and r.session}
        operators = OperatorAccess.objects.filter(id__in=at_work).order_by("id") if at_work else ()
        self._operators: dict[UUID | None, str] = {one.id: one.named for one in operators}
        self._patients = patient_names(subjects - self._staff.keys(), by)

    def actor(self, row: Row) -> str:
        if row.session in self._operators:
            return _("{name}, operator").format(name=self._operators[row.session])
        if row.role == Role.SYSTEM:
            return _("Keepwell itself")
        return self._staff.get(row.actor) or _("Somebody not signed in")

    def of(self, subject: UUID) -> str | None:
        """What somebody is called."""
        return self._patients.get(subject) or self._staff.get(subject)

    def whose(self, row: Row) -> tuple[Whose, ...]:
        """Whom an entry is about, as far as they have names; not its own actor."""
        return tuple(self._named(row))

    def _named(self, row: Row) -> Iterable[Whose]:
        for subject in row.subjects[: self._shown]:
            if subject in self._patients:
                yield Whose(subject, self._patients[subject], patient=True)
            elif subject in self._staff and row.actor not in self._people.get(subject, ()) and row.actor != subject:
                yield Whose(subject, self._staff[subject], patient=False)


def patient_names(subjects: Iterable[UUID], by: Actor) -> Mapping[UUID, str]:
    """Names of the patients among `subjects`; who may not see names gets a mark that tells them apart."""
    patients = sorted(Patient.objects.filter(id__in=list(subjects)).values_list("id", flat=True))
    if not patients:
        return {}
    if PhiClass.IDENTITY not in policy.visible(by):
        return {p: _("Patient {mark}").format(mark=p.hex[-6:]) for p in patients}
    tags = charts.open(patients, NameTag, by=by, listed=True, partly=True).each(NameTag)
    return {p: tags[p].name if p in tags else _("Patient {mark}").format(mark=p.hex[-6:]) for p in patients}


def line(row: Row, names: Names) -> Line:
    """An entry as a sentence."""
    whose = names.whose(row)[:SHOWN]
    more = max(len(row.subjects) - SHOWN, 0) if whose else 0
    return Line(
        row.id,
        row.at,
        names.actor(row),
        row.actor,
        role_word(row.role),
        verbs.sentence(row.kind, row.verb, row.classes, listed=row.listed, about=bool(whose)),
        whose,
        more,
        purpose_word(row.purpose),
        row.kind,
        "" if row.outcome in ("ok", "signed_out") else outcome_words(row.outcome),
    )


def purpose_word(purpose: str) -> str:
    """A purpose of use in plain words."""
    return str(PURPOSES[Purpose(purpose)]) if purpose in set(Purpose) else purpose


def recorded_words(patients: int, classes: Iterable[str]) -> str:
    """What the purpose line says was put on record."""
    what = class_words(sorted(classes))
    return ngettext("You opened {what} of {n} patient", "You opened {what} of {n} patients", patients).format(
        what=what, n=patients
    )
