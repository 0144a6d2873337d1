"""The tree as the database keeps it: leaves, and every complete subtree of 256, 65,536 … of them."""

from __future__ import annotations

from typing import Any

import psycopg

from keepwell.ledger.merkle import parents

Connection = psycopg.Connection[tuple[Any, ...]]

STEP = 8
"""Subtrees are kept at every eighth level."""


class StoredTree:
    """Answers `fetch(level, index)` with a few reads of at most 256 hashes, each made once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The root of a complete subtree. Raises LookupError when the database does not have all of it."""
        kept = level - level % STEP
        width = 1 << level - kept
        start = index * width
        row = self._row(kept, start >> STEP)[start % (1 << STEP) :][:width]
        if len(row) != width:
            raise LookupError(f"subtree {index} of level {level} is not complete")
        while len(row) > 1:
            row = parents(row)
        return row[0]

    def _row(self, level: int, tile: int) -> list[bytes]:
        """Up to 256 neighbours of one kept level."""
        found = self._rows.get((level, tile))
        if found is None:
            asked = self._connection.execute("SELECT custody.tree_row(%s::smallint, %s)", [level, tile])
            found = [bytes(row[0]) for row in asked.fetchall()]
            self._rows[level, tile] = found
        return found
