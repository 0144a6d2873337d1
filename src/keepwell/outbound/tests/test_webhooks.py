"""The practice's own systems are told what happened: by ids alone, signed, at least once, where they may be told."""

from __future__ import annotations

import datetime as dt
import json
import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connections
from django.urls import get_resolver

from keepwell.access.tests.test_authorizations import signed
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.compliance.verbs import VERBS as WORDS
from keepwell.ledger.actions import VERBS
from keepwell.ledger.doorway import present
from keepwell.outbound import gate
from keepwell.outbound.clearance import Cleared, issue
from keepwell.outbound.connectors import Fate
from keepwell.outbound.connectors.webhook import Telling, deliver
from keepwell.outbound.models import Decision, Ground, ServiceKind, Webhook, WebhookDelivery
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.hooked import EVENTS as TOLD
from keepwell.outbound.tests.hooked import HOUR, deliveries, later, ours, place, registered, told
from keepwell.outbound.tests.servers import https
from keepwell.outbound.vendors import actions, agreement_actions
from keepwell.outbound.webhooks import delivering, endpoints, gathering, signing
from keepwell.outbound.webhooks.words import EVENTS
from keepwell.patients.facts import Demographics
from keepwell.patients.tests.people import again, entries, registers
from keepwell.vault.phi import PhiClass
from tests.browse import ask, text
from tests.cast import Clinic
from tests.sequencing import sequenced as sequenced  # a fixture

OPERATIONS = Path(__file__).resolve().parents[4] / "docs/operations.md"
Sequenced = Callable[[], None]


