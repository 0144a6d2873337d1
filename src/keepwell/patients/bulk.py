"""Hundreds of patients at once: a list moves in, is undone or comes back. One entry a batch names everybody in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from keepwell import charts
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.charts import finding
from keepwell.ledger import queries
from keepwell.ledger.actions import action
from keepwell.patients import facts, indexing
from keepwell.patients.excerpts import Addresses, Coverages, Reach, Relations, Sought
from keepwell.patients.facts import Demographics
from keepwell.patients.models import Address, ContactPoint, Coverage, Patient, RelatedPerson
from keepwell.patients.reach import Contact, Home, Kin, Payer, Said
from keepwell.vault.phi import PhiClass

OURS = ("patients.moved_in", "coverage.moved_in", "patients.withdrawn", "patients.restored")
"""Verbs that do not count as somebody having touched a patient who came with a list."""

People = Mapping[UUID, tuple[Demographics, Sequence[Said]]]


def move_in(people: People, payers: Mapping[UUID, Sequence[Payer]], *, by: Actor) -> None:
    """Everybody on a list becomes a patient. Who is one already was looked for before; facts come checked."""
    if people:
        _moved_in(tuple(people), people, by=by)
    if covered := {patient: said for patient, said in payers.items() if said}:
        _covered(tuple(covered), covered, by=by)


@action("patients.moved_in", about="patients", seals={PhiClass.IDENTITY, PhiClass.CONTACT})
def _moved_in(patients: tuple[UUID, ...], people: People, *, by: Actor) -> None:
    "People on a list from another system become patients of the practice."
    numbers = {patient: who.record_number or facts.new_record_number() for patient, (who, _) in people.items()}
    Patient.objects.bulk_create(
        Patient(id=patient, **who.columns() | {"record_number": numbers[patient]})
        for patient, (who, _) in people.items()
    )
    for model in (ContactPoint, Address, RelatedPerson):
        model.objects.bulk_create(
            model(patient_id=patient, **fact.columns())
            for patient, (_, reach) in people.items()
            for fact in reach
            if fact.model is model
        )
    known = {p: indexing.findable(who, reach, numbers[p]) for p, (who, reach) in people.items()}
    finding.index_each(known, by=by)


@action("coverage.moved_in", about="patients", seals={PhiClass.COVERAGE})
def _covered(patients: tuple[UUID, ...], payers: Mapping[UUID, Sequence[Payer]], *, by: Actor) -> None:
    "Who pays for people on a list from another system."
    Coverage.objects.bulk_create(
        Coverage(patient_id=patient, **payer.columns()) for patient, said in payers.items() for payer in said
    )


@action("patient.filled_in", about="patient", seals={PhiClass.CONTACT, PhiClass.COVERAGE})
def fill_in(patient: UUID, reach: Sequence[Said], payers: Sequence[Payer], *, by: Actor) -> int:
    "A row of a list adds what was not known of a patient who is here; nothing that is here changes. Says how much."
    chart = charts.open(patient, Reach, Addresses, Relations, Coverages, by=by, listed=True)
    here = {_key(row) for part in (Reach, Addresses, Relations, Coverages) for row in chart.all(part).get(patient, ())}
    new = [fact for fact in (*reach, *payers) if _key(fact) not in here]
    for fact in new:
        fact.model(patient_id=patient, **fact.columns()).save(force_insert=True)
    if new:
        indexing.reindex(patient, by=by)
    return len(new)


@action("patients.withdrawn", about="patients")
def withdraw(patients: tuple[UUID, ...], *, by: Actor) -> None:
    """The list they came with is undone: they are found, listed and opened by nobody. Keys, values and ledger stay.

    Only for those whom `untouched` names.
    """
    Patient.objects.filter(id__in=patients, withdrawn_at=None).update(withdrawn_at=clock.now())
    finding.forget_each(patients)


@action("patients.restored", about="patients")
def restore(patients: tuple[UUID, ...], *, by: Actor) -> None:
    "Registrations that were withdrawn with their list stand again."
    chart = charts.open(patients, Sought, Reach, Relations, by=by, listed=True)
    who, reach, kin = chart.each(Sought), chart.all(Reach), chart.all(Relations)
    Patient.objects.filter(id__in=patients).update(withdrawn_at=None)
    known = {p: indexing.findable(who[p], [*reach.get(p, ()), *kin.get(p, ())]) for p in patients}
    finding.index_each(known, by=by)


def untouched(patients: Iterable[UUID], *, by: Actor) -> list[UUID]:
    """Those whom nobody has opened or changed since they came, held until the transaction ends."""
    held = Patient.objects.select_for_update().filter(id__in=list(patients)).order_by("id")
    whose = list(held.values_list("id", flat=True))
    known = queries.touched(whose, by, apart_from=OURS)
    return [patient for patient in whose if patient not in known]


def _key(fact: object) -> tuple[str, ...]:
    "What makes two facts the same, before sealing or after opening."
    if isinstance(fact, Contact | Reach):
        return ("reach", fact.system, fact.value.casefold())
    if isinstance(fact, Home):
        return ("home", " ".join((*fact.lines, fact.postal_code)).casefold())
    if isinstance(fact, Addresses):
        return ("home", " ".join((*fact.where.get("line", ()), fact.where.get("postalCode", ""))).casefold())
    if isinstance(fact, Payer | Coverages):
        return ("payer", fact.member_number.casefold())
    if isinstance(fact, Kin | Relations):
        return ("kin", fact.name.casefold())
    raise TypeError(type(fact).__name__)
