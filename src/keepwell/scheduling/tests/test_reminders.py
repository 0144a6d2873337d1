"""Reminders: planned by rules, moved with the visit, withdrawn with it, and never sent for what no longer stands."""

from __future__ import annotations

import datetime as dt
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from keepwell.access.actions import system_actor
from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.jobs import schedule_visits
from keepwell.ledger.doorway import present
from keepwell.outbound import dispatch, wording
from keepwell.outbound.models import Message
from keepwell.patients.facts import Demographics
from keepwell.patients.tests.people import registers
from keepwell.scheduling import booking, changes, life, reminder_rules, reminders, reminding, sentences, undo
from keepwell.scheduling.models import Appointment, ReminderRule
from keepwell.scheduling.reminder_rules import Rule
from keepwell.scheduling.tests.conftest import NEW_YORK, Calendar
from keepwell.scheduling.tests.test_booking import books, code_of
from keepwell.scheduling.tests.waits import anew, at, frees, offers_next, waits
from tests.browse import ask, text
from tests.cast import Clinic

O, U = ReminderRule.Occasion, ReminderRule.Unit  # noqa: E741 - two short names
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def says(clinic: Clinic, *rules: Rule) -> None:
    with present(clinic.system) as by:
        for rule in rules:
            reminder_rules.set_rule(rule, by=by)


def usual(clinic: Clinic) -> None:
    with present(clinic.system) as by:
        reminder_rules.begin_usual(by=by)


def works_out(clinic: Clinic) -> int:
    with present(system_actor(clinic.practice.id, Purpose.HOPERAT)) as by:
        return reminding.round_of_plans(by=by)


def sent(clinic: Clinic, *statuses: str) -> list[tuple[str, dt.datetime]]:
    with present(clinic.system):
        rows = Message.objects.filter(status__in=statuses or ("planned",)).order_by("not_before", "id")
        return [(m.template, m.not_before) for m in rows if m.not_before]


def moves(actor: Actor, made: Appointment, to: dt.datetime) -> Appointment:
    by = anew(actor)
    with present(by):
        return booking.move(made, to, by=by)


def cancels(actor: Actor, made: Appointment) -> None:
    by = anew(actor)
    with present(by):
        life.cancel(made, "practice", by=by)


