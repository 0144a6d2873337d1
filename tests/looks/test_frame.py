"""The frame around every page: choices kept in cookies, and what is said when something goes wrong."""

from __future__ import annotations

import pytest
from django.core.exceptions import BadRequest
from django.test import RequestFactory
from markupsafe import Markup

from config import views
from config.preferences import Preferences


def chosen(**choice: str):
    return views.preferences(RequestFactory().post("/preferences/", choice))


def asked_with(**cookies: str) -> Preferences:
    request = RequestFactory().get("/")
    request.COOKIES |= cookies
    return Preferences.of(request)


def test_a_choice_is_kept_and_the_reader_goes_back_to_where_it_was_made():
    answer = chosen(theme="dark", next="/patients/")
    assert answer["Location"] == "/patients/"
    assert answer.cookies["theme"].value == "dark"
    assert answer.cookies["theme"]["samesite"] == "Lax"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/", "//example.com/", "javascript:alert(1)", "/\\example.com"]
)
def test_a_choice_never_leads_to_somebody_elses_site(elsewhere: str):
    assert chosen(theme="dark", next=elsewhere)["Location"] == "/"


def test_only_known_choices_are_kept():
    assert not chosen(theme="pink", private="maybe", language="xx").cookies
    assert chosen(language="es").cookies["django_language"].value == "es"


def test_cookies_that_say_nonsense_count_as_not_said():
    likes = asked_with(theme="<b>", private="1", zone="../../etc/passwd", keys="")
    assert likes == Preferences()
    assert asked_with(theme="dark", private="on", keys="off").private
    assert str(asked_with(zone="America/Chicago").zone) == "America/Chicago"


@pytest.mark.parametrize(
    ("view", "status"),
    [(lambda r: views.not_found(r, Exception()), 404), (lambda r: views.bad_request(r, BadRequest()), 400),
     (views.forged, 403), (views.server_error, 500)],
)  # fmt: skip
def test_what_goes_wrong_is_said_in_words_with_a_way_on(view, status: int):
    answer = view(RequestFactory().get("/"))
    page = answer.content.decode()
    words = Markup(page.partition("<main")[2].partition("</main>")[0]).striptags()
    assert answer.status_code == status
    assert str(status) not in words
    assert "Oops" not in words
    assert '<a class="button" href="/">' in page
