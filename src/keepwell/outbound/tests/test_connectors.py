"""Each way out, the real one and its double, held to the same promises; and what only a clearance opens."""

from __future__ import annotations

import copy
import pickle
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.outbound.clearance import Cleared, Held, issue
from keepwell.outbound.connectors import CONNECTORS, Connector, Fate, Parcel, wire
from keepwell.outbound.connectors.fax import Fax
from keepwell.outbound.connectors.sms import Sms
from keepwell.outbound.connectors.smtp import Smtp
from keepwell.outbound.tests.doubles import Double
from keepwell.outbound.tests.servers import https, mail


class Bench:
    """A connector with a carrier behind it that can be told how to behave."""

    def __init__(
        self, connector: Connector, secrets: dict[str, Any], behave: Callable[[str], None], got: Callable[[], int]
    ):
        self.connector, self.secrets, self.behave, self.got = connector, secrets, behave, got

    def parcel(self, **more: Any) -> Parcel:
        to = {Channel.EMAIL: "ada@example.org"}.get(self.connector.channel, "+16175550143")
        message = new_id()
        given = {"to": to, "name": "Ada", "sender": "Willow", "subject": "Message from Willow", "text": "Hello"}
        return Parcel(
            message, f"<{message.hex}@x.invalid>", self.connector.channel, secrets=self.secrets, **given | more
        )

    def deliver(self, parcel: Parcel) -> Any:
        return self.connector.deliver(issue(parcel.message, parcel.channel, new_id(), None), parcel)


@contextmanager
def smtp() -> Iterator[Bench]:
    with mail() as box:

        def behave(how: str) -> None:
            box.silent = how == "silent"
            box.rcpt = "550 nobody" if how == "refuses" else "250 OK"
            box.answer = "451 later" if how == "busy" else "250 taken"

        yield Bench(Smtp(), box.secrets(), behave, lambda: len(box.taken))


def over_https(connector: Connector) -> Any:
    @contextmanager
    def bench() -> Iterator[Bench]:
        with https() as desk:
            said = {
                "refuses": (400, {"code": 21211}),
                "busy": (429, {}),
                "silent": None,
                "": (201, {"sid": "S", "data": {"id": 1}}),
            }

            def behave(how: str) -> None:
                desk.answer = lambda number: said[how]

            behave("")
            yield Bench(connector, desk.secrets(), behave, lambda: len(desk.taken))

    return bench


@contextmanager
def double() -> Iterator[Bench]:
    made = Double()
    yield Bench(made, {}, made.behave, lambda: len(made.taken))


BENCHES = {"smtp": smtp, "sms": over_https(Sms()), "fax": over_https(Fax()), "double": double}


@pytest.fixture(params=list(BENCHES))
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with BENCHES[request.param]() as made:
        yield made


def test_what_the_carrier_takes_is_accepted(bench: Bench):
    assert bench.deliver(bench.parcel()).fate is Fate.ACCEPTED
    assert bench.got() == 1


def test_what_it_refuses_is_refused(bench: Bench):
    bench.behave("refuses")
    assert bench.deliver(bench.parcel()).fate is Fate.REFUSED


def test_what_it_cannot_take_now_is_for_later(bench: Bench):
    bench.behave("busy")
    assert bench.deliver(bench.parcel()).fate is Fate.LATER


def test_taken_without_a_word_is_unknown(bench: Bench):
    bench.behave("silent")
    assert bench.deliver(bench.parcel()).fate is Fate.UNKNOWN
    assert bench.got() == 1


@pytest.mark.attack
def test_without_a_clearance_nothing_is_sent(bench: Bench):
    parcel = bench.parcel()
    other = issue(new_id(), parcel.channel, new_id(), None)
    wrong_way = issue(parcel.message, Channel.VOICE, new_id(), None)
    for forged in (None, object(), Held("SMS_CAP", parcel.channel), object.__new__(Cleared), other, wrong_way):
        with pytest.raises(Refusal) as refusal:
            bench.connector.deliver(forged, parcel)  # type: ignore[arg-type]
        assert refusal.value.code == "NOT_CLEARED"
    assert bench.got() == 0


@pytest.mark.attack
def test_a_clearance_is_good_once(bench: Bench):
    parcel = bench.parcel()
    cleared = issue(parcel.message, parcel.channel, new_id(), None)
    bench.connector.deliver(cleared, parcel)
    with pytest.raises(Refusal) as refusal:
        bench.connector.deliver(cleared, parcel)
    assert refusal.value.code == "NOT_CLEARED"
    assert bench.got() == 1


