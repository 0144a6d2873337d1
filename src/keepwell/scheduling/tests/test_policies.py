"""The policy of cancelling, moving and not coming: what a patient may do, what counts, and what is waived."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest

from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.scheduling import life, policies
from keepwell.scheduling.models import Appointment, ChangePolicy, Lapse
from keepwell.scheduling.tests.conftest import Calendar
from keepwell.scheduling.tests.test_booking import books, code_of
from keepwell.scheduling.tests.waits import anew, at
from tests.cast import Clinic

HOUR = dt.timedelta(hours=1)


def says(clinic: Clinic, **rule: object) -> ChangePolicy:
    with present(clinic.system) as by:
        return policies.set_policy(by=by, **rule)


def cancels(actor: Actor, appointment: Appointment, cause: str = "patient") -> None:
    by = anew(actor)
    with present(by):
        life.cancel(appointment, cause, by=by)


def counted(actor: Actor, patient: UUID) -> policies.Counted:
    with present(anew(actor)):
        return policies.count([patient])[patient]


def test_a_patient_may_change_until_the_hours_of_the_policy(calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic):
    says(willow, cancel_hours=24, move_hours=48)
    made = books(rosa, ada, calendar)
    with present(anew(rosa)):
        for hours, cancel, move in ((49, True, True), (48, True, True), (47, True, False), (23, False, False)):
            said = policies.may_patient_change(made, made.starts_at - hours * HOUR)
            assert (said.cancel, said.move) == (cancel, move), hours
    cancels(rosa, made)
    with present(anew(rosa)):
        said = policies.may_patient_change(Appointment.objects.get(id=made.id), clock.now())
        assert not said.cancel
        assert not said.move
    assert "change_policy.set" in verbs(willow)


def test_a_late_cancellation_counts_by_its_reason_and_in_time_it_does_not(
    calendar: Calendar, rosa: Actor, ada: UUID, willow: Clinic, monkeypatch: pytest.MonkeyPatch
):
    early, weather, late = (books(rosa, ada, calendar, o_clock) for o_clock in ("10:00", "11:00", "12:00"))
    cancels(rosa, early)
    at(monkeypatch, calendar.at("8:00"))
    cancels(rosa, weather, "weather")
    assert counted(rosa, ada).total == 0
    cancels(rosa, late)
    assert (counted(rosa, ada).late, counted(rosa, ada).no_shows) == (1, 0)


def test_who_did_not_come_too_often_is_flagged_until_it_is_waived_or_long_ago(
    calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID, willow: Clinic, monkeypatch: pytest.MonkeyPatch
):
    says(willow, limit=2, months=1, next_step="confirm")
    made = [books(rosa, ada, calendar, o_clock) for o_clock in ("10:00", "11:00")]
    at(monkeypatch, calendar.at("12:00"))
    by = anew(rosa)
    with present(by):
        for one in made:
            life.miss(one, by=by)
        assert policies.count([ada, bo])[ada].flagged
        assert not policies.count([ada, bo])[bo].flagged
        lapse = policies.history(ada)[0]
        assert code_of(lambda: policies.waive(lapse, "because", by=by)) == "CHOICE_UNKNOWN"
        policies.waive(lapse, Lapse.Why.ILL, by=by)
        assert not policies.count([ada])[ada].flagged
        kept = policies.history(ada)[0]
        assert (kept.waived_why, kept.waived_by_id) == ("ill", rosa.id)
        assert code_of(lambda: policies.waive(lapse, Lapse.Why.ILL, by=by)) == "STALE_VERSION"
        policies.count_again(lapse, by=by)
        assert policies.count([ada])[ada].flagged
    at(monkeypatch, calendar.at("12:00") + dt.timedelta(days=31))
    assert counted(rosa, ada).total == 0
    assert {"lapse.waived", "lapse.counted"} <= set(verbs(willow))


def test_a_slip_counts_no_more(calendar: Calendar, rosa: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch):
    made = books(rosa, ada, calendar)
    at(monkeypatch, calendar.at("10:10"))
    by = anew(rosa)
    with present(by):
        life.miss(made, by=by)
        assert policies.count([ada])[ada].no_shows == 1
        life.as_booked(made, by=by)
        assert policies.count([ada])[ada].no_shows == 0
        life.miss(made, by=by)
        assert policies.count([ada])[ada].no_shows == 1


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("NUMBER_BETWEEN", {"cancel_hours": 10_000}),
        ("NUMBER_BETWEEN", {"limit": 0}),
        ("NUMBER_BETWEEN", {"offer_minutes": 1}),
        ("CAUSE_UNKNOWN", {"counted_causes": ["boredom"]}),
        ("CHOICE_UNKNOWN", {"next_step": "refuse-care"}),
    ],
)
def test_a_policy_that_cannot_be_says_why(willow: Clinic, code: str, rule: dict[str, object]):
    assert code_of(lambda: says(willow, **rule)) == code
