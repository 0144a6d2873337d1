"""Whether a visit can begin without a phone call first: small marks computed from facts, never typed.

A fact whose floor is not there yet has no mark. Merged records count as one person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _

from keepwell.access.models import Consent
from keepwell.access.persons import persons
from keepwell.access.reachable import standing
from keepwell.patients.codes import LANGUAGES
from keepwell.patients.models import ContactPoint, Coverage
from keepwell.scheduling import slots
from keepwell.scheduling.models import Appointment, License, Modality, Participant, VisitLocation

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Mark:
    """One fact about whether a visit is ready. `tone` is good, look or nothing."""

    words: str
    icon: str
    tone: str


class Facts:
    """Plain facts about a day's visits: one question a kind, whatever the number of visits."""

    def __init__(self, rows: Sequence[Appointment], day: dt.date) -> None:
        self._people: Mapping[UUID, tuple[UUID, ...]] = persons({row.patient_id for row in rows})
        records = {record for many in self._people.values() for record in many}
        self._covered = _having(Coverage, records)
        self._reached = _having(ContactPoint, records)
        self._consents = standing(records) if records else []
        who = {row.practitioner_id for row in rows}
        held = License.objects.filter(practitioner_id__in=who, ended_at=None).order_by("id")
        self._licensed = {(one.practitioner_id, one.state) for one in held if slots.lasts(one, day)}
        ids = [row.id for row in rows]
        located = VisitLocation.objects.filter(appointment_id__in=ids).order_by("at", "id")
        helping = Participant.objects.filter(role=Participant.Role.INTERPRETER, ended_at=None, appointment_id__in=ids)
        self._helped = set(helping.order_by().values_list("appointment_id", flat=True))
        self._located = {at.appointment_id: at for at in located}

    def of(self, row: Appointment, language: str | None = None) -> list[Mark]:
        """The marks of one visit; what is missing comes first."""
        records = set(self._people[row.patient_id])
        marks = [
            self._where(row),
            self._consent(row, records),
            self._notice(records),
            _mark(bool(records & self._covered), _("insurance"), _("no insurance"), "credit-card"),
            _mark(bool(records & self._reached), _("phone or e-mail"), _("no way to reach them"), "phone"),
            self._interpreter(row, language),
        ]
        return sorted((mark for mark in marks if mark), key=lambda mark: mark.tone != "look")

    def _where(self, row: Appointment) -> Mark | None:
        if not row.service.clinical:
            return None
        now = self._located.get(row.id)
        if now is not None:
            words = _("in %(state)s now") % {"state": now.state or "?"}
            return Mark(words, "map-pin", "look" if now.code and not now.choice else "good")
        ok = (row.practitioner_id, row.state) in self._licensed
        words = _("licensed in %(state)s") if ok else _("not licensed in %(state)s")
        return Mark(words % {"state": row.state or "?"}, "map-pinned", "good" if ok else "look")

    def _consent(self, row: Appointment, records: set[UUID]) -> Mark | None:
        if row.modality == Modality.IN_PERSON or not row.service.clinical:
            return None
        found = [c for c in self._consents if c.patient_id in records and c.kind == Consent.Kind.TELEHEALTH]
        agreed = any(c.agreed for c in found) and all(c.agreed for c in found)
        stale = any(c.outdated for c in found)  # type: ignore[attr-defined]
        if agreed and stale:
            return Mark(_("telehealth consent out of date"), "file-clock", "look")
        return _mark(agreed, _("telehealth consent"), _("no telehealth consent"), "file-check")

    def _interpreter(self, row: Appointment, language: str | None) -> Mark | None:
        if row.id in self._helped:
            return Mark(_("interpreter"), "languages", "good")
        if not language or language == ENGLISH:
            return None
        words = _("speaks %(language)s, no interpreter") % {"language": LANGUAGES.get(language, language)}
        return Mark(words, "languages", "look")

    def _notice(self, records: set[UUID]) -> Mark:
        given = any(c.patient_id in records and c.kind == Consent.Kind.NOTICE for c in self._consents)
        return _mark(given, _("privacy notice"), _("privacy notice not given"), "file-text")


def _mark(there: bool, good: Any, missing: Any, icon: str) -> Mark:
    return Mark(str(good), icon, "good") if there else Mark(str(missing), icon, "look")


def _having(model: type[Model], records: set[UUID]) -> set[UUID]:
    """The records that have a living row of this kind."""
    rows = model._default_manager.filter(patient_id__in=records, ended_at=None) if records else None
    return set(rows.order_by().values_list("patient_id", flat=True)) if rows is not None else set()
