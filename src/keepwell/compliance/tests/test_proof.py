"""The proof of an entry: on its page, checked on the server, and as a file that the verifier checks anywhere."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from keepwell import charts
from keepwell.access.models import Notice
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.ledger import signins, verify_offline, wire
from keepwell.ledger.doorway import present
from keepwell.patients.excerpts import NameTag
from tests.browse import ask, text
from tests.cast import Clinic
from tests.sequencing import sequenced as sequenced  # a fixture
from tests.sequencing import superuser as superuser  # a fixture


@pytest.fixture
def opened(rosa: Actor, ada: UUID) -> UUID:
    "Rosa's opening of Ada's name tag: the entry."
    again = Actor(rosa.id, rosa.practice, rosa.role, rosa.purpose)
    with present(again):
        chart = charts.open(ada, NameTag, by=again)
    assert chart.entry is not None
    return chart.entry


@pytest.fixture
def entry(opened: UUID, sequenced: Callable[[], None]) -> UUID:
    "The same, under a signed and anchored checkpoint."
    sequenced()
    return opened


def bundle(theo: Actor, entry: UUID) -> dict[str, Any]:
    answer = ask(theo, f"/activity/{entry}/proof/")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(text(answer))
    return found


def checked(folder: Path, bundle: dict[str, Any], *arguments: str) -> tuple[int, set[str]]:
    """How the one-file verifier finds a bundle: its exit and the codes."""
    file = folder / "entry.json"
    file.write_text(json.dumps(bundle))
    findings = verify_offline.Findings()
    report = verify_offline.check_entry(io.BytesIO(file.read_bytes()), io.BytesIO(), None, findings)
    assert report["entries"] == 1
    return verify_offline.main([str(file), *arguments]), set(findings.counts)


def steps_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<li data-step="(\w+)" class="(\w*)"', page))


def test_the_page_of_an_entry_leads_to_a_signed_and_anchored_checkpoint(theo: Actor, entry: UUID):
    page = text(ask(theo, f"/activity/{entry}/"))
    assert re.search(r"\d+ of \d+ entries under the signed root", page)
    assert "file, " in page
    assert steps_of(page) == dict.fromkeys(("row", "said", "path", "signature", "keys"), "")


def test_an_entry_of_this_second_says_that_its_proof_comes_later(theo: Actor, opened: UUID):
    page = text(ask(theo, f"/activity/{opened}/"))
    assert "not under a signed checkpoint yet" in page
    answer = ask(theo, f"/activity/{opened}/proof/")
    assert (answer.status_code, "LEDGER_NOT_YET" in text(answer)) == (409, True)


def test_the_server_checks_every_step_and_the_mac(theo: Actor, entry: UUID):
    answer = ask(theo, f"/activity/{entry}/verify/", {})
    assert answer.status_code == 200
    assert set(steps_of(text(answer)).values()) == {"good", ""}
    assert steps_of(text(answer))["mac"] == "good"
    with present(Actor(theo.id, theo.practice, theo.role, theo.purpose)):
        rows = wire.rows("default", "SELECT outcome, detail FROM custody.entry WHERE verb = 'ledger.checked'")
    assert [(outcome, json.loads(detail)["entry"]) for outcome, detail in rows] == [("ok", str(entry))]


@pytest.mark.attack
def test_an_entry_changed_by_who_owns_the_database_is_red_and_the_officers_are_told(
    theo: Actor, sam: Actor, entry: UUID, superuser: psycopg.Connection
):
    superuser.execute("UPDATE custody.entry SET purpose = 'HPAYMT' WHERE id = %s", [entry])
    page = text(ask(theo, f"/activity/{entry}/verify/", {}))
    steps = steps_of(page)
    assert (steps["row"], steps["path"], steps["mac"]) == ("bad", "bad", "bad")
    assert (steps["signature"], steps["keys"]) == ("good", "good")
    assert "CHAIN_BROKEN" in page
    with present(Actor(theo.id, theo.practice, theo.role, theo.purpose)):
        told = set(Notice.objects.filter(kind="ledger.broken", about=entry).values_list("member_id", flat=True))
    assert told == {theo.id, sam.id}


def test_a_bundle_holds_no_name_and_the_verifier_finds_nothing(theo: Actor, entry: UUID, tmp_path: Path):
    found = bundle(theo, entry)
    assert b"Lovelace" not in base64.b64decode(found["row"])
    assert checked(tmp_path, found) == (0, set())


@pytest.mark.attack
@pytest.mark.parametrize("part", ["row", "leaf", "path", "checkpoint", "keys", "seq"])
def test_a_tampered_bundle_does_not_verify(part: str, theo: Actor, entry: UUID, tmp_path: Path):
    found = bundle(theo, entry)
    if part in ("row", "leaf"):
        raw = bytearray(base64.b64decode(found[part]))
        raw[-1] ^= 1
        found[part] = base64.b64encode(raw).decode()
        expected = {"row": "ENTRY_ALTERED", "leaf": "ENTRY_ALTERED"}[part]
    elif part == "path":
        found["path"][0] = base64.b64encode(bytes(32)).decode()
        expected = "ROOT_MISMATCH"
    elif part == "seq":
        found["seq"] ^= 1
        expected = "ROOT_MISMATCH"
    elif part == "checkpoint":
        found["checkpoint"] = found["checkpoint"].replace("\nhorizon ", "\nhorizon 1", 1)
        expected = "CHECKPOINT_UNSIGNED"
    else:
        found["keys"] = [found["keys"][0].replace("since 2", "since 1", 1)]
        expected = "KEYS_BROKEN"
    outcome, codes = checked(tmp_path, found)
    assert outcome == 1
    assert expected in codes


@pytest.mark.attack
def test_another_ledgers_key_is_found_by_the_key_one_knows(theo: Actor, entry: UUID, tmp_path: Path):
    key = base64.b64encode(bytes(32)).decode()
    assert checked(tmp_path, bundle(theo, entry), "--key", key)[0] == 1


@pytest.mark.attack
def test_a_checkpoint_the_anchor_does_not_know_is_found(theo: Actor, entry: UUID, tmp_path: Path):
    anchor = tmp_path / "anchor.jsonl"
    found = bundle(theo, entry)
    anchor.write_text(json.dumps({"note": found["checkpoint"]}) + "\n")
    assert checked(tmp_path, found, "--anchor", str(anchor))[0] == 0
    anchor.write_text(json.dumps({"note": found["keys"][0]}) + "\n")
    assert checked(tmp_path, found, "--anchor", str(anchor))[0] == 1


def test_what_is_no_bundle_cannot_be_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "x.json").write_text("{}")
    assert verify_offline.main([str(tmp_path / "x.json")]) == 2
    assert "cannot be checked" in capsys.readouterr().err


def test_the_verifier_can_be_had_from_the_page(rosa: Actor):
    answer = ask(rosa, "/my-activity/verifier/")
    assert answer.content == Path(verify_offline.__file__).read_bytes()


def test_everybody_reads_and_verifies_their_own_entries_and_no_others(
    rosa: Actor, imani: Actor, entry: UUID, willow: Clinic
):
    assert "opened" in text(ask(rosa, "/my-activity/"))
    page = text(ask(rosa, f"/my-activity/{entry}/"))
    assert "Ada" in page
    assert f"/my-activity/{entry}/proof/" in page
    assert ask(rosa, f"/my-activity/{entry}/proof/").status_code == 200
    assert steps_of(text(ask(rosa, f"/my-activity/{entry}/verify/", {})))["mac"] == "good"
    pages: list[tuple[str, dict[str, str] | None]] = [("", None), ("proof/", None), ("verify/", {})]
    for path, data in pages:
        assert ask(imani, f"/my-activity/{entry}/{path}", data).status_code == 404
        assert ask(rosa, f"/activity/{entry}/{path}", data).status_code == 403


def test_my_activity_is_mine_whatever_the_address_says(rosa: Actor, imani: Actor, entry: UUID):
    page = text(ask(imani, f"/my-activity/?who={rosa.id}"))
    assert "Rosa" not in page.partition("<tbody>")[2].partition("</tbody>")[0]


def test_a_sealed_reason_is_read_on_record(theo: Actor, sam: Actor, rosa: Actor, ada: UUID):
    again = Actor(rosa.id, rosa.practice, rosa.role, rosa.purpose, reason="She called about a bill")
    with present(again):
        entry = charts.open(ada, NameTag, by=again).entry
    assert "called about" not in text(ask(sam, f"/activity/{entry}/"))
    assert "She called about a bill" in text(ask(sam, f"/activity/{entry}/reason/", {}))
    with present(Actor(sam.id, sam.practice, sam.role, sam.purpose)):
        read = "SELECT detail FROM custody.entry WHERE verb = 'ledger.read' AND actor_id = %s ORDER BY at"
        details = [json.loads(row[0]) for row in wire.rows("default", read, sam.id)]
    assert {"entry": str(entry), "reason": True} in details
    assert ask(rosa, f"/activity/{entry}/reason/", {}).status_code == 403


def test_an_entry_without_a_reason_has_none_to_read(theo: Actor, opened: UUID):
    assert ask(theo, f"/activity/{opened}/reason/", {}).status_code == 404


def test_an_entry_says_how_its_session_began(theo: Actor, rosa: Actor, ada: UUID):
    here = Actor(rosa.id, rosa.practice, rosa.role, rosa.purpose, new_id())
    signins.record("sign_in.succeeded", here, detail={"by": ["password", "totp"]})
    with present(here):
        entry = charts.open(ada, NameTag, by=here).entry
    page = text(ask(theo, f"/activity/{entry}/"))
    assert "password, code from an app" in page
    assert f"/activity/?session={here.session}" in page
