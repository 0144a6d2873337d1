"""Officers see which version this is and when something is amiss with it; nobody else is bothered."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from config import version
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.operations import versions
from keepwell.operations.versions import Release, Standing
from tests.browse import ask, text

AT_ODDS: dict[str, tuple[dict[str, Any], str]] = {
    "behind": ({"pending": (("a", "1"),)}, "finish the update"),
    "older": ({"unknown": (("a", "1"),)}, "of a newer version than the program"),
    "restart": ({"running": "0.0.1"}, "restart Keepwell"),
    "newer": ({"release": Release("9.9.0", "x.whl", "Calmer.")}, "A newer version lies ready"),
}


def again(who: Actor) -> Actor:
    return dataclasses.replace(who, request=new_id())


@pytest.mark.parametrize("state", AT_ODDS)
def test_officers_are_told_on_today_and_in_settings(
    pat: Actor, theo: Actor, rosa: Actor, monkeypatch: pytest.MonkeyPatch, state: str
):
    facts, words = AT_ODDS[state]
    found = Standing(**({"running": "1", "installed": "1"} | facts))
    assert found.state == state
    monkeypatch.setattr(versions, "standing", lambda places: found)
    for officer in (pat, theo):
        assert words in text(ask(again(officer), "/"))
        assert words in text(ask(again(officer), "/settings/version/"))
    assert words not in text(ask(again(rosa), "/"))
    assert ask(again(rosa), "/settings/version/").status_code == 403


def test_nothing_is_said_while_everything_is_of_one_version(theo: Actor):
    page = text(ask(again(theo), "/"))
    assert not any(str(words) in page for words in version.SAID.values())
    assert "Everything is of one version" in text(ask(again(theo), "/settings/version/"))
