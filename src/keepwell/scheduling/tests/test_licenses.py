"""Licenses: recorded, renewed, withdrawn, asked for before they end; and what happens where none counts."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest

from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.patients.tests.people import again, entries, looks_after
from keepwell.scheduling import licenses, licensing, setting, slots
from keepwell.scheduling.models import License, VisitLocation
from keepwell.scheduling.tests.conftest import Calendar
from keepwell.scheduling.tests.test_booking import books, code_of
from keepwell.tasks.models import Task
from tests.browse import ask, text
from tests.cast import Clinic

TODAY = clock.now().date()
FIELDS = {"state": "TX", "kind": "license", "number": "TX-1", "compact": "", "valid_from": "2024-01-01"}


def holds(clinic: Clinic, who: UUID, days: int | None, state: str = "MA") -> License:
    """A license that ends in so many days."""
    until = None if days is None else TODAY + dt.timedelta(days=days)
    with present(clinic.system) as by:
        return licenses.record_license(who, state, "7", by=by, valid_from=dt.date(2020, 1, 1), valid_until=until)


def reminds(clinic: Clinic) -> int:
    with present(clinic.system) as by:
        return licenses.remind(by=by)


def asked_for(clinic: Clinic) -> list[tuple[str, str, bool]]:
    """Open tasks: their key's step, who, urgent."""
    with present(clinic.system):
        rows = Task.objects.filter(kind=licenses.ENDS, settled_at=None).order_by("key")
        return [(t.key.split(":", 2)[2], "own" if t.owner_id else t.role, t.priority == "urgent") for t in rows]


@pytest.mark.parametrize(
    ("days", "tasks"),
    [
        (61, []),
        (60, [("60", "own", False)]),
        (30, [("30", "own", False)]),
        (8, [("30", "own", False)]),
        (7, [("7", "own", True), ("7:office", "administrator", True)]),
        (0, [("7", "own", True), ("7:office", "administrator", True)]),
        (-1, []),
        (None, []),
    ],
)
def test_a_license_that_ends_is_asked_for_once_at_each_step(
    willow: Clinic, imani: Actor, days: int | None, tasks: list[object]
):
    holds(willow, imani.id, days)
    assert reminds(willow) == len(tasks)
    assert asked_for(willow) == tasks
    assert reminds(willow) == 0
    assert asked_for(willow) == tasks


def test_the_nearer_step_replaces_the_earlier_one(willow: Clinic, imani: Actor, monkeypatch: pytest.MonkeyPatch):
    holds(willow, imani.id, 45)
    assert reminds(willow) == 1
    today = licenses._today
    monkeypatch.setattr(licenses, "_today", lambda: today() + dt.timedelta(days=20))
    assert reminds(willow) == 1
    assert asked_for(willow) == [("30", "own", False)]


def test_a_renewal_settles_what_was_asked_for(willow: Clinic, imani: Actor, cleo: Actor):
    row = holds(willow, imani.id, 5)
    reminds(willow)
    here = f"/settings/scheduling/license/{row.id}/renew/"
    later = TODAY + dt.timedelta(days=700)
    assert ask(cleo, here, {f"{row.id}-valid_until": str(row.valid_until)}).status_code == 422
    typed = {f"{row.id}-valid_until": later.isoformat(), f"{row.id}-evidence": "Board site, today"}
    assert ask(cleo, here, typed).status_code == 302
    assert asked_for(willow) == []
    assert reminds(willow) == 0
    assert "license.renewed" in verbs(willow)
    page = text(ask(cleo, f"/settings/scheduling/licenses/{imani.id}/"))
    assert "Board site, today" in page
    assert "begins later" in page


def test_withdrawn_ones_and_those_of_who_left_are_not_asked_for(willow: Clinic, imani: Actor):
    from keepwell.access import actions as access

    row = holds(willow, imani.id, 20)
    holds(willow, imani.id, 20, "TX")
    assert reminds(willow) == 2
    with present(willow.system) as by:
        licenses.withdraw_license(row, by=by)
        assert licenses.settle(by=by) == 1
    with present(willow.system) as by:
        access.leave(willow.members["imani"], by=by)
    assert reminds(willow) == 0
    assert asked_for(willow) == []


def test_a_license_is_recorded_where_it_is_looked_up_and_slots_appear(cleo: Actor, imani: Actor, calendar: Calendar):
    def offered() -> int:
        with present(again(cleo)):
            return len(slots.free(calendar.service.id, state="TX", since=calendar.at("0:00")))

    assert offered() == 0
    made = ask(cleo, f"/settings/scheduling/licenses/{imani.id}/record/", FIELDS | {"evidence": "State board"})
    assert made.status_code == 302, text(made)
    assert offered() == 10
    assert "license.recorded" in verbs(calendar.clinic)
    page = text(ask(imani, "/settings/scheduling/licenses/"))
    assert "TX" in page
    with present(again(cleo)):
        row = License.objects.get(state="TX")
    assert "State board" in text(ask(imani, f"/settings/scheduling/licenses/{imani.id}/"))
    assert ask(imani, f"/settings/scheduling/license/{row.id}/withdraw/", {}).status_code == 403
    assert ask(cleo, f"/settings/scheduling/license/{row.id}/withdraw/", {}).status_code == 200
    assert offered() == 0


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"state": "ZZ"}, "STATE_UNKNOWN"),
        ({"number": " "}, "FIELD_EMPTY"),
        ({"kind": "compact"}, "COMPACT_UNNAMED"),
    ],
)
def test_what_is_no_license_is_refused(willow: Clinic, imani: Actor, wrong: dict[str, str], code: str):
    said = {"state": "MA", "number": "1", "kind": "license"} | wrong
    state, number, kind = said["state"], said["number"], said["kind"]
    with present(willow.system) as by:
        record = licenses.record_license
        assert code_of(lambda: record(imani.id, state, number, by=by, valid_from=TODAY, kind=kind)) == code


