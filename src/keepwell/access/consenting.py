"""What patients say yes and no to, and take back: each an action, with the hash of the exact words in its entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Q

from keepwell.access import signatures
from keepwell.access.models import ConfidentialRequest, Consent, ConsentText, How
from keepwell.access.persons import persons
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.ledger.actions import action
from keepwell.vault.phi import PhiClass

Kind, Source = Consent.Kind, Consent.Source
CONTACT = PhiClass.CONTACT


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answer:
    """One yes or no, as it was said. `said` proves it: who spoke or signed, in which words; it is sealed."""

    kind: str
    agreed: bool = True
    topic: str = ""
    channel: str = ""
    point: UUID | None = None
    text: ConsentText | None = None
    how: str = How.SPOKEN
    source: str = Source.DESK
    said: Mapping[str, Any] | None = None
    at: dt.datetime | None = None
    batch: UUID | None = None

    @property
    def cell(self) -> tuple[str, str, str, UUID | None]:
        """What it is an answer to: a later one to the same takes its place."""
        return self.kind, self.topic, self.channel, self.point


def answer(patient: UUID, *answers: Answer, by: Actor) -> list[Consent]:
    """Writes down what a patient said; each takes the place of what they said before, in every record of theirs.

    Raises Refusal CHOICE_UNKNOWN, CONSENT_UNPROVED, CONSENT_TEXT_MISSING, DATE_IN_FUTURE, SIGNATURE_BLANK …
    """
    for each in answers:
        _checked(each)
    records = tuple(persons([patient])[patient])
    yes: dict[tuple[str, str], list[Answer]] = {}
    salt = signatures.salt()
    for each in (_sealable(each, salt) for each in answers):
        if each.agreed:
            digest = each.text.digest if each.text else ""
            yes.setdefault((digest, proof(each.said, digest, each.how)), []).append(each)
    no = [each for each in answers if not each.agreed]
    written = []
    for (digest, evidence), some in yes.items():
        written += _agreed(records, patient, some, digest, evidence, by=by)
    return written + (_declined(records, patient, no, by=by) if no else [])


def proof(said: Mapping[str, Any] | None, digest: str, how: str) -> str:
    """The hash over who said or signed what, how, and to which words: the ledger holds it from that moment on."""
    return signatures.evidence(said, text=digest, how=str(how))


def _sealable(each: Answer, salt: Mapping[str, str]) -> Answer:
    return replace(each, said={**each.said, **salt}) if each.said and each.agreed else each


@action("consent.given", about="records", seals={CONTACT}, cites=("digest", "evidence"))
def _agreed(
    records: tuple[UUID, ...], patient: UUID, answers: Sequence[Answer], digest: str, evidence: str, *, by: Actor
) -> list[Consent]:
    "A patient agreed to something, after these exact words."
    return _written(records, patient, answers, by)


@action("consent.declined", about="records", seals={CONTACT})
def _declined(records: tuple[UUID, ...], patient: UUID, answers: Sequence[Answer], *, by: Actor) -> list[Consent]:
    "A patient said no to something."
    return _written(records, patient, answers, by)


def _written(records: Sequence[UUID], patient: UUID, answers: Sequence[Answer], by: Actor) -> list[Consent]:
    now = clock.now()
    Consent.objects.filter(_cells(answers), patient_id__in=records, ended_at=None).update(
        ended_at=now, ended_how="replaced"
    )
    rows = [_row(patient, each, now, by) for each in {each.cell: each for each in answers}.values()]
    return Consent.objects.bulk_create(rows)


def _cells(answers: Iterable[Answer]) -> Q:
    found = Q(pk__in=())
    for each in answers:
        found |= Q(kind=each.kind, topic=each.topic, channel=each.channel, point=each.point)
    return found


def _row(patient: UUID, each: Answer, now: dt.datetime, by: Actor) -> Consent:
    given = each.at or now
    days = each.text.renew_days if each.text and each.agreed else None
    return Consent(
        patient_id=patient,
        kind=each.kind,
        topic=each.topic,
        channel=each.channel,
        point=each.point,
        agreed=each.agreed,
        text=each.text,
        digest=each.text.digest if each.text else "",
        how=each.how,
        source=each.source,
        said=dict(each.said) if each.said else None,
        given_at=given,
        taken_by=by.id,
        batch=each.batch,
        expires_at=given + dt.timedelta(days=days) if days else None,
    )


@action("consent.revoked", about="records")
def revoke(records: tuple[UUID, ...], consents: Sequence[Consent], *, by: Actor, how: str = "said") -> None:
    "A patient took back what they had agreed to; it counts no more from the next decision on."
    ids = [each.id for each in consents]
    rows = Consent.objects.filter(id__in=ids, patient_id__in=records, ended_at=None)
    if rows.update(ended_at=clock.now(), ended_how=how) != len(ids):
        raise Refusal("STALE_VERSION")


@action("confidential.agreed", about="patient", seals={CONTACT})
def reach_only(
    patient: UUID, channels: Sequence[str], *, by: Actor, points: Sequence[UUID] = (), wording: str | None = None
) -> ConfidentialRequest:
    "From now on a patient is reached only as they asked; nobody asks why (45 CFR § 164.522(b)(2)(iv))."
    if not channels or not set(channels) <= set(Channel):
        raise Refusal("CHOICE_UNKNOWN", field="channels")
    now = clock.now()
    ConfidentialRequest.objects.filter(patient_id=patient, ends_at=None).update(ends_at=now)
    return ConfidentialRequest.objects.create(
        patient_id=patient,
        channels=sorted(channels),
        points=sorted(map(str, points)),
        wording=wording or None,
        starts_at=now,
    )


@action("confidential.ended", about="request")
def reach_as_before(request: ConfidentialRequest, *, by: Actor) -> ConfidentialRequest:
    "A patient may be reached again as everybody else."
    if request.ends_at is not None:
        raise Refusal("STALE_VERSION")
    request.ends_at = clock.now()
    request.save(update_fields=["ends_at"])
    return request


def _checked(each: Answer) -> None:
    reach = each.kind == Kind.REACH
    known = each.kind in Kind.values and each.how in How.values and each.source in Source.values
    named = each.topic in {"", *Topic} and each.channel in {"", *Channel}
    if not known or not named or (reach and each.agreed and not (each.topic and each.channel)):
        raise Refusal("CHOICE_UNKNOWN", field="kind")
    if each.kind in (Kind.ORDINARY, Kind.ORDINARY_PART2) and (each.point is None or not each.channel):
        raise Refusal("CHOICE_UNKNOWN", field="point")
    if each.at is not None and each.at > clock.now():
        raise Refusal("DATE_IN_FUTURE", field="at")
    if not each.agreed:
        return
    if each.text is None and each.how != How.PAPER:
        raise Refusal("CONSENT_TEXT_MISSING")
    said = each.said or {}
    if each.how == How.TYPED and not said.get("signature"):
        raise Refusal("CONSENT_UNPROVED", field="signature")
    if each.how == How.DRAWN:
        signatures.checked(said.get("strokes", []))


@action("consents.loaded", about="patients", seals={CONTACT})
def load(patients: tuple[UUID, ...], answers: Mapping[UUID, Sequence[Answer]], *, by: Actor) -> int:
    "Consents held on paper are written down for many at once; what was answered or taken back since stays. How many."
    people, now = persons(patients), clock.now()
    known = _last_words(record for records in people.values() for record in records)
    rows = []
    for patient in patients:
        for each in {each.cell: each for each in answers[patient]}.values():
            last = [known.get((record, *each.cell)) for record in people[patient]]
            if all(at is None or at < (each.at or now) for at in last):
                rows.append(_row(patient, each, now, by))
    Consent.objects.bulk_create(rows)
    return len(rows)


def _last_words(records: Iterable[UUID]) -> dict[tuple[Any, ...], dt.datetime]:
    """Until when each cell was spoken for: what stands is, an old paper does not undo what was taken back after it."""
    known: dict[tuple[Any, ...], dt.datetime] = {}
    for row in Consent.objects.filter(patient_id__in=list(records)).exclude(ended_how="undone").order_by("id"):
        cell = (row.patient_id, row.kind, row.topic, row.channel, row.point)
        known[cell] = max(known.get(cell, row.given_at), row.ended_at or dt.datetime.max.replace(tzinfo=dt.UTC))
    return known


@action("consents.unloaded", about="patients")
def unload(patients: tuple[UUID, ...], batch: UUID, *, by: Actor) -> None:
    "Consents that came from a list of paper are taken out again; the rows stay on record as undone."
    rows = Consent.objects.filter(batch=batch, patient_id__in=patients, ended_at=None)
    rows.update(ended_at=clock.now(), ended_how="undone")