def test_a_booked_visit_is_confirmed_and_reminded_of(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    usual(willow)
    books(rosa, ada, calendar)
    assert works_out(willow) == 1
    starts = calendar.at("10:00")
    planned = dict(sent(willow))
    assert set(planned) == {"visit.booked", "visit.reminder"}
    times = [when for name, when in sent(willow) if name == "visit.reminder"]
    assert times == [calendar.at("10:00", -2), starts - 3 * HOUR]
    assert planned["visit.booked"] - clock.now() < dt.timedelta(minutes=1)
    assert {"reminder_rule.set", "reminders.worked_out", "message.planned"} <= set(verbs(willow))


def test_working_it_out_again_changes_nothing(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    usual(willow)
    books(rosa, ada, calendar)
    works_out(willow)
    before = sent(willow)
    assert works_out(willow) == 0
    assert sent(willow) == before
    schedule_visits.plan_reminders()
    assert sent(willow) == before


def test_reminders_move_with_the_visit_and_go_with_it(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    usual(willow)
    made = books(rosa, ada, calendar)
    works_out(willow)
    made = moves(rosa, made, calendar.at("14:00", 1))
    works_out(willow)
    times = [when for name, when in sent(willow) if name == "visit.reminder"]
    assert times == [calendar.at("14:00", -1), calendar.at("11:00", 1)]
    assert "visit.moved" in dict(sent(willow))
    assert len([m for m in sent(willow, "withdrawn") if m[0] == "visit.reminder"]) == 2
    cancels(rosa, made)
    works_out(willow)
    assert [name for name, _ in sent(willow)] == ["visit.cancelled"]


def test_nothing_is_sent_of_a_cancelled_visit_though_the_worker_was_down_for_a_day(
    calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic, monkeypatch: pytest.MonkeyPatch
):
    usual(willow)
    made = books(rosa, ada, calendar)
    works_out(willow)
    cancels(rosa, made)
    at(monkeypatch, calendar.at("8:00"))
    dispatch.practice(willow.practice.id)
    assert not sent(willow, "sent", "delivered", "sending", "cleared", "waiting")
    with present(willow.system):
        reminded = Message.objects.filter(template="visit.reminder")
        assert set(reminded.values_list("status", flat=True)) == {"withdrawn"}


def test_nothing_is_sent_of_a_time_the_visit_was_moved_from(
    calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic, monkeypatch: pytest.MonkeyPatch
):
    says(willow, Rule(occasion=O.BEFORE, amount=3, unit=U.HOURS))
    made = books(rosa, ada, calendar)
    works_out(willow)
    moves(rosa, made, calendar.at("10:00", 3))
    at(monkeypatch, calendar.at("7:30"))
    dispatch.practice(willow.practice.id)
    with present(willow.system):
        message = Message.objects.get()
        assert (message.status, message.reason) == ("withdrawn", "POINTLESS")
    works_out(willow)
    assert sent(willow) == [("visit.reminder", calendar.at("7:00", 3))]


def test_a_change_taken_back_sends_nothing(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    usual(willow)
    made = books(rosa, ada, calendar)
    works_out(willow)
    by = anew(rosa)
    with present(by):
        life.cancel(made, "patient", by=by)
    works_out(willow)
    by = anew(rosa)
    with present(by):
        change = changes.just_made(by)
        assert change is not None
        undo.undo(change.id, by=by)
    works_out(willow)
    names = [name for name, _ in sent(willow)]
    assert "visit.cancelled" not in names
    assert names.count("visit.reminder") == 2


def test_a_rule_that_changes_plans_anew_and_one_that_ends_withdraws(
    calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic
):
    says(willow, Rule(occasion=O.BEFORE, amount=2))
    books(rosa, ada, calendar)
    works_out(willow)
    with present(willow.system) as by:
        rule = ReminderRule.objects.get()
        reminder_rules.set_rule(Rule(occasion=O.BEFORE, amount=1, o_clock=dt.time(17)), by=by, rule=rule)
    assert works_out(willow) == 1
    assert sent(willow) == [("visit.reminder", calendar.at("17:00", -1))]
    with present(willow.system) as by:
        reminder_rules.end_rule(ReminderRule.objects.get(), by=by)
    works_out(willow)
    assert sent(willow) == []
    assert "reminder_rule.ended" in verbs(willow)


def test_days_are_counted_where_the_patient_is_and_hours_are_hours(calendar: Calendar, rosa: Actor, willow: Clinic):
    west = ZoneInfo("America/Los_Angeles")
    far = registers(willow, Demographics(given_name="Lia", family_name="West", time_zone=west.key))
    says(willow, Rule(occasion=O.BEFORE, amount=1, o_clock=dt.time(18)))
    books(rosa, far, calendar)
    works_out(willow)
    ((_name, when),) = sent(willow)
    assert f"{when.astimezone(west):%H:%M}" == "18:00"
    assert when.astimezone(west).date() == calendar.at("10:00").astimezone(west).date() - DAY


def test_a_day_before_is_the_same_o_clock_on_a_night_clocks_change():
    rule = ReminderRule(practice_id=UUID(int=1), occasion=O.BEFORE, amount=1, unit=U.DAYS)
    starts = dt.datetime(2027, 3, 14, 10, tzinfo=NEW_YORK)
    found = reminders.moment(rule, starts, NEW_YORK)
    assert f"{found.astimezone(NEW_YORK):%d %H:%M}" == "13 10:00"
    assert starts - found == 23 * HOUR
    skipped = ReminderRule(practice_id=UUID(int=1), occasion=O.BEFORE, amount=1, unit=U.DAYS, o_clock=dt.time(2, 30))
    found = reminders.moment(skipped, starts + DAY, NEW_YORK)
    assert f"{found.astimezone(NEW_YORK):%d %H:%M}" == "14 03:30"


@pytest.mark.parametrize(("late", "left"), [("drop", []), ("send", ["visit.reminder"])])
def test_a_moment_that_has_passed_is_left_out_or_made_up_for(
    calendar: Calendar,
    rosa: Actor,
    ada: UUID,
    willow: Clinic,
    monkeypatch: pytest.MonkeyPatch,
    late: str,
    left: list[str],
):
    says(willow, Rule(occasion=O.BEFORE, amount=7, late=late))
    at(monkeypatch, calendar.at("9:00", -3))
    books(rosa, ada, calendar)
    works_out(willow)
    assert [name for name, _ in sent(willow)] == left


def test_a_reminder_the_worker_was_too_late_for_is_dropped(
    calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic, monkeypatch: pytest.MonkeyPatch
):
    says(willow, Rule(occasion=O.BEFORE, amount=3, unit=U.HOURS))
    books(rosa, ada, calendar)
    works_out(willow)
    at(monkeypatch, calendar.at("9:00"))
    dispatch.practice(willow.practice.id)
    with present(willow.system):
        assert Message.objects.get().reason == "TOO_LATE"


def test_rules_are_about_a_service_or_a_way_or_all(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    says(
        willow, Rule(occasion=O.BEFORE, amount=2, modality="phone"), Rule(occasion=O.BEFORE, amount=3, modality="video")
    )
    books(rosa, ada, calendar)
    works_out(willow)
    assert [when for _, when in sent(willow)] == [calendar.at("10:00", -3)]


def test_an_offer_is_told_as_well_while_it_stands(calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic):
    waits(rosa, bo, calendar)
    offer = offers_next(rosa, frees(rosa, ada, calendar))
    assert offer is not None
    with present(willow.system):
        message = Message.objects.get(template="waitlist.offer")
        assert (message.patient_id, message.not_after, message.status) == (bo, offer.until, "planned")


def test_the_notice_of_a_change_says_what_goes_out(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    made = books(rosa, ada, calendar)
    with present(anew(rosa)):
        assert sentences.told(made, "appointment.booked") == []
    usual(willow)
    with present(anew(rosa)):
        said = " ".join(sentences.told(made, "appointment.booked"))
        assert "2 days before, 3 hours before" in said
        assert "No reminder is sent any more." in sentences.told(made, "appointment.cancelled")
        assert "The new time goes out in half a minute." in sentences.told(made, "appointment.moved")


def test_a_visits_page_says_what_is_sent_when_and_why_not(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    made = books(rosa, ada, calendar)
    where = f"/schedule/visits/{made.id}/messages/"
    assert "Nothing is planned" in text(ask(rosa, where))
    usual(willow)
    works_out(willow)
    page = text(ask(rosa, where))
    assert "Reminder of a visit" in page
    assert "Planned" in page
    assert "agreement" in page.lower()


def test_rules_are_sentences_and_a_form(cleo: Actor, rosa: Actor, calendar: Calendar, willow: Clinic):
    where = "/settings/scheduling/reminders/"
    assert "Nothing is sent yet" in text(ask(cleo, where))
    assert ask(cleo, where, {"usual": "1"}).status_code == 302
    page = text(ask(cleo, where))
    assert "2 days before a visit, the patient gets a reminder by text message or else e-mail." in page
    typed = {"occasion": "before", "amount": "1", "unit": "days", "o_clock": "17:00", "ways": ["email"], "late": "send",
             "service": str(calendar.service.id), "modality": "video"}  # fmt: skip
    assert ask(cleo, where, typed | {"amount": "99"}).status_code == 422
    assert ask(cleo, where, typed | {"ways": []}).status_code == 422
    assert ask(cleo, where, typed).status_code == 302
    assert "1 day before a visit (Follow-up visit, video), at 17:00 where the patient is" in text(ask(cleo, where))
    with present(willow.system):
        rule = ReminderRule.objects.get(amount=1)
    assert ask(cleo, f"{where}{rule.id}/", typed | {"amount": "4"}).status_code == 302
    assert ask(cleo, f"{where}{rule.id}/end/", {}).status_code == 302
    assert ask(cleo, f"{where}{rule.id}/").status_code == 404
    assert ask(rosa, where).status_code == 403


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("CHOICE_UNKNOWN", {"occasion": "birthday"}),
        ("CHOICE_UNKNOWN", {"ways": ("fax",)}),
        ("NUMBER_BETWEEN", {"amount": 31}),
        ("MODALITY_UNKNOWN", {"modality": "telepathy"}),
        ("SERVICE_UNKNOWN", {"service": UUID(int=3)}),
    ],
)
def test_a_rule_that_cannot_be_says_why(willow: Clinic, code: str, said: dict[str, object]):
    assert code_of(lambda: says(willow, Rule(**({"occasion": O.BEFORE, "amount": 1} | said)))) == code  # type: ignore[arg-type]


def test_what_a_patient_reads_says_nothing_of_the_visit(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    for template in reminder_rules.TEMPLATES.values():
        words = wording.of(template).words
        assert set(words) == {"en", "es"}
        assert all("service" not in said and "reason" not in said for each in words.values() for said in each.values())
