"""Keys leave the database only against a committed, fresh opening of the same presence that names what is asked for."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from keepwell.access import actions as access
from keepwell.access.models import Restriction
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import custody, practice_keys, tokens, wire
from keepwell.ledger.doorway import present
from keepwell.ledger.entries import Entry, mac
from keepwell.vault.phi import PhiClass
from tests.cast import Clinic
from tests.rig.server import Server

OPEN = "SELECT custody.open(%s, %s, 'chart.opened', %s::text[], '{}', %s::uuid[], false, '{}', null, %s)"
KEYS = "SELECT subject_id, phi_class FROM custody.keys(%s)"


@pytest.fixture
def ada(willow: Clinic) -> UUID:
    "Somebody with one sealed clinical value."
    patient = new_id()
    with present(willow.system) as by:
        access.restrict(patient, [PhiClass.CLINICAL], by=by, wording="not my cousin at the front desk")
    return patient


def entry(patient: UUID, *classes: str) -> Entry:
    return Entry("open", "chart.opened", classes or ("clinical",), subjects=(patient,))


def test_a_committed_opening_pays_for_its_keys(imani: Actor, ada: UUID):
    with present(imani):
        opened = custody.open_entry(entry(ada), imani)
        assert wire.rows("default", KEYS, opened) == [(ada, "clinical")]


def test_open_then_rollback_yields_no_key(imani: Actor, ada: UUID):
    said = entry(ada)
    with present(imani):
        signed = mac(practice_keys.of(imani).mac, imani, said)
        wire.call("default", OPEN, tokens.sign(imani), said.id, ["clinical"], [ada], signed)
        with pytest.raises(Refusal, match="KEY_UNAVAILABLE"), transaction.atomic():
            wire.rows("default", KEYS, said.id)


def test_open_then_rollback_to_a_savepoint_yields_no_key(imani: Actor, ada: UUID):
    said = entry(ada)
    with present(imani):
        signed = mac(practice_keys.of(imani).mac, imani, said)
        with transaction.atomic():
            wire.call("default", OPEN, tokens.sign(imani), said.id, ["clinical"], [ada], signed)
            with pytest.raises(Refusal, match="KEY_UNAVAILABLE"), transaction.atomic():
                wire.rows("default", KEYS, said.id)
            transaction.set_rollback(True)


def test_an_opening_of_another_request_pays_for_nothing(imani: Actor, ada: UUID):
    with present(imani):
        opened = custody.open_entry(entry(ada), imani)
    later = Actor(imani.id, imani.practice, imani.role, imani.purpose)
    with pytest.raises(Refusal, match="KEY_UNAVAILABLE"), present(later):
        wire.rows("default", KEYS, opened)


def test_an_opening_of_another_person_pays_for_nothing(imani: Actor, cleo: Actor, ada: UUID):
    with present(imani):
        opened = custody.open_entry(entry(ada), imani)
    thief = Actor(cleo.id, cleo.practice, cleo.role, cleo.purpose, request=imani.request)
    with pytest.raises(Refusal, match="KEY_UNAVAILABLE"), present(thief):
        wire.rows("default", KEYS, opened)


def test_an_opening_for_another_purpose_pays_for_nothing(imani: Actor, ada: UUID):
    with present(imani):
        opened = custody.open_entry(entry(ada), imani)
    other = imani.for_purpose(type(imani.purpose).HOPERAT)
    with pytest.raises(Refusal, match="KEY_UNAVAILABLE"), present(other):
        wire.rows("default", KEYS, opened)


def test_an_opening_of_another_session_pays_for_nothing(imani: Actor, ada: UUID):
    here, elsewhere = replace(imani, session=new_id()), replace(imani, session=new_id())
    with present(here):
        opened = custody.open_entry(entry(ada), here)
    for other in (elsewhere, imani):
        with pytest.raises(Refusal, match="KEY_UNAVAILABLE"), present(other):
            wire.rows("default", KEYS, opened)


def test_an_opening_in_another_practice_pays_for_nothing(imani: Actor, ximena: Actor, ada: UUID):
    with present(imani):
        opened = custody.open_entry(entry(ada), imani)
    with pytest.raises(Refusal, match="KEY_UNAVAILABLE"), present(replace(imani, practice=ximena.practice)):
        wire.rows("default", KEYS, opened)


def test_keys_are_made_only_for_what_an_opening_names(imani: Actor, ada: UUID):
    make = "SELECT custody.add_keys(%s, %s::uuid[], %s::text[], 1, %s::bytea[], %s::bytea[])"
    for subject, phi in ((new_id(), "clinical"), (ada, "message")):
        with pytest.raises(Refusal, match="KEY_UNAVAILABLE"), present(imani):
            opened = custody.open_entry(entry(ada), imani)
            wire.call("default", make, opened, [subject], [phi], [b"x"], [b"x"])


def test_a_subject_has_no_key_of_a_class_nobody_wrote(ada: UUID, owner_sql: psycopg.Connection):
    owner_sql.execute("SET ROLE keepwell_custodian")
    held = owner_sql.execute("SELECT phi_class FROM custody.key WHERE subject_id = %s", [ada]).fetchall()
    assert held == [("clinical",)]


@pytest.mark.parametrize("kind", ["open", "action", "find", "sealed", "disposal"])
def test_what_has_a_function_of_its_own_is_not_recorded_another_way(kind: str, imani: Actor, ada: UUID):
    with pytest.raises(Refusal, match="KEY_UNAVAILABLE"), present(imani):
        custody.record(Entry(kind, "chart.opened", ("clinical",), subjects=(ada,)), imani)


def test_an_old_opening_pays_for_nothing(imani: Actor, ada: UUID, owner_sql: psycopg.Connection):
    with present(imani):
        opened = custody.open_entry(entry(ada), imani)
    owner_sql.execute("SET ROLE keepwell_custodian")
    owner_sql.execute("UPDATE custody.entry SET at = at - interval '61 seconds' WHERE id = %s", [opened])
    with pytest.raises(Refusal, match="KEY_UNAVAILABLE"), present(imani):
        wire.rows("default", KEYS, opened)


def test_an_opening_pays_only_for_the_class_it_names(imani: Actor, ada: UUID):
    with present(imani):
        opened = custody.open_entry(entry(ada, "identity"), imani)
        assert wire.rows("default", KEYS, opened) == []


def test_an_opening_pays_only_for_the_subject_it_names(imani: Actor, ada: UUID):
    with present(imani):
        opened = custody.open_entry(entry(new_id()), imani)
        assert wire.rows("default", KEYS, opened) == []


def test_a_denial_pays_for_nothing(imani: Actor, ada: UUID):
    with present(imani):
        denied = custody.record(Entry("deny", "chart.opened", ("clinical",), subjects=(ada,)), imani)
        with pytest.raises(Refusal, match="KEY_UNAVAILABLE"), transaction.atomic():
            wire.rows("default", KEYS, denied)


def test_an_action_pays_for_nothing(willow: Clinic, ada: UUID):
    with present(willow.system) as by:
        said = Entry("action", "x.y", ("clinical",), subjects=(ada,))
        custody.act(said, by)
        with pytest.raises(Refusal, match="KEY_UNAVAILABLE"), transaction.atomic():
            wire.rows("default", KEYS, said.id)


def test_an_exception_after_an_opening_leaves_the_opening_and_its_outcome(imani: Actor, ada: UUID):
    with pytest.raises(ZeroDivisionError), present(imani):
        opened = custody.open_entry(entry(ada), imani)
        raise ZeroDivisionError
    with present(imani):
        rows = wire.rows(
            "default",
            "SELECT kind, outcome, detail FROM custody.entry WHERE request_id = %s ORDER BY at",
            imani.request,
        )
    assert [row[0] for row in rows] == ["open", "undone"]
    assert rows[1][1] == "ZeroDivisionError"
    assert str(opened) in rows[1][2]


def test_a_killed_backend_between_entry_and_rows_leaves_the_entry(imani: Actor, ada: UUID, rig: Server):
    with pytest.raises(OperationalError), present(imani):
        custody.open_entry(entry(ada), imani)
        with connection.cursor() as cursor, rig.admin() as admin:
            cursor.execute("SELECT pg_backend_pid()")
            admin.execute("SELECT pg_terminate_backend(%s)", [cursor.fetchone()[0]])
        list(Restriction.objects.order_by("pk"))
    connection.close()
    with present(Actor(imani.id, imani.practice, imani.role, imani.purpose)):
        rows = wire.rows("default", "SELECT kind FROM custody.entry WHERE request_id = %s ORDER BY at", imani.request)
    assert [row[0] for row in rows] == ["open", "undone"]
