"""The activity log in plain words: who did what, to whose record, why, and how it ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keepwell import charts
from keepwell.access import policy
from keepwell.access.models import Membership
from keepwell.access.words import role_word as role_word
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.ledger.queries import Row
from keepwell.patients.excerpts import NameTag
from keepwell.patients.models import Patient
from keepwell.vault.phi import PhiClass

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a sentence, and what to link it with."""

    id: UUID
    at: dt.datetime
    who: str
    actor: UUID
    did: str
    whose: tuple[tuple[UUID, str], ...]
    more: int
    why: str
    kind: str
    outcome: str


class Names:
    """Who the people and patients of some entries are, in two queries and one opening."""

    def __init__(self, rows: Iterable[Row], by: Actor) -> None:
        entries = list(rows)
        actors = {r.actor for r in entries}
        self._staff: dict[UUID, str] = dict(Membership.objects.filter(id__in=actors).values_list("id", "name"))
        shown = {s for r in entries for s in r.subjects[:SHOWN]}
        self._patients = patient_names(shown, by)

    def actor(self, row: Row) -> str:
        if row.role == Role.SYSTEM:
            return _("Keepwell itself")
        return self._staff.get(row.actor) or _("Somebody not signed in")

    def subject(self, subject: UUID) -> str | None:
        return self._patients.get(subject)


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
    whose = tuple((s, name) for s in row.subjects[:SHOWN] if (name := names.subject(s)) is not None)
    return Line(
        row.id,
        row.at,
        names.actor(row),
        row.actor,
        did(row),
        whose,
        max(len(row.subjects) - SHOWN, 0),
        purpose_word(row.purpose),
        row.kind,
        row.outcome,
    )


def did(row: Row) -> str:
    """What happened, without whose."""
    what = class_words(row.classes)
    said = {
        "open": _("listed {what} of") if row.listed else _("opened {what} of"),
        "find": _("searched for patients; these were looked at"),
        "deny": _("was refused {what} of"),
        "undone": _("had a request that did not finish"),
        "sealed": _("changed protected values of"),
        "disposal": _("destroyed for good the record of"),
    }
    if row.kind in said:
        return said[row.kind].format(what=what)
    return verb_words(row.verb)


def verb_words(verb: str) -> str:
    """A verb of the ledger in words; those without words of their own are read as they stand."""
    words = {
        "ledger.read": _("read the activity log"),
        "ledger.reconciled": _("compared protected values with the activity log"),
        "sign_in.succeeded": _("signed in"),
        "sign_in.failed": _("failed to sign in"),
        "sign_in.ended": _("signed out"),
        "patient.registered": _("registered"),
        "patient.edited": _("corrected the facts of"),
        "resources.imported": _("imported records of"),
        "care_relation.began": _("began a care relation with"),
        "care_relation.ended": _("ended a care relation with"),
        "restriction.agreed": _("agreed to a restriction for"),
        "key.rotated": _("renewed the keys of"),
    }
    return words.get(verb, verb.replace(".", " ").replace("_", " "))


def class_words(classes: Iterable[str]) -> str:
    """The classes of protected values in the words of the screen."""
    words = {
        "identity": _("name and birth date"),
        "contact": _("contact details"),
        "coverage": _("insurance"),
        "clinical": _("clinical record"),
        "message": _("messages"),
        "psychotherapy": _("psychotherapy notes"),
        "part2": _("substance use treatment (Part 2)"),
    }
    return ", ".join(words.get(c, c) for c in classes) or _("nothing protected")


def purpose_word(purpose: str) -> str:
    """A purpose of use in plain words."""
    words = {
        Purpose.TREAT: _("treatment"),
        Purpose.HPAYMT: _("payment"),
        Purpose.HOPERAT: _("operations"),
        Purpose.PATRQT: _("a patient's request"),
        Purpose.HMARKT: _("marketing"),
        Purpose.PUBHLTH: _("public health"),
        Purpose.HCOMPL: _("compliance"),
        Purpose.HSYSADMIN: _("running the system"),
        Purpose.BTG: _("an emergency"),
    }
    return words.get(Purpose(purpose), purpose) if purpose in set(Purpose) else purpose


def recorded_words(patients: int, classes: Iterable[str]) -> str:
    """What the purpose line says was put on record."""
    what = class_words(sorted(classes))
    return ngettext("You opened {what} of {n} patient", "You opened {what} of {n} patients", patients).format(
        what=what, n=patients
    )
