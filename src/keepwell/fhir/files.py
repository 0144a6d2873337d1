"""One file, brought in by itself: whatever is wrong with it costs the others nothing, and is said by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

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
            return {"ok": False, "refused": _said(self.refusal or Refusal("FHIR_IMPORT_FAILED"))}
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
    try:
        bundle = read(source)
        with present(replace(by, request=new_id())) as here:
            return FileReport(source.name, bring_in(bundle, by=here, despite=despite, team=team))
    except Refusal as refusal:
        return FileReport(source.name, refusal=refusal)
    except Exception as error:
        return FileReport(source.name, refusal=Refusal("FHIR_IMPORT_FAILED", kind=type(error).__name__))


def _said(refusal: Refusal) -> dict[str, str]:
    return {"code": refusal.code, "why": refusal.message, "next": refusal.next_step}
