"""Nobody is present without a token the web process signed, and presence ends with its transaction."""

from __future__ import annotations

import threading
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction

from keepwell import charts
from keepwell.access import actions as access
from keepwell.access.models import Membership
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.ledger import tokens, wire
from keepwell.ledger.doorway import present
from keepwell.patients.excerpts import Header
from tests.cast import Clinic

SEEN = "SELECT count(*) FROM access_membership"


def forged(real: Actor, /, **changes: str) -> str:
    "A token as the web process signs it, altered afterwards."
    parts = tokens.sign(real).split("|")
    names = ("practice", "actor", "role", "purpose", "session", "request", "expires", "mac")
    return "|".join(changes.get(name, part) for name, part in zip(names, parts, strict=True))


def test_with_nobody_present_there_are_no_rows(rosa: Actor):
    assert Membership.objects.count() == 0
    with transaction.atomic():
        assert Membership.objects.count() == 0


def test_a_true_token_shows_the_practice(rosa: Actor, app_sql: psycopg.Connection):
    with app_sql.transaction():
        app_sql.execute("SELECT custody.enter(%s)", [tokens.sign(rosa)])
        assert app_sql.execute(SEEN).fetchone() == (1,)


@pytest.mark.parametrize("part", ["practice", "actor", "role", "purpose", "session", "request", "expires", "mac"])
def test_a_token_altered_anywhere_is_refused(part: str, rosa: Actor, app_sql: psycopg.Connection):
    altered = forged(rosa, **{part: "9" * 12 if part == "expires" else "00" * 32 if part == "mac" else str(new_id())})
    with pytest.raises(psycopg.Error) as refused, app_sql.transaction():
        app_sql.execute("SELECT custody.enter(%s)", [altered])
    assert refused.value.sqlstate == "KW401"


@pytest.mark.parametrize("token", ["", "x", "a|b|c|d|e|f|g|h", "||||||||", "\x01"])
def test_nonsense_is_not_presence(token: str, rosa: Actor, app_sql: psycopg.Connection):
    with pytest.raises(psycopg.Error) as refused, app_sql.transaction():
        app_sql.execute("SELECT custody.enter(%s)", [token])
    assert refused.value.sqlstate == "KW401"


def test_an_expired_token_is_refused(rosa: Actor, app_sql: psycopg.Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tokens, "LIVES_SECONDS", -1)
    with pytest.raises(psycopg.Error) as refused, app_sql.transaction():
        app_sql.execute("SELECT custody.enter(%s)", [tokens.sign(rosa)])
    assert refused.value.sqlstate == "KW401"


def test_setting_the_setting_by_hand_enters_nothing(willow: Clinic, rosa: Actor, app_sql: psycopg.Connection):
    for value in (str(willow.practice.id), forged(rosa, role="administrator"), f"{willow.practice.id}|||||||"):
        with app_sql.transaction():
            app_sql.execute("SELECT set_config('keepwell.presence', %s, true)", [value])
            assert app_sql.execute(SEEN).fetchone() == (0,)


def test_a_token_is_never_part_of_a_statement(rosa: Actor, rig):
    with present(rosa), rig.admin() as admin:
        entered = connection.connection.info.backend_pid  # asked of the driver: entering is still the last statement
        (text,) = admin.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [entered]).fetchone()
    assert "custody.enter($1)" in text
    assert str(rosa.request) not in text
    wire.rows("recorder", "SELECT count(*) FROM custody.practice_keys(%s)", tokens.sign(rosa))
    with rig.admin() as admin:
        texts = admin.execute("SELECT query FROM pg_stat_activity WHERE usename = 'keepwell_app'").fetchall()
    assert any("practice_keys($1)" in text for (text,) in texts)
    assert not any(str(rosa.request) in text for (text,) in texts)


def test_presence_ends_with_its_transaction_on_the_same_connection(rosa: Actor, olu: Actor):
    "Two requests, one pooled connection: the second sees nothing of the first."
    with present(rosa):
        backend = pid()
        mine = set(Membership.objects.order_by("pk").values_list("id", flat=True))
    assert pid() == backend
    assert Membership.objects.count() == 0
    with present(olu):
        assert pid() == backend
        assert not mine & set(Membership.objects.order_by("pk").values_list("id", flat=True))


def test_presence_ends_with_a_failed_transaction_too(rosa: Actor):
    with pytest.raises(ZeroDivisionError), present(rosa):
        raise ZeroDivisionError
    assert Membership.objects.count() == 0


def test_a_thread_does_not_inherit_presence(rosa: Actor):
    seen: list[int] = []

    def look() -> None:
        seen.append(Membership.objects.count())
        connection.close()

    with present(rosa):
        other = threading.Thread(target=look)
        other.start()
        other.join()
    assert seen == [0]


def test_nobody_enters_over_somebody(rosa: Actor, olu: Actor):
    with present(rosa), pytest.raises(TypeError, match="present already"), present(olu):
        pass


def pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_nobody_reads_or_acts_in_the_name_of_somebody_else(imani: Actor, cleo: Actor, ada: UUID):
    with present(imani), pytest.raises(TypeError, match="not the one present"):
        charts.open(ada, Header, by=cleo)
    with present(imani), pytest.raises(TypeError, match="not the one present"):
        access.form_team("Night", [], by=cleo)