def genuine() -> Callable[..., bool]:
    """The example of docs/operations.md, as its reader would run it."""
    found = re.search(r"```python\n(import hashlib.*?)```", OPERATIONS.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    names: dict[str, Any] = {}
    exec(found[1], names)
    checked: Callable[..., bool] = names["genuine"]
    return checked


def test_what_may_leave_is_something_that_happens_and_has_words():
    assert get_resolver().url_patterns
    assert EVENTS.keys() <= VERBS.keys()
    assert {v for v in VERBS if v.startswith("webhook.")} <= WORDS.keys()


def test_an_event_arrives_signed_and_says_ids_alone(willow: Clinic, pat: Actor, sequenced: Sequenced):
    with https() as desk:
        made = registered(pat, ours(pat), place(desk))
        li = somebody(willow)
        assert told(willow) == 0, "not before its place in the ledger is final"
        sequenced()
        told(willow)
    ((path, headers, body),) = desk.taken
    assert path == "/events?a=1"
    said = json.loads(body)
    assert said.keys() == {"id", "event", "at", "practice", "subjects"}
    assert (said["event"], said["practice"]) == ("patient.registered", willow.practice.slug)
    assert said["subjects"] == [str(li)]
    assert b"Quill" not in body
    assert said["id"] == headers["Keepwell-Id"] == str(deliveries(pat)[0].entry)
    check = genuine()
    assert check(made.key, headers, body)
    assert not check(made.key, headers, body.replace(b"registered", b"merged"))
    assert not check(made.key + "x", headers, body)
    assert not check(made.key, headers | {"Keepwell-Id": str(new_id())}, body)
    assert not check(made.key, headers | {"Keepwell-Timestamp": str(int(headers["Keepwell-Timestamp"]) + 1)}, body)
    with later(dt.timedelta(minutes=6)):
        assert not check(made.key, headers, body), "an old delivery cannot be played again"
    assert [d.status for d in deliveries(pat)] == ["sent"]
    assert {"webhook.registered", "webhook.followed", "webhook.sending", "webhook.settled"} <= verbs(pat)


def test_no_event_is_missed_and_none_comes_twice(willow: Clinic, pat: Actor, sequenced: Sequenced):
    with https() as desk:
        somebody(willow)
        sequenced()
        registered(pat, ours(pat), place(desk))
        wanted = []
        for _ in range(3):
            wanted += [str(somebody(willow)), str(somebody(willow))]
            sequenced()
            told(willow)
            told(willow)
    got = [json.loads(body)["subjects"][0] for _path, _headers, body in desk.taken]
    assert got == wanted


@pytest.mark.attack
def test_a_delivery_is_there_once_whoever_reads(willow: Clinic, pat: Actor, sequenced: Sequenced):
    with https() as desk:
        registered(pat, ours(pat), place(desk), a_minute=10_000)
        for _ in range(6):
            somebody(willow)
        sequenced()
        together = threading.Barrier(2)

        def work() -> None:
            together.wait()
            told(willow)
            connections.close_all()

        workers = [threading.Thread(target=work) for _ in range(2)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        told(willow)
    ids = [headers["Keepwell-Id"] for _path, headers, _body in desk.taken]
    assert len(ids) == len(set(ids)) == 6
    assert {d.attempts for d in deliveries(pat)} == {1}


@pytest.mark.attack
def test_two_dispatchers_take_one_delivery_once(willow: Clinic, pat: Actor, sequenced: Sequenced):
    with https() as desk:
        registered(pat, ours(pat), place(desk))
        somebody(willow)
        sequenced()
        with present(delivering.actor(willow.practice.id)) as by:
            assert gathering.gather(by) == 1
        delivery = deliveries(pat)[0].id
        seen: list[Any] = []

        def other() -> None:
            with present(delivering.actor(willow.practice.id)) as by:
                seen.append(delivering.take(delivery, by=by))
            connections.close_all()

        with present(delivering.actor(willow.practice.id)) as by:
            taken = delivering.take(delivery, by=by)
            rival = threading.Thread(target=other)
            rival.start()
            rival.join()
        other()
    assert isinstance(taken, delivering.Taken)
    assert seen == [None, None]


@pytest.mark.attack
def test_an_endpoint_without_agreement_gets_nothing(willow: Clinic, pat: Actor, sequenced: Sequenced):
    service = firms.associate(pat, firms.service(pat, ServiceKind.WEBHOOK, "Other firm"))
    with https() as desk:
        registered(pat, service, place(desk))
        somebody(willow)
        sequenced()
        assert told(willow) == 0
        assert deliveries(pat) == []
        firms.agreed(pat, service)
        firms.did(pat, actions.use, firms.fresh(pat, service))
        told(willow)
    assert len(desk.taken) == 1, "what happened meanwhile follows once the agreement holds"


@pytest.mark.attack
def test_an_agreement_that_lapses_before_delivery_holds_it(willow: Clinic, pat: Actor, sequenced: Sequenced):
    service = firms.associate(pat, firms.service(pat, ServiceKind.WEBHOOK, "Other firm"))
    agreement = firms.agreed(pat, service)
    firms.did(pat, actions.use, firms.fresh(pat, service))
    with https() as desk:
        registered(pat, service, place(desk))
        somebody(willow)
        sequenced()
        with present(delivering.actor(willow.practice.id)) as by:
            assert gathering.gather(by) == 1
        firms.did(pat, agreement_actions.terminate, agreement, firms.today())
        told(willow)
        assert [(d.status, d.reason, d.attempts) for d in deliveries(pat)] == [("due", "BAA_EXPIRED", 0)]
    assert desk.taken == []


@pytest.mark.attack
def test_whoever_is_told_is_no_mere_conduit_and_not_before_it_may_have_ids(pat: Actor):
    service = firms.service(pat, ServiceKind.WEBHOOK, "Relay", keeps=False)
    with pytest.raises(Refusal, match="CONDUIT_STORES"):
        firms.did(pat, actions.decide, service, Decision.CONDUIT, Ground.CARRIES_ONLY)
    blind = firms.service(pat, ServiceKind.WEBHOOK, "Blind", classes=())
    with present(again(pat)) as by:
        answers = [gate.may_be_told(each, by=by) for each in (service, blind)]
    assert [getattr(each, "code", "") for each in answers] == ["BAA_REQUIRED", "BAA_CLASS_NOT_COVERED"]


@pytest.mark.attack
def test_who_is_with_a_program_is_told_only_where_such_records_may_go(willow: Clinic, pat: Actor, sequenced: Sequenced):
    """Known when it is told, not when it happened; the other events are not kept waiting."""
    with https() as desk:
        service = ours(pat)
        made = registered(pat, service, place(desk))
        with_program, without = somebody(willow), somebody(willow)
        sequenced()
        signed(willow, with_program, kind="part2", classes=frozenset({PhiClass.PART2}), what="program record")
        told(willow)
        assert [json.loads(body)["subjects"] for _p, _h, body in desk.taken] == [[str(without)]]
        assert {(d.status, d.reason) for d in deliveries(pat)} == {("failed", "P2_NOT_TOLD"), ("sent", "")}
        page = text(ask(pat, f"/settings/carriers/webhooks/{service.id}/"))
        assert "P2_NOT_TOLD" in page and "Warehouse" in page
        firms.did(pat, endpoints.retry, made.webhook.id)
        told(willow)
        assert len(desk.taken) == 1
        firms.did(pat, endpoints.end, made.webhook.id)
        may = ours(pat, "Trusted", classes=(*firms.REACH, PhiClass.PART2))
        registered(pat, may, place(desk))
        somebody(willow)
        told_of = somebody(willow)
        signed(willow, told_of, kind="part2", classes=frozenset({PhiClass.PART2}), what="program record")
        sequenced()
        told(willow)
    assert len(desk.taken) == 3


@pytest.mark.attack
def test_without_a_clearance_nothing_is_told():
    with https() as desk:
        telling = Telling(new_id(), place(desk), b"{}", {})
        other = issue(new_id(), gate.WEBHOOK, new_id(), None)
        for forged in (None, object(), object.__new__(Cleared), other):
            with pytest.raises(Refusal) as refusal:
                deliver(forged, telling)  # type: ignore[arg-type]
            assert refusal.value.code == "NOT_CLEARED"
        cleared = issue(telling.delivery, gate.WEBHOOK, new_id(), None)
        assert deliver(cleared, telling).fate is Fate.ACCEPTED
        with pytest.raises(Refusal, match="NOT_CLEARED"):
            deliver(cleared, telling)
    assert len(desk.taken) == 1


@pytest.mark.attack
@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "64:ff9b::a9fe:a9fe"])
def test_a_webhook_leads_into_no_private_network(
    willow: Clinic, pat: Actor, sequenced: Sequenced, address: str, monkeypatch: pytest.MonkeyPatch
):
    registered(pat, ours(pat), {"url": "https://inside.example/"})
    known = socket.getaddrinfo
    there = [(0, 0, 0, "", (address, 443))]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: there if host == "inside.example" else known(host, *a, **k)
    )
    somebody(willow)
    sequenced()
    told(willow)
    assert [(d.status, d.reason) for d in deliveries(pat)] == [("due", "WEBHOOK_PRIVATE")]


