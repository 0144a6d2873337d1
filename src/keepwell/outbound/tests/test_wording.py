"""Notices: fixed words, closed variables, nothing else. In English and Spanish."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.outbound import wording
from keepwell.outbound.asks import Draft
from keepwell.outbound.wording import NOTICES, Filling, Kind, Notice, checked, render

WHEN = dt.datetime(2026, 12, 1, 20, 0, tzinfo=dt.UTC)
GIVEN = {
    Kind.MOMENT: WHEN,
    Kind.DAY: WHEN.date(),
    Kind.LINK: "/a/7",
    Kind.CODE: "123456",
    Kind.COUNT: 2,
    Kind.PHONE: "617-555-0100",
}
HERE = Filling("Willow", "https://willow.example", "617-555-0100", "1 Elm St", "Ada")


def refused(run: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        run()
    return refusal.value.code


@pytest.mark.parametrize("name", sorted(NOTICES))
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_notice_reads_whole_in_both_languages(name: str, language: str):
    made = NOTICES[name]
    values = checked(made, {n: GIVEN[kind] for n, kind in made.variables.items()})
    for level in wording.LEVELS:
        filling = Filling("Willow", "https://w.example", "617", "1 Elm St", "Ada", language=language, level=level)
        said = render(made, values, filling, Channel.SMS)
        assert "%(" not in said.text
        assert said.subject
        assert ("Ada" in said.text) <= (level == "full")
    assert set(made.words) == {"en", "es"} == set(made.subject)


def test_the_time_is_where_the_recipient_is_and_says_so():
    made = NOTICES["appointment.reminder"]
    values = checked(made, {"when": WHEN, "link": "/a/7"})
    assert "Tuesday, December 1, 3:00 PM EST" in render(made, values, HERE, Channel.EMAIL).text
    west = Filling("Willow", "", zone="America/Los_Angeles", language="es")
    assert "martes 1 de diciembre, 12:00" in render(made, values, west, Channel.EMAIL).text


def test_a_text_says_how_to_stop():
    made = NOTICES["appointment.reminder"]
    values = checked(made, {"when": WHEN, "link": "/a/7"})
    assert render(made, values, HERE, Channel.SMS).text.endswith("Reply STOP to end texts.")


@pytest.mark.parametrize(
    "values",
    [
        {"when": "your HIV test came back", "link": "/a"},
        {"when": WHEN, "link": "/a your biopsy"},
        {"when": WHEN, "link": "https://elsewhere.example/"},
        {"when": WHEN.replace(tzinfo=None), "link": "/a"},
        {"when": WHEN, "link": "/a", "note": "bring your insulin"},
        {"when": WHEN},
    ],
)
def test_clinical_text_finds_no_place_in_a_notice(values: dict[str, Any]):
    assert refused(lambda: checked(NOTICES["appointment.reminder"], values)) == "REMINDER_PHI"
    assert refused(lambda: checked(NOTICES["sign_in.code"], {"code": "HIV-POSITIVE"})) == "REMINDER_PHI"


def test_a_notice_whose_words_leave_a_hole_is_not_made():
    words = {"en": {"usual": "Your %(diagnosis)s"}, "es": {"usual": "Su %(diagnosis)s"}}
    assert refused(lambda: wording.notice("t", Topic.CARE, "t", words=words, subject={"en": "M"})) == "REMINDER_PHI"
    said = {"en": {"usual": "x"}, "es": {"usual": "x"}}
    subject = {"en": "For %(first_name)s"}
    assert refused(lambda: wording.notice("t", Topic.CARE, "t", words=said, subject=subject)) == "PHI_IN_SUBJECT"
    assert "t" not in NOTICES


def test_a_subject_carries_no_second_header():
    made = NOTICES["please.call"]
    for evil in ("Willow\r\nBcc: eve@example.com", "Willow\nX: y", "Willow\x00"):
        assert refused(lambda evil=evil: render(made, {}, Filling(evil, ""), Channel.EMAIL)) == "PHI_IN_SUBJECT"


def test_patients_and_colleagues_get_their_own_notices():
    assert refused(lambda: Draft("staff.alert", new_id(), values={"link": "/"}).closed()) == "TEMPLATE_UNKNOWN"
    assert refused(lambda: Draft("please.call", member=new_id()).closed()) == "TEMPLATE_UNKNOWN"
    assert refused(lambda: Draft("no.such", new_id()).closed()) == "TEMPLATE_UNKNOWN"
    assert refused(lambda: Draft("please.call").closed()) == "CHOICE_UNKNOWN"


@pytest.mark.attack
def test_nobody_unknown_gets_a_notice_that_says_something_of_somebody():
    sms = (Channel.SMS,)
    assert refused(lambda: Draft("please.call", address="+16175550199", ways=sms).closed()) == "TEMPLATE_UNKNOWN"
    assert refused(lambda: Draft("texts.stopped", new_id(), ways=sms).closed()) == "TEMPLATE_UNKNOWN"
    assert refused(lambda: Draft("texts.stopped", new_id(), address="+1617", ways=sms).closed()) == "CHOICE_UNKNOWN"
    assert refused(lambda: Draft("texts.stopped", address="+16175550199").closed()) == "CHOICE_UNKNOWN"
    for number in ("call about your test", "6" * 21, "+1617\r\n555"):
        made = Notice("t", 1, Topic.ACCESS, "t", {}, {}, {"number": Kind.PHONE})
        assert refused(lambda number=number, made=made: checked(made, {"number": number})) == "REMINDER_PHI"


def test_there_is_no_kind_of_variable_for_free_text():
    assert set(Kind) == {"moment", "day", "link", "code", "count", "phone"}
    assert isinstance(NOTICES["please.call"], Notice)
