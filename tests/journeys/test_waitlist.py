"""A visit is cancelled, its time offered to who waits, taken and booked; a request answered; all in a real browser."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Browser

from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Actor, Role
from keepwell.ledger.doorway import present
from keepwell.scheduling.models import Appointment
from keepwell.scheduling.tests.conftest import Calendar
from keepwell.scheduling.tests.conftest import calendar as calendar  # a fixture
from keepwell.scheduling.tests.test_booking import books
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in
from tests.journeys.test_tasks import fits

pytestmark = pytest.mark.browser


def test_a_cancelled_time_is_offered_taken_and_booked(
    browser: Browser, workers: Workers, willow: Clinic, calendar: Calendar, rosa: Actor, ada: UUID, bo: UUID
):
    visit = books(rosa, ada, calendar)
    tab = signed_in(browser, workers, Somebody.at(willow, Role.FRONT_DESK))
    tab.goto("/schedule/waitlist/")
    fits(tab, "waitlist-none")
    tab.click("main .head .button.primary")
    tab.fill("#id_find_words", "nguyen")
    tab.select_option("#id_state", "MA")
    tab.click("text=Find patient")
    tab.wait_for_selector("text=Which patient?")
    tab.select_option("#id_priority", "1")
    fits(tab, "waitlist-add")
    tab.click("main .save .button.primary")
    tab.wait_for_selector("text=They are on the waitlist.")
    tab.goto(f"/schedule/visits/{visit.id}/")
    tab.click("summary:has-text('Cancel visit')")
    tab.click("details[open] button:has-text('Cancel visit')")
    tab.goto("/schedule/waitlist/")
    tab.wait_for_selector("text=A visit was cancelled")
    fits(tab, "waitlist-freed")
    tab.click("text=Offer to the next")
    tab.wait_for_selector("text=The time is held for them.")
    fits(tab, "waitlist-call")
    tab.click("text=Book it")
    tab.wait_for_selector("text=Booked. They wait no more.")
    with present(willow.system):
        booked = Appointment.objects.get(patient_id=bo)
        assert (booked.starts_at, booked.status) == (visit.starts_at, "booked")
    tab.goto("/schedule/waitlist/offers/")
    fits(tab, "offers")
    tab.goto(f"/schedule/visits/{booked.id}/messages/")
    fits(tab, "visit-messages")


def test_a_request_of_somebody_new_is_written_down_registered_and_booked(
    browser: Browser, workers: Workers, willow: Clinic, calendar: Calendar, rosa: Actor
):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.FRONT_DESK))
    tab.goto("/schedule/requests/")
    fits(tab, "requests-none")
    tab.keyboard.press("n")
    tab.wait_for_url("**/requests/add/")
    tab.click("summary:has-text('Not a patient here yet')")
    for field, typed in (
        ("given_name", "Nora"),
        ("family_name", "Quist"),
        ("phone", "617 555 0123"),
        ("words", "Knee"),
    ):
        tab.fill(f"#id_{field}", typed)
    tab.select_option("#id_state", "MA")
    fits(tab, "request-add")
    tab.click("main .save .button.primary")
    tab.wait_for_selector("text=Who is it?")
    fits(tab, "request-who")
    tab.click("text=Register as a new patient")
    tab.wait_for_selector("text=Times that suit")
    fits(tab, "request-times")
    tab.click("text=Book this time >> nth=0")
    tab.wait_for_selector(".chip:has-text('Booked')")
    tab.goto("/schedule/requests/?show=answered")
    tab.wait_for_selector("text=Nora Quist")
    fits(tab, "requests")
    with present(willow.system):
        assert Appointment.objects.get().status == "booked"


def test_the_policy_and_the_reminders_are_sentences(
    browser: Browser, workers: Workers, willow: Clinic, calendar: Calendar
):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.COORDINATOR))
    tab.goto("/settings/scheduling/changes/")
    fits(tab, "change-policy")
    tab.fill("#id_cancel_hours", "48")
    tab.click("main .save .button.primary")
    tab.wait_for_selector("text=may cancel until 48 hours")
    tab.goto("/settings/scheduling/reminders/")
    fits(tab, "reminders-none")
    tab.click("text=Begin with these rules")
    tab.wait_for_selector("text=2 days before a visit, the patient gets a reminder")
    fits(tab, "reminders")
    tab.click("main .row-link >> nth=1")
    tab.wait_for_selector("text=End this rule")
    fits(tab, "reminder")
