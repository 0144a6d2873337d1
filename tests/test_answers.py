"""What every answer keeps to: nothing is stored on the way, nothing undefined is shown, uploads are sealed at once."""

from __future__ import annotations

import pytest
from django.core.files.uploadhandler import load_handler
from django.test import Client, RequestFactory
from jinja2 import UndefinedError

from config.jinja import environment
from keepwell.vault.uploads import SealingHandler
from tests.house import walk

ASKED = {"/": 302, "/sign-in/": 200, "/patients/": 302, "/nowhere/": 404}


@pytest.mark.parametrize("path", ASKED)
def test_no_answer_is_stored_on_the_way(path: str, database: None):
    answer = Client().get(path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (ASKED[path], "no-store")


def test_a_forged_form_is_answered_and_not_stored(database: None):
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"email": "x"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (403, "no-store")


def test_a_page_that_breaks_is_not_stored(database: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("keepwell.ledger.doorway.rendered", lambda response: 1 / 0)
    answer = Client(raise_request_exception=False).get("/sign-in/")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (500, "no-store")


def test_no_page_says_otherwise():
    said = [walk.named(p) for p in walk.python_files() if "cache-control" in p.read_text(encoding="utf-8").lower()]
    assert said == ["config/headers.py"]


def test_nothing_that_was_opened_is_kept_in_a_cache():
    "Django's cache holds what it is given in the clear. Nothing of ours uses it."
    assert [walk.named(p) for p in walk.python_files() if "django.core.cache" in p.read_text(encoding="utf-8")] == []


def test_a_template_that_names_nothing_fails():
    for words in ("{{ nobody }}", "{% if nobody %}x{% endif %}", "{{ {}.name }}"):
        with pytest.raises(UndefinedError):
            environment().from_string(words).render()


def test_uploads_are_sealed_by_every_handler_there_is(settings):
    request = RequestFactory().post("/")
    handlers = [load_handler(name, request) for name in settings.FILE_UPLOAD_HANDLERS]
    assert [type(handler) for handler in handlers] == [SealingHandler]
