"""A drawn signature is one or is refused; what was signed is proved by a hash in the log that tells nothing itself."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from keepwell import charts
from keepwell.access import authorizations, consenting, signatures
from keepwell.access.actions import system_actor
from keepwell.access.authorizations import Signed
from keepwell.access.consenting import Answer
from keepwell.access.models import Consent
from keepwell.access.tests.consenting import published
from keepwell.access.tests.test_authorizations import WHOLE
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.ledger import queries, wire
from keepwell.ledger.doorway import present
from keepwell.patients.excerpts_consents import GivenConsent
from tests.cast import Clinic

NAME = [[100, 200, 300, 100, 500, 250], [520, 180, 700, 210]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "SIGNATURE_BLANK"),
        ("[]", "SIGNATURE_BLANK"),
        ("[[500,200]]", "SIGNATURE_BLANK"),
        ("[[500,200,510,205]]", "SIGNATURE_BLANK"),
        ("nothing", "SIGNATURE_UNREADABLE"),
        ("[" * 20_000, "SIGNATURE_UNREADABLE"),
        ("{}", "SIGNATURE_UNREADABLE"),
        ('[["<path/>", 1]]', "SIGNATURE_UNREADABLE"),
        ("[[1,2,3]]", "SIGNATURE_UNREADABLE"),
        ("[[0,0,1001,0]]", "SIGNATURE_UNREADABLE"),
        ("[[0,0,0,401]]", "SIGNATURE_UNREADABLE"),
        ("[[-1,0,900,0]]", "SIGNATURE_UNREADABLE"),
        ("[[0,0,900.5,0]]", "SIGNATURE_UNREADABLE"),
        ("[[true,0,900,0]]", "SIGNATURE_UNREADABLE"),
        ("[[0,0,NaN,0]]", "SIGNATURE_UNREADABLE"),
        ("[[]]", "SIGNATURE_UNREADABLE"),
        (json.dumps([[0, 0, 900, 0]] * 101), "SIGNATURE_UNREADABLE"),
        (json.dumps([[0, 0] * 4001]), "SIGNATURE_UNREADABLE"),
        (json.dumps(NAME) + " " * 30_000, "SIGNATURE_UNREADABLE"),
    ],
)
def test_what_is_no_signature_is_refused(text: str, code: str):
    with pytest.raises(Refusal) as no:
        signatures.drawn(text)
    assert no.value.code == code


def test_a_signature_is_strokes_and_becomes_paths_of_numbers():
    assert signatures.drawn(json.dumps(NAME)) == NAME
    assert signatures.drawn("[[300,100,400,200],[300,200,400,100]]"), "the mark of somebody who cannot write"
    assert signatures.paths(NAME) == ["M100 200L300 100L500 250", "M520 180L700 210"]
    assert signatures.paths([[5, 5]]) == ["M5 5"]


def signs(clinic: Clinic, patient: UUID, **said: Any) -> Consent:
    text = published(clinic, "telehealth")
    with present(clinic.system) as by:
        (row,) = consenting.answer(patient, Answer(kind="telehealth", how="drawn", text=text, said=said), by=by)
    return row


def detail(by: Actor, verb: str) -> dict[str, Any]:
    asked = "SELECT detail FROM custody.entry WHERE verb = %s AND kind = 'action' ORDER BY at DESC LIMIT 1"
    return dict(json.loads(wire.rows("default", asked, verb)[0][0]))


def test_no_action_takes_a_drawing_that_is_none(willow: Clinic, ada: UUID):
    for strokes, code in (([], "SIGNATURE_BLANK"), ([[0, 0, 9000, 0]], "SIGNATURE_UNREADABLE")):
        with pytest.raises(Refusal) as no:
            signs(willow, ada, strokes=strokes)
        assert no.value.code == code
        with present(willow.system) as by, pytest.raises(Refusal) as release:
            form = WHOLE | {"how": "drawn", "signature": {"strokes": strokes}}
            authorizations.sign(ada, Signed(**form), by=by)
        assert release.value.code == ("AUTH_INCOMPLETE" if not strokes else code)


def test_the_log_holds_the_hash_of_what_was_signed_and_nothing_of_the_name(willow: Clinic, ada: UUID):
    row = signs(willow, ada, strokes=NAME, who="Byron King")
    desk = system_actor(willow.practice.id, Purpose.HOPERAT)
    with present(desk) as by:
        cited = detail(by, "consent.given")
        (opened,) = charts.open(ada, GivenConsent, by=by).all(GivenConsent)[ada]
        assert opened.said is not None and opened.said["strokes"] == NAME and len(opened.said["salt"]) == 32
        evidence = consenting.proof(opened.said, row.digest, row.how)
        assert cited == {"digest": row.digest, "evidence": evidence}
        assert queries.cited(ada, "consent.given", "evidence", evidence, by) is not None
        for other in (opened.said | {"who": "Byron"}, opened.said | {"strokes": NAME[:1]}):
            assert (
                queries.cited(ada, "consent.given", "evidence", consenting.proof(other, row.digest, row.how), by)
                is None
            )
        assert consenting.proof({"who": "Byron King"}, row.digest, row.how) != evidence


def test_two_signatures_of_one_name_have_nothing_in_common_in_the_log(willow: Clinic, ada: UUID, bo: UUID):
    form = WHOLE | {"how": "typed", "signature": {"signature": "Ada Lovelace"}}
    hashes = set()
    for patient in (ada, bo):
        with present(willow.system) as by:
            authorizations.sign(patient, Signed(**form), by=by)
            hashes.add(detail(by, "authorization.signed")["evidence"])
    assert len(hashes) == 2


def test_several_answers_of_one_breath_are_one_entry(willow: Clinic, ada: UUID):
    text = published(willow, "sms")
    both = [
        Answer(kind="reach", channel="sms", topic=topic, how="typed", text=text, said={"signature": "Ada"})
        for topic in ("appointments", "care")
    ]
    with present(willow.system) as by:
        consenting.answer(ada, *both, by=by)
        counted = "SELECT count(*) FROM custody.entry WHERE verb = 'consent.given' AND kind = 'action'"
        assert wire.rows("default", f"{counted} AND practice_id = %s", by.practice)[0][0] == 1
