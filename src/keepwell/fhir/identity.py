"""The same resource gets the same id each time its file comes in: a second run doubles nothing (UUIDv5, RFC 9562)."""

from __future__ import annotations

from uuid import UUID, uuid5

from keepwell.fhir.bundle import Bundle, Entry


def resource_id(namespace: UUID, entry: Entry) -> UUID:
    """The id of a resource among those of one patient.

    The namespace is random and sealed with the patient, so an id tells nobody which fullUrl or number it came from.
    """
    return uuid5(namespace, f"{entry.type} {entry.key}")


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
