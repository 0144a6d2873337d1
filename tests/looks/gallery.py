"""The pages of the style guide, rendered without a database and served under the real content policy.

`python -m tests.looks.gallery FOLDER` takes their pictures.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from django import forms
from django.utils import translation
from jinja2 import FileSystemLoader

from config.headers import POLICY
from config.jinja import DIRS, environment
from config.shell import Entry, PurposeLine, Shell
from keepwell.base.refusal import Refusal

HERE = Path(__file__).parent
BUILT = HERE.parents[1] / "config" / "static"
PAGES = sorted(page.stem for page in (HERE / "pages").glob("*.html"))
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}

RAIL = (
    Entry("Today", "/today", "sun", count=3),
    Entry("Patients", "/patients", "users"),
    Entry("Activity log", "/log", "notebook-text"),
    Entry("Settings", "/settings", "settings"),
)


class Reach(forms.Form):
    """A form of Django's own, as the pages have them."""

    phone = forms.CharField(label="Phone", help_text="Ten digits, or start with + and the country code.")
    email = forms.EmailField(label="E-mail", required=False)


def render(page: str, theme: str = "system", language: str = "en", private: bool = False) -> str:
    """One page as a clinic would see it."""
    card = page in ("sign-in", "code")
    rail = tuple(Entry(e.label, e.href, e.icon, e.href == f"/{page}", e.count) for e in RAIL)
    line = PurposeLine("Imani Okafor", "practitioner", "treatment", "You opened 1 chart", "/log/1")
    frame = Shell(
        path=f"/{page}", theme=theme, private=private, who="" if card else "Imani Okafor", role="Practitioner",
        practice="Willow Clinic", rail=rail, search="/patients/search", account="/account", sign_out="/sign-out",
        purpose=None if card or page == "components" else line,
    )  # fmt: skip
    env = environment(loader=FileSystemLoader([HERE / "pages", *DIRS]))
    with translation.override(language):
        return env.get_template(f"{page}.html").render(shell=frame, csrf_input="", request=None, **made_up())


def made_up() -> dict[str, object]:
    """People and numbers that never were."""
    start = date(2019, 3, 4)
    pressure = [128, 131, 127, 135, 142, 139, 133, 129, 124, 126, 122, 125]
    sugar = [5.4, 5.6, 5.9, 6.1, 6.6, 6.9, 6.4, 6.2]
    weight = [88.2, 87.4, 86.1, 84.9, 84.6, 83.8]
    return {
        "now": datetime.now(UTC),
        "minutes": lambda n: datetime.now(UTC) - timedelta(minutes=n),
        "pressure": [(start + timedelta(days=211 * i), v) for i, v in enumerate(pressure)],
        "sugar": [(start + timedelta(days=301 * i), v) for i, v in enumerate(sugar)],
        "weight": [(date(2025, 3, 1) + timedelta(days=34 * i), v) for i, v in enumerate(weight)],
        "form": Reach({"phone": "", "email": "ada@"}),
        "refusal": Refusal("POLICY_DENY", rule="you are not on this patient's care team"),
        "day": lambda text: date.fromisoformat(text),
    }


class Gallery(BaseHTTPRequestHandler):
    """Pages and built files, with the headers the application sends."""

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path.startswith("/static/"):
            file = BUILT / asked.path.removeprefix("/static/")
            return self.answer(file.read_bytes(), TYPES.get(file.suffix, "application/json"))
        page = asked.path.strip("/") or "components"
        if page not in PAGES:
            return self.answer(b"", "text/plain", 404)
        return self.answer(render(page, **dict(parse_qsl(asked.query))).encode(), "text/html; charset=utf-8")  # type: ignore[arg-type]

    def answer(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@contextmanager
def served() -> Iterator[str]:
    """The address of the gallery."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gallery)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def pictures(folder: Path, only: list[str]) -> None:
    """Every page on a desk and in a hand, light and dark."""
    from playwright.sync_api import sync_playwright

    from tests.rig.browser import FLAGS, chromium

    folder.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        for size, (width, height) in {"desk": (1440, 900), "hand": (390, 844)}.items():
            for theme in ("light", "dark"):
                tab = browser.new_page(viewport={"width": width, "height": height})
                for page in only or PAGES:
                    tab.goto(f"{address}/{page}?theme={theme}", wait_until="networkidle")
                    tab.screenshot(path=folder / f"{page}-{size}-{theme}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    import django

    from tests.rig import mine as mine  # the environment that settings read

    django.setup()
    pictures(Path(sys.argv[1]), sys.argv[2:])
