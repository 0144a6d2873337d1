"""The day sheet: who comes, by whose clock, what is missing; and paper is on record."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from keepwell.access import actions as access
from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.ledger.doorway import present
from keepwell.patients import calling
from keepwell.patients.facts import Demographics
from keepwell.patients.reach import Contact
from keepwell.patients.tests.people import adds, again, entries, registers
from keepwell.scheduling import licenses, licensing
from keepwell.scheduling.models import License
from keepwell.scheduling.tests.conftest import Calendar
from keepwell.scheduling.tests.test_booking import books
from keepwell.vault.phi import PhiClass
from tests.browse import ask, counted, text
from tests.cast import Clinic

KIM = Demographics(
    given_name="Kim", family_name="Tran", birth_date=dt.date(1990, 1, 1), state="TX", language="vi",
    time_zone="America/Chicago",
)  # fmt: skip


def sheet(calendar: Calendar) -> str:
    return f"/schedule/sheet/?day={calendar.monday.isoformat()}"


def test_the_sheet_names_who_comes_on_both_clocks(rosa: Actor, willow: Clinic, calendar: Calendar, ada: UUID):
    kim = registers(willow, KIM, Contact(system="phone", value="+16175550143"))
    books(rosa, kim, calendar)
    books(rosa, ada, calendar, "14:00")
    page = text(ask(rosa, sheet(calendar)))
    assert page.index("Kim Tran") < page.index("Ada Lovelace")
    assert "10:00 AM EST" in page
    assert "patient 9:00 AM CST" in page
    assert "patient 1:00 PM" not in page
    assert "Nobody comes" in text(ask(rosa, "/schedule/sheet/?day=2020-01-01"))
    assert "Nobody comes" not in text(ask(rosa, f"{sheet(calendar)}&provider={calendar.practitioner}"))
    assert "Nobody comes" in text(ask(rosa, f"{sheet(calendar)}&provider={rosa.id}"))


def test_where_somebody_is_is_asked_by_who_books(rosa: Actor, pat: Actor, calendar: Calendar, ada: UUID):
    books(rosa, ada, calendar)
    assert "/location/" in ask(rosa, sheet(calendar)).content.decode()
    assert "/location/" not in ask(again(pat), sheet(calendar)).content.decode()


def test_what_is_missing_comes_from_facts(rosa: Actor, willow: Clinic, calendar: Calendar):
    kim = registers(willow, KIM)
    made = books(rosa, kim, calendar)
    page = text(ask(rosa, sheet(calendar)))
    for words in ("no insurance", "no way to reach them", "no telehealth consent", "privacy notice not given",
                  "speaks Tiếng Việt, no interpreter", "licensed in MA"):  # fmt: skip
        assert words in page, words
    adds(willow, kim, Contact(system="phone", value="+16175550143"))
    with present(willow.system) as by:
        licenses.withdraw_license(License.objects.get(), by=by)
    page = text(ask(rosa, sheet(calendar)))
    assert "no way to reach them" not in page
    assert "not licensed in MA" in page
    by = again(rosa)
    with present(by):
        licensing.locate(made, "NH", by=by)
    assert "in NH now" in text(ask(rosa, sheet(calendar)))


def test_the_sheet_and_the_visit_say_how_the_desk_deals_with_somebody(
    rosa: Actor, willow: Clinic, calendar: Calendar, ada: UUID
):
    made = books(rosa, ada, calendar)
    visit = f"/schedule/visits/{made.id}/"
    opened = []
    for flagged in (False, True):
        if flagged:
            with present(again(rosa)) as by:
                calling.flag(ada, "interpreter", more="Vietnamese", by=by)
        for path in (sheet(calendar), visit):
            with counted() as said:
                assert ("interpreter Vietnamese" in text(ask(rosa, path))) is flagged, path
            opened.append(sum("custody.open(" in each for each in said))
        assert (
            "interpreter Vietnamese" in text(ask(rosa, "/schedule/sheet/paper/", {"day": calendar.monday.isoformat()}))
        ) is flagged
    assert set(opened) == {1}
    with present(willow.system) as by:
        access.restrict(ada, [PhiClass.CONTACT], by=by, member=rosa.id)
    assert "Vietnamese" not in text(ask(rosa, sheet(calendar))) + text(ask(rosa, visit))


def test_a_sheet_is_one_opening_and_few_questions_however_many_come(
    rosa: Actor, willow: Clinic, calendar: Calendar, ada: UUID, bo: UUID
):
    for patient, o_clock in ((ada, "9:00"), (bo, "10:00"), (registers(willow, KIM), "11:00")):
        books(rosa, patient, calendar, o_clock)
    ask(rosa, sheet(calendar))
    with counted() as said:
        ask(rosa, sheet(calendar))
    assert sum("custody.open(" in s for s in said) == 1
    assert len(said) <= 22, "\n".join(said)
    *_, listed, _detail = entries(rosa, "kind = 'open'")[-1]
    assert listed


def test_paper_says_who_printed_it_and_is_an_entry(rosa: Actor, willow: Clinic, calendar: Calendar, ada: UUID):
    adds(willow, ada, Contact(system="phone", value="+16175550143"))
    books(rosa, ada, calendar)
    page = text(ask(rosa, "/schedule/sheet/paper/", {"day": calendar.monday.isoformat(), "provider": ""}))
    assert "Printed by Somebody" in page
    assert "1 patient." in page
    assert "(617) 555-0143" in page
    assert "day_sheet.printed" in verbs(willow)
    assert entries(rosa, "verb = 'day_sheet.printed'")[-1][3] == [ada]
    assert ask(rosa, "/schedule/sheet/paper/", {"day": "2020-01-01", "provider": ""}).status_code == 200


def test_a_trainee_for_operations_reads_names_and_no_phones(willow: Clinic, rosa: Actor, calendar: Calendar, ada: UUID):
    jun = willow.employs("jun", Role.TRAINEE, Purpose.HOPERAT)
    adds(willow, ada, Contact(system="phone", value="+16175550143"))
    books(rosa, ada, calendar)
    page = text(ask(jun, "/schedule/sheet/paper/", {"day": calendar.monday.isoformat(), "provider": ""}))
    assert "Ada Lovelace" in page
    assert "555-0143" not in page
