"""House rule 9: every guard names tests that exist, and words that are there to remove."""

from __future__ import annotations

import os
import sys

import pytest

from tests.attacks import removal
from tests.attacks.removal import guards, verdict
from tests.house import walk


@pytest.mark.parametrize("guard", guards(), ids=lambda g: g["name"])
def test_a_guard_can_be_removed_and_names_its_tests(guard):
    assert ("sql" in guard) != ("file" in guard)
    if "file" in guard:
        assert (walk.TOP / guard["file"]).read_text(encoding="utf-8").count(guard["find"]) == 1
    for test in guard["tests"]:
        path, _, name = test.partition("::")
        assert not name or f"def {name.split('[')[0]}(" in (walk.TOP / path).read_text(encoding="utf-8")


def test_a_guard_whose_tests_pass_or_do_not_run_is_found_out():
    assert verdict(0, "3 passed", ["a.py::b"])
    assert verdict(2, "ERROR a.py\n1 error", ["a.py::b"])
    assert verdict(1, "FAILED a.py::c - x\n1 failed", ["a.py::b"])
    assert verdict(1, "FAILED a.py::b[x] - x\n1 failed", ["a.py::b"]) is None


def test_tests_that_turn_in_a_circle_are_ended_and_found_out(monkeypatch, tmp_path):
    monkeypatch.setattr(removal, "PATIENCE", 1)
    assert removal.run([sys.executable, "-c", "while True: pass"], tmp_path, dict(os.environ)) == (None, "")
