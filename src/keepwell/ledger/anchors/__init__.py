"""Where checkpoints are kept outside the database, so that nobody who owns the database can take history back.

Cutting off the ledger's tail, or signing another history with a stolen key, is invisible from inside: only what was
written elsewhere before tells. An anchor is any place that takes a signed note and keeps it in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from keepwell.base.refusal import Refusal


class Anchor(Protocol):
    """A place outside the database to which notes are only ever added."""

    @property
    def name(self) -> str:
        """What the ledger calls this anchor; says nothing about where exactly it is."""

    def put(self, note: str) -> None:
        """Add a note. When this returns it survives a power cut. Raises Refusal ANCHOR_UNAVAILABLE."""

    def recent(self) -> list[str]:
        """The last notes added, oldest first: at least a few dozen if there are that many."""

    def length(self) -> int:
        """How much there is now, in whatever the anchor counts; for `notes`."""

    def notes(self, length: int | None = None) -> Iterator[str | None]:
        """Every note, oldest first, up to a length; None stands for something that is not a note any more."""


def load(spec: str) -> Anchor:
    """The anchor a setting names: `file:PATH`, or just a path."""
    from keepwell.ledger.anchors.file import FileAnchor

    scheme, colon, where = spec.partition(":")
    if not colon:
        scheme, where = "file", spec
    if scheme != "file" or not where:
        raise Refusal("ANCHOR_SPEC_INVALID")
    return FileAnchor(Path(where).expanduser())