@pytest.mark.attack
def test_a_clearance_grows_old(monkeypatch: pytest.MonkeyPatch):
    import datetime as dt

    from keepwell.outbound import clearance

    made = Double()
    bench = Bench(made, {}, made.behave, lambda: len(made.taken))
    parcel = bench.parcel()
    cleared = issue(parcel.message, parcel.channel, new_id(), None)
    monkeypatch.setattr(clearance, "FRESH", dt.timedelta(0))
    with pytest.raises(Refusal) as refusal:
        made.deliver(cleared, parcel)
    assert refusal.value.code == "NOT_CLEARED"


@pytest.mark.attack
def test_nobody_makes_or_copies_a_clearance():
    with pytest.raises(TypeError):
        Cleared()
    cleared = issue(new_id(), Channel.EMAIL, new_id(), None)
    for copied in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            copied(cleared)


def test_a_parcel_prints_nothing():
    with smtp() as bench:
        assert "ada" not in repr(bench.parcel())


def test_mail_without_tls_or_with_another_name_is_not_sent():
    with mail(tls=False) as box:
        bench = Bench(Smtp(), box.secrets(), lambda how: None, lambda: len(box.taken))
        assert bench.deliver(bench.parcel()).code == "INSECURE_TRANSPORT"
        assert box.taken == []
    with mail(name="elsewhere.example") as box:
        bench = Bench(Smtp(), box.secrets(), lambda how: None, lambda: len(box.taken))
        assert bench.deliver(bench.parcel()).code == "INSECURE_TRANSPORT"
        assert box.taken == []


@pytest.mark.attack
def test_no_header_is_smuggled_in():
    with smtp() as bench:
        for evil in (
            {"subject": "Hi\r\nBcc: eve@example.com"},
            {"to": "a@b.org\r\nRCPT TO:<eve@x.org>"},
            {"sender": "W\nX: y"},
        ):
            assert bench.deliver(bench.parcel(**evil)).fate in (Fate.REFUSED, Fate.LATER)
        assert bench.got() == 0


def test_lines_with_dots_arrive_as_they_were():
    with mail() as box:
        bench = Bench(Smtp(), box.secrets(), lambda how: None, lambda: len(box.taken))
        bench.deliver(bench.parcel(text="one\n.\n..two\n.three"))
        assert box.taken[0].get_content().replace("\r", "").rstrip("\n") == "one\n.\n..two\n.three"


def test_nobody_there_is_for_later():
    with mail() as box:
        secrets = box.secrets()
    bench = Bench(Smtp(), secrets, lambda how: None, lambda: 0)
    assert bench.deliver(bench.parcel()).code == "CARRIER_AWAY"
    with https() as desk:
        secrets = desk.secrets()
    bench = Bench(Sms(), secrets, lambda how: None, lambda: 0)
    assert bench.deliver(bench.parcel()).code == "CARRIER_AWAY"


@pytest.mark.attack
@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://10.0.0.1/", "https://169.254.169.254/latest/",
     "https://192.168.1.1/", "https://[::ffff:127.0.0.1]/", "https://0.0.0.0/", "https://[fd00::1]/", "https://100.64.0.1/",
     "https://[64:ff9b::a9fe:a9fe]/", "https://[64:ff9b:1::7f00:1]/", "https://[2002:7f00:1::]/",
     "https://[2002:a9fe:a9fe::1]/", "https://[::127.0.0.1]/", "https://[fec0::1]/", "https://168.63.129.16/"],
)  # fmt: skip
def test_no_address_leads_into_a_private_network(url: str):
    with pytest.raises(Refusal) as refusal:
        wire.judged(url)
    assert refusal.value.code == "WEBHOOK_PRIVATE"


@pytest.mark.attack
@pytest.mark.parametrize("url", ["http://example.com/", "ftp://example.com/", "https://u:p@example.com/", "https://"])
def test_only_https_without_a_password_in_it(url: str):
    with pytest.raises(Refusal) as refusal:
        wire.judged(url)
    assert refusal.value.code == "WEBHOOK_NOT_HTTPS"


