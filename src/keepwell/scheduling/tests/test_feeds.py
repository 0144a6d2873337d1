"""A private calendar address: shown once, reads one calendar, says no names, ends at once, and is on record."""

from __future__ import annotations

import datetime as dt
import logging
from uuid import UUID

import pytest
from django.test import Client
from icalendar import Calendar as Ics

from config.logging import said as logged
from keepwell.access import actions as access
from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.compliance.people import departures, dormant
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from keepwell.patients.tests.people import again, entries
from keepwell.scheduling import booking, feeds, ics, life, setting
from keepwell.scheduling.models import Appointment, CalendarFeed
from keepwell.scheduling.tests.conftest import Calendar, works
from keepwell.scheduling.tests.test_booking import books, code_of
from keepwell.vault.phi import PhiClass
from tests.browse import ask, text
from tests.cast import Clinic


def makes(actor: Actor) -> str:
    by = again(actor)
    with present(by):
        return feeds.make(by=by)[1]


def fetches(token: str) -> tuple[int, str]:
    answer = Client().get(f"/feeds/{token}.ics")
    return answer.status_code, answer.content.decode()


def events(body: str) -> list[dict[str, str]]:
    found = Ics.from_ical(body).walk("VEVENT")
    return [{name.lower(): value.to_ical().decode() for name, value in event.items()} for event in found]


def test_the_address_shows_when_and_nothing_else(imani: Actor, rosa: Actor, calendar: Calendar, ada: UUID):
    made = books(rosa, ada, calendar, reason="Headaches")
    status, body = fetches(makes(imani))
    (event,) = events(body)
    assert status == 200
    assert (event["uid"], event["summary"], event["sequence"]) == (str(made.id), "Visit (video)", "0")
    assert event["dtstart"] == f"{calendar.at('10:00'):%Y%m%dT%H%M%SZ}"
    for word in ("Ada", "Lovelace", "Headaches", "Willow", "Follow-up"):
        assert word not in body


def test_it_reads_ones_own_calendar_and_no_other(
    willow: Clinic, imani: Actor, cleo: Actor, rosa: Actor, calendar: Calendar, ada: UUID
):
    books(rosa, ada, calendar)
    works(willow, cleo.id, "MA")
    assert events(fetches(makes(cleo))[1]) == []


def test_it_is_kept_as_an_hmac_and_shown_once(imani: Actor, calendar: Calendar):
    page = text(ask(imani, "/schedule/feed/make/", {}))
    token = page.partition("/feeds/")[2].partition(".ics")[0]
    assert fetches(token)[0] == 200
    with present(again(imani)):
        row = CalendarFeed.objects.get()
    assert token.encode() not in bytes(row.hashed)
    assert token not in text(ask(imani, "/schedule/feed/"))
    assert "calendar_feed.made" in verbs(calendar.clinic)


def test_a_new_one_ends_the_old_and_it_can_be_turned_off(imani: Actor, calendar: Calendar):
    old, new = makes(imani), makes(imani)
    assert (fetches(old)[0], fetches(new)[0]) == (404, 200)
    assert ask(imani, "/schedule/feed/revoke/", {}).status_code == 302
    status, body = fetches(new)
    assert (status, "FEED_UNKNOWN" in body) == (404, True)
    assert "calendar_feed.revoked" in verbs(calendar.clinic)


def test_what_is_no_address_is_counted_and_told_to_the_house(database: None, monkeypatch: pytest.MonkeyPatch):
    counted: list[str] = []
    monkeypatch.setattr("keepwell.access.throttle.count", lambda by, who: counted.append(by))
    for token in ("kwc_nothing", "x", "kwc_" + "y" * 200, "kwc_é"):
        assert fetches(token)[0] == 404
    assert counted == ["address"] * 4


def test_reading_it_is_an_entry_of_keepwell_at_most_once_an_hour(
    imani: Actor, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
):
    token = makes(imani)
    for _ in range(3):
        fetches(token)
    assert len(entries(imani, "verb = 'calendar_feed.fetched'")) == 1
    later = clock.now() + dt.timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    fetches(token)
    assert len(entries(imani, "verb = 'calendar_feed.fetched'")) == 2
    assert "calendar_feed.fetched" in verbs(calendar.clinic)


def test_the_address_stands_in_no_log_and_is_sent_to_nobody(imani: Actor, calendar: Calendar):
    token = makes(imani)
    answer = Client().get(f"/feeds/{token}.ics")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s", (f"/feeds/{token}.ics",), None)
    record.request = answer.wsgi_request
    assert token not in logged(record)
    with present(calendar.clinic.system):
        kept = wire.rows("default", "SELECT count(*) FROM custody.entry WHERE detail::text LIKE %s", f"%{token}%")
        assert kept[0][0] == 0


