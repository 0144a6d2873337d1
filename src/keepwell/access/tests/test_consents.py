"""May this go to them? Each answer by its code, at once after whatever changed it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import IntegrityError, connections
from django.test.utils import CaptureQueriesContext

from keepwell.access import actions, consenting, consents, notice_parts, texting, texts
from keepwell.access.consenting import Answer
from keepwell.access.consents import Asked
from keepwell.access.models import Consent, ConsentText, How, NumberStop, TextKind
from keepwell.access.tests.consenting import agree, published
from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.patients import merging
from keepwell.vault.phi import PhiClass
from tests.cast import Clinic
from tests.rig import mine

SMS, EMAIL, VOICE, LETTER, PORTAL = Channel.SMS, Channel.EMAIL, Channel.VOICE, Channel.LETTER, Channel.PORTAL
APPOINTMENTS, CARE, MARKETING = Topic.APPOINTMENTS, Topic.CARE, Topic.MARKETING


def codes(clinic: Clinic, *asked: Asked, by: Actor | None = None) -> list[str]:
    """Why each may not be sent; empty for what may."""
    who = by or clinic.system
    with present(Actor(who.id, who.practice, who.role, who.purpose)) as here:
        return [refusal.code if refusal else "" for refusal in consents.may_reach(asked, by=here)]


def code(clinic: Clinic, patient: UUID, channel: Channel, topic: Topic = APPOINTMENTS, **more: Any) -> str:
    return codes(clinic, Asked(patient, channel, topic, **more))[0]


def no(clinic: Clinic, patient: UUID, channel: str, topic: str = "", **more: Any) -> Consent:
    with present(clinic.system) as by:
        (row,) = consenting.answer(
            patient, Answer(kind="reach", agreed=False, channel=channel, topic=topic, **more), by=by
        )
    return row


def test_what_nobody_agreed_to_is_not_sent(willow: Clinic, ada: UUID):
    assert code(willow, ada, SMS) == "SMS_NO_CONSENT"
    assert code(willow, ada, EMAIL) == "EMAIL_NOT_AGREED"
    assert code(willow, ada, VOICE) == code(willow, ada, Channel.FAX) == "OPT_IN_REQUIRED"
    assert code(willow, ada, PORTAL) == code(willow, ada, LETTER) == ""
    assert code(willow, ada, PORTAL, Topic.EDUCATION) == "OPT_IN_REQUIRED"
    assert code(willow, ada, SMS, Topic.ACCESS) == ""


def test_a_yes_holds_for_its_topic_and_channel_only(willow: Clinic, ada: UUID, bo: UUID):
    agree(willow, ada, SMS, APPOINTMENTS)
    assert verbs(willow)[-1] == "consent.given"
    assert code(willow, ada, SMS) == ""
    assert code(willow, ada, SMS, CARE) == code(willow, bo, SMS) == "SMS_NO_CONSENT"
    assert code(willow, ada, EMAIL) == "EMAIL_NOT_AGREED"


def test_the_entry_holds_the_hash_of_the_exact_words(willow: Clinic, ada: UUID):
    given = agree(willow, ada, SMS, APPOINTMENTS)
    with present(willow.system):
        (found,) = wire.rows(
            "default", "SELECT detail FROM custody.entry WHERE verb = 'consent.given' AND kind = 'action'"
        )
    assert given.digest in str(found[0])
    assert given.digest == texts.digest("Texts", [("text", "May we text you?")])


def test_taking_it_back_holds_from_the_next_decision_on(willow: Clinic, ada: UUID):
    given = agree(willow, ada, SMS, APPOINTMENTS)
    with present(willow.system) as by:
        consenting.revoke((ada,), [given], by=by)
    assert verbs(willow)[-1] == "consent.revoked"
    assert code(willow, ada, SMS) == "SMS_NO_CONSENT"
    with present(willow.system) as by, pytest.raises(Refusal) as no_more:
        consenting.revoke((ada,), [given], by=by)
    assert no_more.value.code == "STALE_VERSION"


def test_a_no_takes_the_place_of_a_yes_and_the_other_way_round(willow: Clinic, ada: UUID):
    agree(willow, ada, SMS, APPOINTMENTS)
    no(willow, ada, SMS, APPOINTMENTS)
    assert verbs(willow)[-1] == "consent.declined"
    assert code(willow, ada, SMS) == "SMS_OPTED_OUT"
    agree(willow, ada, SMS, APPOINTMENTS)
    assert code(willow, ada, SMS) == ""


def test_a_no_to_a_channel_or_a_topic_is_wider_than_any_yes(willow: Clinic, ada: UUID, bo: UUID):
    for patient in (ada, bo):
        agree(willow, patient, EMAIL, APPOINTMENTS)
    no(willow, ada, EMAIL)
    no(willow, bo, "", APPOINTMENTS)
    assert code(willow, ada, EMAIL) == code(willow, bo, EMAIL) == "EMAIL_NOT_AGREED"
    assert code(willow, bo, LETTER) == "OPT_IN_REQUIRED"


def test_opted_out_in_bulk(willow: Clinic, ada: UUID, bo: UUID):
    for patient in (ada, bo):
        agree(willow, patient, SMS, APPOINTMENTS)
    no(willow, bo, SMS, APPOINTMENTS)
    both = [Asked(patient, SMS, APPOINTMENTS) for patient in (ada, bo)]
    assert codes(willow, *both) == ["", "SMS_OPTED_OUT"]


def test_a_decision_costs_the_same_for_one_and_for_many(willow: Clinic, ada: UUID, bo: UUID):
    many = [
        Asked(patient, channel, topic, number=bytes(32))
        for patient in (ada, bo)
        for channel in Channel
        for topic in Topic
    ]
    with present(willow.system) as by:
        with CaptureQueriesContext(connections["default"]) as one:
            consents.may_reach([Asked(ada, SMS, MARKETING, number=bytes(32))], by=by)
        with CaptureQueriesContext(connections["default"]) as all_of_them:
            consents.may_reach(many, by=by)
    assert len(one) == len(all_of_them) <= 7


def test_a_stop_holds_for_the_number_whoever_asks(willow: Clinic, oak: Clinic, ada: UUID, bo: UUID, yuki: UUID):
    for patient in (ada, bo):
        agree(willow, patient, SMS, APPOINTMENTS)
    agree(oak, yuki, SMS, APPOINTMENTS)
    with present(willow.system) as by:
        number, other = texting.digest_of("+16175550100", by=by), texting.digest_of("+16175550101", by=by)
        texting.stop_texts(number, by, [ada])
        texting.stop_texts(number, by, [ada])
    assert verbs(willow)[-1] == "texts.stopped"
    assert code(willow, bo, SMS, number=number) == code(willow, ada, SMS, number=number) == "SMS_OPTED_OUT"
    assert code(willow, ada, SMS) == code(willow, ada, SMS, Topic.ACCESS, number=number) == "SMS_OPTED_OUT"
    assert code(willow, ada, SMS, number=other) == code(willow, bo, SMS) == ""
    assert code(oak, yuki, SMS, number=number) == ""
    with present(oak.system) as by:
        assert texting.digest_of("+16175550100", by=by) != number
        assert texting.restart(number, by) is False
    with present(willow.system) as by:
        assert texting.stopped([ada, bo]) == {ada}
        assert texting.restart(number, by, How.SPOKEN) is True
        assert NumberStop.objects.get().restarted_how == "spoken"
    assert verbs(willow)[-1] == "texts.restarted"
    assert code(willow, ada, SMS, number=number) == code(willow, ada, SMS) == ""


def test_a_number_nobody_was_matched_to_stays_stopped_once_it_is_known_whose(willow: Clinic, ada: UUID):
    agree(willow, ada, SMS, APPOINTMENTS)
    with present(willow.system) as by:
        number = texting.digest_of("+16175550100", by=by)
        texting.stop_texts(number, by)
        texting.stop_texts(number, by)
        assert NumberStop.objects.count() == 1
    assert code(willow, ada, SMS, number=number) == "SMS_OPTED_OUT"


def test_how_they_asked_to_be_reached_comes_first(willow: Clinic, ada: UUID):
    home, work = new_id(), new_id()
    agree(willow, ada, SMS, APPOINTMENTS)
    no(willow, ada, PORTAL)
    with present(willow.system) as by:
        asked = consenting.reach_only(ada, [LETTER, SMS], points=[work], wording="never at home", by=by)
    assert verbs(willow)[-1] == "confidential.agreed"
    assert code(willow, ada, PORTAL) == code(willow, ada, EMAIL) == "CHANNEL_NOT_ALLOWED"
    assert code(willow, ada, SMS, point=home) == code(willow, ada, SMS) == "CHANNEL_NOT_ALLOWED"
    assert code(willow, ada, SMS, point=work) == code(willow, ada, LETTER, point=work) == ""
    with present(willow.system) as by:
        consenting.reach_as_before(asked, by=by)
    assert verbs(willow)[-1] == "confidential.ended"
    assert code(willow, ada, SMS, point=home) == ""


def test_a_restriction_toward_a_plan_binds_what_goes_there_and_nobody_here(willow: Clinic, rosa: Actor, ada: UUID):
    to_plan = Asked(ada, Channel.FAX, Topic.BILLING, letter=True, toward="plan", classes=frozenset({PhiClass.CLINICAL}))
    assert codes(willow, to_plan) == [""]
    with present(willow.system) as by:
        paid = actions.restrict(ada, [], by=by, toward="plan", paid_in_full=True)
    assert codes(willow, to_plan) == ["SELF_PAY_RESTRICTED"]
    assert codes(willow, Asked(ada, LETTER, APPOINTMENTS), by=rosa) == [""]
    with present(willow.system) as by:
        actions.lift(paid, by=by)
        actions.restrict(ada, [PhiClass.CLINICAL], by=by, toward="plan")
    assert codes(willow, to_plan) == ["RESTRICTION_BLOCK"]


def test_a_restriction_is_toward_somebody_or_binds_somebody_here(willow: Clinic, rosa: Actor, ada: UUID):
    for wrong in ({"toward": "moon"}, {"toward": "plan", "member": rosa.id}, {"paid_in_full": True}):
        with present(willow.system) as by, pytest.raises(Refusal) as no:
            actions.restrict(ada, [], by=by, **wrong)
        assert no.value.code == "CHOICE_UNKNOWN"


def test_whom_a_restriction_shuts_out_sends_them_nothing(willow: Clinic, rosa: Actor, ada: UUID, bo: UUID):
    with present(willow.system) as by:
        actions.restrict(ada, [], by=by, member=rosa.id)
    both = [Asked(patient, LETTER, APPOINTMENTS) for patient in (ada, bo)]
    assert codes(willow, *both, by=rosa) == ["RESTRICTION_BLOCK", ""]
    assert codes(willow, *both) == ["", ""]


def test_marketing_wants_a_signed_authorization(willow: Clinic, ada: UUID):
    agree(willow, ada, SMS, MARKETING)
    assert code(willow, ada, SMS, MARKETING) == code(willow, ada, LETTER, MARKETING) == "MARKETING_AUTH_REQUIRED"


def test_a_letter_by_ordinary_email_goes_only_where_they_chose_it(willow: Clinic, ada: UUID):
    agree(willow, ada, EMAIL, CARE)
    mine, other = new_id(), new_id()
    assert code(willow, ada, EMAIL, CARE) == ""
    assert code(willow, ada, EMAIL, CARE, letter=True, point=mine) == "UNENCRYPTED_CHANNEL"
    chosen = agree(willow, ada, EMAIL, "", kind=Consent.Kind.ORDINARY, point=mine, text_kind=TextKind.ORDINARY)
    assert code(willow, ada, EMAIL, CARE, letter=True, point=mine) == ""
    assert code(willow, ada, EMAIL, CARE, letter=True, point=other) == "UNENCRYPTED_CHANNEL"
    assert code(willow, ada, EMAIL, CARE, letter=True) == "UNENCRYPTED_CHANNEL"
    for closed in (PhiClass.PART2, PhiClass.PSYCHOTHERAPY):
        holds = frozenset({PhiClass.CLINICAL, closed})
        assert code(willow, ada, EMAIL, CARE, letter=True, point=mine, classes=holds) == "UNENCRYPTED_CHANNEL"
    also: dict[str, Any] = {"kind": Consent.Kind.ORDINARY_PART2, "text_kind": TextKind.ORDINARY_PART2, "point": mine}
    agree(willow, ada, EMAIL, "", **also)
    part2, psychotherapy = (frozenset({c}) for c in (PhiClass.PART2, PhiClass.PSYCHOTHERAPY))
    assert code(willow, ada, EMAIL, CARE, letter=True, point=mine, classes=part2) == ""
    assert code(willow, ada, EMAIL, CARE, letter=True, point=mine, classes=psychotherapy) == "UNENCRYPTED_CHANNEL"
    with present(willow.system) as by:
        consenting.revoke((ada,), [chosen], by=by)
    assert code(willow, ada, EMAIL, CARE, letter=True, point=mine) == "UNENCRYPTED_CHANNEL"


def test_new_words_that_matter_put_an_older_yes_out_of_date(willow: Clinic, ada: UUID):
    agree(willow, ada, SMS, APPOINTMENTS)
    published(willow, TextKind.SMS, words="The same, spelled better.", material=False)
    assert code(willow, ada, SMS) == ""
    published(willow, TextKind.SMS, words="We now also text you at night.")
    assert code(willow, ada, SMS) == "CONSENT_TEXT_OUTDATED"
    agree(willow, ada, SMS, APPOINTMENTS)
    assert code(willow, ada, SMS) == ""


def test_a_yes_runs_out_when_its_text_says_so(willow: Clinic, ada: UUID):
    text = published(willow, TextKind.SMS, renew_days=30)
    agree(willow, ada, SMS, APPOINTMENTS, text=text, at=clock.now() - dt.timedelta(days=31))
    assert code(willow, ada, SMS) == "CONSENT_TEXT_OUTDATED"


def test_a_published_text_does_not_change(willow: Clinic, ada: UUID):
    text = published(willow, TextKind.SMS)
    assert verbs(willow)[-2:] == ["consent_text.drafted", "consent_text.published"]
    with present(willow.system) as by, pytest.raises(Refusal) as late:
        texts.edit(text, "Texts", [("text", "other")], by=by)
    assert late.value.code == "STALE_VERSION"
    with pytest.raises(IntegrityError), present(willow.system) as by:
        texts._edited(text, "Texts", [("text", "other")], text.digest, by=by)


def test_words_changed_under_a_signature_are_found(willow: Clinic, ada: UUID):
    given = agree(willow, ada, SMS, APPOINTMENTS)
    with present(willow.system) as by:
        assert texts.altered(by=by) == []
    behind = psycopg.connect(mine.server.url(SUPERUSER, mine.database), autocommit=True)
    behind.execute("SET session_replication_role = replica")
    behind.execute('UPDATE access_consenttext SET parts = \'[["text", "you owe us"]]\' WHERE id = %s', [given.text_id])
    with present(willow.system) as by:
        assert texts.altered(by=by) == [given.text_id]
        with pytest.raises(Refusal) as found:
            texts.required(TextKind.SMS)
    assert found.value.code == "CONSENT_TEXT_ALTERED"
    behind.execute("UPDATE access_consenttext SET digest = %s WHERE id = %s",
                      [texts.digest("Texts", [("text", "you owe us")]), given.text_id])  # fmt: skip
    behind.close()
    assert code(willow, ada, SMS) == "CONSENT_TEXT_ALTERED"
    with present(willow.system) as by:
        assert texts.altered(by=by) == [given.text_id], "a hash that fits the new words is not the one in the log"


def test_another_practices_consent_is_nobodys_here(willow: Clinic, oak: Clinic, ada: UUID, yuki: UUID):
    given = agree(oak, yuki, SMS, APPOINTMENTS)
    assert code(oak, yuki, SMS) == ""
    assert code(willow, yuki, SMS) == "SMS_NO_CONSENT"
    with present(willow.system) as by, pytest.raises(Refusal) as foreign:
        consenting.revoke((yuki,), [given], by=by)
    assert foreign.value.code == "STALE_VERSION"
    with pytest.raises(IntegrityError), present(willow.system) as by:
        consenting.answer(ada, Answer(kind="reach", channel=SMS, topic=APPOINTMENTS, text=given.text), by=by)


def test_merged_records_are_one_person_and_the_stricter_holds(willow: Clinic, ada: UUID, bo: UUID):
    agree(willow, ada, SMS, APPOINTMENTS)
    no(willow, bo, SMS, APPOINTMENTS)
    with present(willow.system) as by:
        merging.merge((ada, bo), by=by)
    assert code(willow, ada, SMS) == code(willow, bo, SMS) == "SMS_OPTED_OUT"
    agree(willow, ada, SMS, APPOINTMENTS)
    assert code(willow, ada, SMS) == code(willow, bo, SMS) == ""
    with present(willow.system) as by:
        consenting.reach_only(bo, [LETTER], by=by)
    assert code(willow, ada, SMS) == "CHANNEL_NOT_ALLOWED"


def test_a_screen_says_why_in_one_sentence(willow: Clinic, ada: UUID):
    with present(willow.system) as by:
        said = consents.why_not(ada, VOICE, Topic.BILLING, by=by)
        assert said.endswith("(OPT_IN_REQUIRED)") and "…" not in said
        assert consents.why_not(ada, LETTER, Topic.BILLING, by=by) == ""
        assert "SMS_NO_CONSENT" in consents.why_not(ada, SMS, Topic.BILLING, by=by)


@pytest.mark.parametrize(("wrong", "refused"), [
    ({"kind": "love"}, "CHOICE_UNKNOWN"),
    ({"kind": "reach", "channel": SMS}, "CHOICE_UNKNOWN"),
    ({"kind": "ordinary", "channel": EMAIL}, "CHOICE_UNKNOWN"),
    ({"kind": "telehealth"}, "CONSENT_TEXT_MISSING"),
    ({"kind": "telehealth", "how": "paper", "at": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)}, "DATE_IN_FUTURE"),
])  # fmt: skip
def test_what_cannot_be_an_answer_is_refused(willow: Clinic, ada: UUID, wrong: dict[str, Any], refused: str):
    with present(willow.system) as by, pytest.raises(Refusal) as no:
        consenting.answer(ada, Answer(**wrong), by=by)
    assert no.value.code == refused


def test_a_signature_is_there_or_it_is_none(willow: Clinic, ada: UUID):
    text = published(willow, TextKind.TELEHEALTH)
    with present(willow.system) as by:
        with pytest.raises(Refusal) as unsigned:
            consenting.answer(ada, Answer(kind="telehealth", how="typed", text=text), by=by)
        assert unsigned.value.code == "CONSENT_UNPROVED"
        consenting.answer(ada, Answer(kind="telehealth", how="typed", text=text, said={"signature": "Ada"}), by=by)


def test_a_draft_is_worded_anew_and_an_empty_one_is_none(willow: Clinic):
    with present(willow.system) as by:
        with pytest.raises(Refusal) as empty:
            texts.draft("sms", "en", "Texts", [("text", " ")], by=by)
        with pytest.raises(Refusal) as long:
            texts.draft("sms", "en", "Texts", [("text", "a" * 20_001)], by=by)
        with pytest.raises(Refusal) as unknown:
            texts.draft("sms", "tlh", "Texts", [("text", "a")], by=by)
        draft = texts.draft("sms", "en", "Texts", [("text", "one")], by=by)
        texts.edit(draft, "Texts", [("text", "two")], by=by)
        assert texts.genuine(ConsentText.objects.get()) and texts.current("sms") is None
        with pytest.raises(Refusal) as unpublished:
            texts.required("sms")
    assert verbs(willow)[-1] == "consent_text.edited"
    assert [r.value.code for r in (empty, long, unknown)] == ["FIELD_EMPTY", "TEXT_TOO_LONG", "CHOICE_UNKNOWN"]
    assert unpublished.value.code == "CONSENT_TEXT_MISSING"


def test_a_notice_has_every_part_the_rule_names(willow: Clinic):
    whole = [
        (name, notice_parts.HEADERS["en"] if name == "header" else f"About {name}.") for name in notice_parts.PARTS
    ]
    mild = [("header", "A notice."), *whole[1:]]

    def published_as(parts: list[tuple[str, str]], **more: Any) -> str:
        with present(willow.system) as by:
            draft = texts.draft("notice", "en", "Notice of privacy practices", parts, by=by)
            try:
                texts.publish(draft, by=by, **more)
            except Refusal as no:
                return no.code
        return ""

    assert published_as(whole[:-1]) == published_as(mild) == "NPP_INCOMPLETE"
    assert published_as(whole, part2=True) == "NPP_PART2_MISSING"
    assert published_as([*whole, ("part2", "About it.")], part2=True) == published_as(whole) == ""
