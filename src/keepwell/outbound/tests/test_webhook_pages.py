"""Settings / Carriers / Webhooks as an administrator meets it."""

from __future__ import annotations

import re
from collections.abc import Callable

from keepwell.base.actor import Actor, Purpose, Role
from keepwell.outbound.models import ServiceKind
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.hooked import HOUR, deliveries, later, ours, place, told
from keepwell.outbound.tests.servers import https
from keepwell.patients.tests.people import LI, registers
from tests.browse import ask, text
from tests.cast import Clinic
from tests.sequencing import sequenced as sequenced  # a fixture

LIST = "/settings/carriers/webhooks/"


def test_an_empty_list_teaches_and_the_front_desk_has_none(pat: Actor, rosa: Actor):
    assert "No system of yours is told anything" in text(ask(pat, LIST))
    assert f'href="{LIST}"' in text(ask(pat, "/settings/carriers/"))
    assert ask(rosa, LIST).status_code == 403


def test_what_has_no_agreement_says_so(pat: Actor):
    service = firms.service(pat, ServiceKind.WEBHOOK, "Other firm")
    assert "BAA_REQUIRED" in text(ask(pat, LIST))
    assert "Nothing is told now" in text(ask(pat, f"{LIST}{service.id}/"))


def test_another_practice_and_another_kind_have_no_page(pat: Actor, ximena: Actor):
    service = ours(pat)
    theirs = Actor(ximena.id, ximena.practice, Role.ADMINISTRATOR, Purpose.HSYSADMIN)
    assert ask(theirs, f"{LIST}{service.id}/").status_code == 404
    assert ask(pat, f"{LIST}{firms.service(pat, ServiceKind.SMS).id}/").status_code == 404
    assert ask(pat, f"{LIST}{service.id}/end/", {}).status_code == 404


def test_registered_told_retried_renewed_and_ended(willow: Clinic, pat: Actor, sequenced: Callable[[], None]):
    service = ours(pat)
    path = f"{LIST}{service.id}/"
    with https() as desk:
        desk.answer = lambda number: (410 if number > 1 else 200, {})
        wrong = ask(pat, f"{path}register/", place(desk, url="http://example.com/", events="patient.registered"))
        assert wrong.status_code == 422
        assert "Only https addresses are allowed" in text(wrong)
        assert ask(pat, f"{path}register/", place(desk)).status_code == 422
        said = place(desk, events=["patient.registered", "thread.closed"], a_minute="30")
        page = text(ask(pat, f"{path}register/", said))
        key = re.search(r"kwh_[\w-]+", page)
        assert key
        assert ask(pat, f"{path}register/", said).status_code == 409
        again = text(ask(pat, path))
        assert key[0] not in again, "shown once"
        assert desk.url not in again
        assert "Registered" in text(ask(pat, LIST))
        registers(willow, LI)
        sequenced()
        told(willow)
        assert "Told: 1 · Waiting: 0 · Not taken: 0" in text(ask(pat, path))
        assert ask(pat, f"{path}events/", {"a_minute": "0", "events": "thread.closed"}).status_code == 422
        assert ask(pat, f"{path}events/", {"a_minute": "9", "events": "thread.closed"}).status_code == 302
        assert 'value="9"' in text(ask(pat, path))
        renewed = text(ask(pat, f"{path}key/", {}))
        assert "kwh_" in renewed
        assert key[0] not in renewed
    assert ask(pat, f"{path}again/", {}).status_code == 404
    assert ask(pat, f"{path}again/", {"only": "x"}).status_code == 404
    assert ask(pat, f"{path}end/", {}).status_code == 302
    assert "was ended on" in text(ask(pat, path))


def test_what_was_not_taken_stands_there_with_its_reason(willow: Clinic, pat: Actor, sequenced: Callable[[], None]):
    service = ours(pat)
    path = f"{LIST}{service.id}/"
    with https() as desk:
        ask(pat, f"{path}register/", place(desk, events="patient.registered"))
        registers(willow, LI)
        sequenced()
        desk.answer = lambda number: (500, {})
        _until_failed(willow, pat)
        page = text(ask(pat, path))
        for words in ("Not taken: 1", "A patient was registered", "ENDPOINT_REFUSED", "Send again"):
            assert words in page
        desk.answer = lambda number: (200, {})
        assert ask(pat, f"{path}again/", {"only": str(deliveries(pat)[0].id)}).status_code == 302
        told(willow)
    assert "Told: 1" in text(ask(pat, path))


def _until_failed(clinic: Clinic, pat: Actor) -> None:
    for number in range(1, 12):
        with later(number * 5 * HOUR):
            told(clinic)
    assert [d.status for d in deliveries(pat)] == ["failed"]
