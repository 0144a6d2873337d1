"""What happens to patients' own facts: registered, edited, reached another way, covered by another payer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from keepwell.access import setup
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.charts import finding
from keepwell.ledger.actions import action
from keepwell.patients import duplicates, facts, indexing
from keepwell.patients.facts import Demographics
from keepwell.patients.models import Address, ContactPoint, Coverage, Lasting, Patient, RelatedPerson
from keepwell.patients.reach import Contact, Home, Kin, Payer, Said
from keepwell.vault.phi import PhiClass

IDENTITY, CONTACT, COVERAGE = PhiClass.IDENTITY, PhiClass.CONTACT, PhiClass.COVERAGE


def register(
    who: Demographics,
    *reach: Contact | Home | Kin,
    by: Actor,
    despite: Iterable[UUID] = (),
    patient: UUID | None = None,
    identifiers: list[dict[str, Any]] | None = None,
    import_namespace: str | None = None,
) -> Patient:
    """A new patient, after a look for the same person under another name or a typing mistake.

    `despite` names the look-alikes that somebody compared and found to be other people; that is recorded.
    Raises Refusal DUPLICATE_SUSPECTED (its fact `lookalikes` has their ids) and everything `facts.problems` finds.
    """
    facts.require(facts.problems(who))
    checked = tuple(fact.checked() for fact in reach)
    compared = tuple(despite)
    suspects = duplicates.lookalikes(indexing.findable(who, checked), by=by)
    if unseen := [s for s in suspects if s not in compared]:
        raise Refusal("DUPLICATE_SUSPECTED", field="family_name", count=len(unseen), lookalikes=tuple(suspects))
    columns = {"identifiers": identifiers, "import_namespace": import_namespace}
    registered = _register(who, checked, columns, by=by, patient=patient)
    if compared:
        _told_apart((registered.id, *compared), by=by)
    return registered


@action("patient.registered", about="patient", seals={IDENTITY, CONTACT})
def _register(
    who: Demographics, reach: tuple[Said, ...], origin: dict[str, Any], *, by: Actor, patient: UUID | None = None
) -> Patient:
    "A person becomes a patient of the practice, once the practice is set up."
    setup.require(by)
    number = who.record_number or facts.new_record_number()
    registered = Patient(id=patient, **who.columns() | origin | {"record_number": number})
    registered.save(force_insert=True)
    for model in {fact.model: None for fact in reach}:
        said = [fact for fact in reach if fact.model is model]
        model.objects.bulk_create(model(patient_id=registered.id, **fact.columns()) for fact in said)
    finding.index(registered.id, indexing.findable(who, reach, number), by=by)
    return registered


@action("patient.told_apart", about="patients")
def _told_apart(patients: tuple[UUID, ...], *, by: Actor) -> None:
    "Somebody compared patients who look alike and says that they are different people."


@action("patient.edited", about="patient", seals={IDENTITY, CONTACT})
def edit(patient: UUID, who: Demographics, *, seen: int, by: Actor) -> Patient:
    """Somebody's own facts are corrected or change. `seen` is the version that was on the screen.

    Raises Refusal STALE_VERSION, RECORD_NUMBER_TAKEN, NOT_FOUND and everything `facts.problems` finds.
    """
    facts.require(facts.problems(who))
    row = locked(patient)
    if row.version != seen:
        raise Refusal("STALE_VERSION")
    duplicates.require_free(who.record_number, patient, by=by)
    for column, value in who.columns().items():
        if column != "record_number" or value:
            setattr(row, column, value)
    row.version += 1
    row.save()
    indexing.reindex(patient, by=by)
    return row


@action("contact.added", about="patient", seals={CONTACT})
def add_contact(patient: UUID, contact: Contact, *, by: Actor, instead_of: UUID | None = None) -> Lasting:
    "A way to reach a patient, possibly instead of an earlier one. Raises Refusal PHONE_UNREADABLE, EMAIL_UNREADABLE."
    return _added(patient, contact, instead_of, by)


@action("contact.ended", about="patient")
def end_contact(patient: UUID, contact: UUID, *, by: Actor) -> None:
    "A phone number or address of theirs is no longer used."
    _ended(ContactPoint, patient, contact, by)


@action("address.added", about="patient", seals={CONTACT})
def add_address(patient: UUID, address: Home, *, by: Actor, instead_of: UUID | None = None) -> Lasting:
    "Where a patient lives or gets mail, possibly instead of an earlier address."
    return _added(patient, address, instead_of, by)


@action("address.ended", about="patient")
def end_address(patient: UUID, address: UUID, *, by: Actor) -> None:
    "A patient no longer lives or gets mail there."
    _ended(Address, patient, address, by)


@action("coverage.added", about="patient", seals={COVERAGE})
def add_coverage(patient: UUID, coverage: Payer, *, by: Actor, instead_of: UUID | None = None) -> Lasting:
    "Who pays for a patient's care, possibly instead of an earlier payer."
    return _added(patient, coverage, instead_of, by)


@action("coverage.ended", about="patient")
def end_coverage(patient: UUID, coverage: UUID, *, by: Actor) -> None:
    "This payer no longer pays."
    _ended(Coverage, patient, coverage, by)


@action("related_person.added", about="patient", seals={CONTACT})
def add_related(patient: UUID, related: Kin, *, by: Actor, instead_of: UUID | None = None) -> Lasting:
    "Somebody who belongs to a patient, possibly corrected."
    return _added(patient, related, instead_of, by)


@action("related_person.ended", about="patient")
def end_related(patient: UUID, related: UUID, *, by: Actor) -> None:
    "Somebody is no longer named as belonging to a patient."
    _ended(RelatedPerson, patient, related, by)


def locked(patient: UUID) -> Patient:
    """The patient's row, held until the transaction ends. Raises Refusal NOT_FOUND, PATIENT_WITHDRAWN."""
    row = Patient.objects.select_for_update().filter(id=patient).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    if row.withdrawn_at:
        raise Refusal("PATIENT_WITHDRAWN")
    return row


def _added(patient: UUID, fact: Said, instead_of: UUID | None, by: Actor) -> Lasting:
    checked = fact.checked()
    locked(patient)
    if instead_of:
        _end(fact.model, patient, instead_of)
    row = fact.model(patient_id=patient, **checked.columns())
    row.save(force_insert=True)
    _refind(fact.model, patient, by)
    return row


def _ended(model: type[Lasting], patient: UUID, row: UUID, by: Actor) -> None:
    locked(patient)
    _end(model, patient, row)
    _refind(model, patient, by)


def _end(model: type[Lasting], patient: UUID, row: UUID) -> None:
    if not model.objects.filter(id=row, patient_id=patient, ended_at=None).update(ended_at=clock.now()):
        raise Refusal("STALE_VERSION")


def _refind(model: type[Lasting], patient: UUID, by: Actor) -> None:
    "Coverage and addresses find nobody; the rest does."
    if model in (ContactPoint, RelatedPerson):
        indexing.reindex(patient, by=by)
