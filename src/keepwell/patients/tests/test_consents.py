"""A patient's consents on their page: asked in one tick, taken back in one, shown to whom they concern."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from keepwell.access import actions as access
from keepwell.access import authorizations, consenting, drafts, texting, texts
from keepwell.access.actions import system_actor
from keepwell.access.consenting import Answer
from keepwell.access.consents import Asked
from keepwell.access.models import Authorization, ConfidentialRequest, Consent, ConsentText, TextKind
from keepwell.access.tests.consenting import agree
from keepwell.access.tests.test_actions import verbs
from keepwell.access.tests.test_authorizations import PART2_FORM, signed
from keepwell.access.tests.test_consents import code, codes
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.doorway import present
from keepwell.patients import actions, merging
from keepwell.patients.consents import picture
from keepwell.patients.consents.reminding import unremindable
from keepwell.patients.facts import Demographics
from keepwell.patients.reach import Contact
from keepwell.vault.phi import PhiClass
from tests.browse import ask, counted, text
from tests.cast import Clinic

SMS, EMAIL = Channel.SMS, Channel.EMAIL


@pytest.fixture
def words(willow: Clinic) -> None:
    """Every text is published, in both languages."""
    with present(willow.system) as by:
        for draft in drafts.begin_all(by=by):
            texts.publish(draft, by=by, renew_days=drafts.renew_days(draft.kind), part2=True)


def page(who: Actor, patient: UUID) -> str:
    return text(ask(who, f"/patients/{patient}/consents/"))


def say(who: Actor, patient: UUID, **said: Any) -> int:
    return ask(who, f"/patients/{patient}/consents/say/", {"answer": "yes"} | said).status_code


def standing(clinic: Clinic, patient: UUID) -> list[Consent]:
    with present(clinic.system):
        return list(Consent.objects.filter(patient_id=patient, ended_at=None).select_related("text"))


def desk(clinic: Clinic) -> Actor:
    return system_actor(clinic.practice.id, Purpose.HOPERAT)


def point(clinic: Clinic, patient: UUID, system: str, value: str) -> UUID:
    with present(desk(clinic)) as by:
        return actions.add_contact(patient, Contact(system=system, value=value), by=by).id


def test_without_published_words_nobody_is_asked(willow: Clinic, rosa: Actor, ada: UUID):
    assert "Ask consents" not in text(ask(rosa, f"/patients/{ada}/about/"))
    assert "Everything was asked" in text(ask(rosa, f"/patients/{ada}/consents/ask/"))
    assert say(rosa, ada, kind="telehealth") == 409


def test_the_desk_asks_what_is_missing_in_one_tick_each(willow: Clinic, words: None, rosa: Actor, ada: UUID):
    assert "Ask consents" in text(ask(rosa, f"/patients/{ada}/about/"))
    asked = text(ask(rosa, f"/patients/{ada}/consents/ask/?from=registration"))
    for shown in ("PLEASE REVIEW IT CAREFULLY", "Telehealth is not for emergencies", "Texts from Willow"):
        assert shown in asked
    assert 'value="registration"' in asked
    answer = {"kind": "telehealth", "source": "registration", "asking": "registration"}
    back = ask(rosa, f"/patients/{ada}/consents/say/", answer | {"answer": "yes"})
    assert back.status_code == 302 and back["Location"].endswith("ask/?from=registration")
    (given,) = standing(willow, ada)
    assert (given.how, given.source, given.taken_by) == ("spoken", "registration", rosa.id)
    assert given.text is not None and given.expires_at is not None and given.digest == given.text.digest
    piece = ask(rosa, f"/patients/{ada}/consents/ask/?from=booking", None, **{"HX-Request": "true"})
    assert "<html" not in text(piece) and "Telehealth is not for emergencies" not in text(piece)


def test_a_notice_is_acknowledged_or_the_reason_is_kept(willow: Clinic, words: None, rosa: Actor, ada: UUID):
    assert say(rosa, ada, kind="notice", answer="no") == 422
    assert "NPP_ACK_REASON" in text(ask(rosa, f"/patients/{ada}/consents/say/", {"kind": "notice", "answer": "no"}))
    assert say(rosa, ada, kind="notice", answer="no", reason="refused") == 302
    assert "They did not want to sign or say so" in page(rosa, ada)
    assert say(rosa, ada, kind="notice") == 302
    (given,) = standing(willow, ada)
    assert given.agreed


def test_boxes_are_ticked_by_topic_and_way_and_unticked_again(willow: Clinic, words: None, rosa: Actor, ada: UUID):
    tick = f"/patients/{ada}/consents/tick/"
    assert ask(rosa, tick, {"appointments:sms": "on", "care:email": "on", "how": "paper"}).status_code == 302
    assert code(willow, ada, SMS) == code(willow, ada, EMAIL, Topic.CARE) == ""
    assert {row.how for row in standing(willow, ada)} == {"paper"}
    assert ask(rosa, tick, {"appointments:sms": "on"}).status_code == 302
    assert code(willow, ada, SMS) == "" and code(willow, ada, EMAIL, Topic.CARE) == "EMAIL_NOT_AGREED"
    assert verbs(willow)[-1] == "consent.revoked"
    unsigned = ask(rosa, tick, {"appointments:sms": "on", "care:sms": "on", "how": "typed"})
    assert unsigned.status_code == 422 and "CONSENT_UNPROVED" in text(unsigned)
    assert say(rosa, ada, kind="reach", channel="sms", answer="no") == 302
    assert code(willow, ada, SMS) == "SMS_OPTED_OUT"
    (no,) = (row for row in standing(willow, ada) if not row.agreed)
    assert ask(rosa, f"/patients/{ada}/consents/{no.id}/take-back/", {}).status_code == 302
    assert code(willow, ada, SMS) == ""


def test_words_are_shown_in_the_patients_language(willow: Clinic, words: None, rosa: Actor):
    with present(desk(willow)) as by:
        who = Demographics(given_name="Sol", family_name="Ruiz", birth_date=None, language="es")
        sol = actions.register(who, by=by).id
    assert "La telesalud no es para emergencias" in text(ask(rosa, f"/patients/{sol}/consents/ask/"))
    say(rosa, sol, kind="telehealth")
    (given,) = standing(willow, sol)
    assert given.text is not None and given.text.language == "es"


def test_new_words_are_asked_again(willow: Clinic, words: None, rosa: Actor, ada: UUID):
    say(rosa, ada, kind="telehealth")
    with present(willow.system) as by:
        texts.publish(drafts.begin(TextKind.TELEHEALTH, "en", by=by), by=by)
    assert "Ask again" in page(rosa, ada)
    assert "Care by video and phone" in text(ask(rosa, f"/patients/{ada}/consents/ask/"))


def test_ordinary_email_is_chosen_for_one_address_and_taken_back(
    willow: Clinic, words: None, rosa: Actor, ada: UUID, bo: UUID
):
    mine, other = point(willow, ada, "email", "ada@example.org"), point(willow, bo, "email", "bo@example.org")
    choose = {"kind": "ordinary", "channel": "email"}
    assert say(rosa, ada, point=other, **choose) == 404
    assert say(rosa, ada, point=mine, **choose) == 302
    letter = {"letter": True, "point": mine}
    assert code(willow, ada, EMAIL, Topic.ACCESS, **letter) == ""
    assert "Chosen after the warning" in page(rosa, ada)
    (row,) = standing(willow, ada)
    ask(rosa, f"/patients/{ada}/consents/{row.id}/take-back/", {})
    assert code(willow, ada, EMAIL, Topic.ACCESS, **letter) == "UNENCRYPTED_CHANNEL"


def test_part2_and_ordinary_email_is_a_second_question_for_who_may_know(
    willow: Clinic, words: None, rosa: Actor, imani: Actor, ada: UUID
):
    mine = point(willow, ada, "email", "ada@example.org")
    say(rosa, ada, point=mine, kind="ordinary", channel="email")
    assert "after the second warning" not in page(rosa, ada) + page(imani, ada)
    with present(willow.system) as by:
        access.relate(ada, member=imani.id, by=by)
    assert "after the second warning" in page(imani, ada)
    assert say(imani, ada, point=mine, kind="ordinary_part2", channel="email") == 302
    assert "Part 2 records too" in page(imani, ada) and "Part 2 records too" not in page(rosa, ada)


def test_how_somebody_asked_to_be_reached_is_set_and_ended(
    willow: Clinic, words: None, rosa: Actor, ada: UUID, bo: UUID
):
    work = point(willow, ada, "phone", "+16175550123")
    set_to = f"/patients/{ada}/reach-only/"
    assert ask(rosa, set_to, {}).status_code == 422
    assert (
        ask(
            rosa, set_to, {"channels": ["voice"], "points": [str(point(willow, bo, "email", "b@example.org"))]}
        ).status_code
        == 422
    )
    assert (
        ask(rosa, set_to, {"channels": ["voice", "letter"], "points": [str(work)], "wording": "after 5"}).status_code
        == 302
    )
    assert code(willow, ada, SMS) == "CHANNEL_NOT_ALLOWED"
    assert "after 5" in page(rosa, ada) and "Reach only as asked" in text(ask(rosa, f"/patients/{ada}/about/"))
    with present(willow.system):
        asked = ConfidentialRequest.objects.get()
    assert ask(rosa, f"/patients/{bo}/reach-only/{asked.id}/end/", {}).status_code == 404
    assert ask(rosa, f"/patients/{ada}/reach-only/{asked.id}/end/", {}).status_code == 302
    assert "Reach only as asked" not in text(ask(rosa, f"/patients/{ada}/about/"))


FORM: dict[str, Any] = {
    "kind": "release",
    "ours": "yes",
    "discloser": "Willow",
    "recipient": "Lakeside Orthopedics",
    "classes": ["clinical"],
    "what": "notes of the knee",
    "purpose": "second opinion",
    "expires_on": "2999-01-01",
    "how": "typed",
    "signature": "Ada",
}


def test_an_authorization_is_written_down_whole_and_withdrawn(
    willow: Clinic, words: None, rosa: Actor, ada: UUID, bo: UUID
):
    here = f"/patients/{ada}/authorizations/sign/"
    assert "I may refuse" in text(ask(rosa, here))
    gap = ask(rosa, here, FORM | {"recipient": "", "signature": ""})
    assert gap.status_code == 422 and "to whom" in text(gap) and "the signature" in text(gap)
    assert ask(rosa, here, FORM | {"also": ["psychotherapy"]}).status_code == 422
    assert ask(rosa, here, FORM).status_code == 302
    with present(willow.system):
        row = Authorization.objects.get()
    shown = page(rosa, ada)
    assert "Lakeside Orthopedics" in shown and "notes of the knee" not in shown and "AUTH_COPY_NOT_GIVEN" in shown
    act = f"authorizations/{row.id}"
    assert ask(rosa, f"/patients/{bo}/{act}/copy/", {}).status_code == 404
    assert ask(rosa, f"/patients/{ada}/{act}/frame/", {}).status_code == 404
    assert ask(rosa, f"/patients/{ada}/{act}/copy/", {}).status_code == 302
    assert "In force" in page(rosa, ada)
    assert ask(rosa, f"/patients/{ada}/{act}/revoke/", {}).status_code == 302
    assert "AUTH_REVOKED" in page(rosa, ada)


def test_a_part2_consent_is_known_to_who_may_know_it(willow: Clinic, rosa: Actor, imani: Actor, theo: Actor, ada: UUID):
    row = signed(willow, ada, **PART2_FORM)
    about = f"/patients/{ada}/about/"
    assert "Part 2" in text(ask(theo, about))
    assert "Part 2 records" in page(theo, ada)
    assert "Part 2" not in text(ask(imani, about))
    with present(willow.system) as by:
        access.relate(ada, member=imani.id, by=by)
    assert "Part 2" in text(ask(imani, about))
    assert "Part 2" not in text(ask(rosa, about)) and "Part 2 records" not in page(rosa, ada).replace(
        "Part 2 records do", ""
    )
    assert ask(rosa, f"/patients/{ada}/authorizations/{row.id}/revoke/", {}).status_code == 404


def test_merged_records_show_one_person(willow: Clinic, words: None, rosa: Actor, ada: UUID, bo: UUID):
    say(rosa, bo, kind="telehealth")
    with present(willow.system) as by:
        texting.stop_texts(texting.digest_of("+16175550100", by=by), by, [bo])
        merging.merge((ada, bo), by=by)
    shown = page(rosa, ada)
    assert "STOP came from their number" in shown and "They take it back" in shown
    assert "Texts stopped" in text(ask(rosa, f"/patients/{ada}/about/"))
    with present(willow.system) as by:
        assert authorizations.of(ada) == [] and picture.of(ada).missing == ("notice",)
        assert ConsentText.objects.count() == 2 * len(TextKind.values)


def test_texts_start_again_only_with_what_the_patient_asked(
    willow: Clinic, words: None, rosa: Actor, bea: Actor, ada: UUID
):
    here, number = f"/patients/{ada}/texts/restart/", "+16175550143"
    assert b"STALE_VERSION" in ask(rosa, here, {}).content
    with present(willow.system) as by:
        texting.stop_texts(texting.digest_of(number, by=by), by, [ada])
    assert "They asked for texts again" in page(rosa, ada)
    assert "They asked for texts again" not in page(bea, ada)
    assert ask(bea, here, {}).status_code == 403
    for wrong in ({"on": "2999-01-01"}, {"how": "typed"}, {"on": "soon"}):
        assert ask(rosa, here, wrong).status_code == 422
    assert "STOP came from their number" in page(rosa, ada)
    assert ask(rosa, here, {"who": "Her mother", "how": "spoken"}).status_code == 302
    shown = page(rosa, ada)
    assert "STOP came from their number" not in shown
    (row,) = [one for one in standing(willow, ada) if one.kind == "reach"]
    assert (row.channel, row.agreed, row.how, row.digest) == ("sms", True, "spoken", row.text.digest)  # type: ignore[union-attr]
    assert {"texts.restarted", "consent.given"} <= set(verbs(willow))


@pytest.mark.attack
def test_nothing_but_a_yes_to_texts_starts_them_again(willow: Clinic, ada: UUID):
    with present(willow.system) as by:
        texting.stop_texts(texting.digest_of("+16175550143", by=by), by, [ada])
        for asked in (Answer(kind="reach", channel="sms", agreed=False), Answer(kind="telehealth")):
            with pytest.raises(Refusal) as refusal:
                texting.restart_for(ada, asked, by=by)
            assert refusal.value.code == "CHOICE_UNKNOWN"
        assert texting.stopped([ada]) == {ada}


def left(by: Actor, *patients: UUID) -> dict[UUID, str]:
    with present(Actor(by.id, by.practice, by.role, by.purpose)) as here:
        return {patient: no.why for patient, no in unremindable(patients, by=here).items()}


def test_whom_nobody_may_remind_is_called(willow: Clinic, words: None, rosa: Actor, ada: UUID, bo: UUID):
    agree(willow, ada, EMAIL, Topic.APPOINTMENTS)
    no = left(rosa, ada, bo)
    assert list(no) == [ada, bo] and no[bo].endswith("(SMS_NO_CONSENT)")
    assert no[ada].endswith("(NO_ADDRESS)") and "e-mail" in no[ada], "a yes to a way nobody has an address for"
    point(willow, ada, "email", "ada@example.org")
    assert list(left(rosa, ada, bo)) == [bo]


def test_whoever_named_the_one_number_is_reminded_there(willow: Clinic, words: None, rosa: Actor, ada: UUID):
    agree(willow, ada, SMS, Topic.APPOINTMENTS)
    home, mobile = (point(willow, ada, "phone", f"+1617555012{n}") for n in (3, 4))
    assert left(rosa, ada) == {}
    with present(desk(willow)) as by:
        asked = consenting.reach_only(ada, [SMS], points=[mobile], by=by)
    assert left(rosa, ada) == {}, "one number remains, and a text may go there"
    with present(desk(willow)) as by:
        actions.end_contact(ada, mobile, by=by)
        assert asked.points == [str(mobile)] and home != mobile
    assert left(rosa, ada)[ada].endswith("(CHANNEL_NOT_ALLOWED)")


def test_only_who_may_writes_consents_down(willow: Clinic, words: None, bea: Actor, ada: UUID):
    assert "Save what they said" not in page(bea, ada)
    assert say(bea, ada, kind="telehealth") == 403


def test_a_restriction_toward_the_plan_is_agreed_to_on_its_page(willow: Clinic, theo: Actor, rosa: Actor, ada: UUID):
    asked = {"whom": "toward:paid", "terms": "The MRI of May"}
    assert ask(theo, f"/patients/{ada}/restrictions/agree/", asked).status_code == 302
    assert "they paid in full" in text(ask(theo, f"/patients/{ada}/restrictions/"))
    assert "Lovelace" in text(ask(rosa, f"/patients/{ada}/about/"))
    to_plan = Asked(ada, Channel.FAX, Topic.BILLING, letter=True, toward="plan")
    assert codes(willow, to_plan) == ["SELF_PAY_RESTRICTED"]


def test_whoever_is_registered_is_asked_while_they_are_here(willow: Clinic, words: None, rosa: Actor):
    who = {"given_name": "Nia", "family_name": "Okoye", "birth_date": "01/02/1990"}
    saved = ask(rosa, "/patients/register/", who)
    assert saved.status_code == 302 and saved["Location"].endswith("/consents/ask/?from=registration")


NAME = "[[100,200,300,100,500,250],[520,180,700,210]]"


def test_a_signature_drawn_on_the_screen_is_kept_and_shown_again(
    willow: Clinic, words: None, rosa: Actor, bea: Actor, ada: UUID, bo: UUID
):
    drawn = {"kind": "telehealth", "how": "drawn"}
    for wrong, no in (("", "SIGNATURE_BLANK"), ("[[0,0]", "SIGNATURE_UNREADABLE")):
        refused = ask(rosa, f"/patients/{ada}/consents/say/", {"answer": "yes", "drawing": wrong, **drawn})
        assert refused.status_code == 422 and no in text(refused)
    assert say(rosa, ada, drawing=NAME, **drawn) == 302
    (given,) = standing(willow, ada)
    here = f"/patients/{ada}/consents/{given.id}/"
    assert here in page(rosa, ada)
    with counted() as said:
        shown = text(ask(rosa, here))
    assert sum("custody.open(" in each for each in said) == 1
    for words_ in ('d="M100 200L300 100L500 250"', "signed on screen", "Telehealth is not for emergencies",
                   given.digest, "Proved by the activity log"):  # fmt: skip
        assert words_ in shown, words_
    assert ask(rosa, f"/patients/{bo}/consents/{given.id}/").status_code == 404
    with present(willow.system) as by:
        access.restrict(ada, [PhiClass.CONTACT], by=by, member=rosa.id)
    closed = text(ask(rosa, here))
    assert "M100 200" not in closed and "You may not open how to reach this patient." in closed


def test_a_blank_signature_at_registration_asks_again_where_they_were(
    willow: Clinic, words: None, rosa: Actor, ada: UUID
):
    blank = {"kind": "telehealth", "how": "drawn", "answer": "yes", "asking": "registration"}
    asked = ask(rosa, f"/patients/{ada}/consents/say/", blank)
    assert asked.status_code == 422 and "SIGNATURE_BLANK" in text(asked) and "Ask the patient" in text(asked)
    assert say(rosa, ada, kind="notice", how="drawn", answer="no", reason="refused") == 302, "a no needs no signature"


def test_what_the_log_does_not_hold_is_not_called_proved(
    willow: Clinic, words: None, rosa: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    say(rosa, ada, kind="telehealth", how="typed", signature="Ada Lovelace")
    (given,) = standing(willow, ada)
    here = f"/patients/{ada}/consents/{given.id}/"
    assert "Proved by the activity log" in text(ask(rosa, here)) and "Ada Lovelace" in text(ask(rosa, here))
    monkeypatch.setattr("keepwell.access.signatures.evidence", lambda said, **around: "0" * 64)
    assert "Not what the activity log holds" in text(ask(rosa, here))


def test_an_authorization_is_signed_on_the_screen_and_shown_as_it_was_signed(
    willow: Clinic, words: None, rosa: Actor, theo: Actor, ada: UUID, bo: UUID
):
    here = f"/patients/{ada}/authorizations/sign/"
    blank = ask(rosa, here, FORM | {"how": "drawn"})
    assert blank.status_code == 422 and "Nothing was signed on the screen" in text(blank)
    assert ask(rosa, here, FORM | {"how": "drawn", "drawing": NAME}).status_code == 302
    with present(willow.system):
        row = Authorization.objects.get()
    paper = f"/patients/{ada}/authorizations/{row.id}/"
    shown = text(ask(rosa, paper))
    for words_ in ("M100 200", "Lakeside Orthopedics", "second opinion", "I may refuse", "AUTH_COPY_NOT_GIVEN",
                   "Proved by the activity log"):  # fmt: skip
        assert words_ in shown, words_
    assert "notes of the knee" not in shown and "Its entry" not in shown
    assert "Its entry" in text(ask(theo, paper))
    assert ask(rosa, f"/patients/{bo}/authorizations/{row.id}/").status_code == 404


def test_a_part2_paper_is_nothing_to_whom_it_is_not_known(willow: Clinic, rosa: Actor, theo: Actor, ada: UUID):
    row = signed(willow, ada, **PART2_FORM)
    here = f"/patients/{ada}/authorizations/{row.id}/"
    assert ask(rosa, here).status_code == 404
    assert ask(theo, here).status_code == 200
