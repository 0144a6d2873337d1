"""What each column of a list holds, guessed from its header. Whoever takes the list brings the fields it knows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from keepwell.base import text

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)")
_AROUND = frozenset("patient patients pt pat client person demographics paciente del de the no".split())
LEFT_OUT = ""
"""What a column holds that is not taken."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something a list may say: its name, what people read, the headers it is known by (folded words)."""

    name: str
    label: Any
    words: tuple[str, ...]


def folded(header: str) -> str:
    """PatientFirst_Name → patient first name."""
    return text.fold(_CAMEL.sub(" ", header))


class Matcher:
    """Guesses for one set of fields."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self.fields = tuple(fields)
        self._by_words = {words: f.name for f in self.fields for words in f.words}
        self._by_glued = {words.replace(" ", ""): name for words, name in self._by_words.items()}
        self._worth = lru_cache(maxsize=4096)(self._weigh)

    def known(self, header: str) -> bool:
        """Whether these words alone are the header of a field."""
        name, worth = self._worth(header)
        return bool(name) and worth >= 2

    def guess(self, headers: Sequence[str]) -> tuple[str, ...]:
        """A field's name for each column, or LEFT_OUT; each field once, surest and leftmost first."""
        weighed = [(*self._worth(header), at) for at, header in enumerate(headers)]
        found = [LEFT_OUT] * len(headers)
        for name, worth, at in sorted(weighed, key=lambda w: (-w[1], w[2])):
            if worth and name not in found:
                found[at] = name
        return tuple(found)

    def _weigh(self, header: str) -> tuple[str, int]:
        words = folded(header)
        if words in self._by_words:
            return self._by_words[words], 4
        kept = " ".join(w for w in words.split() if w not in _AROUND)
        for said, worth in ((words.replace(" ", ""), 3), (kept.replace(" ", ""), 2)):
            if said in self._by_glued:
                return self._by_glued[said], worth
        inside = [w for w in self._by_words if len(w) > 3 and f" {w} " in f" {kept} "]
        return (self._by_words[max(inside, key=len)], 1) if inside else (LEFT_OUT, 0)


def fields_said(labels: Mapping[str, Any], headers: Path) -> tuple[Field, ...]:
    """The fields with these labels, and the headers a CSV file of `field` and `header` says they are known by."""
    known: dict[str, list[str]] = {name: [] for name in labels}
    with headers.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known[row["field"]].append(row["header"])
    return tuple(Field(name, labels[name], tuple(words)) for name, words in known.items())