@pytest.mark.attack
def test_a_name_that_changes_its_mind_leads_nowhere(monkeypatch: pytest.MonkeyPatch):
    answers = [[(0, 0, 0, "", ("93.184.216.34", 443))], [(0, 0, 0, "", ("10.0.0.5", 443))]]
    went: list[Any] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: answers.pop(0))

    def connect(to: Any, **k: Any) -> Any:
        went.append(to)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", connect)
    for wanted in ("ENDPOINT_AWAY", "WEBHOOK_PRIVATE"):
        telling = Telling(new_id(), {"url": "https://rebinding.example/"}, b"{}", {})
        assert deliver(issue(telling.delivery, gate.WEBHOOK, new_id(), None), telling).code == wanted
    assert went == [("93.184.216.34", 443)], "the address that was judged, and no other"


@pytest.mark.attack
def test_a_redirect_leads_nowhere_and_is_no_yes(willow: Clinic, pat: Actor, sequenced: Sequenced):
    with https() as desk, https() as inner:
        desk.answer, desk.headers = (lambda number: (307, {})), {"Location": inner.url}
        registered(pat, ours(pat), place(desk))
        somebody(willow)
        sequenced()
        told(willow)
    assert (len(desk.taken), len(inner.taken)) == (1, 0)
    assert [(d.status, d.reason) for d in deliveries(pat)] == [("due", "ENDPOINT_REFUSED")]


