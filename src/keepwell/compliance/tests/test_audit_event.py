"""Entries as FHIR R4 AuditEvents: required elements, known codes, no names; and the page that maps them is true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from keepwell import charts
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.compliance import audit_event
from keepwell.ledger import signins, wire
from keepwell.ledger.doorway import present
from keepwell.ledger.leaves import COLUMNS
from keepwell.ledger.queries import Row
from keepwell.patients.excerpts import NameTag
from tests.browse import ask, text

PAGE = Path(__file__).parents[4] / "docs" / "audit-events.md"
ELEMENTS = {
    "resourceType", "id", "meta", "type", "subtype", "action", "recorded", "outcome", "outcomeDesc", "purposeOfEvent",
    "agent", "source", "entity",
}  # fmt: skip
AGENT = {"type", "role", "who", "requestor", "policy", "purposeOfUse"}
ENTITY = {"what", "type", "role", "securityLabel", "detail"}


def assert_r4(event: dict[str, Any]) -> None:
    """The structure of FHIR R4 AuditEvent: what must be there, what may be, and codes from its required sets."""
    assert event["resourceType"] == "AuditEvent"
    assert set(event) <= ELEMENTS
    assert {"type", "recorded", "agent", "source"} <= set(event)
    assert set(event["type"]) == {"system", "code", "display"}
    assert event["action"] in set("CRUDE")
    assert event["outcome"] in {"0", "4", "8", "12"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["recorded"])
    assert event["source"]["observer"]
    assert [agent["requestor"] for agent in event["agent"]] == [True, False]
    for agent in event["agent"]:
        assert set(agent) <= AGENT
        assert agent["type"]["coding"][0]["code"]
    for entity in event["entity"]:
        assert set(entity) <= ENTITY
        assert all(
            isinstance(one["type"], str) and isinstance(one["valueString"], str) for one in entity.get("detail", ())
        )


def row(kind: str, verb: str, outcome: str = "ok", subjects: tuple[UUID, ...] = ()) -> Row:
    ids = [new_id() for _ in range(4)]
    return Row(
        ids[0], clock.now(), kind, verb, ids[1], "practitioner", "TREAT", ids[2], ids[3], [], [], list(subjects), False,
        outcome, {}, False,
    )  # fmt: skip


@pytest.fixture
def event(theo: Actor, rosa: Actor, ada: UUID) -> dict[str, Any]:
    "Rosa's opening of Ada's name tag, as downloaded."
    again = Actor(rosa.id, rosa.practice, rosa.role, rosa.purpose, new_id(), reason="She called about a bill")
    with present(again):
        entry = charts.open(ada, NameTag, by=again).entry
    answer = ask(theo, f"/activity/{entry}/fhir/")
    assert answer["Content-Type"] == "application/fhir+json"
    found: dict[str, Any] = json.loads(text(answer))
    return found


def test_an_opening_is_a_balp_patient_read_without_a_name(event: dict[str, Any], ada: UUID, rosa: Actor):
    assert_r4(event)
    assert event["meta"]["profile"] == [audit_event.BALP + "PatientRead"]
    assert (event["type"]["code"], event["subtype"][0]["code"], event["action"]) == ("rest", "read", "R")
    assert event["agent"][0]["who"]["identifier"]["value"] == str(rosa.id)
    patient = event["entity"][0]
    assert (patient["type"]["code"], patient["role"]["code"]) == ("1", "1")
    assert patient["what"]["identifier"]["value"] == str(ada)
    assert {label["code"] for label in patient["securityLabel"]} == {"identity"}
    for words in ("Lovelace", "Rosa", "called"):
        assert words not in json.dumps(event)


@pytest.mark.parametrize(("kind", "codes"), sorted(audit_event.KINDS.items()), ids=str)
def test_every_kind_of_entry_is_an_event(kind: str, codes: tuple[Any, Any, str]):
    event = audit_event.of(row(kind, "test.happened"), new_id(), frozenset())
    assert_r4(event)
    assert (event["type"]["code"], event["action"]) == (codes[0][1], codes[2])


def test_every_kind_the_ledger_takes_has_its_codes(database: None, owner_sql):
    said = owner_sql.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = 'custody.entry'::regclass AND contype = 'c'"
    ).fetchone()
    assert set(re.findall(r"'(\w+)'", said[0])) == set(audit_event.KINDS)


@pytest.mark.parametrize(
    ("outcome", "code"), [("ok", "0"), ("POLICY_DENY", "4"), ("409", "4"), ("500", "8"), ("CHAIN_BROKEN", "8")]
)
def test_how_it_ended_is_a_code(outcome: str, code: str):
    patient = new_id()
    event = audit_event.of(row("open", "chart.opened", outcome, (patient,)), new_id(), frozenset({patient}))
    assert event["outcome"] == code
    assert ("meta" in event) == (code == "0")
    assert event.get("outcomeDesc", "ok") == outcome


def test_a_sign_in_is_user_authentication(theo: Actor, rosa: Actor):
    entry = signins.record("sign_in.failed", rosa, outcome="SIGN_IN_REFUSED")
    event = json.loads(text(ask(theo, f"/activity/{entry}/fhir/")))
    assert_r4(event)
    assert (event["type"]["code"], event["subtype"][0]["code"], event["outcome"]) == ("110114", "110122", "4")


def test_taking_an_event_is_on_record_and_for_readers_of_the_log(event: dict[str, Any], theo: Actor, rosa: Actor):
    with present(Actor(theo.id, theo.practice, theo.role, theo.purpose)):
        read = wire.rows("default", "SELECT detail FROM custody.entry WHERE verb = 'ledger.read'")
    assert {"entry": event["id"]} in [json.loads(detail) for (detail,) in read]
    assert ask(rosa, f"/activity/{event['id']}/fhir/").status_code == 403


def test_the_page_of_the_mapping_is_true(event: dict[str, Any]):
    cells = [line.split("|")[1:-1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    mapped = [row for row in cells if len(row) == 3]
    columns = {name for _, ledger, _ in mapped for name in re.findall(r"`(\w+)`", ledger)}
    assert set(COLUMNS) <= columns | {"sealed"}
    assert columns <= set(COLUMNS)
    failed = audit_event.of(row("deny", "chart.opened", "POLICY_DENY"), new_id(), frozenset())
    for _, _, elements in mapped:
        for path in re.findall(r"\*([\w.]+)\*", elements):
            assert has(event, path) or has(failed, path), path


def has(found: Any, path: str) -> bool:
    """Whether an element is somewhere under a path."""
    if isinstance(found, list):
        return any(has(one, path) for one in found)
    first, _, rest = path.partition(".")
    return isinstance(found, dict) and first in found and (not rest or has(found[first], rest))
