"""Appointments to come from another system: matched, checked, booked, rejected by name, fixed, sent again, undone."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from keepwell import charts
from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.patients.excerpts import Listed
from keepwell.patients.facts import Demographics
from keepwell.patients.tests.lists import again, made, work
from keepwell.patients.tests.people import registers
from keepwell.scheduling import booking
from keepwell.scheduling.models import Appointment, FreedTime, Slot, VisitList, VisitListRow
from keepwell.scheduling.movein import actions, reading
from keepwell.scheduling.tests.conftest import NEW_YORK, Calendar
from keepwell.scheduling.tests.test_booking import books, code_of
from tests.browse import ask, text
from tests.cast import Clinic

HEADERS = tuple("Last Name,First Name,DOB,Date,Start Time,Appointment Type,Provider,Patient State,TZ".split(","))


@pytest.fixture
def provider(calendar: Calendar, willow: Clinic) -> str:
    return willow.members["imani"].name


def row(calendar: Calendar, o_clock: str = "10:00 AM", **other: str) -> tuple[str, ...]:
    when = calendar.monday
    said = dict(zip(HEADERS, ("Lovelace", "Ada", "12/10/1985", f"{when:%m/%d/%Y}", o_clock, "Follow-up visit", "Imani",
                              "MA", ""), strict=True))  # fmt: skip
    return tuple((said | other)[name] for name in HEADERS)


def sends(by: Actor, rows: list[tuple[str, ...]], headers: tuple[str, ...] = HEADERS) -> str:
    file = SimpleUploadedFile("visits.csv", made(rows, headers), "text/csv")
    answer = ask(by, "/import/appointments/", {"list": file})
    assert answer.status_code == 302, text(answer)
    return answer.headers["Location"]


def checks(by: Actor, where: str, app_sql: psycopg.Connection, **other: str) -> None:
    with present(again(by)):
        held = VisitList.objects.get(id=UUID(where.split("/")[3]))
    typed = {f"c{n}": name for n, name in enumerate(held.columns)} | {"order": held.order} | other
    answer = ask(again(by), f"{where}columns/", typed)
    assert answer.status_code == 302, text(answer)
    work(app_sql)


def does(by: Actor, where: str, what: str, app_sql: psycopg.Connection) -> None:
    assert ask(again(by), f"{where}{what}/", {}).status_code == 302
    work(app_sql)


def outcomes(clinic: Clinic) -> list[tuple[str, list[str]]]:
    with present(clinic.system):
        rows = VisitListRow.objects.order_by("number")
        return [(r.outcome, [code for _field, code in r.wrong]) for r in rows]


def test_a_list_is_matched_checked_and_booked(
    calendar: Calendar, provider: str, cleo: Actor, ada: UUID, bo: UUID, willow: Clinic, app_sql: psycopg.Connection
):
    mine = row(calendar, "11:30 am", **{"Last Name": "Nguyen", "First Name": "Bo", "DOB": "02/03/2001"})
    where = sends(cleo, [row(calendar), mine])
    page = text(ask(again(cleo), where))
    assert "Appointment Type" in page
    assert "Lovelace" in page
    checks(cleo, where, app_sql)
    assert outcomes(willow) == [("ready", []), ("ready", [])]
    with present(willow.system):
        assert not Appointment.objects.exists()
    does(cleo, where, "start", app_sql)
    with present(willow.system):
        booked = {a.patient_id: a for a in Appointment.objects.order_by("starts_at")}
        assert booked[ada].starts_at == calendar.at("10:00")
        assert booked[bo].starts_at == calendar.at("11:30")
        assert booked[ada].state == "MA"
    assert "booked" in text(ask(again(cleo), where))
    said = set(verbs(willow))
    assert {"visit_list.sent", "visit_list.matched", "visit_list.started", "visit_list.judged"} <= said
    assert {"visit_list.settled", "visit_list.advanced", "visit_list.opened"} <= said


def test_what_cannot_be_booked_is_named_row_by_row(
    calendar: Calendar, provider: str, cleo: Actor, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic,
    app_sql: psycopg.Connection,
):  # fmt: skip
    books(rosa, bo, calendar, "15:00")
    books(rosa, ada, calendar, "16:00")
    where = sends(cleo, [
        row(calendar),
        row(calendar, Date="01/05/2020"),
        row(calendar, TZ="Mars"),
        row(calendar, "10:15 AM"),
        row(calendar, "3:00 PM"),
        row(calendar, "7:00 PM"),
        row(calendar, "half past"),
        row(calendar, Date="soon"),
        row(calendar, "11:00 AM", **{"Last Name": "Nobody"}),
        row(calendar, "11:00 AM", Provider="Dr Who"),
        row(calendar, "11:00 AM", **{"Appointment Type": "Surgery"}),
        row(calendar, "11:00 AM", **{"Patient State": "TX"}),
        (*row(calendar, "11:00 AM"), "one cell more"),
    ])  # fmt: skip
    checks(cleo, where, app_sql)
    assert [codes for _o, codes in outcomes(willow)] == [
        [], ["TIME_PAST"], ["ZONE_UNKNOWN"], ["VISIT_IN_LIST_TWICE"], ["SLOT_TAKEN"], ["SLOT_OUTSIDE_HOURS"],
        ["TIME_UNREADABLE"], ["DATE_UNREADABLE"], ["VISIT_PATIENT_UNKNOWN"], ["PROVIDER_UNKNOWN"],
        ["SERVICE_UNKNOWN"], ["LICENSE_STATE_MISMATCH"], ["MOVEIN_ROW_SHIFTED"],
    ]  # fmt: skip
    page = text(ask(again(cleo), where))
    assert "What to fix" in page
    answer = ask(again(cleo), f"{where}rejects/")
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 13
    assert "What to fix" in lines[0]


def test_a_rejects_file_is_fixed_and_sent_again_and_nothing_is_doubled(
    calendar: Calendar, provider: str, cleo: Actor, ada: UUID, willow: Clinic, app_sql: psycopg.Connection
):
    where = sends(cleo, [row(calendar), row(calendar, "1:00 PM", Provider="Dr. I.")])
    checks(cleo, where, app_sql)
    does(cleo, where, "start", app_sql)
    fixed = (*row(calendar, "1:00 PM"), "fixed")
    where = sends(cleo, [fixed, (*row(calendar), "")], (*HEADERS, "What to fix"))
    checks(cleo, where, app_sql)
    does(cleo, where, "start", app_sql)
    with present(willow.system):
        assert Appointment.objects.count() == 2
        last = VisitListRow.objects.filter(run_id=UUID(where.split("/")[3])).order_by("number")
        assert [r.outcome for r in last] == ["booked", "reject"]


def test_words_for_providers_are_mapped_and_remembered(
    calendar: Calendar, provider: str, cleo: Actor, ada: UUID, willow: Clinic, app_sql: psycopg.Connection
):
    where = sends(cleo, [row(calendar, Provider="Dr. I.")])
    mapped = {"provider-0": str(calendar.practitioner), "service-0": str(calendar.service.id)}
    checks(cleo, where, app_sql, **mapped)
    assert outcomes(willow) == [("ready", [])]
    later = sends(again(cleo), [row(calendar, "1:00 PM", Provider="Dr. I.")])
    page = text(ask(again(cleo), later))
    assert f'<option value="{calendar.practitioner}" selected>' in page


def test_a_whole_list_is_undone_but_for_what_somebody_changed(
    calendar: Calendar, provider: str, cleo: Actor, ada: UUID, bo: UUID, willow: Clinic, app_sql: psycopg.Connection
):
    mine = row(calendar, "1:00 PM", **{"Last Name": "Nguyen", "First Name": "Bo", "DOB": "02/03/2001"})
    where = sends(cleo, [row(calendar), mine])
    checks(cleo, where, app_sql)
    does(cleo, where, "start", app_sql)
    by = again(cleo)
    with present(by):
        booking.move(Appointment.objects.get(patient_id=bo), calendar.at("14:00"), by=by)
    does(cleo, where, "undo", app_sql)
    with present(willow.system):
        assert Appointment.objects.get(patient_id=ada).status == "entered-in-error"
        assert Appointment.objects.get(patient_id=bo).status == "booked"
        assert Slot.objects.filter(status="busy").count() == 1
        assert not FreedTime.objects.filter(status="open", starts_at=calendar.at("10:00")).exists()
    assert [o for o, _c in outcomes(willow)] == ["withdrawn", "kept"]
    assert {"visit_list.undo_asked", "visit_list.taken_back"} <= set(verbs(willow))


def test_a_record_number_decides_and_a_name_that_differs_is_told(
    calendar: Calendar, provider: str, cleo: Actor, ada: UUID, bo: UUID, willow: Clinic, app_sql: psycopg.Connection
):
    by = again(cleo)
    with present(by):
        number = charts.open(ada, Listed, by=by).one(Listed).record_number
    headers = ("MRN", "Patient Name", "DOB", "Starts At", "Service", "Clinician")
    at = f"{calendar.monday:%Y-%m-%d} 10:00"
    later = calendar.at("13:00").astimezone(NEW_YORK).isoformat()
    where = sends(cleo, [
        (number, "", "", at, "Follow-up visit", "Imani"),
        (number, "Nguyen, Bo", "02/03/2001", later, "Follow-up visit", "Imani"),
        ("", "Ada Lovelace", "12/10/1985", later, "Follow-up visit", "Imani"),
    ], headers)  # fmt: skip
    checks(cleo, where, app_sql)
    assert outcomes(willow) == [("ready", []), ("reject", ["VISIT_PATIENT_DIFFERS"]), ("ready", [])]


def test_of_two_who_answer_nobody_is_guessed(
    calendar: Calendar, cleo: Actor, ada: UUID, willow: Clinic, app_sql: psycopg.Connection
):
    twin = Demographics(given_name="Ada", family_name="Lovelace", birth_date=dt.date(1985, 12, 10))
    registers(willow, twin, despite=[ada])
    where = sends(cleo, [row(calendar)])
    checks(cleo, where, app_sql)
    assert outcomes(willow) == [("reject", ["VISIT_PATIENT_UNSURE"])]


def test_columns_that_say_too_little_are_refused(calendar: Calendar, provider: str, cleo: Actor):
    where = sends(cleo, [row(calendar)])
    typed = {"c0": "family_name", "c1": "given_name", "order": "mdy"}
    refused = ask(again(cleo), f"{where}columns/", typed)
    assert refused.status_code == 422
    assert "No column holds" in text(refused)
    twice = ask(again(cleo), f"{where}columns/", {f"c{n}": "family_name" for n in range(9)} | {"order": "mdy"})
    assert twice.status_code == 422
    assert code_of(lambda: actions.checked(["service", "provider", "moment"], "mdy")) == "VISIT_COLUMNS_MISSING"
    again_shown = ask(again(cleo), f"{where}columns/", {"again": "1", "order": "dmy"} | typed)
    assert again_shown.status_code == 422


def test_a_list_goes_off_the_disk(
    calendar: Calendar, provider: str, cleo: Actor, ada: UUID, willow: Clinic, app_sql: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    where = sends(cleo, [row(calendar)])
    checks(cleo, where, app_sql)
    other = sends(again(cleo), [row(calendar)])
    does(cleo, where, "discard", app_sql)
    assert code_of(lambda: _continues(cleo, where)) == "MOVEIN_NOT_NOW"
    monkeypatch.setattr(clock, "now", lambda: dt.datetime.now(dt.UTC) + dt.timedelta(days=40))
    with present(willow.system) as by:
        assert actions.expire(by=by) == 1
        assert set(VisitList.objects.values_list("state", flat=True)) == {"gone"}
    assert other != where
    assert {"visit_list.discarded", "visit_list.expired"} <= set(verbs(willow))


def _continues(by: Actor, where: str) -> None:
    by = again(by)
    with present(by):
        actions.go_on(UUID(where.split("/")[3]), by=by)


def test_columns_checked_again_forget_and_stopped_work_goes_on(
    calendar: Calendar, provider: str, cleo: Actor, ada: UUID, willow: Clinic, app_sql: psycopg.Connection
):
    where = sends(cleo, [row(calendar)])
    checks(cleo, where, app_sql)
    assert "Columns" in text(ask(again(cleo), f"{where}?columns=1"))
    checks(cleo, where, app_sql)
    assert outcomes(willow) == [("ready", [])]
    assert ask(again(cleo), f"{where}start/", {}).status_code == 302
    app_sql.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
    _continues(cleo, where)
    work(app_sql)
    assert [o for o, _c in outcomes(willow)] == ["booked"]
    assert {"visit_list.rechecked", "visit_list.continued"} <= set(verbs(willow))


def test_who_may_not_bring_records_in_sends_no_list(rosa: Actor, pat: Actor):
    for who in (rosa, pat):
        assert ask(who, "/import/appointments/").status_code == 403


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("9:30 AM", "09:30"), ("9a", "09:00"), ("12:15 pm", "12:15"), ("12 AM", "00:00"), ("1430", "14:30"),
     ("0.395833", "09:30"), ("14:30:00", "14:30"), ("9:05p", "21:05")],
)  # fmt: skip
def test_o_clocks_as_lists_write_them(typed: str, meant: str):
    assert f"{reading.o_clock(typed):%H:%M}" == meant


@pytest.mark.parametrize("typed", ["25:00", "9", "noon-ish", "13:00 PM", ""])
def test_what_is_no_o_clock_is_refused(typed: str):
    assert code_of(lambda: reading.o_clock(typed)) == "TIME_UNREADABLE"


@pytest.mark.parametrize(
    ("typed", "order"),
    [("12/01/2027", "mdy"), ("01/12/2027", "dmy"), ("2027-12-01", "mdy"), ("Dec 1, 2027", "mdy"), ("12/1/27", "mdy"),
     ("46722", "mdy")],
)  # fmt: skip
def test_days_to_come_as_lists_write_them(typed: str, order: str):
    assert reading.day(typed, order) == dt.date(2027, 12, 1)


def test_an_hour_that_does_not_exist_is_refused_by_name():
    assert code_of(lambda: reading.moment("2027-03-14 02:30", "mdy", "America/New_York")) == "HOUR_MISSING"
    assert reading.zone("Pacific Time") == "America/Los_Angeles"
    assert reading.moment("2027-03-14T02:30:00-05:00", "mdy", "America/New_York").hour == 7
