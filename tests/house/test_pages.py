"""House rule 1: every view says who may open it and why, or why anybody may."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from keepwell.access.entrances import Entrance
from keepwell.access.pages import public, stamp_of
from keepwell.access.policy import MAY_DO, MAY_SEE
from tests.house import walk

FOREIGN = ("static/",)


def test_every_view_is_stamped():
    unstamped = [path for path, view in walk.views() if stamp_of(view) is None and not path.startswith(FOREIGN)]
    assert unstamped == []


def test_every_page_is_for_some_role_that_may_open_it_for_its_purpose():
    for path, view in walk.views():
        stamp = stamp_of(view)
        if stamp is None or stamp.can is None:
            continue
        roles = [role for role, can in MAY_DO.items() if stamp.can in can]
        assert roles, path


def test_an_unstamped_view_stays_closed_at_run_time(rf: RequestFactory):
    def view(request):
        return HttpResponse("open")

    request = rf.get("/x")
    answer = Entrance(lambda r: HttpResponse())
    answer(request)
    response = answer.process_view(request, view, (), {})
    assert response is not None
    assert response.status_code == 500
    assert b"UNSTAMPED_VIEW" in response.content


def test_a_public_page_says_why():
    with pytest.raises(TypeError):
        public("")


def test_the_policy_never_shows_one_role_every_class():
    from keepwell.vault.phi import PhiClass

    for role, _ in MAY_SEE:
        seen = frozenset().union(*(classes for (r, _), classes in MAY_SEE.items() if r == role))
        assert seen != frozenset(PhiClass), role
