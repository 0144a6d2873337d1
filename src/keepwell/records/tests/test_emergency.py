"""Emergency access on the screen: offered where a chart is closed, asked with a reason, seen on every page, over."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from keepwell.access import actions as access
from keepwell.access.models import EmergencyAccess
from keepwell.access.tests.test_emergency import LINE, later
from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.records import heads
from keepwell.records.tests.test_chart import arriving, kept, openings, record
from keepwell.vault.phi import PhiClass
from tests.browse import ask, text
from tests.cast import Clinic

ASKED = {"reason": "treatment", "line": LINE}
PART2 = ASKED | {
    "part2": "on", "no_consent": "on", "recipient": "Imani Brooks", "facility": "Willow", "discloser": "Cleo Hart",
    "nature": "unconscious after an overdose",
}  # fmt: skip


@pytest.fixture
def bo(willow: Clinic, bo: UUID) -> UUID:
    "With a record, and nobody who looks after him."
    kept(willow, bo, *record())
    kept(willow, bo, arriving("Condition", heads.Condition(title="Opioid use disorder"), frozenset({"42CFRPart2"})))
    return bo


def begins(by: Actor, patient: UUID, **asked: str) -> None:
    answer = ask(by, f"/patients/{patient}/emergency/", asked or ASKED)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/patients/{patient}/"), text(answer)


def test_a_closed_chart_offers_it_to_those_who_may(imani: Actor, rosa: Actor, bo: UUID):
    assert f"/patients/{bo}/emergency/" in text(ask(imani, f"/patients/{bo}/"))
    assert f"/patients/{bo}/emergency/" not in text(ask(rosa, f"/patients/{bo}/"))


def test_a_refused_page_offers_it_too(willow: Clinic, imani: Actor, rosa: Actor, bo: UUID):
    with present(willow.system) as by:
        access.restrict(bo, [PhiClass.IDENTITY], by=by)
    page = ask(imani, f"/patients/{bo}/")
    assert page.status_code == 403
    assert f"/patients/{bo}/emergency/" in text(page)
    assert "/emergency/" not in text(ask(rosa, f"/patients/{bo}/"))
    form = ask(imani, f"/patients/{bo}/emergency/")
    assert form.status_code == 200
    assert "Nguyen" not in text(form)
    begins(imani, bo)
    assert "Nguyen" in text(ask(imani, f"/patients/{bo}/"))


def test_it_opens_the_chart_and_says_so_in_the_ledger(imani: Actor, bo: UUID):
    begins(imani, bo)
    page = text(ask(imani, f"/patients/{bo}/"))
    assert "Asthma" in page
    assert "for <em>an emergency</em>" in page
    assert "Opioid" not in page
    assert "Clinical: protected" not in page
    assert "clinical" in openings(imani)[-1][0]
    with present(imani):
        assert EmergencyAccess.objects.get().patient_id == bo


def test_every_page_counts_down_and_another_patient_stays_closed(imani: Actor, ada: UUID, bo: UUID):
    begins(imani, bo)
    assert "60 min left" in text(ask(imani, "/"))
    assert "Clinical: protected" in text(ask(imani, f"/patients/{ada}/"))


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(imani: Actor, bo: UUID):
    answer = ask(imani, f"/patients/{bo}/emergency/", {"line": "too short"})
    assert answer.status_code == 422
    assert "Say why this is an emergency." in text(answer)
    assert "too short" in text(answer)
    answer = ask(imani, f"/patients/{bo}/emergency/", PART2 | {"nature": ""})
    assert answer.status_code == 422
    assert "open in an emergency only once it is written down" in text(answer)
    assert "Clinical: protected" in text(ask(imani, f"/patients/{bo}/"))


def test_a_role_without_it_is_told_whom_to_call(rosa: Actor, bo: UUID):
    for answer in (ask(rosa, f"/patients/{bo}/emergency/"), ask(rosa, f"/patients/{bo}/emergency/", ASKED)):
        assert answer.status_code == 403
        assert "BREAKGLASS_NOT_ALLOWED" in text(answer)


def test_a_patient_who_is_not_here_has_no_emergency(imani: Actor, yuki: UUID):
    assert ask(imani, f"/patients/{yuki}/emergency/", ASKED).status_code == 404


def test_part_2_opens_with_its_record_and_the_record_stays_in_the_chart(
    willow: Clinic, imani: Actor, ximena: Actor, bo: UUID
):
    begins(imani, bo, **PART2)
    page = text(ask(imani, f"/patients/{bo}/"))
    assert "Opioid" in page
    for words in ("Imani Brooks, Willow", "Cleo Hart", "unconscious after an overdose"):
        assert words in page, words


def test_the_chart_shows_everybody_who_opened_it_in_an_emergency(imani: Actor, rosa: Actor, bo: UUID):
    assert "Emergency treatment" not in text(ask(rosa, f"/patients/{bo}/"))
    begins(imani, bo, **PART2)
    page = text(ask(rosa, f"/patients/{bo}/"))
    assert re.search(r"Imani\s*<span class=\"soft\">Emergency treatment", page)
    assert "overdose" not in page


def test_one_click_renews_once_and_one_click_ends(imani: Actor, cleo: Actor, bo: UUID, monkeypatch: pytest.MonkeyPatch):
    begins(imani, bo)
    with present(imani):
        began = EmergencyAccess.objects.get()
    assert ask(cleo, f"/emergency/{began.id}/renew/", {}).status_code == 404
    with later(monkeypatch, minutes=50):
        assert "One hour more" in text(ask(imani, "/"))
        assert ask(imani, f"/emergency/{began.id}/renew/", {}).status_code == 302
        page = text(ask(imani, "/"))
        assert "60 min left" in page
        assert "One hour more" not in page
        assert "BREAKGLASS_RENEWED" in text(ask(imani, f"/emergency/{began.id}/renew/", {}))
    assert ask(imani, f"/emergency/{began.id}/end/", {}).status_code == 302
    assert "min left" not in text(ask(imani, "/"))
    assert "Clinical: protected" in text(ask(imani, f"/patients/{bo}/"))
    assert "BREAKGLASS_OVER" in text(ask(imani, f"/emergency/{began.id}/end/", {}))


def test_when_the_hour_is_over_the_next_page_is_closed(imani: Actor, bo: UUID, monkeypatch: pytest.MonkeyPatch):
    begins(imani, bo)
    assert "Asthma" in text(ask(imani, f"/patients/{bo}/"))
    with later(monkeypatch, minutes=61):
        page = text(ask(imani, f"/patients/{bo}/"))
        assert "Asthma" not in page
        assert "min left" not in page