@pytest.mark.attack
def test_a_name_that_answers_with_a_private_address_too_leads_nowhere(monkeypatch: pytest.MonkeyPatch):
    found = [(0, 0, 0, "", ("93.184.216.34", 443)), (0, 0, 0, "", ("10.0.0.5", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)
    with pytest.raises(Refusal) as refusal:
        wire.judged("https://rebinding.example/")
    assert refusal.value.code == "WEBHOOK_PRIVATE"


@pytest.mark.attack
def test_the_address_that_was_judged_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch):
    asked = []
    real = socket.getaddrinfo

    def once(*a: Any, **k: Any) -> Any:
        asked.append(a[0])
        return real(*a, **k)

    with https() as desk:
        monkeypatch.setattr(socket, "getaddrinfo", once)
        s = desk.secrets()
        wire.post(desk.url, b"", {}, allowed=["127.0.0.0/8", "::1/128"], authority=s["authority"])
    assert [name for name in asked if name == "localhost"] == ["localhost"]


def test_a_redirect_is_not_followed():
    with https() as desk:
        desk.answer = lambda number: (302, {})
        desk.headers = {"Location": "https://127.0.0.1:1/"}
        bench = Bench(Sms(), desk.secrets(), lambda how: None, lambda: len(desk.taken))
        assert bench.deliver(bench.parcel()).fate is Fate.UNKNOWN
        assert len(desk.taken) == 1


def test_a_carrier_says_when_to_come_back():
    with https() as desk:
        desk.answer = lambda number: (429, {})
        desk.headers = {"Retry-After": "90"}
        bench = Bench(Sms(), desk.secrets(), lambda how: None, lambda: 0)
        after = bench.deliver(bench.parcel()).after
        assert after is not None
        assert after.total_seconds() == 90


def test_a_number_stopped_at_the_carrier_says_so():
    with https() as desk:
        desk.answer = lambda number: (400, {"code": 21610})
        bench = Bench(Sms(), desk.secrets(), lambda how: None, lambda: 0)
        assert bench.deliver(bench.parcel()).code == "TEXTS_STOPPED"


def test_each_connector_is_known_by_its_name():
    assert {name: c.channel for name, c in CONNECTORS.items()} == {
        "smtp": Channel.EMAIL, "sms": Channel.SMS, "fax": Channel.FAX, "post": Channel.LETTER,
    }  # fmt: skip


@pytest.mark.attack
def test_a_name_that_answers_with_a_hidden_private_address_leads_nowhere(
    monkeypatch: pytest.MonkeyPatch, settings: Any
):
    settings.KEEPWELL_LOOPBACK_CARRIERS = False
    for hidden in ("64:ff9b::a9fe:a9fe", "2002:7f00:1::", "fec0::1"):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, at=hidden, **k: [(0, 0, 0, "", (at, 443))])
        with pytest.raises(Refusal) as refusal:
            wire.judged("https://rebinding.example/", ["0.0.0.0/0", "::/0"])
        assert refusal.value.code == "WEBHOOK_PRIVATE"


@pytest.mark.attack
def test_this_machine_is_spoken_to_only_with_the_operators_word(settings: Any):
    with https() as desk:
        bench = Bench(Sms(), desk.secrets(), lambda how: None, lambda: len(desk.taken))
        settings.KEEPWELL_LOOPBACK_CARRIERS = False
        assert bench.deliver(bench.parcel()).code == "WEBHOOK_PRIVATE"
        settings.KEEPWELL_LOOPBACK_CARRIERS = True
        assert bench.deliver(bench.parcel()).fate is Fate.ACCEPTED
        assert len(desk.taken) == 1


