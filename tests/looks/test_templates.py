"""The template environment: strict, escaped, and a fragment is the very part of its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.template import TemplateDoesNotExist
from jinja2 import UndefinedError
from jinja2_fragments import BlockNotFoundError

from config import assets, jinja

PAGE = """{% extends "frame.html" %}{% block content %}<h1>{{ title }}</h1>
{% block rows %}{% for name in names %}{{ ui.name(name) }}{% endfor %}{% endblock %}{% endblock %}"""


@pytest.fixture
def templates(tmp_path: Path) -> jinja.Templates:
    (tmp_path / "frame.html").write_text("<main>{% block content %}{% endblock %}</main>")
    (tmp_path / "page.html").write_text(PAGE)
    params = {"NAME": "jinja", "DIRS": [tmp_path, *jinja.DIRS], "APP_DIRS": False, "OPTIONS": {}}
    return jinja.Templates(params)


def test_a_fragment_is_the_very_part_of_its_page(templates: jinja.Templates):
    said = {"title": "Patients", "names": ["Ada", "Bo & Co"]}
    fragment = templates.get_template("page.html#rows").render(said)
    assert "Bo &amp; Co" in fragment
    assert "Patients" not in fragment
    assert fragment in templates.get_template("page.html").render(said)


def test_a_fragment_needs_only_what_it_names(templates: jinja.Templates):
    assert "Ada" in templates.get_template("page.html#rows").render({"names": ["Ada"]})
    with pytest.raises(UndefinedError):
        templates.get_template("page.html").render({"names": ["Ada"]})


def test_what_is_not_there_is_an_error(templates: jinja.Templates):
    with pytest.raises(BlockNotFoundError):
        templates.get_template("page.html#nothing").render({})
    with pytest.raises(TemplateDoesNotExist):
        templates.get_template("nothing.html")
    with pytest.raises(UndefinedError):
        templates.from_string("{{ ui.nothing() }}").render({})


def test_a_front_end_that_was_not_built_says_how(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(assets, "BUILT", tmp_path)
    with pytest.raises(assets.NotBuilt, match="run bin/build"):
        assets.asset("src/keepwell.ts")


def test_nothing_on_a_page_is_inline():
    for file in [*jinja.DIRS[0].rglob("*.html"), *(f for folder in jinja.DIRS[1:] for f in folder.rglob("*.html"))]:
        text = file.read_text(encoding="utf-8")
        assert "<style" not in text, file
        assert " style=" not in text, file
        assert " hx-on" not in text, file
        assert " onclick" not in text, file
