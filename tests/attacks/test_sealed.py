"""A sealed value refuses every accidental use, and ciphertext opens in its own place only."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, assert_type
from uuid import UUID

import psycopg
import pytest
from django.template import engines

from keepwell import charts
from keepwell.access import actions as access
from keepwell.access.models import Restriction
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.patients.actions import register
from keepwell.patients.excerpts import NameTag
from keepwell.patients.facts import Demographics
from keepwell.vault import crypto
from keepwell.vault.phi import PhiClass
from keepwell.vault.sealed import Sealed, StillSealed
from tests.cast import Clinic

WORDS = "not my cousin at the front desk"


@charts.excerpt(Restriction)
class Wording:
    "The words of a restriction."

    wording: str | None


@pytest.fixture
def patients(willow: Clinic, imani: Actor) -> list[UUID]:
    "Two patients imani looks after, each with a restriction on something she does not ask for."
    both = [new_id(), new_id()]
    with present(willow.system) as by:
        for one in both:
            access.restrict(one, [PhiClass.PSYCHOTHERAPY], by=by, wording=WORDS)
            access.relate(one, member=imani.id, by=by)
    return both


@pytest.fixture
def value(patients: list[UUID], imani: Actor) -> Sealed:
    with present(imani):
        loaded = Restriction.objects.get(patient_id=patients[0]).wording
    assert loaded is not None
    return loaded


USES: dict[str, Callable[[Any], object]] = {
    "str": str,
    "repr_of_format": lambda v: f"{v}",
    "percent": lambda v: "%s" % v,  # noqa: UP031 - the use under test
    "bool": bool,
    "equal": lambda v: v == WORDS,
    "unequal": lambda v: v != WORDS,
    "len": len,
    "iterate": list,
    "contains": lambda v: "a" in v,
    "index": lambda v: v[0],
    "add": lambda v: v + "",
    "added": lambda v: "" + v,
    "hash": hash,
    "json": json.dumps,
    "pickle": pickle.dumps,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "int": int,
    "float": float,
    "bytes": bytes,
    "less": lambda v: v < "z",
    "sort": lambda v: sorted([v, v]),
    "join": lambda v: "".join([v]),
}


@pytest.mark.parametrize("use", USES)
def test_every_accidental_use_is_refused(use: str, value: Sealed):
    with pytest.raises(TypeError):
        USES[use](value)


def test_its_repr_shows_the_label_only(value: Sealed):
    assert repr(value) == "<sealed access.restriction.wording>"


def test_a_template_cannot_render_it(value: Sealed):
    template = engines.all()[0].from_string("{{ value }}")
    with pytest.raises(StillSealed):
        template.render({"value": value})


def test_a_log_line_cannot_hold_it(value: Sealed, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logging, "raiseExceptions", True)
    with pytest.raises(StillSealed):
        logging.getLogger("anywhere").warning("restricted: %s", value)
    assert WORDS not in caplog.text


@pytest.mark.parametrize(
    "lookup", ["wording", "wording__contains", "wording__in", "wording__startswith", "wording__gt"]
)
def test_no_query_looks_into_it(lookup: str, imani: Actor):
    with present(imani), pytest.raises(StillSealed):
        Restriction.objects.filter(**{lookup: [WORDS] if lookup.endswith("in") else WORDS}).exists()


def test_a_plain_value_never_reaches_the_database(patients: list[UUID], imani: Actor):
    with present(imani), pytest.raises(StillSealed):
        Restriction.objects.filter(patient_id=patients[0]).update(wording="plain")
    with present(imani), pytest.raises(StillSealed):
        Restriction.objects.create(patient_id=patients[0], wording="plain")


def test_an_action_that_does_not_declare_a_class_cannot_seal_it(willow: Clinic):
    from keepwell.ledger.actions import action

    @action(f"test.undeclared{new_id().hex}", about="patient", seals={PhiClass.CONTACT})
    def sneak(patient: UUID, *, by: Actor) -> None:
        Restriction.objects.create(patient_id=patient, wording="plain")

    with pytest.raises(TypeError, match="seals"), present(willow.system) as by:
        sneak(new_id(), by=by)


def test_what_was_opened_neither_prints_nor_pickles(patients: list[UUID], imani: Actor):
    with present(imani):
        opened = charts.open(patients[0], Wording, by=imani).one(Wording)
        assert opened.wording == WORDS
        assert repr(opened) == str(opened) == "<Wording>"
        for keep in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError):
                keep(opened)


def test_an_excerpt_not_asked_for_is_not_read(patients: list[UUID], imani: Actor):
    @charts.excerpt(Restriction)
    class Other:
        "Only the role."

        role: str

    with present(imani), pytest.raises(TypeError, match="not asked for"):
        charts.open(patients[0], Other, by=imani).one(Wording)


ONE = " WHERE patient_id = %(one)s"
BUMPED = "UPDATE access_restriction SET wording = set_byte(wording, {at}, (get_byte(wording, {at}) + 1) %% 256)" + ONE
MOVES = {
    "to another row of the same patient": "UPDATE access_restriction SET id = gen_random_uuid()" + ONE,
    "to another patient": "UPDATE access_restriction a SET wording = b.wording FROM access_restriction b"
    " WHERE a.patient_id = %(one)s AND b.patient_id = %(two)s",
    "under another key version": BUMPED.format(at=4),
    "with another value version": BUMPED.format(at=12),
    "with a flipped bit": BUMPED.format(at=30),
    "cut short": "UPDATE access_restriction SET wording = substr(wording, 1, 20)" + ONE,
}


@pytest.mark.parametrize("move", MOVES)
def test_ciphertext_that_was_moved_stays_closed(
    move: str, patients: list[UUID], imani: Actor, rig, owner_sql: psycopg.Connection
):
    with rig.admin(owner_sql.info.dbname) as admin:
        admin.execute("SET session_replication_role = replica")
        assert admin.execute(MOVES[move], {"one": patients[0], "two": patients[1]}).rowcount == 1
    with pytest.raises(Refusal) as refused, present(imani):
        charts.open(patients[0], Wording, by=imani).one(Wording)
    assert refused.value.code == "INTEGRITY_FAILURE"


PLACE = crypto.Place(new_id(), "table", "column", new_id(), new_id(), PhiClass.CONTACT)
ELSEWHERE: dict[str, Any] = {
    "practice": new_id(),
    "table": "other",
    "column": "other",
    "row": new_id(),
    "subject": new_id(),
    "phi": PhiClass.CLINICAL,
}


@pytest.mark.parametrize("part", ELSEWHERE)
def test_one_key_opens_a_ciphertext_in_its_own_place_only(part: str):
    "The key is right each time: only the associated data knows that this is another place."
    key = crypto.ClassKey.of(bytes(32), 1)
    blob = crypto.seal(key, PLACE, 7, WORDS.encode())
    assert crypto.unseal(key, PLACE, blob).decode() == WORDS
    with pytest.raises(Refusal, match="INTEGRITY_FAILURE"):
        crypto.unseal(key, PLACE._replace(**{part: ELSEWHERE[part]}), blob)


if TYPE_CHECKING:
    # Type checkers see what is at rest, never a plain string.
    assert_type(Restriction().wording, Sealed | None)


def test_a_swapped_wrapped_key_stays_closed(patients: list[UUID], imani: Actor, owner_sql: psycopg.Connection):
    owner_sql.execute("SET ROLE keepwell_custodian")
    owner_sql.execute(
        "UPDATE custody.key a SET wrapped = b.wrapped, committed = b.committed FROM custody.key b"
        " WHERE a.subject_id = %s AND b.subject_id = %s AND a.phi_class = b.phi_class",
        patients,
    )
    with pytest.raises(Refusal) as refused, present(imani):
        charts.open(patients[0], Wording, by=imani)
    assert refused.value.code == "INTEGRITY_FAILURE"


def test_the_wrapped_key_of_another_class_stays_closed(willow: Clinic, owner_sql: psycopg.Connection):
    "An opening of contact must not pay for the clinical key, whoever exchanged the rows."
    desk = Actor(willow.system.id, willow.practice.id, Role.SYSTEM, Purpose.HOPERAT)
    with present(desk):
        grace = register(Demographics(given_name="Grace", family_name="Hopper"), by=desk).id
        access.restrict(grace, [PhiClass.CLINICAL], by=desk, wording="mine")
    owner_sql.execute("SET ROLE keepwell_custodian")
    owner_sql.execute(
        "UPDATE custody.key a SET wrapped = b.wrapped, committed = b.committed FROM custody.key b"
        " WHERE a.subject_id = %s AND b.subject_id = %s AND a.phi_class = 'identity' AND b.phi_class = 'clinical'",
        [grace, grace],
    )
    again = Actor(desk.id, desk.practice, desk.role, desk.purpose)
    with pytest.raises(Refusal) as refused, present(again):
        charts.open(grace, NameTag, by=again)
    assert refused.value.code == "INTEGRITY_FAILURE"


def test_a_key_that_does_not_fit_its_commitment_is_not_used(
    patients: list[UUID], imani: Actor, owner_sql: psycopg.Connection
):
    owner_sql.execute("SET ROLE keepwell_custodian")
    owner_sql.execute("UPDATE custody.key SET committed = sha256(committed) WHERE subject_id = %s", [patients[0]])
    with pytest.raises(Refusal) as refused, present(imani):
        charts.open(patients[0], Wording, by=imani)
    assert refused.value.code == "INTEGRITY_FAILURE"