def test_what_is_not_taken_waits_longer_fails_and_is_sent_again_by_a_person(
    willow: Clinic, pat: Actor, sequenced: Sequenced
):
    with https() as desk:
        made = registered(pat, ours(pat), place(desk))
        desk.answer = lambda number: (500, {})
        somebody(willow)
        sequenced()
        for number in range(1, 12):
            with later(number * 5 * HOUR):
                told(willow)
        assert [(d.status, d.attempts, d.reason) for d in deliveries(pat)] == [("failed", 8, "ENDPOINT_REFUSED")]
        assert len(desk.taken) == 8
        assert len({headers["Keepwell-Id"] for _p, headers, _b in desk.taken}) == 1
        desk.answer = lambda number: (204, {})
        firms.did(pat, endpoints.retry, made.webhook.id)
        told(willow)
        with pytest.raises(Refusal, match="NOT_FOUND"):
            firms.did(pat, endpoints.retry, made.webhook.id)
    assert [d.status for d in deliveries(pat)] == ["sent"]
    assert "webhook.retried" in verbs(pat)
    assert "webhook.put_off" in verbs(pat)


def test_no_answer_is_told_again_under_the_same_id(willow: Clinic, pat: Actor, sequenced: Sequenced):
    with https() as desk:
        registered(pat, ours(pat), place(desk))
        desk.answer = lambda number: None if number == 1 else (200, {})
        somebody(willow)
        sequenced()
        told(willow)
        assert [d.reason for d in deliveries(pat)] == ["ENDPOINT_SILENT"]
        with later(HOUR):
            told(willow)
    assert len({headers["Keepwell-Id"] for _p, headers, _b in desk.taken}) == 1
    assert [d.status for d in deliveries(pat)] == ["sent"]


def test_a_worker_that_died_while_telling_loses_nothing(willow: Clinic, pat: Actor, sequenced: Sequenced):
    with https() as desk:
        registered(pat, ours(pat), place(desk))
        somebody(willow)
        sequenced()
        with present(delivering.actor(willow.practice.id)) as by:
            gathering.gather(by)
        with present(delivering.actor(willow.practice.id)) as by:
            dead = delivering.take(deliveries_here()[0].id, by=by)
        assert isinstance(dead, delivering.Taken)
        told(willow)
        assert [d.status for d in deliveries(pat)] == ["sending"], "its lease is not over"
        told(willow, lease=dt.timedelta(0))
        with later(HOUR):
            told(willow)
    assert [(d.status, d.attempts) for d in deliveries(pat)] == [("sent", 2)]
    assert len(desk.taken) == 1


def test_an_endpoint_that_is_gone_is_ended(willow: Clinic, pat: Actor, sequenced: Sequenced):
    with https() as desk:
        desk.answer = lambda number: (410, {})
        registered(pat, ours(pat), place(desk))
        somebody(willow)
        somebody(willow)
        sequenced()
        told(willow)
    assert len(desk.taken) == 1
    assert {(d.status, d.reason) for d in deliveries(pat)} == {
        ("failed", "ENDPOINT_GONE"), ("withdrawn", "ENDPOINT_ENDED"),
    }  # fmt: skip
    with present(again(pat)):
        row = Webhook.objects.get()
    assert row.ended_at
    assert row.ended_for == "ENDPOINT_GONE"


