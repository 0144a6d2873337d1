"""The same resource gets the same id each time its file comes in: a second run doubles nothing (UUIDv5, RFC 9562)."""

from __future__ import annotations

import hmac
from uuid import UUID, uuid5

from keepwell.fhir.bundle import Bundle, Entry
from keepwell.ledger import house


def practice_namespace(practice: UUID) -> UUID:
    """What ids of a practice's imports are made from here. Secret, so that an id betrays no number it came from."""
    return UUID(bytes=hmac.digest(house.key("import ids"), practice.bytes, "sha256")[:16])


def patient_id(practice: UUID, key: str) -> UUID:
    """The id of the patient whom a bundle calls `key`."""
    return uuid5(practice_namespace(practice), key)


def patient_namespace(practice: UUID, patient: UUID) -> UUID:
    """What the ids of one patient's imported resources are made from; sealed with the patient as well."""
    return uuid5(practice_namespace(practice), str(patient))


def resource_id(namespace: UUID, entry: Entry) -> UUID:
    """The id of a resource among those of one patient."""
    return uuid5(namespace, entry.key)


class Within:
    """Where the resources of one bundle stand, for mapping: references become our ids and names."""

    def __init__(self, bundle: Bundle, namespace: UUID, entry: Entry) -> None:
        self._bundle, self._namespace, self._entry = bundle, namespace, entry

    def id_of(self, reference: str) -> str:
        found = self._bundle.resolve(reference, self._entry) if reference else None
        return str(resource_id(self._namespace, found)) if found else ""

    def name_of(self, reference: str) -> str:
        found = self._bundle.resolve(reference, self._entry) if reference else None
        return self._bundle.names.get(found.key, "") if found else ""
