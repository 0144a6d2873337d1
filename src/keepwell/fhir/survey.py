"""The first reading of a bundle: says what is in it, or refuses it by name and entry number (never by its content)."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

from keepwell.base import clock
from keepwell.base.refusal import Refusal
from keepwell.fhir import dates, labels, references, strict, versions
from keepwell.fhir.bundle import Bundle, Entry, digest
from keepwell.fhir.limits import STANDARD, Limits
from keepwell.fhir.slices import Slices
from keepwell.fhir.sources import Source

KINDS = frozenset({"transaction", "batch", "collection", "searchset"})
"""Bundles that carry resources to keep. Histories, messages and documents mean something else (R4 § 2.35.1)."""
_METHODS = frozenset({"POST", "PUT"})
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}\Z")
_NAMED = frozenset({"Medication", "Organization", "Practitioner", "Location", "Condition"})


def read(source: Source, *, limits: Limits = STANDARD, today: dt.datetime | None = None) -> Bundle:
    """Survey a file. Raises the first Refusal that explains best why it cannot be brought in."""
    survey = _Survey(limits, today or clock.now())
    wrong: Refusal | None = None
    with source.open() as stream:
        slices = Slices(stream, limits)
        for start, raw in slices:
            if wrong is None:
                wrong = survey.try_entry(start, raw)
            survey.seen += 1
    kind, labels = _envelope(bytes(slices.skeleton), survey.seen)
    if wrong is not None:
        raise wrong
    survey.settle()
    entries = tuple(replace(e, labels=e.labels | labels) if labels else e for e in survey.entries)
    patient = entries[survey.patients[0]]
    return Bundle(source, kind, entries, patient, survey.outside, survey.names, survey.by_key)


def _envelope(skeleton: bytes, entries: int) -> tuple[str, frozenset[str]]:
    """What stands around the entries says whether this is a bundle at all, of which kind and under which labels."""
    if not skeleton.strip():
        raise Refusal("FHIR_EMPTY")
    whole = strict.loads(skeleton)
    if not isinstance(whole, dict) or whole.get("resourceType") != "Bundle":
        raise Refusal("FHIR_NOT_BUNDLE")
    if version := versions.declared(whole):
        raise Refusal("FHIR_WRONG_VERSION", version=version, entry="-")
    kind = whole.get("type")
    if kind not in KINDS or whole.get("entry", []) != [0] * entries:
        raise Refusal("FHIR_NOT_BUNDLE")
    return str(kind), security_labels(whole)


def security_labels(resource: dict[str, Any]) -> frozenset[str]:
    """The codes in `meta.security` (R4 § 6.1.1): by which law a resource is protected besides HIPAA."""
    meta = resource.get("meta")
    found = meta.get("security") if isinstance(meta, dict) else None
    codings = found if isinstance(found, list) else []
    return frozenset(str(coding.get("code")) for coding in codings if isinstance(coding, dict))


class _Survey:
    def __init__(self, limits: Limits, today: dt.datetime) -> None:
        self.limits, self.today = limits, today
        self.seen = 0
        self.outside = 0
        self.entries: list[Entry] = []
        self.by_key: dict[str, int] = {}
        self.names: dict[str, str] = {}
        self.patients: list[int] = []
        self._pending: dict[tuple[str, str], int] = {}
        self._about: dict[tuple[str, str], int] = {}

    def try_entry(self, start: int, raw: bytes) -> Refusal | None:
        try:
            self._entry(start, raw)
        except Refusal as refusal:
            refusal.facts["entry"] = self.seen + 1
            return refusal
        return None

    def _entry(self, start: int, raw: bytes) -> None:
        members = strict.members(raw)
        resource = members["resource"].value if "resource" in members else None
        request = members["request"].value if "request" in members else {}
        if not isinstance(resource, dict) or not _TYPE.match(str(resource.get("resourceType", ""))):
            raise Refusal("FHIR_NO_RESOURCE")
        if not isinstance(request, dict) or request.get("method", "POST") not in _METHODS:
            raise Refusal("FHIR_NO_RESOURCE")
        if version := versions.foreign(resource):
            raise Refusal("FHIR_WRONG_VERSION", version=version)
        if self.seen >= self.limits.entries:
            raise Refusal("FHIR_TOO_LARGE", limit=f"{self.limits.entries} entries")
        url = members["fullUrl"].value if "fullUrl" in members else None
        url = url if isinstance(url, str) and url else None
        entry = self._place(start, len(raw), resource, url, digest(members["resource"].text))
        self._look_into(resource, entry)

    def _place(self, start: int, length: int, resource: dict[str, Any], url: str | None, mark: bytes) -> Entry:
        kind = resource["resourceType"]
        local = f"{kind}/{resource['id']}" if isinstance(resource.get("id"), str) else None
        key = references.key(url or local or f"sha256:{mark.hex()}", None)
        same_id = local in self.by_key and not key.startswith("http")
        if key in self.by_key or same_id:
            raise Refusal("FHIR_DUPLICATE_ID")
        number = len(self.entries)
        entry = Entry(number, start, length, kind, key, url, mark, security_labels(resource))
        self.entries.append(entry)
        self.by_key[key] = number
        if local:
            self.by_key.setdefault(local, number)
        if kind == "Patient":
            self.patients.append(number)
        if kind in _NAMED:
            self.names[key] = labels.label(resource)
        return entry

    def _look_into(self, resource: dict[str, Any], entry: Entry) -> None:
        inner = references.contained(resource)
        for element, text in references.texts(resource, []):
            if element == "reference":
                self._reference(text, entry, inner)
            elif dates.is_date(element) and dates.absurd(element, text, self.today):
                raise Refusal("FHIR_ABSURD_DATE", element=f"{entry.type}.{element}")
        for reference in references.about(resource):
            self._about.setdefault((reference, entry.full_url or ""), entry.number)
        if len(self._pending) > self.limits.pending:
            raise Refusal("FHIR_TOO_LARGE", limit=f"{self.limits.pending} references")

    def _reference(self, reference: str, entry: Entry, inner: set[str]) -> None:
        if reference.startswith("#"):
            if reference not in inner:
                raise Refusal("FHIR_BROKEN_REFERENCE")
        elif references.key(reference, entry.full_url) not in self.by_key:
            self._pending.setdefault((reference, entry.full_url or ""), entry.number)

    def settle(self) -> None:
        """What can only be asked once every entry is known."""
        if len(self.patients) != 1:
            raise Refusal("FHIR_TWO_PATIENTS" if self.patients else "FHIR_NO_PATIENT")
        for (reference, url), number in self._pending.items():
            if references.key(reference, url) in self.by_key:
                continue
            if not references.leads_outside(reference):
                raise Refusal("FHIR_BROKEN_REFERENCE", entry=number + 1)
            self.outside += 1
        for (reference, url), number in self._about.items():
            if references.key(reference, url) not in self.by_key and references.names_a_patient(reference):
                raise Refusal("FHIR_TWO_PATIENTS", entry=number + 1)
