"""What left is written down, what has to be accounted for is computed, an accounting goes out whole or not at all."""

from __future__ import annotations

import datetime as dt
from importlib import import_module
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError

from keepwell.access import actions as access
from keepwell.access import authorizations, notices
from keepwell.access.actions import system_actor
from keepwell.access.models import Authorization
from keepwell.access.tests.test_actions import verbs
from keepwell.access.tests.test_authorizations import PART2_FORM, signed
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.outbound import actions as outbound
from keepwell.outbound import fates, numbers
from keepwell.outbound.asks import Draft, Elsewhere
from keepwell.outbound.connectors import Fate, Outcome
from keepwell.outbound.letters import written
from keepwell.outbound.models import Message
from keepwell.outbound.tests import sending
from keepwell.outbound.tests.servers import https, mail
from keepwell.outbound.tests.test_letters import mailroom as mailroom
from keepwell.patients import merging
from keepwell.patients.tests.people import again
from keepwell.privacy import accounting, actions, pairing
from keepwell.privacy.accounting import RULES
from keepwell.privacy.actions import Said
from keepwell.privacy.models import Disclosure, Right, Way
from keepwell.scheduling import wall
from keepwell.vault.phi import PhiClass
from tests.browse import ask, text
from tests.cast import Clinic

FULL = {"recipient": "County health office", "what": "immunization record", "purpose": "measles outbreak"}
DAY = dt.timedelta(days=1)
HERE = wall.zone("America/New_York")


def logs(by: Actor, patient: UUID, right: str = Right.PUBLIC_HEALTH, **more: Any) -> Disclosure:
    with present(again(by)) as here:
        return actions.disclose(patient, Said(**{"way": Way.PHONE, "right": right} | FULL | more), by=here)


