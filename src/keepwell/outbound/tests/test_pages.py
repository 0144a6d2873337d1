"""The outbox, the carriers and the preview as each role meets them."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.urls import reverse

from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.outbound.models import Connection, ServiceKind
from keepwell.outbound.preview import preview
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.sending import carries, dispatched, every, only, reachable, reminder, sends, writes
from keepwell.outbound.tests.servers import https, mail
from keepwell.outbound.vendors import actions as vendors
from keepwell.patients.tests.people import again
from tests.browse import ask, counted, text
from tests.cast import Clinic


def test_an_empty_outbox_teaches(rosa: Actor):
    assert "Nothing waits" in text(ask(rosa, "/outbox/"))
    for show in ("failed", "unknown", "planned", "gone", "nonsense"):
        assert ask(rosa, f"/outbox/?show={show}").status_code == 200


def test_what_waits_says_why_and_where_the_cause_is_gone(willow: Clinic, rosa: Actor, ada: UUID):
    reachable(willow, ada)
    sends(rosa, reminder(ada))
    page = text(ask(rosa, "/outbox/"))
    for words in ("Appointment reminder", "Ada Lovelace", "BAA_REQUIRED", 'href="/calls/"', "Waiting to send (1)"):
        assert words in page
    today = text(ask(rosa, "/"))
    assert "Waiting to send" in today
    assert "BAA_REQUIRED" in today
    whole = text(ask(rosa, f"/outbox/{only(willow).id}/"))
    assert "a reminder of your appointment" in whole
    assert "ada@example.org" in whole


def test_released_in_one_press_once_the_cause_is_gone(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    reachable(willow, ada)
    sends(rosa, reminder(ada))
    message = only(willow).id
    with mail() as box:
        carries(pat, Channel.EMAIL, box.secrets())
        answer = ask(rosa, "/outbox/act/", {"release": str(message), "back": "/outbox/?show=waiting"})
        assert answer.headers["Location"] == "/outbox/?show=waiting&released=1&still=0"
        assert "1 message is on its way" in text(ask(rosa, answer.headers["Location"]))
        dispatched(willow)
        assert len(box.taken) == 1
    assert "Appointment reminder" in text(ask(rosa, "/outbox/?show=gone"))


def test_many_at_once_and_what_still_waits_says_so(willow: Clinic, rosa: Actor, ada: UUID):
    reachable(willow, ada)
    for _ in range(3):
        sends(rosa, reminder(ada))
    first, second, third = every(willow)
    said = {"message": [str(first.id), str(second.id)], "act": "release", "back": "/outbox/"}
    where = ask(rosa, "/outbox/act/", said).headers["Location"]
    assert "2 still wait" in text(ask(rosa, where))
    ask(rosa, "/outbox/act/", {"message": [str(third.id)], "act": "discard", "back": "https://elsewhere.example/"})
    assert [m.status for m in every(willow)] == ["waiting", "waiting", "discarded"]
    assert ask(rosa, "/outbox/act/", {"act": "release"}).status_code == 422


def test_a_list_of_many_is_one_opening(willow: Clinic, rosa: Actor, ada: UUID):
    reachable(willow, ada)
    for _ in range(8):
        sends(rosa, reminder(ada))
    ask(rosa, "/outbox/")
    with counted() as said:
        page = text(ask(rosa, "/outbox/?by=email&because=BAA_REQUIRED"))
    assert page.count("Appointment reminder") >= 8
    assert sum("custody.open(" in s for s in said) == 1
    assert len(said) <= 20
    assert "Appointment reminder" not in text(ask(rosa, "/outbox/?by=sms"))


def test_an_administrator_sees_that_something_waits_but_not_for_whom(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID
):
    reachable(willow, ada)
    sends(rosa, reminder(ada))
    for path in ("/outbox/", f"/outbox/{only(willow).id}/"):
        page = text(ask(pat, path))
        assert "BAA_REQUIRED" in page
        assert "Lovelace" not in page
        assert "ada@example.org" not in page
    assert ask(pat, f"/outbox/{ada}/").status_code == 404


def test_unknown_is_asked_about_and_settled_by_a_person(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    with mail() as box:
        carries(pat, Channel.EMAIL, box.secrets())
        reachable(willow, ada)
        box.silent = True
        sends(rosa, reminder(ada))
        dispatched(willow)
    page = text(ask(rosa, "/outbox/?show=unknown"))
    assert "Ask before sending again" in page
    assert "Send again" in page
    ask(rosa, "/outbox/act/", {"message": str(only(willow).id), "act": "arrived"})
    assert only(willow).status == "delivered"


def test_a_fax_number_is_confirmed_on_the_page(willow: Clinic, pat: Actor, cleo: Actor, ada: UUID):
    with https() as desk:
        carries(pat, Channel.FAX, desk.secrets())
        writes(pat)
        path = f"/patients/{ada}/send/"
        assert "Let it wait" not in text(ask(cleo, f"{path}?what=contact.check&by=fax&number=617-555-0188"))
        fax = {
            "what": "contact.check",
            "by": "fax",
            "number": "617-555-0188",
            "recipient": "Dr. Lee",
            "right": "treatment",
        }
        page = text(ask(cleo, path, fax | {"look": "1"}))
        assert "FAX_UNCONFIRMED" in page
        assert "Dr. Lee, 617-555-0188" in page
        assert "To treat them (§ 164.506(c)(2))" in page
        assert ask(cleo, path, fax | {"look": "1", "number": "12"}).status_code == 422
        ask(cleo, path, fax)
        whole = text(ask(cleo, f"/outbox/{only(willow).id}/"))
        assert "Dr. Lee" in whole
        assert "To treat them" in whole
        ask(cleo, "/outbox/act/", {"message": str(only(willow).id), "act": "confirm"})
        dispatched(willow)
        assert len(desk.taken) == 1


def test_the_preview_says_what_the_gate_says_and_shows_the_very_words(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID
):
    path = f"/patients/{ada}/send/"
    page = text(ask(rosa, path))
    assert "BAA_REQUIRED" in page
    assert "Let it wait in the outbox" in page
    with mail() as box:
        carries(pat, Channel.EMAIL, box.secrets())
        writes(pat)
        reachable(willow, ada)
        page = text(ask(rosa, path + "?by=email"))
        for words in ("Acme email", "in force until", "Please call 617-555-0100", "ada@example.org", "Consent on file"):
            assert words in page
        with present(again(rosa)) as by:
            shown = preview(reminder(ada), by=by)
        assert ask(rosa, path, {"what": "please.call", "by": "email"}).status_code == 302
        dispatched(willow)
        assert box.taken[0].get_content().split("\n\n")[0].strip() in page
    assert shown.clear
    assert repr(shown).find("ada") == -1
    assert ask(rosa, f"/patients/{ada}/detail/", {"level": "least"}).status_code == 302


def test_carriers_are_connected_tested_and_taken_away(willow: Clinic, pat: Actor, rosa: Actor):
    assert "Nobody carries messages yet" in text(ask(pat, "/settings/carriers/"))
    assert ask(rosa, "/settings/carriers/").status_code == 403
    service = firms.service(pat, ServiceKind.EMAIL)
    assert "BAA_REQUIRED" in text(ask(pat, "/settings/carriers/"))
    path = f"/settings/carriers/{service.id}/"
    assert "Server" in text(ask(pat, path))
    firms.agreed(pat, firms.associate(pat, service))
    firms.did(pat, vendors.use, firms.fresh(pat, service))
    with mail() as box:
        wrong = ask(pat, path, box.secrets(host="", password="do not show"))
        assert wrong.status_code == 422
        assert "do not show" not in text(wrong)
        assert ask(pat, path, box.secrets()).status_code == 302
        page = text(ask(pat, "/settings/carriers/"))
        assert "Connected" in page
        assert "In force" in page
        assert "on its way" in text(ask(pat, "/settings/carriers/test/", {}))
        dispatched(willow)
        assert "This is a test from Keepwell" in box.taken[0].get_content()
    with present(again(pat)):
        connection = Connection.objects.get(ended_at=None).id
    ask(pat, f"/settings/carriers/{connection}/end/", {})
    assert "Not connected" in text(ask(pat, "/settings/carriers/"))
    assert "CARRIER_NOT_CONNECTED" in text(ask(pat, "/settings/carriers/test/", {}))


def test_how_the_practice_writes(willow: Clinic, pat: Actor):
    said = {"name": "Willow", "neutral": "Office", "phone": "617", "postal": "1 Elm", "site": "https://w.example/"}
    assert ask(pat, "/settings/carriers/writes/", said).status_code == 302
    assert 'value="w.example"' in text(ask(pat, "/settings/carriers/"))
    assert ask(pat, "/settings/carriers/writes/", said | {"name": " "}).status_code == 422


def test_every_wording_is_listed_with_its_version(pat: Actor):
    page = text(ask(pat, "/settings/wordings/"))
    for words in ("Appointment reminder", "le recordamos su cita", "Version 1", "STOP", "Dear Ada Lovelace",
                  "así le contactaríamos hoy", "your form arrived"):  # fmt: skip
        assert words in page


@pytest.mark.parametrize("name", ["rosa", "imani", "cleo", "theo", "pat"])
def test_whoever_may_use_the_outbox_opens_it(name: str, request: pytest.FixtureRequest, ada: UUID):
    assert ask(request.getfixturevalue(name), "/outbox/").status_code == 200


def test_a_message_begins_at_the_patient(rosa: Actor, bea: Actor, ada: UUID):
    assert f'href="/patients/{ada}/send/"' in text(ask(rosa, reverse("patient", args=[ada])))
    assert f'href="/patients/{ada}/send/"' not in text(ask(bea, reverse("patient", args=[ada])))
    assert ask(bea, f"/patients/{ada}/send/").status_code == 403


def test_a_form_pressed_twice_sends_once(willow: Clinic, rosa: Actor, ada: UUID):
    reachable(willow, ada)
    path = f"/patients/{ada}/send/"
    form = dict(re.findall(r'<input type="hidden" name="(once|what|by|number)" value="([^"]*)"', text(ask(rosa, path))))
    for _ in range(2):
        assert ask(rosa, path, form).status_code == 302
    assert len(every(willow)) == 1
    again_ = dict(re.findall(r'<input type="hidden" name="(once)" value="([^"]*)"', text(ask(rosa, path))))
    ask(rosa, path, form | again_)
    assert len(every(willow)) == 2, "another look at the form is another message"