@pytest.mark.parametrize(
    ("more", "fate", "code"),
    [
        ({"sender": "Willow\u2028Clinic"}, Fate.LATER, "SENDING_BROKE"),
        ({"sender": "Willow\u2029Clinic"}, Fate.LATER, "SENDING_BROKE"),
        ({"sender": "Willow\x85Clinic"}, Fate.LATER, "SENDING_BROKE"),
        ({"subject": "A\u2028B"}, Fate.LATER, "SENDING_BROKE"),
        ({"text": "\ud800"}, Fate.LATER, "SENDING_BROKE"),
        ({"to": "señora@example.org"}, Fate.REFUSED, "ADDRESS_REFUSED"),
        ({"to": "ada@señora.example"}, Fate.REFUSED, "ADDRESS_REFUSED"),
    ],
)
def test_mail_that_breaks_before_its_first_byte_is_never_of_unknown_fate(more: dict[str, str], fate: Fate, code: str):
    with smtp() as bench:
        outcome = bench.deliver(bench.parcel(**more))
        assert (outcome.fate, outcome.code) == (fate, code)
        assert bench.got() == 0


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"url": "https://[::1"}, "WEBHOOK_NOT_HTTPS"),
        ({"url": "https://localhost:99999"}, "WEBHOOK_NOT_HTTPS"),
        ({"url": f"https://{'a' * 64}.example"}, "WEBHOOK_NOT_HTTPS"),
        ({"networks": "local"}, "NETWORK_UNREADABLE"),
        ({"authority": "no certificate"}, "CARRIER_AWAY"),
    ],
)
def test_a_carrier_that_cannot_be_spoken_to_got_nothing(more: dict[str, str], code: str):
    with https() as desk:
        for connector in (Sms(), Fax()):
            bench = Bench(connector, desk.secrets(**more), lambda how: None, lambda: len(desk.taken))
            outcome = bench.deliver(bench.parcel())
            assert (outcome.fate, outcome.code) == (Fate.LATER, code)
        assert desk.taken == []


def test_a_label_that_is_too_long_is_nobody(monkeypatch: pytest.MonkeyPatch):
    def too_long(*a: Any, **k: Any) -> Any:
        raise UnicodeError("label too long")

    monkeypatch.setattr(socket, "getaddrinfo", too_long)
    with pytest.raises(wire.Away):
        wire.judged("https://a.example/")


def test_a_header_that_cannot_be_written_was_not_sent():
    with https() as desk:
        with pytest.raises(wire.Away):
            wire.post(
                desk.url, b"", {"X-A": "a\nb"}, allowed=["127.0.0.0/8", "::1/128"],
                authority=desk.secrets()["authority"],
            )  # fmt: skip
        assert desk.taken == []


@pytest.mark.parametrize(
    ("sender", "rcpt", "answer", "fate", "code"),
    [
        ("550 not your domain", "250 OK", "250 taken", Fate.LATER, "SENDER_REFUSED"),
        ("451 busy", "250 OK", "250 taken", Fate.LATER, "CARRIER_BUSY"),
        ("250 OK", "550 5.1.1 nobody", "250 taken", Fate.REFUSED, "ADDRESS_REFUSED"),
        ("250 OK", "550 5.1.8 your domain does not exist", "250 taken", Fate.LATER, "SENDER_REFUSED"),
        ("250 OK", "554 5.7.1 relay access denied", "250 taken", Fate.LATER, "CARRIER_REFUSES"),
        ("250 OK", "530 sign in first", "250 taken", Fate.LATER, "CARRIER_REFUSES"),
        ("250 OK", "250 OK", "554 looks like spam", Fate.LATER, "CARRIER_REFUSES"),
        ("250 OK", "250 OK", "550 5.1.1 nobody after all", Fate.REFUSED, "ADDRESS_REFUSED"),
    ],
)
def test_only_what_is_said_of_the_recipient_counts_against_the_address(
    sender: str, rcpt: str, answer: str, fate: Fate, code: str
):
    with mail() as box:
        box.sender, box.rcpt, box.answer = sender, rcpt, answer
        bench = Bench(Smtp(), box.secrets(), lambda how: None, lambda: len(box.taken))
        outcome = bench.deliver(bench.parcel())
        assert (outcome.fate, outcome.code) == (fate, code)
        assert box.taken == []


@pytest.mark.parametrize(
    ("status", "said", "fate", "code"),
    [
        (400, {"code": 21211}, Fate.REFUSED, "ADDRESS_REFUSED"),
        (400, {"code": 21606}, Fate.LATER, "SENDER_REFUSED"),
        (404, {}, Fate.LATER, "CARRIER_REFUSES"),
        (402, {}, Fate.LATER, "CARRIER_REFUSES"),
    ],
)
def test_what_a_carrier_says_of_us_is_not_said_of_the_patient(status: int, said: dict[str, Any], fate: Fate, code: str):
    with https() as desk:
        desk.answer = lambda number: (status, said)
        bench = Bench(Sms(), desk.secrets(), lambda how: None, lambda: len(desk.taken))
        outcome = bench.deliver(bench.parcel())
        assert (outcome.fate, outcome.code) == (fate, code)