def test_so_many_a_minute_and_no_more(willow: Clinic, pat: Actor, sequenced: Sequenced):
    with https() as desk:
        registered(pat, ours(pat), place(desk), a_minute=2)
        for _ in range(4):
            somebody(willow)
        sequenced()
        told(willow)
        assert len(desk.taken) == 2
        with later(dt.timedelta(seconds=61)):
            told(willow)
        assert len(desk.taken) == 4


def test_a_renewed_key_signs_from_then_on(willow: Clinic, pat: Actor, sequenced: Sequenced):
    with https() as desk:
        made = registered(pat, ours(pat), place(desk))
        renewed = firms.did(pat, endpoints.renew, made.webhook.id)
        somebody(willow)
        sequenced()
        told(willow)
    (_path, headers, body), check = desk.taken[0], genuine()
    assert check(renewed.key, headers, body)
    assert not check(made.key, headers, body)
    assert "webhook.renewed" in verbs(pat)


def test_events_are_chosen_from_a_closed_list_and_an_end_is_an_end(willow: Clinic, pat: Actor, sequenced: Sequenced):
    with https() as desk:
        service = ours(pat)
        for wrong, code in (((), "FIELD_EMPTY"), (("session.began",), "CHOICE_UNKNOWN")):
            with pytest.raises(Refusal, match=code):
                registered(pat, service, place(desk), events=wrong)
        made = registered(pat, service, place(desk))
        with pytest.raises(Refusal, match="WEBHOOK_KNOWN"):
            registered(pat, service, place(desk))
        firms.did(pat, endpoints.choose, made.webhook.id, ["patient.merged"])
        somebody(willow)
        sequenced()
        told(willow)
        firms.did(pat, endpoints.end, made.webhook.id)
        with pytest.raises(Refusal, match="NOT_FOUND"):
            firms.did(pat, endpoints.choose, made.webhook.id, TOLD)
        somebody(willow)
        sequenced()
        told(willow)
    assert desk.taken == []
    assert {"webhook.changed", "webhook.ended"} <= verbs(pat)


@pytest.mark.parametrize(
    ("said", "code"),
    [({"url": "http://example.com/"}, "WEBHOOK_NOT_HTTPS"), ({"url": ""}, "FIELD_EMPTY"),
     ({"url": "https://example.com/", "networks": "ten"}, "NETWORK_UNREADABLE")],
)  # fmt: skip
def test_an_address_is_https_and_its_networks_are_networks(pat: Actor, said: dict[str, str], code: str):
    with pytest.raises(Refusal, match=code):
        registered(pat, ours(pat), said)


@pytest.mark.attack
def test_the_cursor_moves_in_no_way_but_by_reading(willow: Clinic, pat: Actor):
    with https() as desk:
        made = registered(pat, ours(pat), place(desk))
    with pytest.raises(DatabaseError, match="outside any action"), present(again(pat)):
        Webhook.objects.filter(id=made.webhook.id).update(cursor=10**9)
    with pytest.raises(DatabaseError, match="outside any action"), present(again(pat)):
        WebhookDelivery.objects.create(webhook_id=made.webhook.id, entry=new_id(), verb="x", at=clock.now())


def test_a_key_is_long_and_never_the_same():
    assert len({signing.new_key() for _ in range(50)}) == 50
    assert len(signing.new_key()) >= 43


def somebody(clinic: Clinic) -> UUID:
    """One more patient, like nobody else."""
    name = "".join(chr(97 + int(digit, 16)) for digit in new_id().hex[-10:]).title()
    born = dt.date(1950, 1, 1) + dt.timedelta(days=int(new_id().hex[-4:], 16) % 20_000)
    return registers(
        clinic, Demographics(given_name=name, family_name=f"Quill{name[::-1]}", birth_date=born, state="MA")
    )


def verbs(by: Actor) -> set[str]:
    return {row[1] for row in entries(by, "kind = 'action'")}


def deliveries_here() -> list[WebhookDelivery]:
    return list(WebhookDelivery.objects.order_by("at", "id"))