def code(by: Actor, patient: UUID, right: str = Right.PUBLIC_HEALTH, **more: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        logs(by, patient, right, **more)
    return refusal.value.code


LEFT_OUT = {
    Right.TREATMENT, Right.PAYMENT, Right.OPERATIONS, Right.INDIVIDUAL, Right.AUTHORIZATION, Right.INVOLVED,
    Right.INCIDENTAL, Right.LIMITED_SET, Right.NATIONAL_SECURITY, Right.CUSTODY,
}  # fmt: skip


def test_what_counts_is_what_the_law_does_not_leave_out():
    assert set(RULES) == set(Right)
    assert {right for right, rule in RULES.items() if not rule.counts} == LEFT_OUT
    assert all(rule.left_out.startswith("§ 164.528(a)(1)") for rule in RULES.values() if not rule.counts)
    assert accounting.since(dt.date(2028, 2, 29)) == dt.date(2022, 2, 28)
    assert accounting.since(dt.date(2026, 11, 30)) == dt.date(2020, 11, 30)


@pytest.mark.parametrize("empty", sorted(FULL))
def test_what_counts_is_complete_and_the_rest_may_be_short(rosa: Actor, ada: UUID, empty: str):
    assert code(rosa, ada, **{empty: " "}) == "DISCLOSURE_INCOMPLETE"
    logs(rosa, ada, Right.TREATMENT, **{empty: ""})


def test_what_cannot_be_is_refused(rosa: Actor, ada: UUID):
    assert code(rosa, ada, way="pigeon") == "CHOICE_UNKNOWN"
    assert code(rosa, ada, what="x" * 201) == "TEXT_TOO_LONG"
    assert code(rosa, ada, at=clock.now() + DAY) == "DISCLOSED_LATER"
    assert code(rosa, ada, at=clock.now() - 3000 * DAY) == "DISCLOSED_LATER"
    assert code(rosa, ada, withheld_until=clock.now().date()) == "WITHHELD_FOR_NOBODY"
    assert code(rosa, ada, Right.AUTHORIZATION) == "DISCLOSURE_UNAUTHORIZED"


@pytest.mark.attack
def test_the_desk_is_not_offered_a_part2_consent(willow: Clinic, rosa: Actor, theo: Actor, ada: UUID):
    own, general = signed(willow, ada, **PART2_FORM), signed(willow, ada)
    path = f"/patients/{ada}/disclosures/log/"
    page = text(ask(rosa, path))
    assert str(general.id) in page and str(own.id) not in page
    assert str(own.id) in text(ask(theo, path))
    said = FULL | {"right": "authorization", "way": "phone", "classes": ["part2"], "authorization": str(own.id)}
    assert ask(rosa, path, said).status_code == 422
    with present(willow.system):
        assert not Disclosure.objects.filter(patient_id=ada).exists()
    assert ask(theo, path, said).status_code == 302


def test_an_authorization_covers_what_it_names_and_no_other_patient(
    willow: Clinic, rosa: Actor, imani: Actor, ada: UUID, bo: UUID
):
    mine, others = signed(willow, ada), signed(willow, bo)
    clinical = frozenset({PhiClass.CLINICAL})
    assert code(rosa, ada, Right.AUTHORIZATION, authorization=others) == "DISCLOSURE_UNAUTHORIZED"
    assert code(rosa, ada, Right.TREATMENT, authorization=mine) == "DISCLOSURE_UNAUTHORIZED"
    beyond = clinical | {PhiClass.COVERAGE}
    assert code(rosa, ada, Right.AUTHORIZATION, authorization=mine, classes=beyond) == "DISCLOSURE_BEYOND"
    logs(rosa, ada, Right.AUTHORIZATION, authorization=mine, classes=clinical)
    with present(willow.system) as by:
        authorizations.revoke(Authorization.objects.get(id=mine.id), by=by)
        revoked = Authorization.objects.get(id=mine.id)
    assert code(rosa, ada, Right.AUTHORIZATION, authorization=revoked, classes=clinical) == "AUTH_REVOKED"


def test_the_same_message_is_one_disclosure(rosa: Actor, willow: Clinic, ada: UUID):
    once = new_id()
    first = logs(rosa, ada, origin="message", origin_id=once)
    assert logs(rosa, ada, origin="message", origin_id=once).id == first.id
    with present(willow.system):
        assert Disclosure.objects.count() == 1
    assert "disclosure.logged" in verbs(willow)


def test_a_mistake_is_taken_back_within_a_day_by_whoever_made_it(
    willow: Clinic, rosa: Actor, theo: Actor, imani: Actor, ada: UUID
):
    row = logs(rosa, ada)
    for by, expected in ((imani, "NOT_FOUND"),):
        with pytest.raises(Refusal, match=expected), present(again(by)) as here:
            actions.withdraw(Disclosure.objects.get(id=row.id), by=here)
    with present(again(rosa)) as here:
        actions.withdraw(Disclosure.objects.get(id=row.id), by=here)
    with pytest.raises(Refusal, match="DISCLOSURE_STANDS"), present(again(theo)) as here:
        actions.withdraw(Disclosure.objects.get(id=row.id), by=here)
    sent = logs(rosa, ada, origin="message", origin_id=new_id())
    with pytest.raises(Refusal, match="DISCLOSURE_STANDS"), present(again(theo)) as here:
        actions.withdraw(Disclosure.objects.get(id=sent.id), by=here)
    assert "disclosure.withdrawn" in verbs(willow)


def test_what_was_sent_is_paired_once_and_no_accounting_goes_out_before(
    willow: Clinic, theo: Actor, ada: UUID, bo: UUID, monkeypatch: pytest.MonkeyPatch
):
    message = new_id()

    def sent(by: Actor, patient: UUID | None) -> list[pairing.Left]:
        done = set(Disclosure.objects.filter(origin="test").values_list("origin_id", flat=True))
        said = Said(way=Way.MESSAGE, right=Right.INDIVIDUAL, origin="test", origin_id=message)
        return [(ada, said)] if message not in done and patient in (None, ada) else []

    monkeypatch.setattr(pairing, "SOURCES", [sent])
    held = ask(theo, f"/patients/{ada}/disclosures/accounting/", {"form": "pdf"})
    assert held.status_code == 409 and "DISCLOSURE_UNPAIRED" in text(held)
    assert ask(theo, f"/patients/{bo}/disclosures/accounting/", {"form": "pdf"}).status_code == 200
    for expected in (1, 0):
        with present(willow.system) as by:
            assert pairing.run(by=by) == expected
    assert ask(theo, f"/patients/{ada}/disclosures/accounting/", {"form": "pdf"}).content.startswith(b"%PDF-")
    assert {"disclosures.paired", "disclosures.accounted"} <= set(verbs(willow))


def test_what_left_of_a_merged_record_is_paired_before_an_accounting_goes_out_too(
    willow: Clinic, cleo: Actor, theo: Actor, ada: UUID, bo: UUID, monkeypatch: pytest.MonkeyPatch
):
    said = Said(way=Way.MESSAGE, right=Right.INDIVIDUAL, origin="test", origin_id=new_id())
    monkeypatch.setattr(pairing, "SOURCES", [lambda by, patient: [(bo, said)] if patient == bo else []])
    there = f"/patients/{ada}/disclosures/accounting/"
    assert ask(theo, there, {"form": "csv"}).status_code == 200
    with present(again(cleo)) as by:
        merging.merge((ada, bo), by=by)
    held = ask(theo, there, {"form": "csv"})
    assert held.status_code == 409 and "DISCLOSURE_UNPAIRED" in text(held)


def test_an_accounting_counts_days_by_the_clock_of_the_practice(rosa: Actor, theo: Actor, ada: UUID):
    """Nine in the evening in Boston is the next day in Greenwich."""

    def evening(day: dt.date) -> dt.datetime:
        return wall.reading(day, dt.time(21), HERE)

    today = wall.day_of(clock.now(), HERE)
    first = accounting.since(today)
    logs(rosa, ada, at=evening(today - 2 * DAY))
    logs(rosa, ada, recipient="On the first day", at=evening(first))
    logs(rosa, ada, recipient="The day before", at=evening(first - DAY))
    table = ask(theo, f"/patients/{ada}/disclosures/accounting/", {"form": "csv"}).content.decode("utf-8-sig")
    _head, *rows = table.splitlines()
    assert [row.split(",")[:2] for row in rows] == [
        [(today - 2 * DAY).isoformat(), "County health office"],
        [first.isoformat(), "On the first day"],
    ]


def test_an_accounting_has_what_counts_of_six_years_and_nothing_withheld(rosa: Actor, theo: Actor, ada: UUID, bo: UUID):
    logs(rosa, ada, recipient="=cmd()", what="immunization record")
    logs(rosa, ada, Right.TREATMENT, recipient="Dr. Hall")
    logs(rosa, ada, recipient="Too long ago", at=clock.now() - 6 * 366 * DAY)
    until = (clock.now() + 30 * DAY).date()
    logs(rosa, ada, Right.LAW_ENFORCEMENT, recipient="Sheriff", withheld_until=until)
    logs(rosa, bo, recipient="Of somebody else")
    table = ask(theo, f"/patients/{ada}/disclosures/accounting/", {"form": "csv"})
    rows = table.content.decode("utf-8-sig").splitlines()
    assert rows[0] == "Day,To whom,Address,What,Why,Rule,Times,Last day"
    assert len(rows) == 2 and "'=cmd()" in rows[1] and "§ 164.512(b)" in rows[1]
    assert "Lovelace" not in table["Content-Disposition"]
    page = text(ask(theo, f"/patients/{ada}/disclosures/"))
    assert "Sheriff" in page and "Left out until" in page and "Dr. Hall" not in page
    everything = text(ask(theo, f"/patients/{ada}/disclosures/?show=all"))
    assert "Dr. Hall" in everything and "§ 164.528(a)(1)(i)" in everything and "Too long ago" in everything
    assert ask(theo, f"/patients/{ada}/disclosures/accounting/", {"form": "exe"}).status_code == 422


def test_what_went_to_the_same_recipient_for_one_purpose_again_is_summed_up(rosa: Actor, theo: Actor, ada: UUID):
    now = clock.now()
    for days, what in ((40, "immunization record"), (20, "lab report"), (1, "immunization record")):
        logs(rosa, ada, recipient="County  health office", what=what, at=now - days * DAY)
    logs(rosa, ada, recipient="county health office", purpose="another outbreak", at=now - 5 * DAY)
    for _ in range(2):
        logs(rosa, ada, Right.MISTAKE, recipient="Wrong neighbor", what="letter", purpose="none", at=now - 3 * DAY)
    table = ask(theo, f"/patients/{ada}/disclosures/accounting/", {"form": "csv"}).content.decode("utf-8-sig")
    rows = table.splitlines()[1:]
    first, last = (wall.day_of(now - days * DAY, HERE).isoformat() for days in (40, 1))
    assert rows[0].startswith(f"{first},County") and rows[0].endswith(f",3,{last}")
    assert "immunization record; lab report" in rows[0]
    assert len(rows) == 4, "another purpose is a line of its own, and each mistake is"
    assert ask(theo, f"/patients/{ada}/disclosures/accounting/", {"form": "pdf"}).content.startswith(b"%PDF-")


def test_an_agency_is_left_out_for_a_time_and_by_word_of_mouth_for_a_month(
    willow: Clinic, rosa: Actor, theo: Actor, ada: UUID
):
    row = logs(rosa, ada, Right.LAW_ENFORCEMENT, recipient="Sheriff")
    other = logs(rosa, ada, recipient="County health office")
    at = f"/patients/{ada}/disclosures/{row.id}/withhold/"
    far = f"{clock.now() + 90 * DAY:%Y-%m-%d}"
    long = ask(theo, at, {"until": far, "asked": "oral"})
    assert long.status_code == 422 and "WITHHELD_ORAL_LONG" in text(long)
    assert ask(theo, at, {"until": far, "asked": "pigeon"}).status_code == 422
    assert ask(theo, at, {"until": "soon", "asked": "oral"}).status_code == 422
    nobody = ask(theo, f"/patients/{ada}/disclosures/{other.id}/withhold/", {"until": far, "asked": "written"})
    assert "WITHHELD_FOR_NOBODY" in text(nobody)
    assert ask(rosa, at, {"until": far, "asked": "written"}).status_code == 403
    table = f"/patients/{ada}/disclosures/accounting/"
    for until, asked, there in (
        (far, "written", False),
        (f"{clock.now() + 20 * DAY:%Y-%m-%d}", "oral", False),
        ("", "", True),
    ):
        assert ask(theo, at, {"until": until, "asked": asked}).status_code == 302
        given = ask(theo, table, {"form": "csv"}).content.decode()
        assert ("Sheriff" in given) is there and "County health office" in given
    assert "disclosure.withheld" in verbs(willow)
    assert code(rosa, ada, Right.OVERSIGHT, withheld_until=(clock.now() + 31 * DAY).date(), withheld_asked="oral") == (
        "WITHHELD_ORAL_LONG"
    )


def test_what_an_agency_said_is_not_said_again_only_written(rosa: Actor, theo: Actor, ada: UUID):
    """45 CFR § 164.528(a)(2)(ii)(C): no longer than 30 days from the statement, unless a written one comes."""
    row = logs(rosa, ada, Right.LAW_ENFORCEMENT, recipient="Sheriff")
    at = f"/patients/{ada}/disclosures/{row.id}/withhold/"
    now = clock.now()
    assert ask(theo, at, {"until": f"{now + 20 * DAY:%Y-%m-%d}", "asked": "oral"}).status_code == 302
    anew = {"until": f"{now + 29 * DAY:%Y-%m-%d}", "asked": "oral"}
    later = ask(theo, at, anew)
    assert later.status_code == 422 and "WITHHELD_ORAL_LONG" in text(later)
    assert ask(theo, at, {"until": "", "asked": "oral"}).status_code == 302
    assert ask(theo, at, anew).status_code == 422, "it is over, and saying it anew does not bring it back"
    assert ask(theo, at, {"until": f"{now + 90 * DAY:%Y-%m-%d}", "asked": "written"}).status_code == 302
    with present(again(theo)):
        kept = Disclosure.objects.get(id=row.id)
    assert (kept.withheld_until, kept.withheld_asked) == ((now + 90 * DAY).date(), "written")


def test_the_desk_logs_from_the_chart_and_does_not_read_the_list(rosa: Actor, ada: UUID, olu: Actor):
    there = f"/patients/{ada}/disclosures/log/"
    assert there in text(ask(rosa, f"/patients/{ada}/"))
    form = {
        "way": "phone",
        "right": "public_health",
        "at": "",
        "address": "",
        "authorization": "",
        "withheld_until": "",
        "withheld_asked": "written",
    }
    wrong = ask(rosa, there, form | FULL | {"purpose": ""})
    assert wrong.status_code == 422 and "DISCLOSURE_INCOMPLETE" in text(wrong)
    assert ask(rosa, there, form | FULL | {"classes": ["clinical"]}).status_code == 302
    page = text(ask(rosa, there))
    assert "It counts for the accounting" in page and "County health office" not in page
    assert ask(rosa, f"/patients/{ada}/disclosures/").status_code == 403
    assert ask(olu, there, form | FULL).status_code == 404
    with present(again(rosa)):
        row = Disclosure.objects.get()
        assert row.classes == [PhiClass.CLINICAL]
    assert ask(rosa, f"/patients/{ada}/disclosures/{row.id}/withdraw/", {}).status_code == 302
    assert "It counts" not in text(ask(rosa, there))


def test_what_the_gate_let_out_gets_its_row(willow: Clinic, pat: Actor, rosa: Actor, theo: Actor, ada: UUID):
    with mail() as box:
        sending.carries(pat, Channel.EMAIL, box.secrets())
        sending.writes(pat)
        sending.reachable(willow, ada)
        sending.sends(rosa, sending.reminder(ada))
        assert sending.dispatched(willow) == 1
    assert ask(theo, f"/patients/{ada}/disclosures/accounting/", {"form": "csv"}).status_code == 409
    with present(willow.system) as by:
        assert pairing.run(by=by) == 1
    page = text(ask(theo, f"/patients/{ada}/disclosures/?show=all"))
    assert "the patient" in page and "in a message" in page and "§ 164.528(a)(1)(ii)" in page
    assert ask(theo, f"/patients/{ada}/disclosures/accounting/", {"form": "csv"}).status_code == 200


def test_a_fax_is_written_down_by_the_right_that_was_said_and_accounted_for_by_it(
    willow: Clinic, pat: Actor, cleo: Actor, theo: Actor, ada: UUID
):
    with https() as desk:
        sending.carries(pat, Channel.FAX, desk.secrets())
        sending.writes(pat)
        with present(again(cleo)) as by:
            paper = written("contact.check", ada, by=by)
        to_law = Elsewhere("(617) 555-0199", "Suffolk County Court", Right.COURT, "Order 7 of 2026")
        for to in (sending.TO_LEE, to_law):
            with present(again(cleo)) as by:
                numbers.confirm(to.number, by=by)
            sending.sends(cleo, Draft("contact.check", ada, ways=(Channel.FAX,), paper=paper, elsewhere=to))
        sending.dispatched(willow)
    assert {m.status for m in sending.every(willow)} == {"sent"}
    assert ask(theo, f"/patients/{ada}/disclosures/accounting/", {"form": "csv"}).status_code == 409
    with present(system_actor(willow.practice.id, Purpose.HOPERAT)) as by:
        assert pairing.run(by=by) == 2
        rows = {row.right: row for row in Disclosure.objects.order_by("id")}
    assert set(rows) == {Right.TREATMENT, Right.COURT}
    assert all(row.way == Way.FAX for row in rows.values())
    assert set(rows[Right.COURT].classes) == {PhiClass.IDENTITY, PhiClass.CONTACT}
    table = ask(theo, f"/patients/{ada}/disclosures/accounting/", {"form": "csv"}).content.decode("utf-8-sig")
    _head, *lines = table.splitlines()
    assert len(lines) == 1
    for words in ("Suffolk County Court", "(617) 555-0199", "How we reach you", "Order 7 of 2026", "§ 164.512(e)"):
        assert words in lines[0]
    assert "Dr. Lee" in text(ask(theo, f"/patients/{ada}/disclosures/?show=all"))


def test_what_may_have_arrived_is_accounted_for_and_says_so(
    willow: Clinic, pat: Actor, cleo: Actor, theo: Actor, rosa: Actor, ada: UUID
):
    """A fax whose carrier took it and never answered is a disclosure until somebody knows better."""
    with https() as desk:
        desk.answer = lambda number: None
        sending.carries(pat, Channel.FAX, desk.secrets())
        sending.writes(pat)
        to = Elsewhere("(617) 555-0199", "Suffolk County Court", Right.COURT, "Order 7 of 2026")
        with present(again(cleo)) as by:
            numbers.confirm(to.number, by=by)
            paper = written("contact.check", ada, by=by)
        sending.sends(cleo, Draft("contact.check", ada, ways=(Channel.FAX,), paper=paper, elsewhere=to))
        sending.dispatched(willow)
    assert sending.only(willow).status == "unknown"
    there = f"/patients/{ada}/disclosures/accounting/"
    assert ask(theo, there, {"form": "csv"}).status_code == 409
    with present(system_actor(willow.practice.id, Purpose.HOPERAT)) as by:
        assert pairing.run(by=by) == 1
    table = ask(theo, there, {"form": "csv"}).content.decode("utf-8-sig")
    assert "Suffolk County Court" in table and "Not known whether it arrived" in table
    assert "Not known whether it arrived" in text(ask(theo, f"/patients/{ada}/disclosures/"))
    with present(again(rosa)) as by:
        outbound.arrived(Message.objects.get(), by=by)
    table = ask(theo, there, {"form": "csv"}).content.decode("utf-8-sig")
    assert "Suffolk County Court" in table and "Not known whether it arrived" not in table
    with present(system_actor(willow.practice.id, Purpose.HOPERAT)) as by:
        assert pairing.run(by=by) == 0


@pytest.mark.parametrize("found_out", ["a person", "the carrier", "nobody", "discarded"])
def test_whoever_finds_out_what_became_of_it_nothing_leaves_the_accounting(
    willow: Clinic, pat: Actor, rosa: Actor, ada: UUID, found_out: str
):
    with mail() as box:
        sending.carries(pat, Channel.EMAIL, box.secrets())
        sending.writes(pat)
        sending.reachable(willow, ada)
        box.silent = True
        sending.sends(rosa, sending.reminder(ada))
        sending.dispatched(willow)
    with present(again(rosa)) as by:
        if found_out == "a person":
            outbound.arrived(Message.objects.get(), by=by)
        if found_out == "discarded":
            outbound.discard([Message.objects.get().id], by=by)
    with present(system_actor(willow.practice.id, Purpose.TREAT)) as by:
        if found_out == "the carrier":
            fates.reported(Message.objects.get(), Message.Status.DELIVERED, "", by=by)
    message = sending.only(willow)
    assert message.sent_at == message.sending_at
    with present(willow.system) as by:
        assert pairing.run(by=by) == 1
        assert Disclosure.objects.get().origin_id == message.id


def test_what_is_known_not_to_have_left_is_no_disclosure(willow: Clinic, pat: Actor, rosa: Actor, ada: UUID):
    """A late answer that nothing was sent takes the message out again: it never left."""
    with mail() as box:
        sending.carries(pat, Channel.EMAIL, box.secrets())
        sending.writes(pat)
        sending.reachable(willow, ada)
        box.silent = True
        sending.sends(rosa, sending.reminder(ada))
        sending.dispatched(willow)
    message = sending.only(willow)
    assert message.attempt is not None
    with present(system_actor(willow.practice.id, Purpose.TREAT)) as by:
        fates.became(message.id, message.attempt, Outcome(Fate.LATER, "CARRIER_AWAY"), by=by)
    assert sending.only(willow).sent_at is None
    with present(willow.system) as by:
        assert pairing.run(by=by) == 0


def test_what_stood_against_a_disclosure_is_told_to_the_officers_and_it_is_written_down_all_the_same(
    willow: Clinic, rosa: Actor, theo: Actor, ada: UUID
):
    def told() -> list[str]:
        with present(again(theo)) as by:
            return [notice.facts["code"] for notice in notices.waiting(by) if notice.kind == "disclosure.questioned"]

    logs(rosa, ada, Right.TREATMENT)
    assert told() == []
    with present(willow.system) as by:
        access.restrict(ada, [], by=by, toward="outside")
    logs(rosa, ada, Right.TREATMENT)
    logs(rosa, ada, Right.TREATMENT, classes=frozenset({PhiClass.PART2}))
    logs(rosa, ada, Right.MISTAKE)
    logs(rosa, ada, Right.INDIVIDUAL)
    assert sorted(told()) == ["P2_CONSENT_ABSENT", "RESTRICTION_BLOCK"]
    with present(willow.system):
        assert Disclosure.objects.count() == 5


def test_a_letter_is_a_disclosure_once_it_is_printed(willow: Clinic, rosa: Actor, ada: UUID, mailroom: None):
    """What lies ready to print has not left."""
    sending.sends(rosa, Draft("please.call", ada, ways=(Channel.LETTER,)))
    sending.dispatched(willow)
    for expected in (0, 1):
        with present(system_actor(willow.practice.id, Purpose.HOPERAT)) as by:
            assert pairing.run(by=by) == expected
        ask(rosa, "/outbox/letters/", {})
    with present(willow.system):
        assert Disclosure.objects.get().way == Way.PAPER


def test_a_fax_from_before_for_which_nobody_said_a_right_counts_as_a_mistake(
    rosa: Actor, ada: UUID, rig: Any, owner_sql: psycopg.Connection
):
    """The migration goes past row security and the triggers as the owner, and leaves both as they were."""
    row = logs(rosa, ada)
    with rig.admin(owner_sql.info.dbname) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE privacy_disclosure SET \"right\" = 'unsaid' WHERE id = %s", [row.id])
    owner_sql.execute(import_module("keepwell.privacy.migrations.0003_always_said").UNSAID)
    owner_sql.commit()
    with present(again(rosa)):
        assert Disclosure.objects.get(id=row.id).right == Right.MISTAKE
    with pytest.raises(DatabaseError, match="outside any action"), present(again(rosa)):
        Disclosure.objects.filter(id=row.id).update(right=Right.TREATMENT)
    forced = "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'privacy_disclosure'"
    assert owner_sql.execute(forced).fetchone() == (True,)
