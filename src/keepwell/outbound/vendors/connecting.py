"""Which ways of sending there are, for the register: each connector names itself here with what it can carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from keepwell.outbound.models import ServiceKind


@dataclass(frozen=True, slots=True)
class Connector:
    """A way of sending: what the screen calls it, and the kinds of service it can stand behind."""

    label: Any
    kinds: frozenset[ServiceKind]


CONNECTORS: dict[str, Connector] = {}
"""Name → what it is. A connector adds itself with `connector()` where it is made."""


def connector(name: str, label: Any, kinds: Iterable[ServiceKind]) -> str:
    """Names a connector once; `label` is a lazy translation. Returns the name."""
    CONNECTORS[name] = Connector(label, frozenset(kinds))
    return name
