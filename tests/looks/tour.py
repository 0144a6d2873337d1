"""Takes the pictures of the README from a demo that is running: made-up people only.

`python -m tests.looks.tour ADDRESS` writes docs/pictures. Needs the KEEPWELL_HOME and KEEPWELL_KEYS of that demo.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from keepwell.cli import people
from keepwell.operations.places import Places
from tests.rig.browser import FLAGS, chromium

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
DESK, HAND = (1440, 900), (390, 844)


class Tour:
    """A browser, an address and the people of a demo."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address.rstrip("/")
        self.people = {one.email.partition("@")[0]: one for one in people.read(Places.here())}

    def tab(self, size: tuple[int, int], theme: str = "light", session: Page | None = None) -> Page:
        """A page of one size and theme; with `session`, signed in as that page is."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=2 if size == HAND else 1,
            color_scheme="dark" if theme == "dark" else "light",
            timezone_id="America/New_York",
            storage_state=session.context.storage_state() if session else None,
        )
        return context.new_page()

    def signed_in(self, name: str) -> Page:
        """At a desk, through the front door: password, then code."""
        somebody, page = self.people[name], self.tab(DESK)
        page.goto(f"{self.address}/sign-in/")
        page.fill("[name=email]", somebody.email)
        page.fill("[name=password]", somebody.password)
        page.click("main .primary")
        page.fill("[name=code]", somebody.code())
        page.click("main .primary")
        page.wait_for_url(f"{self.address}/")
        return page

    def keep(self, page: Page, name: str, path: str = "") -> None:
        """One picture, once fonts and charts are there."""
        if path:
            page.goto(self.address + path)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)
        page.screenshot(path=PICTURES / f"{name}.png")


def main(address: str) -> None:
    """Imani at her desk and on her phone, Rosa over the day and the mail, Theo over the log, and a sign-in."""
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as play:
        tour = Tour(play.chromium.launch(executable_path=chromium(), args=FLAGS), address)
        imani = tour.signed_in("imani")
        tour.keep(imani, "patients-desktop", "/patients/")
        imani.click(".row-link >> nth=3")
        imani.wait_for_load_state("networkidle")
        chart = imani.url.removeprefix(tour.address)
        tour.keep(imani, "chart-desktop")
        tour.keep(tour.tab(DESK, "dark", imani), "chart-dark", chart)
        tour.keep(tour.tab(HAND, session=imani), "chart-phone", chart)
        rosa = tour.signed_in("rosa")
        tour.keep(rosa, "front-desk", chart)
        tour.keep(rosa, "schedule-desktop", "/schedule/")
        tour.keep(tour.tab(HAND, session=rosa), "schedule-phone", "/schedule/")
        rosa.goto(f"{tour.address}/inbox/?show=pools")
        rosa.click(".mail .row-link >> nth=0")
        rosa.wait_for_load_state("networkidle")
        rosa.keyboard.press("c")
        rosa.wait_for_selector(".post .words")
        tour.keep(rosa, "inbox-desktop")
        tour.keep(tour.signed_in("theo"), "activity-desktop", "/activity/")
        tour.keep(tour.tab(HAND), "sign-in-phone", "/sign-in/")
        tour.browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
