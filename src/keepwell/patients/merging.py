"""Two records of one person: merged by a link that either side can be opened through, and taken apart again."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext

from keepwell.access import policy
from keepwell.access.models import PatientLink
from keepwell.access.persons import persons, survivors
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.patients.models import Patient


@action("patient.merged", about="patients")
def merge(patients: tuple[UUID, UUID], *, by: Actor) -> PatientLink:
    """Two records turn out to be of one person: (the one that stands for them from now on, the other).

    Nothing is moved and nothing sealed anew: opening one opens both, and what was restricted of one is of both.
    Whoever looks after one of the two asks a colleague: a merge may not give the one who merges a care relation.
    Raises Refusal MERGE_WITH_ITSELF, NOT_FOUND, ALREADY_MERGED, POLICY_DENY.
    """
    survivor, duplicate = patients
    if survivor == duplicate:
        raise Refusal("MERGE_WITH_ITSELF")
    _hold(patients)
    if PatientLink.objects.filter(ended_at=None, duplicate_id__in=patients).exists():
        raise Refusal("ALREADY_MERGED")
    if PatientLink.objects.filter(ended_at=None, patient_id=duplicate).exists():
        raise Refusal("ALREADY_MERGED")
    _no_gain(patients, by)
    return PatientLink.objects.create(patient_id=survivor, duplicate_id=duplicate)


@action("patient.unmerged", about="patients")
def unmerge(patients: tuple[UUID, UUID], *, by: Actor) -> None:
    "They were two people after all: each record stands alone again, as it was. Raises Refusal NOT_MERGED."
    survivor, duplicate = patients
    _hold(patients)
    links = PatientLink.objects.filter(ended_at=None, patient_id=survivor, duplicate_id=duplicate)
    if not links.update(ended_at=clock.now()):
        raise Refusal("NOT_MERGED")


def _no_gain(patients: tuple[UUID, UUID], by: Actor) -> None:
    "Looking after one record of a person is looking after all, so nobody merges their way to another chart."
    people = persons(patients)
    caring = policy.cared_for(by, {record for records in people.values() for record in records})
    if len({caring.isdisjoint(records) for records in people.values()}) > 1:
        raise Refusal(
            "POLICY_DENY", rule=gettext("you look after one of these two; a colleague who does not can merge them")
        )


def _hold(patients: tuple[UUID, UUID]) -> None:
    "Both rows, in one order, so that two merges at once neither cross nor wait for each other."
    held = Patient.objects.select_for_update().filter(id__in=patients).order_by("id").values_list("id", flat=True)
    if len(held) != 2:
        raise Refusal("NOT_FOUND")


def standing_for(patient: UUID) -> UUID:
    """The record that stands for the person: itself or what it was merged into. Raises Refusal PATIENT_WITHDRAWN."""
    require_standing(patient)
    return survivors([patient])[patient]


def known(patient: UUID) -> None:
    """Raises Refusal NOT_FOUND for an id that is no patient's here."""
    if not Patient.objects.filter(id=patient).exists():
        raise Refusal("NOT_FOUND")


def require_standing(*patients: UUID) -> None:
    """Raises Refusal PATIENT_WITHDRAWN if the list that brought one of them here was undone."""
    if Patient.objects.filter(id__in=patients, withdrawn_at__isnull=False).exists():
        raise Refusal("PATIENT_WITHDRAWN")
