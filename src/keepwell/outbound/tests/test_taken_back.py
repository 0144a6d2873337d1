"""What is taken back, or runs out, stops the next message of its kind: asked of the gate itself, kind by kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from keepwell.access import authorizations, consenting
from keepwell.access.models import Authorization, Consent, TextKind
from keepwell.access.rights import Right
from keepwell.access.tests.consenting import agree, published
from keepwell.access.tests.test_authorizations import signed
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.doorway import present
from keepwell.outbound import agreements, gate, hours, numbers
from keepwell.outbound.clearance import Cleared, Held
from keepwell.outbound.tests.sending import carries, writes
from keepwell.outbound.tests.servers import https, mail
from keepwell.patients.facts import Demographics
from keepwell.patients.tests.people import again, registers
from keepwell.vault.phi import PhiClass
from tests.cast import Clinic

Kind = Consent.Kind
FAX = "617-555-0188"
POINT = new_id()
ONLY = {kind: frozenset({kind}) for kind in (PhiClass.CLINICAL, PhiClass.PSYCHOTHERAPY, PhiClass.PART2)}


@pytest.fixture
def carriers(pat: Actor, cleo: Actor, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """E-mail, texts and faxes have somebody who carries them, whatever they hold; neither hours nor counts say no."""
    asked = agreements.carriers

    def whatever(wanted: Iterable[agreements.Wanted], *, by: Actor) -> dict[agreements.Wanted, Any]:
        barest = {key: (key[0], agreements.REACHES) for key in wanted}
        answers = asked(barest.values(), by=by)
        return {key: answers[bare] for key, bare in barest.items()}

    monkeypatch.setattr(agreements, "carriers", whatever)
    monkeypatch.setattr(hours, "held", lambda each, counts: None)
    with mail() as box, https() as firm:
        carries(pat, Channel.EMAIL, box.secrets())
        carries(pat, Channel.SMS, firm.secrets())
        carries(pat, Channel.FAX, firm.secrets())
        writes(pat)
        with present(again(cleo)) as by:
            numbers.confirm(FAX, by=by)
        yield


@dataclass(frozen=True)
class Case:
    """One kind: what is agreed to or signed, the message it allows, and the code of the next one without it."""

    arrange: Callable[..., Any]
    message: dict[str, Any]
    revoked: str
    expired: str


def reach(channel: Channel, topic: Topic = Topic.APPOINTMENTS) -> Callable[..., Any]:
    return lambda clinic, patient, **when: [agree(clinic, patient, channel, topic, **when)]


def ordinary(*kinds: str) -> Callable[..., Any]:
    """The choice of ordinary e-mail, beside an e-mail consent that stays; the last kind is the one that goes."""

    def arrange(clinic: Clinic, patient: UUID, **when: Any) -> list[Any]:
        agree(clinic, patient, Channel.EMAIL, Topic.CARE)
        for kind in kinds[:-1]:
            agree(clinic, patient, Channel.EMAIL, "", kind=kind, point=POINT, text_kind=kind)
        return [agree(clinic, patient, Channel.EMAIL, "", kind=kinds[-1], point=POINT, text_kind=kinds[-1], **when)]

    return arrange


def paper(kind: str, classes: frozenset[PhiClass], **more: Any) -> Callable[..., Any]:
    return lambda clinic, patient, **when: [signed(clinic, patient, kind=kind, classes=classes, **more | when)]


def marketing(clinic: Clinic, patient: UUID, **when: Any) -> list[Any]:
    agree(clinic, patient, Channel.SMS, Topic.MARKETING)
    return [signed(clinic, patient, kind="marketing", **when)]


LETTER = {"channel": Channel.EMAIL, "topic": Topic.CARE, "is_letter": True, "point": POINT}


def faxed(told: PhiClass, right: Right) -> dict[str, Any]:
    return {
        "channel": Channel.FAX,
        "topic": Topic.CARE,
        "is_letter": True,
        "fax": FAX,
        "told": ONLY[told],
        "right": right,
    }


SIGNED, LAW, TREAT = Right.AUTHORIZATION, Right.COURT, Right.TREATMENT
CASES = {
    "texts": Case(reach(Channel.SMS), {"channel": Channel.SMS}, "SMS_NO_CONSENT", "CONSENT_TEXT_OUTDATED"),
    "e-mail": Case(reach(Channel.EMAIL), {"channel": Channel.EMAIL}, "EMAIL_NOT_AGREED", "CONSENT_TEXT_OUTDATED"),
    "texts about care": Case(
        reach(Channel.SMS, Topic.CARE), {"channel": Channel.SMS, "topic": Topic.CARE},
        "SMS_NO_CONSENT", "CONSENT_TEXT_OUTDATED",
    ),
    "education": Case(
        reach(Channel.SMS, Topic.EDUCATION), {"channel": Channel.SMS, "topic": Topic.EDUCATION},
        "SMS_NO_CONSENT", "CONSENT_TEXT_OUTDATED",
    ),
    "ordinary e-mail": Case(ordinary(Kind.ORDINARY), LETTER, "UNENCRYPTED_CHANNEL", "CONSENT_TEXT_OUTDATED"),
    "ordinary e-mail, part 2": Case(
        ordinary(Kind.ORDINARY, Kind.ORDINARY_PART2), LETTER | {"classes": agreements.REACHES | ONLY[PhiClass.PART2]},
        "UNENCRYPTED_CHANNEL", "CONSENT_TEXT_OUTDATED",
    ),
    "marketing": Case(
        marketing, {"channel": Channel.SMS, "topic": Topic.MARKETING},
        "MARKETING_AUTH_REQUIRED", "MARKETING_AUTH_REQUIRED",
    ),
    "release": Case(
        paper("release", ONLY[PhiClass.CLINICAL]), faxed(PhiClass.CLINICAL, SIGNED), "AUTH_REVOKED", "AUTH_EXPIRED"
    ),
    "psychotherapy": Case(
        paper("psychotherapy", ONLY[PhiClass.PSYCHOTHERAPY]), faxed(PhiClass.PSYCHOTHERAPY, SIGNED),
        "AUTH_REVOKED", "AUTH_EXPIRED",
    ),
    "part 2": Case(
        paper("part2", ONLY[PhiClass.PART2], tpo=True), faxed(PhiClass.PART2, TREAT),
        "P2_CONSENT_ABSENT", "P2_CONSENT_ABSENT",
    ),
    "part 2, in court": Case(
        paper("part2_legal", ONLY[PhiClass.PART2]), faxed(PhiClass.PART2, LAW), "AUTH_REVOKED", "AUTH_EXPIRED"
    ),
}  # fmt: skip


NAMES = ("Abel Baker", "Cora Drew", "Edna Frost", "Gus Hale", "Iris Jones", "Karl Lund", "Mona Nash", "Otis Penn",
         "Quinn Reed", "Sara Todd", "Uma Voss", "Walt York")  # fmt: skip


def answer(clinic: Clinic, patient: UUID, case: Case, row: Any) -> str:
    """The code the gate holds the next message of this kind with; nothing if it goes."""
    relied = row.id if case.message.get("right") in (SIGNED, LAW) else None
    about: dict[str, Any] = {"topic": Topic.APPOINTMENTS, "is_letter": False, "point": None} | case.message
    leaving = gate.Leaving(
        message=new_id(), patient=patient, member=None, template="appointment.reminder", reachable=True,
        zone="America/New_York", authorization=relied, **about,
    )  # fmt: skip
    with present(clinic.system) as by:
        (said,) = gate.ask([leaving], by=by)
    assert isinstance(said, Cleared | Held)
    return said.code if isinstance(said, Held) else ""


def somebody(clinic: Clinic, number: int) -> UUID:
    given, family = NAMES[number].split()
    return registers(
        clinic, Demographics(given_name=given, family_name=family, birth_date=dt.date(1950 + number, 1, 1))
    )


def test_what_is_taken_back_stops_the_next_message_of_its_kind(willow: Clinic, carriers: None):
    for number, (kind, case) in enumerate(CASES.items()):
        patient = somebody(willow, number)
        (row,) = case.arrange(willow, patient)
        assert answer(willow, patient, case, row) == "", kind
        with present(willow.system) as by:
            if isinstance(row, Authorization):
                authorizations.revoke(row, by=by)
            else:
                consenting.revoke((patient,), [row], by=by)
        assert answer(willow, patient, case, row) == case.revoked, kind


def test_what_has_run_out_stops_the_next_message_of_its_kind(willow: Clinic, carriers: None):
    now = clock.now()
    for text in (TextKind.SMS, TextKind.EMAIL, TextKind.ORDINARY, TextKind.ORDINARY_PART2):
        published(willow, text, renew_days=30)
    for number, (kind, case) in enumerate(CASES.items()):
        past: dict[str, Any] = {"at": now - dt.timedelta(days=31)}
        if case.expired in ("AUTH_EXPIRED", "P2_CONSENT_ABSENT", "MARKETING_AUTH_REQUIRED"):
            past["expires_on"] = now.date() - dt.timedelta(days=2)
        patient = somebody(willow, number)
        (row,) = case.arrange(willow, patient, **past)
        assert answer(willow, patient, case, row) == case.expired, kind