def test_withdrawing_shows_the_visits_booked_on_it(
    cleo: Actor, rosa: Actor, imani: Actor, calendar: Calendar, ada: UUID
):
    books(rosa, ada, calendar)
    with present(again(cleo)):
        row = License.objects.get()
    page = text(ask(cleo, f"/settings/scheduling/license/{row.id}/withdraw/", {}))
    assert "To be moved" in page
    assert "Ada Lovelace" in page


def test_the_matrix_says_what_ends_soon_and_what_has_ended(willow: Clinic, imani: Actor, cleo: Actor):
    holds(willow, imani.id, 12)
    holds(willow, cleo.id, -3)
    page = text(ask(cleo, "/settings/scheduling/licenses/"))
    assert "12 days left" in page or "11 days left" in page
    assert "not valid today" in page


def test_where_the_patient_is_now_decides_and_nobody_is_turned_away(
    rosa: Actor, imani: Actor, calendar: Calendar, ada: UUID
):
    made = books(rosa, ada, calendar)
    here = f"/schedule/appointments/{made.id}/location/"
    assert "Booked for a patient in MA" in text(ask(rosa, here))
    assert ask(rosa, here, {"state": ""}).status_code == 422
    assert ask(rosa, here, {"state": "MA"}).status_code == 302
    assert "counts there today" in text(ask(rosa, here))
    assert ask(rosa, here, {"state": "TX"}).status_code == 302
    page = text(ask(rosa, here))
    assert "holds no valid license for TX" in page
    assert "only they decide" in page
    with present(again(rosa)):
        at = VisitLocation.objects.get(state="TX")
        assert (at.code, at.license_id) == ("LICENSE_STATE_MISMATCH", None)
    on = f"/schedule/locations/{at.id}/go-on/"
    assert ask(rosa, on, {"choice": "emergency", "line": "Chest pain"}).status_code == 403
    assert ask(imani, on, {"choice": "emergency", "line": " "}).status_code == 422
    assert ask(imani, on, {"choice": "tea", "line": "x"}).status_code == 422
    assert ask(imani, on, {"choice": "emergency", "line": "x" * 301}).status_code == 422
    assert ask(imani, on, {"choice": "emergency", "line": "Chest pain, 911 called"}).status_code == 302
    assert "Chest pain" not in text(ask(imani, here))
    looks_after(calendar.clinic, imani, ada)
    assert "Chest pain, 911 called" in text(ask(imani, here))
    assert "Chest pain" not in text(ask(rosa, here))
    assert {"patient.located", "visit.license_choice"} <= set(verbs(calendar.clinic))
    assert ask(imani, on, {"choice": "reschedule", "line": ""}).status_code == 409
    _kind, _verb, classes, subjects, *_ = entries(imani, "verb = 'visit.license_choice' AND kind = 'open'")[-1]
    assert (set(classes), set(subjects)) == ({"clinical"}, {ada})


def test_an_expired_license_and_an_unknown_place_are_said_and_let_in(
    rosa: Actor, imani: Actor, calendar: Calendar, ada: UUID
):
    made = books(rosa, ada, calendar)
    with present(calendar.clinic.system) as by:
        licenses.withdraw_license(License.objects.get(), by=by)
    holds(calendar.clinic, imani.id, -2)
    by = again(rosa)
    with present(by):
        assert licensing.found(made, "MA").code == "LICENSE_EXPIRED"
        assert licensing.locate(made, "", by=by).code == "LOCATION_REQUIRED"
        at = licensing.latest(made)
        assert at is not None and at.code == "LOCATION_REQUIRED"
    billing = setting.set_up_service
    with present(calendar.clinic.system) as by:
        office = billing("Billing question", 15, by=by, modalities=["phone"], clinical=False)
        made.service = office
        assert licensing.found(made, "") == licensing.Found()


def test_only_a_provider_decides(rosa: Actor, calendar: Calendar, ada: UUID):
    made = books(rosa, ada, calendar)
    by = again(rosa)
    with present(by):
        at = licensing.locate(made, "TX", by=by)
        assert code_of(lambda: licensing.go_on(at, "emergency", "x", by=by)) == "PROVIDER_DECIDES"


def test_providers_elsewhere_are_not_shown(ximena: Actor, cleo: Actor):
    assert ask(cleo, f"/settings/scheduling/licenses/{ximena.id}/").status_code == 404
