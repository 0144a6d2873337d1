"""A new colleague's first minutes, in a real browser against two real workers: link, password, app, codes, in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from keepwell.access.tests.somebody import PASSWORD, Somebody
from keepwell.base.actor import Role
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.rig.browser import FLAGS, chromium

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread; our own calls to the database are not part of it.
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as play:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def tab(browser: Browser, workers: Workers, request: pytest.FixtureRequest) -> Iterator[Page]:
    place = browser.new_context(base_url=f"http://127.0.0.1:{workers.port}", java_script_enabled=request.param)
    yield place.new_page()
    place.close()


@pytest.fixture
def bo(willow: Clinic) -> Somebody:
    return Somebody.at(willow, Role.FRONT_DESK, enrolled=False)


def goes_on(tab: Page, **typed: str) -> None:
    for name, words in typed.items():
        tab.fill(f"#id_{name}", words)
    tab.click("main .button.primary")


def test_from_a_link_to_work(tab: Page, bo: Somebody):
    tab.goto(bo.link())
    goes_on(tab)
    goes_on(tab, password=PASSWORD)
    bo.secret = tab.inner_text(".key").replace(" ", "")
    goes_on(tab, code=bo.next_code())
    assert tab.locator(".codes li").count() == 10
    goes_on(tab)
    tab.goto("/your-sign-in/")
    assert "This one" in tab.inner_text("main")


def test_a_page_opened_directly_is_where_one_arrives(tab: Page, willow: Clinic):
    ada = Somebody.at(willow)
    tab.goto("/your-sign-in/?from=mail")
    goes_on(tab, email=ada.email, password=PASSWORD)
    goes_on(tab, code=ada.next_code())
    assert tab.url.endswith("/your-sign-in/?from=mail")


@pytest.mark.parametrize("tab", [True], ids=["with scripts"], indirect=True)
def test_axe_finds_nothing_on_any_step(tab: Page, bo: Somebody):
    tab.goto("/sign-in/")
    tab.fill("#id_email", bo.email)
    tab.fill("#id_password", "not the password")
    tab.click("main .button.primary")
    axe_finds_nothing(tab)
    tab.goto(bo.link())
    axe_finds_nothing(tab)
    goes_on(tab)
    axe_finds_nothing(tab)
    goes_on(tab, password="Password12345!")
    axe_finds_nothing(tab)
    goes_on(tab, password=PASSWORD)
    axe_finds_nothing(tab)
    bo.secret = tab.inner_text(".key").replace(" ", "")
    goes_on(tab, code="000000")
    axe_finds_nothing(tab)
    goes_on(tab, code=bo.next_code())
    axe_finds_nothing(tab)
    goes_on(tab)
    tab.goto("/your-sign-in/")
    axe_finds_nothing(tab)


def axe_finds_nothing(tab: Page) -> None:
    """In light and in dark, and nothing is wider than a small phone."""
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(tab).response["violations"]
        assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []
    tab.set_viewport_size({"width": 320, "height": 640})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    tab.set_viewport_size({"width": 1280, "height": 800})
