"""The owner's numbers: counted from plain columns, one question each, and nothing opened."""

from __future__ import annotations

import csv
import datetime as dt
import io
from unittest import mock
from uuid import UUID

from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.patients.tests.people import again
from keepwell.scheduling import life, numbers, setting
from keepwell.scheduling.models import Appointment, HealthcareService
from keepwell.scheduling.tests.conftest import NEW_YORK, Calendar
from keepwell.scheduling.tests.test_booking import books
from tests.browse import ask, counted, text


def counts(calendar: Calendar, **asked: object) -> numbers.Numbers:
    with present(calendar.clinic.system):
        who = [(calendar.practitioner, "Imani")]
        return numbers.of(numbers.Asked(calendar.monday, 1, NEW_YORK, **asked), who)  # type: ignore[arg-type]


def ends(calendar: Calendar, rosa: Actor, made: Appointment, how: str) -> None:
    by = again(rosa)
    with present(by), mock.patch.object(clock, "now", return_value=calendar.at("17:00")):
        life.cancel(made, "patient", by=by) if how == "cancel" else getattr(life, how)(made, by=by)


def test_a_week_is_counted_and_its_hours_compared(rosa: Actor, calendar: Calendar, ada: UUID, bo: UUID):
    for patient, o_clock, how in ((ada, "9:00", "fulfil"), (bo, "10:00", "miss"), (ada, "11:00", "cancel")):
        ends(calendar, rosa, books(rosa, patient, calendar, o_clock), how)
    books(rosa, bo, calendar, "15:00")
    (week,) = counts(calendar).weeks
    assert (week.seen, week.missed, week.cancelled, week.booked) == (1, 1, 1, 1)
    assert (week.rate, week.hours, week.busy, week.used) == (50.0, 40.0, 1.5, 3.8)
    (provider,) = counts(calendar).providers
    assert (provider.label, provider.seen, provider.used) == ("Imani", 1, 3.8)
    (service,) = counts(calendar, service=calendar.service.id).services
    assert (service.label, service.missed) == ("Follow-up visit", 1)
    assert counts(calendar, service=calendar.service.id).weeks[0].used is None


def test_a_full_day_counts_as_worked(rosa: Actor, calendar: Calendar, ada: UUID):
    with present(calendar.clinic.system) as by:
        setting.set_up_schedule(calendar.practitioner, "America/New_York", by=by, max_a_day=1)
    books(rosa, ada, calendar)
    assert counts(calendar).weeks[0].hours == 40.0


def test_the_week_of_a_clock_change_has_an_hour_more_or_less(calendar: Calendar):
    with present(calendar.clinic.system) as by:
        allday = [(7, dt.time(0), dt.time(6))]
        setting.set_hours(calendar.practitioner, allday, by=by, from_day=dt.date(2027, 1, 1))
        who = [(calendar.practitioner, "Imani")]
        spring = numbers.of(numbers.Asked(dt.date(2027, 3, 8), 1, NEW_YORK), who).weeks[0]
        fall = numbers.of(numbers.Asked(dt.date(2027, 11, 1), 1, NEW_YORK), who).weeks[0]
    assert (spring.hours, fall.hours) == (5.0, 7.0)


def test_the_page_opens_nothing_and_asks_once_a_table(
    rosa: Actor, cleo: Actor, pat: Actor, calendar: Calendar, ada: UUID
):
    assert "Nothing to count yet" in text(ask(cleo, "/schedule/numbers/"))
    made = books(rosa, ada, calendar)
    with mock.patch.object(clock, "now", return_value=calendar.at("17:00")):
        ends(calendar, rosa, made, "fulfil")
        with counted() as said:
            page = text(ask(pat, "/schedule/numbers/?weeks=4"))
    assert "Follow-up visit" in page
    assert "data-chart" in page
    assert not any("custody.open(" in s for s in said)
    assert sum("scheduling_appointment" in s for s in said) == 3
    assert sum("scheduling_hours" in s for s in said) == 1
    assert "Lovelace" not in page
    assert ask(rosa, "/schedule/numbers/").status_code == 403


def test_the_file_is_on_record_and_holds_no_formula(rosa: Actor, cleo: Actor, calendar: Calendar, ada: UUID):
    with present(calendar.clinic.system) as by:
        setting.set_up_service("=1+1", 30, by=by, service=HealthcareService.objects.get())
    made = books(rosa, ada, calendar)
    with mock.patch.object(clock, "now", return_value=calendar.at("17:00")):
        ends(calendar, rosa, made, "fulfil")
        answer = ask(cleo, "/schedule/numbers/file/", {"weeks": "4", "provider": "x", "service": ""})
    rows = list(csv.DictReader(io.StringIO(text(answer))))
    assert {"week", "provider", "service"} == {row["what"] for row in rows}
    assert [row["name"] for row in rows if row["what"] == "service"] == ["'=1+1"]
    assert "numbers.exported" in verbs(calendar.clinic)
