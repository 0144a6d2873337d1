"""Everything people read is said in Spanish too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config import words
from tests.looks import gallery

BLANK = re.compile(r"%\((\w+)\)|\{(\w+)\}")
MACRO = re.compile(r"macro ([a-z]\w*)\(")


@pytest.fixture(scope="module")
def spanish():
    return words.kept()


def test_every_sentence_has_its_spanish(spanish):
    said = {m.id for m in words.gathered() if m.id}
    kept = {m.id for m in spanish if m.id}
    assert said - kept == set(), "run bin/words, then fill in what it lists"
    assert [w for w in words.missing(spanish) if w] == []


def test_the_blanks_of_a_sentence_are_the_same_in_both_languages(spanish):
    uneven = []
    for message in spanish:
        if not message.id:
            continue
        english = set().union(*(BLANK.findall(t) for t in words.forms(message.id)))
        for text in words.forms(message.string):
            uneven += [message.id] if not set(BLANK.findall(text)) <= english else []
    assert uneven == []


def test_a_page_in_spanish_is_in_spanish():
    page = gallery.render("today", language="es")
    assert '<html lang="es"' in page
    assert "Buscar paciente" in page
    assert "Find a patient" not in page


def test_refusals_that_reach_a_page_are_among_the_sentences():
    said = {m.id for m in words.gathered()}
    assert "Your role does not include this ({permission})." in said


def test_every_part_is_in_the_style_guide_and_on_its_page_of_the_docs():
    top = Path(gallery.HERE).parents[1]
    parts = {
        name
        for file in (top / "config/templates/components").glob("*.html")
        for name in MACRO.findall(file.read_text())
    }
    shown = "".join(
        page.read_text() for page in [*gallery.HERE.rglob("*.html"), *(top / "config/templates").rglob("*.html")]
    )
    told = (top / "docs/look.md").read_text()
    assert [
        name for name in sorted(parts) if not re.search(rf"(?:ui\.)?\b{name}\(", shown.replace(f"macro {name}(", ""))
    ] == []
    assert [name for name in sorted(parts) if f"ui.{name}(" not in told] == []
