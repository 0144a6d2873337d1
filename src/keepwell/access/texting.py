"""Numbers that texted STOP. Known by a keyed digest alone: nothing here can tell which number it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from keepwell.access import consenting, door
from keepwell.access.consenting import Answer
from keepwell.access.models import Consent, How, NumberStop
from keepwell.access.persons import persons
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.ledger.actions import action


def digest_of(number: str, *, by: Actor) -> bytes:
    """What a number in E.164 is known by in the present practice: an HMAC under a key from outside the database."""
    return door.keyed("text stops", f"{by.practice}:{number}")


def stop_texts(number_digest: bytes, by: Actor, patients: Iterable[UUID] = ()) -> bool:
    """No text goes to this number from the next decision on, whoever it belongs to (47 CFR § 64.1200(a)(10)).

    `patients` are whom the reply was matched to, if anybody: screens say it of them. False if they were stopped before.
    """
    new = not standing([number_digest])
    matched = tuple(dict.fromkeys(patients))
    _stopped((by.practice, *matched), number_digest, matched, by=by)
    return new


@action("texts.stopped", about="subjects")
def _stopped(subjects: tuple[UUID, ...], digest: bytes, patients: tuple[UUID, ...], *, by: Actor) -> None:
    "A number texted STOP: no more texts go there."
    now = clock.now()
    known = set(NumberStop.objects.filter(digest=digest, restarted_at=None).values_list("patient_id", flat=True))
    whose: set[UUID | None] = {*patients} or {None}
    whose = whose - known if patients or not known else set()
    NumberStop.objects.bulk_create(NumberStop(digest=digest, patient_id=one, stopped_at=now) for one in whose)


def restart(number_digest: bytes, by: Actor, how: How = How.TEXTED) -> bool:
    """Texts may go there again, because START came from that number or its owner said so. False if none was stopped."""
    rows = NumberStop.objects.filter(digest=number_digest, restarted_at=None)
    patients = sorted({one for one in rows.values_list("patient_id", flat=True) if one})
    if not rows.exists():
        return False
    _restarted((by.practice, *patients), number_digest, how, by=by)
    return True


def restart_for(patient: UUID, asked: Answer, *, by: Actor) -> None:
    """Texts go to a patient's numbers again because they asked for it, and what they said is written down (§ 64.1200).

    Their yes is a consent like any other: to these exact words, who said so, when and how. Raises Refusal STALE_VERSION
    when none are stopped, CHOICE_UNKNOWN when it is no yes to texts, and what `consenting.answer` raises.
    """
    if (asked.kind, asked.channel, asked.agreed) != (Consent.Kind.REACH, Channel.SMS, True):
        raise Refusal("CHOICE_UNKNOWN", field="kind")
    records = persons([patient])[patient]
    rows = NumberStop.objects.filter(patient_id__in=records, restarted_at=None)
    digests = {bytes(digest) for digest in rows.values_list("digest", flat=True)}
    if not digests:
        raise Refusal("STALE_VERSION")
    consenting.answer(patient, asked, by=by)
    for digest in sorted(digests):
        restart(digest, by, How(asked.how))


@action("texts.restarted", about="subjects")
def _restarted(subjects: tuple[UUID, ...], digest: bytes, how: How, *, by: Actor) -> None:
    "Texts go to a number again."
    now = clock.now()
    NumberStop.objects.filter(digest=digest, restarted_at=None).update(restarted_at=now, restarted_how=how)


def standing(digests: Iterable[bytes]) -> dict[bytes, dt.datetime]:
    """Those of the numbers to which texts are stopped, and since when."""
    asked = list(digests)
    rows = NumberStop.objects.filter(digest__in=asked, restarted_at=None).order_by("-stopped_at", "id") if asked else ()
    return {bytes(row.digest): row.stopped_at for row in rows}


def stopped(patients: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the patients from whose number a STOP came that still holds."""
    rows = NumberStop.objects.filter(patient_id__in=list(patients), restarted_at=None)
    return frozenset(one for one in rows.values_list("patient_id", flat=True) if one)
