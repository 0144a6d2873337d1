"""What a resource points at, and whether it is in the same bundle (R4 § 2.35.4, "Resolving references in Bundles")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_RESTFUL = re.compile(r"\A(https?://.+/)?([A-Z][A-Za-z]+/[A-Za-z0-9.\-]{1,64})(?:/_history/[A-Za-z0-9.\-]{1,64})?\Z")
_ABOUT = ("subject", "patient", "beneficiary")


def texts(node: Any, found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Every (element name, text) in a resource, however deep: dates and references are found among them."""
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, str):
                found.append((name, value))
            elif isinstance(value, (dict, list)):
                texts(value, found)
    else:
        for value in node:
            if isinstance(value, (dict, list)):
                texts(value, found)
    return found


def contained(resource: dict[str, Any]) -> set[str]:
    """The fragments a resource may point at within itself; "#" alone is the resource."""
    inner = resource.get("contained")
    found = {f"#{r['id']}" for r in inner if isinstance(r, dict) and "id" in r} if isinstance(inner, list) else set()
    return found | {"#"}


def about(resource: dict[str, Any]) -> Iterator[str]:
    """The references that say whose record this belongs to."""
    for element in _ABOUT:
        value = resource.get(element)
        if isinstance(value, dict) and isinstance(value.get("reference"), str):
            yield value["reference"]


def key(reference: str, full_url: str | None) -> str:
    """The fullUrl a reference should match: versions dropped, relative ones completed from where they stand."""
    match = _RESTFUL.match(reference)
    if match is None:
        return reference
    base = match[1] or ""
    if not base and full_url and (home := _RESTFUL.match(full_url)):
        base = home[1] or ""
    return base + match[2]


def leads_outside(reference: str) -> bool:
    """A whole web address or a search: another server's business, kept as written and never followed."""
    return reference.startswith(("http://", "https://")) or "?" in reference


def names_a_patient(reference: str) -> bool:
    """Whether a reference that is not in the bundle is to some patient."""
    return bool(re.search(r"(?:\A|/)Patient[/?]", reference))
