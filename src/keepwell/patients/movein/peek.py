"""The first look at a list, while its sender waits: headers, a guess at what they hold, a few rows to show."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from keepwell.base.tables.matching import LEFT_OUT, folded
from keepwell.base.tables.reading import read
from keepwell.base.tables.shapes import Row, Shape
from keepwell.patients.movein import meanings
from keepwell.patients.movein.course import without_reason
from keepwell.patients.movein.fields import MATCHER
from keepwell.vault.uploads import SealedUpload

SHOWN = 20
ASKED_FOR_DATES = 2000


@dataclass(frozen=True, slots=True, repr=False)
class Peek:
    """What is shown before anything is taken. `unclear`: the list does not tell in which order its dates are."""

    headers: tuple[str, ...]
    columns: tuple[str, ...]
    order: str
    unclear: bool
    rows: list[Row]
    shape: Shape

    def kept(self, *, remembered: bool) -> dict[str, Any]:
        """As it is sealed with the list."""
        return {
            "headers": list(self.headers), "unclear": self.unclear, "remembered": remembered,
            "rows": [[row.number, row.long, row.cells] for row in self.rows], "encoding": self.shape.encoding,
            "guessed": self.shape.guessed, "above": self.shape.above, "kind": self.shape.kind,
            "delimiter": self.shape.delimiter,
        }  # fmt: skip


def peek(upload: SealedUpload) -> Peek:
    """Raises every Refusal of reading a list."""
    with upload.spool.open() as plain:
        table = without_reason(read(plain, MATCHER.known))
    columns = MATCHER.guess(table.headers)
    rows = list(islice(table.rows, ASKED_FOR_DATES))
    dates = [row.cells[columns.index("birth_date")] for row in rows] if "birth_date" in columns else []
    seen = meanings.orders_seen(dates)
    return Peek(table.headers, columns, "dmy" if seen == {"dmy"} else "mdy", len(seen) > 1, rows[:SHOWN], table.shape)


def headers_said(headers: tuple[str, ...]) -> bytes:
    """The headers in a form that is the same for the same list next month."""
    return "\x1f".join(folded(header) or LEFT_OUT for header in headers).encode()
