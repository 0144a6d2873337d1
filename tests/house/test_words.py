"""House rules 4 to 6: excerpts, actions and refusals are all used, tested and in the generated pages."""

from __future__ import annotations

import ast
import inspect
from collections import Counter

import pytest

from keepwell.access.policy import MAY_SEE
from keepwell.base.refusal import catalogue
from keepwell.charts.excerpts import PLANS
from keepwell.cli.pages import ours
from keepwell.ledger.actions import VERBS
from tests.house import walk


def test_every_excerpt_is_allowed_to_some_role_for_some_purpose():
    useless = [
        p.name
        for cls, p in PLANS.items()
        if ours(cls.__module__) and not any(p.classes <= allowed for allowed in MAY_SEE.values())
    ]
    assert useless == []


def test_every_excerpt_and_action_says_what_it_is_for():
    silent = [p.name for cls, p in PLANS.items() if ours(cls.__module__) and not p.says]
    silent += [v.name for v in VERBS.values() if ours(v.function) and not v.says]
    assert silent == []


def test_every_action_has_a_test_that_names_its_verb():
    text = walk.tests_text()
    untested = [v.name for v in VERBS.values() if ours(v.function) and f'"{v.name}"' not in text]
    assert untested == []


def test_every_refusal_is_given_somewhere_and_tested_by_code():
    text = walk.tests_text()
    code = "\n".join(p.read_text(encoding="utf-8") for p in walk.python_files()) + "\n".join(
        p.read_text(encoding="utf-8") for p in walk.TOP.glob("src/keepwell/**/*.sql")
    )
    never_given = [c for c in catalogue() if f'"{c}"' not in code]
    untested = [c for c in catalogue() if c not in text]
    assert never_given == []
    assert untested == []


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_every_refusal_says_what_why_and_what_next(code: str):
    wording = catalogue()[code]
    assert wording.message and wording.next_step
    assert 400 <= wording.status < 600
    assert "{" not in wording.rule


def test_generated_pages_are_true():
    from keepwell.cli.pages import PAGES

    stale = [name for name, write in PAGES.items() if (walk.TOP / "docs" / name).read_text(encoding="utf-8") != write()]
    assert stale == [], "run: bin/keepwell docs"


def test_public_functions_of_the_mechanism_have_docstrings():
    from keepwell import charts
    from keepwell.access import pages, policy
    from keepwell.ledger import actions, custody, doorway

    for module in (charts, pages, policy, actions, custody, doorway):
        bare = [
            n
            for n, f in vars(module).items()
            if inspect.isfunction(f) and not n.startswith("_") and not f.__doc__ and f.__module__.startswith("keepwell")
        ]
        assert bare == [], module.__name__


def test_every_verb_has_its_words_once():
    "Two files that name one verb would say different things, whichever is read last."
    named = [
        str(key.value)
        for path in sorted(walk.TOP.glob("src/keepwell/compliance/verbs*.py"))
        for node in ast.walk(walk.tree(path))
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(value, ast.Tuple)
    ]
    assert sorted(key for key, times in Counter(named).items() if times > 1) == []
