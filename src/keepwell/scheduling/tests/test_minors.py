"""Minors and controlled substances: who holds the consent, and on what a remote prescription rests."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest
from django.utils import timezone

from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.patients.reach import Kin
from keepwell.patients.tests.people import LI, again, entries, looks_after, registers
from keepwell.scheduling import feeds, minors, prescribing
from keepwell.scheduling.minors import Holder
from keepwell.scheduling.models import RemotePrescribing, VisitConsentHolder
from keepwell.scheduling.tests.conftest import NEW_YORK, Calendar
from keepwell.scheduling.tests.test_booking import books, code_of
from keepwell.scheduling.tests.test_pages import form
from tests.browse import ask, text
from tests.cast import Clinic

DAY = dt.date(2026, 12, 1)


@pytest.mark.parametrize(
    ("born", "state", "minor"),
    [
        (dt.date(2008, 12, 1), "MA", False),
        (dt.date(2008, 12, 2), "MA", True),
        (dt.date(2008, 12, 1), "AL", True),
        (dt.date(2006, 1, 1), "MS", True),
        (dt.date(2008, 12, 2), None, True),
    ],
)
def test_of_age_is_what_the_state_says(born: dt.date, state: str | None, minor: bool):
    assert minors.is_minor(born, state, DAY) is minor


def test_a_minor_is_booked_with_somebody_on_file_or_named(rosa: Actor, willow: Clinic, calendar: Calendar):
    li = registers(willow, LI)
    assert code_of(lambda: books(rosa, li, calendar)) == "MINOR_PRESENCE_MISSING"
    assert code_of(lambda: books(rosa, li, calendar, holder=Holder("present", " "))) == "FIELD_EMPTY"
    assert code_of(lambda: books(rosa, li, calendar, holder=Holder("tea"))) == "CHOICE_UNKNOWN"
    assert code_of(lambda: books(rosa, li, calendar, holder=Holder("present", "x" * 200))) == "TEXT_TOO_LONG"
    made = books(rosa, li, calendar, holder=Holder("present", "Wen Li, mother"))
    with present(again(rosa)):
        row = VisitConsentHolder.objects.get()
        assert (row.appointment_id, row.basis, row.said_by_id) == (made.id, "present", rosa.id)
    assert "visit.consent_holder" in verbs(willow)
    known = registers(willow, LI, Kin(name="Wen Li", relationship="mother"), despite=[li])
    books(rosa, known, calendar, "11:00")
    with present(again(rosa)):
        assert VisitConsentHolder.objects.count() == 1


def test_a_grown_up_and_one_of_unknown_age_are_not_asked(rosa: Actor, calendar: Calendar, ada: UUID):
    books(rosa, ada, calendar)
    with present(again(rosa)):
        assert not VisitConsentHolder.objects.exists()


def test_the_flexibility_holds_until_its_day(imani: Actor, theo: Actor, rosa: Actor, calendar: Calendar, ada: UUID):
    made = books(rosa, ada, calendar)
    by = again(imani)
    with present(by):
        prescribing.record(made, "3", "flexibility", by=by)
        assert RemotePrescribing.objects.get().appointment_id == made.id
    assert "prescribing.basis_recorded" in verbs(calendar.clinic)
    assert set(entries(imani, "verb = 'prescribing.basis_recorded' AND kind = 'open'")[-1][2]) == {"clinical"}
    officer = again(theo)
    with present(officer):
        feeds.set_rules(calendar.monday - dt.timedelta(days=1), False, by=officer)
    by = again(imani)
    with present(by):
        assert code_of(lambda: prescribing.record(made, "3", "flexibility", by=by)) == "DEA_FLEX_ENDED"
        prescribing.record(made, "3", "seen", by=by)
        assert code_of(lambda: prescribing.record(made, "3", "tea", by=by)) == "CHOICE_UNKNOWN"
        assert code_of(lambda: prescribing.record(made, "9", "seen", by=by)) == "CHOICE_UNKNOWN"
    desk = again(rosa)
    with present(desk):
        assert code_of(lambda: prescribing.record(made, "3", "seen", by=desk)) == "PROVIDER_DECIDES"


def test_the_page_before_a_visit_asks_and_warns(
    imani: Actor, rosa: Actor, theo: Actor, willow: Clinic, calendar: Calendar
):
    li = registers(willow, LI)
    looks_after(willow, imani, li)
    made = books(rosa, li, calendar, holder=Holder("present", "Wen Li, mother"))
    here = f"/schedule/appointments/{made.id}/"
    officer = again(theo)
    with present(officer):
        feeds.set_rules(clock.now().date() + dt.timedelta(days=40), False, by=officer)
    page = text(ask(imani, f"{here}location/"))
    assert "ends in" in page and "What follows is not known" in page
    assert "Wen Li, mother" in page
    assert "Write down the basis" not in text(ask(rosa, f"{here}location/"))
    assert ask(imani, f"{here}prescribing/", {"schedule": "3", "basis": ""}).status_code == 422
    assert ask(rosa, f"{here}prescribing/", {"schedule": "3", "basis": "seen"}).status_code == 403
    assert ask(imani, f"{here}prescribing/", {"schedule": "3", "basis": "seen"}).status_code == 302
    assert "Schedule III" in text(ask(imani, f"{here}location/"))
    assert "Schedule III" not in text(ask(rosa, f"{here}location/"))


def test_the_form_asks_who_comes_and_books_then(rosa: Actor, willow: Clinic, calendar: Calendar):
    li = registers(willow, LI)
    assert "A minor" not in text(ask(rosa, "/schedule/book/"))
    refused = ask(again(rosa), "/schedule/book/", form(calendar, li))
    assert refused.status_code == 409
    assert "id_holder" in text(refused)
    assert "A minor" in text(refused)
    nobody = ask(again(rosa), "/schedule/book/", form(calendar, li, holder="present"))
    assert nobody.status_code == 422
    assert "id_holder_who" in text(nobody)
    with timezone.override(NEW_YORK):
        said = form(calendar, li, holder="present", holder_who="Wen Li, mother")
        booked = ask(again(rosa), "/schedule/book/", said)
    assert booked.status_code == 302
    with present(again(rosa)):
        assert VisitConsentHolder.objects.count() == 1


def test_visits_that_come_again_ask_before_they_are_shown(rosa: Actor, willow: Clinic, calendar: Calendar):
    li = registers(willow, LI)
    until = (calendar.monday + dt.timedelta(days=21)).isoformat()
    said = form(calendar, li, every="1", unit="wk", until=until)
    refused = ask(again(rosa), "/schedule/book/", said)
    assert refused.status_code == 409
    assert "A minor" in text(refused)
