"""One file, brought in by itself: whatever is wrong with it costs the others nothing, and is said by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.fhir.importer import Outcome, bring_in
from keepwell.fhir.sources import Source
from keepwell.fhir.survey import read
from keepwell.ledger.doorway import present


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file. Its name may identify a patient: it is for the person who chose the file, no log."""

    name: str
    outcome: Outcome | None = None
    refusal: Refusal | None = None

    @property
    def total(self) -> int:
        """How many resources of it are in the record now."""
        found = self.outcome
        return found.new.total() + found.changed.total() + found.same.total() if found else 0

    def facts(self) -> dict[str, Any]:
        """All of it but the name, as JSON; nothing in it is protected."""
        if self.outcome is None:
            refusal = self.refusal or Refusal("FHIR_IMPORT_FAILED")
            alike = [str(patient) for patient in _lookalikes(refusal)]
            return {"ok": False, "refused": _said(refusal), "lookalikes": alike}
        found = self.outcome
        skipped = [_said(Refusal(code, entry=entry)) | {"entry": entry} for entry, code in found.skipped]
        return {
            "ok": True, "patient": str(found.patient), "registered": found.registered, "new": dict(found.new),
            "changed": dict(found.changed), "unchanged": dict(found.same), "skipped": skipped,
            "references_elsewhere": found.outside,
        }  # fmt: skip


def importing(practice: UUID, member: UUID | None = None) -> Actor:
    """Keepwell itself bringing records in, for the member who asked: the ledger names them."""
    return Actor(member or UUID(int=1), practice, Role.SYSTEM, Purpose.HOPERAT, reason="import of records")


def import_file(source: Source, by: Actor, *, despite: Iterable[UUID] = (), team: UUID | None = None) -> FileReport:
    """Reads and brings in one file in a transaction of its own. Never raises for what is wrong with the file."""
    return _attempt(source, lambda: present(replace(by, request=new_id())), despite, team)


def import_within(source: Source, by: Actor, *, team: UUID | None = None) -> FileReport:
    """The same inside the transaction of a job: what goes wrong undoes the file and leaves the job."""
    return _attempt(source, lambda: _savepoint(by), (), team)


@contextmanager
def _savepoint(by: Actor) -> Iterator[Actor]:
    """A point in the present transaction to come back to."""
    with transaction.atomic():
        yield by


def _attempt(
    source: Source, entering: Callable[[], AbstractContextManager[Actor]], despite: Iterable[UUID], team: UUID | None
) -> FileReport:
    try:
        bundle = read(source)
        with entering() as here:
            return FileReport(source.name, bring_in(bundle, by=here, despite=despite, team=team))
    except Refusal as refusal:
        return FileReport(source.name, refusal=refusal)
    except Exception as error:
        return FileReport(source.name, refusal=Refusal("FHIR_IMPORT_FAILED", kind=type(error).__name__))


def _lookalikes(refusal: Refusal) -> tuple[UUID, ...]:
    alike = refusal.facts.get("lookalikes", ())
    return alike if isinstance(alike, tuple) else ()


def _said(refusal: Refusal) -> dict[str, str]:
    return {"code": refusal.code, "why": refusal.message, "next": refusal.next_step}