def test_it_ends_when_its_person_leaves(willow: Clinic, pat: Actor, imani: Actor, calendar: Calendar):
    token = makes(imani)
    assert fetches(token)[0] == 200
    by = again(pat)
    with present(by):
        departure = departures.begin(willow.members["imani"], clock.now(), None, by=by)
        assert departures.done(departure.steps["feeds"])
        assert feeds.of(imani.id) is None
    assert fetches(token)[0] == 404


def test_initials_only_where_an_officer_allowed_them(
    theo: Actor, imani: Actor, rosa: Actor, calendar: Calendar, ada: UUID
):
    books(rosa, ada, calendar)
    token = makes(imani)
    before = len(entries(imani, "kind = 'open'"))
    assert ask(imani, "/settings/scheduling/rules/").status_code == 403
    assert (
        ask(theo, "/settings/scheduling/rules/", {"flexibility_ends": "2026-12-31", "initials": "on"}).status_code
        == 302
    )
    assert "visit_rules.set" in verbs(calendar.clinic)
    assert events(fetches(token)[1])[0]["summary"] == "Visit (video) AL"
    assert len(entries(imani, "kind = 'open'")) > before
    assert "allowed initials" in text(ask(imani, "/schedule/feed/"))
    far = ask(theo, "/settings/scheduling/rules/", {"flexibility_ends": "1999-01-01"})
    assert far.status_code == 422


def test_initials_of_whom_a_restriction_closes_to_the_practitioner_do_not_show(
    willow: Clinic, theo: Actor, imani: Actor, rosa: Actor, calendar: Calendar, ada: UUID, bo: UUID
):
    books(rosa, ada, calendar)
    books(rosa, bo, calendar, "11:00")
    ask(theo, "/settings/scheduling/rules/", {"flexibility_ends": "2026-12-31", "initials": "on"})
    token = makes(imani)
    assert sorted(each["summary"] for each in events(fetches(token)[1])) == ["Visit (video) AL", "Visit (video) BN"]
    with present(willow.system) as by:
        access.restrict(ada, frozenset({PhiClass.IDENTITY}), by=by, member=imani.id)
    assert sorted(each["summary"] for each in events(fetches(token)[1])) == ["Visit (video)", "Visit (video) BN"]


def test_the_file_of_one_appointment_moves_and_is_taken_out(rosa: Actor, calendar: Calendar, ada: UUID):
    made = books(rosa, ada, calendar)
    answer = ask(rosa, f"/schedule/appointments/{made.id}/file/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    (first,) = events(text(answer))
    assert (first["summary"], first["sequence"]) == ("Appointment", "0")
    by = again(rosa)
    with present(by):
        moved = booking.move(made, calendar.at("11:00"), by=by)
        body = ics.of_one(Appointment.objects.select_related("service").get(id=moved.id)).decode()
    (second,) = events(body)
    assert (second["uid"], second["sequence"]) == (first["uid"], "1")
    with present(again(rosa)) as by:
        life.cancel(moved, "patient", by=by)
        body = ics.of_one(Appointment.objects.select_related("service").get(id=moved.id)).decode()
    assert "METHOD:CANCEL" in body
    (third,) = events(body)
    assert (third["uid"], third["sequence"], third["status"]) == (first["uid"], "2", "CANCELLED")
    for word in ("Ada", "Lovelace", "Willow", "Follow-up"):
        assert word not in body


def test_a_group_stands_once_in_a_calendar(imani: Actor, rosa: Actor, calendar: Calendar, ada: UUID, bo: UUID):
    with present(calendar.clinic.system) as by:
        setting.set_up_service("Group", 30, by=by, service=calendar.service, seats=4)
    made = books(rosa, ada, calendar)
    books(rosa, bo, calendar, group=made.slot_id)
    (event,) = events(fetches(makes(imani))[1])
    assert event["uid"] == str(made.slot_id)


def test_a_date_out_of_reach_is_refused(theo: Actor):
    by = again(theo)
    with present(by):
        assert code_of(lambda: feeds.set_rules(dt.date(1999, 1, 1), False, by=by)) == "TIME_ORDER"


def test_it_ends_with_the_place_to_work_whatever_else_runs(willow: Clinic, imani: Actor, calendar: Calendar):
    token = makes(imani)
    with present(willow.system) as by:
        access.leave(willow.members["imani"], by=by)
        assert feeds.of(imani.id) is not None
    assert fetches(token)[0] == 404


def test_it_rests_while_its_person_is_suspended(willow: Clinic, imani: Actor, calendar: Calendar):
    token = makes(imani)
    with present(willow.system) as by:
        dormant.suspend(willow.members["imani"], by=by)
    status, body = fetches(token)
    assert (status, "FEED_UNKNOWN" in body) == (404, True)
    with present(willow.system) as by:
        dormant.resume(willow.members["imani"], by=by)
    assert fetches(token)[0] == 200
