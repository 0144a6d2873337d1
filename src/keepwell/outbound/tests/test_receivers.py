"""Each way in, the real one and its double, held to the same promises: what a call brings, and where it is fetched."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from keepwell.base.refusal import Refusal
from keepwell.outbound.connectors import wire
from keepwell.outbound.connectors.base import Brought, Receiver
from keepwell.outbound.connectors.fax import FaxesIn
from keepwell.outbound.connectors.voice import VoicemailIn
from keepwell.outbound.tests.doubles import DoubleIn
from keepwell.outbound.tests.servers import Desk, certificate, https


class Bench:
    """A way in with a carrier behind it: how its calls look, and where a file lies."""

    def __init__(self, receiver: Receiver, secrets: dict[str, Any], call: Callable[[str], dict[str, str]], lay: Any):
        self.receiver, self.secrets, self.call, self.lay = receiver, secrets, call, lay

    def fetch(self, url: str, most: int = 100) -> bytes:
        spool = self.receiver.fetch(Brought("1", url=url), self.secrets, most)
        try:
            return b"".join(spool.chunks())
        finally:
            spool.close()


def fax(url: str) -> dict[str, str]:
    return {"direction": "received", "id": "77", "from_number": "+16175550188"} | ({"media_url": url} if url else {})


def voice(url: str) -> dict[str, str]:
    return {"RecordingSid": "77", "From": "+16175550188"} | ({"RecordingUrl": url} if url else {})


def over_https(receiver: Receiver, call: Callable[[str], dict[str, str]]) -> Any:
    @contextmanager
    def bench() -> Iterator[Bench]:
        with https() as desk:
            yield Bench(receiver, desk.secrets(), call, lambda path, body: _laid(desk, path, body))

    return bench


def _laid(desk: Desk, path: str, body: bytes) -> str:
    desk.files[path] = (200, {}, body)
    return desk.url + path


@contextmanager
def double() -> Iterator[Bench]:
    made = DoubleIn()

    def lay(path: str, body: bytes) -> str:
        made.shelf["https://carrier.example" + path] = body
        return "https://carrier.example" + path

    def call(url: str) -> dict[str, str]:
        return {"reference": "77", "number": "+16175550188"} | ({"url": url} if url else {})

    yield Bench(made, {"url": "https://carrier.example"}, call, lay)


BENCHES = {"fax": over_https(FaxesIn(), fax), "voice": over_https(VoicemailIn(), voice), "double": double}


@pytest.fixture(params=list(BENCHES))
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with BENCHES[request.param]() as made:
        yield made


def test_a_call_says_from_where_and_which_one(bench: Bench):
    came = bench.receiver.brought(bench.call("https://carrier.example/1"), with_file=False)
    assert came is not None
    assert (came.reference, came.number, came.url) == ("77", "+16175550188", "https://carrier.example/1")


def test_a_file_that_came_along_is_not_fetched(bench: Bench):
    came = bench.receiver.brought(bench.call("https://carrier.example/1"), with_file=True)
    assert came is not None
    assert came.url == ""


def test_a_call_about_something_else_brings_nothing(bench: Bench):
    for fields in ({}, bench.call(""), {"id": "77", "status": "success"}, {"MessageSid": "SM1", "Body": "Hello"}):
        assert bench.receiver.brought(fields, with_file=False) is None


def test_a_file_is_fetched_from_the_carriers_own_host(bench: Bench):
    url = bench.lay("/files/1", b"%PDF-1.7")
    assert bench.fetch(url) == b"%PDF-1.7"


def test_no_more_is_read_than_is_kept(bench: Bench):
    assert len(bench.fetch(bench.lay("/files/2", bytes(5000)))) == 101


@pytest.mark.attack
def test_a_signed_call_leads_to_no_other_host(bench: Bench):
    """Whoever makes a carrier sign an address gets neither a look inside nor what Keepwell signs in with (CWE-918)."""
    own = str(bench.secrets["url"])
    for url in (
        "https://elsewhere.example/1",
        "https://169.254.169.254/latest/meta-data/",
        own.replace("https", "http") + "/1",
        own + ".evil.example/1",
        own.replace("https://", "https://x@") + "/1",
        "file:///etc/passwd",
    ):
        with pytest.raises(Refusal) as refusal:
            bench.fetch(url)
        assert refusal.value.code == "MEDIA_ELSEWHERE", url


def test_what_is_not_there_is_for_later(bench: Bench):
    with pytest.raises(Refusal) as refusal:
        bench.fetch(str(bench.secrets["url"]) + "/files/none")
    assert refusal.value.code == "MEDIA_UNREADABLE"


@pytest.mark.attack
@pytest.mark.parametrize("receiver", [FaxesIn(), VoicemailIn()])
def test_no_redirect_is_followed_and_nothing_is_unpacked(receiver: Receiver):
    with https() as desk, https() as elsewhere:
        elsewhere.files["/inside"] = (200, {}, b"%PDF-secret")
        desk.files["/away"] = (302, {"Location": f"{elsewhere.url}/inside"}, b"")
        desk.files["/packed"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(10_000_000)))
        for path in ("/away", "/packed"):
            with pytest.raises(Refusal) as refusal:
                receiver.fetch(Brought("1", url=desk.url + path), desk.secrets(), 1000)
            assert refusal.value.code == "MEDIA_UNREADABLE"
        assert elsewhere.asked == []
        assert desk.asked[0][1]["Authorization"].startswith("Basic ")


@pytest.mark.attack
@pytest.mark.parametrize("part", ["head", "body"])
def test_bytes_that_trickle_in_win_no_time(part: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wire, "LONGEST", 0.5)
    with https() as desk:
        desk.files["/slow"], desk.trickles = (200, {}, bytes(100)), part
        began = time.monotonic()
        with pytest.raises(Refusal) as refusal:
            FaxesIn().fetch(Brought("1", url=f"{desk.url}/slow"), desk.secrets(), 1000)
        assert refusal.value.code == "MEDIA_UNREADABLE"
        assert time.monotonic() - began < 2


@pytest.mark.attack
def test_a_carrier_in_a_network_nobody_named_is_not_reached():
    with https() as desk:
        desk.files["/1"] = (200, {}, b"%PDF")
        for secrets, code in (
            (desk.secrets(networks=""), "WEBHOOK_PRIVATE"),
            (desk.secrets(authority=certificate("other.example").authority), "MEDIA_UNREADABLE"),
        ):
            with pytest.raises(Refusal) as refusal:
                FaxesIn().fetch(Brought("1", url=f"{desk.url}/1"), secrets, 100)
            assert refusal.value.code == code


def test_what_fax_carriers_say_in_one_field_is_read():
    said = {"direction": "received", "fax": '{"id": 12, "from_number": "+16175550188"}'}
    came = FaxesIn().brought(said, with_file=True)
    assert came is not None
    assert (came.reference, came.number) == ("12", "+16175550188")
    assert FaxesIn().brought(said | {"fax": "no json"}, with_file=True) is None
