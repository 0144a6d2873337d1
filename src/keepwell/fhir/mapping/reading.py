"""Reading one resource without trusting its shape: whatever is missing or of another type reads as empty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from keepwell.fhir import labels
from keepwell.records.moments import NotADate, moment


class Place(Protocol):
    """Where a resource stands: what its references lead to."""

    def id_of(self, reference: str) -> str:
        """Our id of what is referred to, or empty."""
        ...

    def name_of(self, reference: str) -> str:
        """What that is called, or empty."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """A resource (or a part of one) and where it stands."""

    resource: dict[str, Any]
    place: Place

    def text(self, element: str) -> str:
        return labels.tidy(self.resource.get(element))

    def words(self, element: str) -> str:
        return labels.words(self.resource.get(element))

    def code(self, element: str) -> str:
        """The first code of a CodeableConcept, or a plain code."""
        value = self.resource.get(element)
        return labels.tidy(value) or next((labels.tidy(c.get("code")) for c in labels.codings(value)), "")

    def coded(self, element: str) -> dict[str, str]:
        """title, code and system of what a resource is about."""
        first = next(iter(labels.codings(self.resource.get(element))), {})
        return {
            "title": self.words(element),
            "code": labels.tidy(first.get("code")),
            "system": labels.tidy(first.get("system")),
        }

    def inner(self, element: str) -> Reading:
        """An element that is an object."""
        value = self.resource.get(element)
        return Reading(value if isinstance(value, dict) else {}, self.place)

    def each(self, element: str) -> Iterator[Reading]:
        """The objects of an element that is a list."""
        value = self.resource.get(element)
        for item in value if isinstance(value, list) else ():
            if isinstance(item, dict):
                yield Reading(item, self.place)

    def first(self, element: str) -> Reading:
        return next(self.each(element), Reading({}, self.place))

    def moment(self, *elements: str) -> str:
        """The first of these that holds a date, as written; "period.start" looks inside."""
        for element in elements:
            outer, _, within = element.partition(".")
            found = self.inner(outer).text(within) if within else self.text(outer)
            if found and _is_date(found):
                return found
        return ""

    def link(self, element: str) -> str:
        """Our id of what an element refers to."""
        return self.place.id_of(self.inner(element).text("reference"))

    def called(self) -> str:
        """What this reference leads to is called."""
        return self.text("display") or self.place.name_of(self.text("reference"))

    def reasons(self) -> str:
        """Why, from reasonCode and reasonReference, each said once."""
        said = [labels.words(r.resource) for r in self.each("reasonCode")]
        said += [r.called() for r in self.each("reasonReference")]
        return ", ".join(dict.fromkeys(filter(None, said)))


def _is_date(text: str) -> bool:
    try:
        moment(text)
    except NotADate:
        return False
    return True
