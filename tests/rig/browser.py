"""The browser of the browser tests: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
MISSING = (
    "Chromium is not installed, so the browser tests are left out. Get it with `apt-get install chromium` (Debian), "
    "`dnf install chromium` (Fedora) or `brew install chromium`, or name one in KEEPWELL_CHROMIUM."
)


def chromium() -> str | None:
    """The program to drive, or None."""
    if given := os.environ.get("KEEPWELL_CHROMIUM"):
        return given
    return next(filter(None, map(shutil.which, NAMES)), None)
