"""One bundle into the record: all of it or nothing, and the same again changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from keepwell.access import actions as access
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.fhir import identity, registration, update
from keepwell.fhir.bundle import Bundle, Received
from keepwell.fhir.identity import Within
from keepwell.fhir.mapping import head
from keepwell.fhir.mapping.patient import Demographics, demographics
from keepwell.fhir.mapping.reading import Reading
from keepwell.patients import actions as patients
from keepwell.patients.models import Patient
from keepwell.records import actions as records
from keepwell.records.actions import Arriving, Tally
from keepwell.records.classes import class_of
from keepwell.records.heads import Head
from keepwell.vault.phi import PhiClass

_SAME_PERSON = ("DUPLICATE_SUSPECTED", "RECORD_NUMBER_TAKEN")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one file brought. Counts by FHIR type; nothing in it is protected."""

    patient: UUID
    registered: bool
    new: Counter[str]
    changed: Counter[str]
    same: Counter[str]
    skipped: list[tuple[int, str]] = field(default_factory=list)
    outside: int = 0


def bring_in(bundle: Bundle, *, by: Actor, despite: Iterable[UUID] = (), team: UUID | None = None) -> Outcome:
    """Brings a surveyed bundle into `by`'s practice, inside the present transaction.

    `despite` names patients compared and found to be other people; `team` looks after the patient from now on.
    Raises Refusal FHIR_PATIENT_EXISTS, FHIR_CHANGED_WHILE_READ and what registering a patient raises.
    """
    patient = identity.patient_id(by.practice, bundle.patient.key)
    namespace = identity.patient_namespace(by.practice, patient)
    _one_at_a_time(patient)
    registered = not Patient.objects.filter(id=patient).exists()
    person = _person(bundle)
    if registered:
        _register(person, patient, namespace, despite, by=by)
    if registered and team is not None:
        access.relate(patient, by=by, team=team, basis="import")
    tally = _keep(bundle, patient, namespace, by)
    if tally.changed["Patient"]:
        update.patient(patient, person, by=by)
    skipped = [(e.number + 1, "FHIR_PSYCHOTHERAPY_NOTE") for e in bundle.entries if _apart(e.type, e.labels)]
    return Outcome(patient, registered, tally.new, tally.changed, tally.same, skipped, bundle.outside)


def _one_at_a_time(patient: UUID) -> None:
    """Two imports of one person wait for each other; the second then finds everything there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(patient.bytes[:8], "big", signed=True)])


def _person(bundle: Bundle) -> Demographics:
    received = next(one for one in bundle.received() if one.entry.number == bundle.patient.number)
    return demographics(Reading(received.resource, Within(bundle, UUID(int=0), bundle.patient)))


def _register(person: Demographics, patient: UUID, namespace: UUID, despite: Iterable[UUID], *, by: Actor) -> None:
    try:
        patients.register(
            registration.facts_of(person), *registration.reach_of(person), by=by, despite=despite, patient=patient,
            identifiers=registration.identifiers_of(person), import_namespace=str(namespace),
        )  # fmt: skip
    except Refusal as refusal:
        if refusal.code not in _SAME_PERSON:
            raise
        alike = refusal.facts.get("lookalikes", ())
        pointer = ", ".join(map(str, alike)) if isinstance(alike, tuple) else ""
        raise Refusal("FHIR_PATIENT_EXISTS", pointer=pointer, lookalikes=alike) from None


def _keep(bundle: Bundle, patient: UUID, namespace: UUID, by: Actor) -> Tally:
    tally = Tally()
    records.keep(patient, _arriving(bundle, namespace, (PhiClass.CLINICAL, PhiClass.COVERAGE)), by=by, tally=tally)
    if any(class_of(e.type, e.labels) is PhiClass.PART2 for e in bundle.entries):
        records.keep_part2(patient, _arriving(bundle, namespace, (PhiClass.PART2,)), by=by, tally=tally)
    if tally.moved:
        records.empty(patient, tally.moved, by=by)
    return tally


def _arriving(bundle: Bundle, namespace: UUID, classes: tuple[PhiClass, ...]) -> Iterator[Arriving]:
    for one in bundle.received():
        phi = class_of(one.entry.type, one.entry.labels)
        if phi in classes:
            yield Arriving(
                identity.resource_id(namespace, one.entry), one.entry.type, phi, _head(bundle, namespace, one), one.text
            )


def _head(bundle: Bundle, namespace: UUID, one: Received) -> Head:
    return head(one.resource, Within(bundle, namespace, one.entry))


def _apart(resource_type: str, labels: frozenset[str]) -> bool:
    return class_of(resource_type, labels) is PhiClass.PSYCHOTHERAPY
