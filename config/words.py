"""The sentences people read: gathered from templates, code and the catalogue of refusals into the Spanish catalogue."""

from __future__ import annotations

import ast
import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
TOP = HERE.parent
KEYWORDS = DEFAULT_KEYWORDS | {"gettext_lazy": None, "ngettext_lazy": (1, 2)}

HEADER = """\
# What Keepwell says, in Spanish as clinics in the United States speak it. Patients are "usted".
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: es\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""

ON_SCREEN = range(400, 500)
"""Refusals that people meet on a page. The 5xx are for whoever runs the system, mostly on the command line."""

ALSO = frozenset({"AUDIT_UNAVAILABLE", "KEY_UNAVAILABLE", "INTEGRITY_FAILURE"})


Found = Iterator[tuple[int, str, str, list[str]]]


def refusals(file: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Found:
    """Babel's reader for refusals.csv: what was refused and what to do next, of every row that can reach a page."""
    rows = csv.DictReader(io.StringIO(file.read().decode(), newline=""))
    for number, row in enumerate(rows, start=2):
        if int(row["status"]) in ON_SCREEN or row["code"] in ALSO:
            yield number, "", row["message"], []
            yield number, "", row["next_step"], []


def measures(file: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Found:
    """Babel's reader for ranges.csv: what the well-known measurements are called."""
    rows = csv.DictReader(io.StringIO(file.read().decode(), newline=""))
    for number, row in enumerate(rows, start=2):
        yield number, "", row["name"], []


def vetted(file: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Found:
    """Babel's reader for clauses.csv, questions.csv and answers.csv: what people read. A contract is English."""
    rows = csv.DictReader(io.StringIO(file.read().decode(), newline=""))
    for number, row in enumerate(rows, start=2):
        for column in ("title", "area", "asks", "wants", "says"):
            if row.get(column):
                yield number, "", row[column], []


def gathered() -> Catalog:
    """Every sentence there is now."""
    with (HERE / "locale/babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = Catalog()
    for part in ("config", "src"):
        rules = [(pattern.removeprefix(f"{part}/"), method) for pattern, method in methods]
        chosen = {pattern.removeprefix(f"{part}/"): options[pattern] for pattern, _ in methods}
        for _, _, words, _, context in extract_from_dir(str(TOP / part), rules, chosen, keywords=KEYWORDS):
            found.add(words, context=context)
    for permission in permissions((TOP / "src/keepwell/access/policy.py").read_text(encoding="utf-8")):
        found.add(permission)
    return found


def permissions(policy: str) -> list[str]:
    """What roles may do, as the policy's own source names it: the words of `class Can`."""
    (can,) = (node for node in ast.parse(policy).body if isinstance(node, ast.ClassDef) and node.name == "Can")
    return [
        str(line.value.value)
        for line in can.body
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant)
    ]


def kept(language: str = "es") -> Catalog:
    """What is translated so far."""
    with (HERE / f"locale/{language}/LC_MESSAGES/keepwell.po").open("rb") as file:
        return read_po(file, locale=language)


def missing(catalogue: Catalog) -> list[str]:
    """Sentences without a translation."""
    return [str(m.id) for m in catalogue if m.id and not all(forms(m.string))]


def forms(text: object) -> tuple[str, ...]:
    """A sentence as all its forms: one, or singular and plural."""
    return tuple(map(str, text)) if isinstance(text, (tuple, list)) else (str(text or ""),)


def main() -> None:
    """Brings the catalogue up to date: new sentences come in empty, old ones leave."""
    catalogue = kept()
    catalogue.update(gathered(), no_fuzzy_matching=True)
    for message in catalogue:
        message.locations = []
    body = io.BytesIO()
    write_po(body, catalogue, width=120, omit_header=True, sort_output=True, ignore_obsolete=True)
    (HERE / "locale/es/LC_MESSAGES/keepwell.po").write_text(HEADER + body.getvalue().decode(), encoding="utf-8")
    for words in missing(catalogue):
        sys.stdout.write(f"no Spanish yet: {words}\n")


if __name__ == "__main__":
    main()
