"""One form posted twice at the same moment, over two connections: done once, and both are answered calmly."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connections
from django.test import Client
from psycopg.errors import CheckViolation, DeadlockDetected, UniqueViolation

from keepwell.access.tests.somebody import Somebody, refused
from keepwell.base.actor import Role
from keepwell.base.ids import new_id
from keepwell.outbound import actions
from keepwell.outbound.asks import Draft
from keepwell.outbound.models import Message
from keepwell.outbound.tests.sending import every
from tests.cast import Clinic

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def desk(willow: Clinic) -> Somebody:
    return Somebody.at(willow, Role.FRONT_DESK).signs_in()


def posts(browser: Client, patient: UUID, once: UUID, **more: Any) -> Any:
    said = {"what": "please.call", "by": "email", "once": str(once)}
    return browser.post(f"/patients/{patient}/send/", urlencode(said), content_type=FORM, **more)


def at_once(work: Callable[[Any], Any], browsers: Iterable[Any]) -> list[Any]:
    """Each in a thread of its own, and so over connections of its own."""
    answers: list[Any] = []

    def one(browser: Any) -> None:
        try:
            answers.append(work(browser))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(browser,)) for browser in browsers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return answers


def test_two_posts_of_one_form_at_once_are_one_message_and_two_calm_answers(
    willow: Clinic, desk: Somebody, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    both, looked, standing = threading.Barrier(2, timeout=20), threading.local(), actions.standing

    def looks_first(keys: Iterable[str]) -> dict[str, Message]:
        found = standing(keys)
        if not hasattr(looked, "once"):
            looked.once = True
            both.wait()
        return found

    monkeypatch.setattr(actions, "standing", looks_first)
    other = Client()
    other.cookies = desk.browser.cookies
    once = new_id()
    answers = at_once(lambda browser: posts(browser, ada, once), [desk.browser, other])
    assert [a.status_code for a in answers] == [302, 302], [a.content.decode()[:2000] for a in answers]
    assert len(every(willow)) == 1


@pytest.mark.parametrize("cause", [UniqueViolation, DeadlockDetected])
def test_what_collides_again_is_refused_by_name(
    willow: Clinic, desk: Somebody, ada: UUID, monkeypatch: pytest.MonkeyPatch, cause: type[Exception]
):
    tried = []

    def collides(draft: Draft, **more: Any) -> None:
        tried.append(draft)
        raise IntegrityError from cause()

    monkeypatch.setattr(actions, "send", collides)
    refused(posts(desk.browser, ada, new_id()), "SAME_MOMENT", 409)
    assert len(tried) == 2
    file = {"what": "please.call", "by": "email", "once": str(new_id())}
    refused(desk.browser.post(f"/patients/{ada}/send/", file), "SAME_MOMENT", 409)
    assert len(tried) == 3, "what may have held a file is not asked again"
    assert every(willow) == []


def test_any_other_error_of_the_database_is_none_of_that(desk: Somebody, ada: UUID, monkeypatch: pytest.MonkeyPatch):
    def breaks(draft: Draft, **more: Any) -> None:
        raise IntegrityError from CheckViolation()

    monkeypatch.setattr(actions, "send", breaks)
    with pytest.raises(DatabaseError):
        posts(desk.browser, ada, new_id())
