"""The activity log in a real browser: beside the list, by keyboard, and verified in the page itself."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from keepwell import charts
from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Actor, Role
from keepwell.ledger.doorway import present
from keepwell.patients.excerpts import NameTag
from keepwell.patients.tests.lists import work
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import axe_finds_nothing
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in
from tests.sequencing import sequenced as sequenced  # a fixture

pytestmark = pytest.mark.browser


@pytest.fixture
def entry(rosa: Actor, ada: UUID, sequenced: Callable[[], None]) -> UUID:
    "Rosa's opening of Ada's name tag, under a signed checkpoint."
    again = Actor(rosa.id, rosa.practice, rosa.role, rosa.purpose)
    with present(again):
        opened = charts.open(ada, NameTag, by=again).entry
    assert opened is not None
    sequenced()
    return opened


@pytest.fixture
def tab(browser: Browser, workers: Workers, willow: Clinic) -> Page:
    "The privacy officer's."
    return signed_in(browser, workers, Somebody.at(willow, Role.PRIVACY_OFFICER))


def outcome(tab: Page) -> dict[str, str]:
    """Press the button; what is said of each step."""
    tab.click("[data-verify]")
    tab.wait_for_selector('[data-step="keys"]:is(.good, .bad, .cannot)')
    expect(tab.locator("[data-verify]")).to_be_enabled()
    items = tab.locator("[data-step]").all()
    return {str(item.get_attribute("data-step")): item.locator("strong").inner_text() for item in items}


def test_a_list_keeps_its_place_while_an_entry_stands_beside_it(tab: Page, entry: UUID):
    tab.goto("/activity/")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#panel h2")
    assert tab.url.endswith("/activity/")
    assert "As intended" in tab.inner_text("#panel") or "as intended" in tab.inner_text("#panel")
    tab.keyboard.press("Escape")
    assert tab.evaluate("document.activeElement.className") == "row-link"


def test_the_page_itself_verifies_every_step(tab: Page, entry: UUID):
    tab.goto(f"/activity/{entry}/")
    assert set(outcome(tab)) == {"row", "said", "path", "signature", "keys"}
    assert set(outcome(tab).values()) == {"holds"}


@pytest.mark.attack
@pytest.mark.parametrize(
    ("part", "red"),
    [("row", {"row", "path", "said"}), ("path", {"path"}), ("checkpoint", {"signature", "path"}), ("keys", {"keys"})],
)
def test_one_tampered_byte_turns_the_page_red(part: str, red: set[str], tab: Page, entry: UUID):
    def tampered(route: Route) -> None:
        answer = route.fetch()
        found = answer.json()
        if part == "row":
            found["row"] = base64.b64encode(base64.b64decode(found["row"]).replace(b"HOPERAT", b"HOPERAS")).decode()
        elif part == "path":
            first = bytearray(base64.b64decode(found["path"][0]))
            first[0] ^= 1
            found["path"][0] = base64.b64encode(first).decode()
        elif part == "checkpoint":
            lines = found["checkpoint"].split("\n")
            lines[1] = str(int(lines[1]) * 2 + 1)
            found["checkpoint"] = "\n".join(lines)
        else:
            found["keys"] = [found["keys"][0].replace("since 2", "since 1", 1)]
        route.fulfill(response=answer, body=json.dumps(found))

    tab.goto(f"/activity/{entry}/")
    tab.route("**/proof/", tampered)
    said = outcome(tab)
    assert {step for step, words in said.items() if words == "does not hold"} == red
    assert {words for step, words in said.items() if step not in red} <= {"holds"}


def test_an_answer_that_is_no_proof_holds_nowhere(tab: Page, entry: UUID):
    tab.goto(f"/activity/{entry}/")
    tab.route("**/proof/", lambda route: route.fulfill(status=500, body="no"))
    assert set(outcome(tab).values()) == {"does not hold"}


def test_axe_finds_nothing_in_the_log(tab: Page, entry: UUID, ada: UUID):
    for path in (
        f"/activity/?patient={ada}&from=2026-01-01",
        f"/activity/{entry}/",
        "/my-activity/",
        "/activity/?who=x",
    ):
        tab.goto(path)
        tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        axe_finds_nothing(tab)
    tab.goto(f"/activity/{entry}/")
    outcome(tab)
    axe_finds_nothing(tab)


def test_the_log_is_exported_from_its_page_and_every_page_of_it_is_accessible(
    tab: Page, entry: UUID, app_sql: psycopg.Connection
):
    tab.goto("/activity/?kind=open")
    tab.click("text=Export")
    axe_finds_nothing(tab)
    tab.click("text=Make the file")
    tab.wait_for_selector("progress")
    axe_finds_nothing(tab)
    work(app_sql)
    tab.wait_for_selector("a[download]")
    axe_finds_nothing(tab)
    with tab.expect_download() as coming:
        tab.click("a[download]")
    assert coming.value.suggested_filename.endswith(".csv")
    tab.goto("/activity/exports/")
    axe_finds_nothing(tab)
