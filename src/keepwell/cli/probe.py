"""A browser's few moves against our own server on this machine: is the sign-in page there, does signing in work?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http.client import HTTPConnection  # noqa: TID251 - asks our own server, on loopback only
from urllib.parse import urlencode, urlsplit

from keepwell.cli.people import Somebody

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
HOPS = 8


@dataclass
class Page:
    """What came back, redirects followed."""

    path: str
    status: int
    text: str


@dataclass
class Visitor:
    """One browser: it keeps its cookies and sends back the form token it was given."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Page:
        return self._go("GET", path, None)

    def submit(self, page: Page, **fields: str) -> Page:
        """Send the page's form back to where it came from."""
        found = TOKEN.search(page.text)
        token = {"csrfmiddlewaretoken": found[1]} if found else {}
        return self._go("POST", page.path, urlencode(fields | token))

    def _go(self, method: str, path: str, body: str | None) -> Page:
        for _ in range(HOPS):
            status, to, text = self.once(method, path, body)
            if not to:
                break
            method, path, body = "GET", to, None
        return Page(path, status, text)

    def once(self, method: str, path: str, body: str | None) -> tuple[int, str, str]:
        """One exchange: status, where to go next, and the text."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            headers = ({"Cookie": cookies} if cookies else {}) | (FORM if body is not None else {})
            connection.request(method, path, body, {"Host": f"localhost:{self.port}"} | headers)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = line.partition(";")[0].strip().partition("=")
                self.cookies[name] = value
            to = urlsplit(answer.headers.get("Location", ""))
            return answer.status, f"{to.path}?{to.query}".rstrip("?"), answer.read().decode("utf-8", "replace")
        finally:
            connection.close()


def alive(port: int) -> bool:
    """Whether the server answers at all; behind a proxy it sends whoever comes without TLS away, and that will do."""
    try:
        return Visitor(port).once("GET", "/sign-in/", None)[0] < 500
    except OSError:
        return False


def answers(port: int) -> bool:
    """Whether the sign-in page is there yet."""
    try:
        page = Visitor(port).get("/sign-in/")
    except OSError:
        return False
    return page.status == 200 and TOKEN.search(page.text) is not None


def sign_in(port: int, person: Somebody) -> Page:
    """Sign in as somebody of the demo, with password and code; the page shown to them alone."""
    visitor = Visitor(port)
    asked = visitor.submit(
        visitor.get("/sign-in/"), email=person.email, password=person.password, next="/your-sign-in/"
    )
    visitor.submit(asked, code=person.code())
    return visitor.get("/your-sign-in/")
