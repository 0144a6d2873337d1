"""Signed permissions to disclose (45 CFR § 164.508) and Part 2 consents (42 CFR § 2.31): whole, or not written down.

What the law wants in one is checked when it is written down, whoever made the form; whether it still counts is checked
again at every use (`why_unusable`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import signatures
from keepwell.access.models import Authorization, ConsentText, How
from keepwell.access.persons import persons
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.vault.phi import PhiClass

Kind = Authorization.Kind
PART2_KINDS = frozenset({Kind.PART2, Kind.PART2_NOTES, Kind.PART2_LEGAL})
ALONE = {
    Kind.PSYCHOTHERAPY: "AUTH_COMPOUND",
    Kind.PART2_NOTES: "P2_CONSENT_COMBINED",
    Kind.PART2_LEGAL: "P2_CONSENT_COMBINED",
}
"""What is never on one form with anything else (§ 164.508(b)(3)(ii), 42 CFR § 2.31(b) and (d))."""

ELEMENTS = {
    "discloser": _("who discloses"),
    "recipient": _("to whom"),
    "what": _("which information"),
    "purpose": _("what for"),
    "expiry": _("when it ends"),
    "signature": _("the signature"),
    "authority": _("by what right somebody else signed"),
    "statements": _("the statements about revoking, conditions and sharing again"),
}
OPEN_PURPOSE = _("at the patient's request")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Signed:
    """An authorization as it was signed. `also` are other kinds on the same form; `signer` is empty for the patient.

    A form of the practice comes with its `text`; one from outside says by `statements` that it holds what it has to.
    """

    kind: str
    discloser: str
    recipient: str
    what: str
    classes: frozenset[PhiClass] = frozenset({PhiClass.CLINICAL})
    purpose: str = ""
    own_request: bool = False
    expires_on: dt.date | None = None
    event: str = ""
    tpo: bool = False
    signer: str = ""
    authority: str = ""
    how: str = How.PAPER
    signature: Mapping[str, Any] = field(default_factory=dict)
    text: ConsentText | None = None
    statements: bool = False
    also: frozenset[str] = frozenset()
    conditioned: bool = False
    paid: bool = False
    says_paid: bool = False
    at: dt.datetime | None = None
    batch: UUID | None = None


def sign(patient: UUID, signed: Signed, *, by: Actor) -> Authorization:
    """Writes an authorization down, if it is one.

    Raises Refusal AUTH_INCOMPLETE, AUTH_COMPOUND, AUTH_CONDITIONED, P2_CONSENT_INVALID, P2_CONSENT_COMBINED,
    MARKETING_REMUNERATION_UNDISCLOSED, DATES_CROSSED, DATE_IN_FUTURE, CHOICE_UNKNOWN, SIGNATURE_BLANK …
    """
    _apart(signed)
    if missing := _missing(signed):
        code = "P2_CONSENT_INVALID" if signed.kind in PART2_KINDS else "AUTH_INCOMPLETE"
        raise Refusal(code, elements=", ".join(str(ELEMENTS[name]) for name in missing))
    if signed.how == How.DRAWN:
        signatures.checked(signed.signature["strokes"])
    if signed.conditioned:
        raise Refusal("AUTH_CONDITIONED")
    if signed.paid and not signed.says_paid and not _mentions_payment(signed.text):
        raise Refusal("MARKETING_REMUNERATION_UNDISCLOSED", field="says_paid")
    at = signed.at or clock.now()
    if at > clock.now():
        raise Refusal("DATE_IN_FUTURE", field="signed_on")
    if signed.expires_on is not None and signed.expires_on < at.date():
        raise Refusal("DATES_CROSSED", field="expires_on")
    terms, digest = _terms(signed), signed.text.digest if signed.text else ""
    return _signed(patient, signed, terms, at, digest, proof(terms, digest, signed), by=by)


def proof(terms: Mapping[str, Any] | None, digest: str, of: Signed | Authorization) -> str:
    """The hash over who signed what, for whom, until when and how: the ledger holds it from that moment on."""
    about = {"kind": str(of.kind), "classes": " ".join(sorted(of.classes)), "until": str(of.expires_on or "")}
    return signatures.evidence(terms, text=digest, how=str(of.how), **about)


def _terms(signed: Signed) -> dict[str, Any]:
    said = {
        "discloser": signed.discloser,
        "recipient": signed.recipient,
        "purpose": signed.purpose or (str(OPEN_PURPOSE) if signed.own_request else ""),
        "event": signed.event,
        "signer": signed.signer,
        "authority": signed.authority,
        "signature": dict(signed.signature),
    }
    return {name: words for name, words in said.items() if words} | signatures.salt()


@action(
    "authorization.signed", about="patient", seals={PhiClass.CONTACT, PhiClass.CLINICAL}, cites=("digest", "evidence")
)
def _signed(
    patient: UUID, signed: Signed, terms: dict[str, Any], at: dt.datetime, digest: str, evidence: str, *, by: Actor
) -> Authorization:
    "A patient authorized a disclosure in writing (45 CFR § 164.508, 42 CFR § 2.31)."
    return Authorization.objects.create(
        patient_id=patient,
        kind=signed.kind,
        terms=terms,
        what=signed.what,
        classes=sorted(signed.classes),
        paid=signed.paid,
        tpo=signed.tpo,
        expires_on=signed.expires_on,
        text=signed.text,
        digest=digest,
        how=signed.how,
        signed_at=at,
        taken_by=by.id,
        batch=signed.batch,
    )


@action("authorization.copied", about="signed")
def copy_given(signed: Authorization, *, by: Actor) -> Authorization:
    "The patient got a copy of what they signed (45 CFR § 164.508(c)(4)); before that it is not used."
    signed.copy_at = signed.copy_at or clock.now()
    signed.save(update_fields=["copy_at"])
    return signed


@action("authorization.revoked", about="signed")
def revoke(signed: Authorization, *, by: Actor) -> Authorization:
    "A patient takes an authorization back; what was done in reliance on it stays done (45 CFR § 164.508(b)(5))."
    return _ended(signed, "revoked")


@action("authorization.ran_out", about="signed")
def happened(signed: Authorization, *, by: Actor) -> Authorization:
    "The event an authorization was to end with has happened."
    return _ended(signed, "event")


@action("authorization.found_false", about="signed")
def found_false(signed: Authorization, *, by: Actor) -> Authorization:
    "Something material in an authorization is known to be false, so it is none (45 CFR § 164.508(b)(2)(v))."
    return _ended(signed, "false")


def why_unusable(signed: Authorization) -> Refusal | None:
    """Why an authorization cannot be relied on now (45 CFR § 164.508(b)(2)), or None."""
    if signed.ended_how == "revoked" and signed.ended_at is not None:
        return Refusal("AUTH_REVOKED", date=f"{signed.ended_at:%Y-%m-%d}")
    if signed.ended_how == "false":
        return Refusal("AUTH_DEFECTIVE", reason=_("something in it is known to be false"))
    if signed.ended_at is not None:
        return Refusal("AUTH_EXPIRED", date=f"{signed.ended_at:%Y-%m-%d}")
    if signed.expires_on is not None and signed.expires_on < clock.now().date():
        return Refusal("AUTH_EXPIRED", date=f"{signed.expires_on:%Y-%m-%d}")
    if signed.text is not None and signed.text.digest != signed.digest:
        return Refusal("CONSENT_TEXT_ALTERED")
    if signed.copy_at is None:
        return Refusal("AUTH_COPY_NOT_GIVEN")
    return None


def of(patient: UUID) -> list[Authorization]:
    """Every authorization of a person, newest first, whichever record of theirs it was written into."""
    rows = Authorization.objects.filter(patient_id__in=persons([patient])[patient]).select_related("text")
    return list(rows.order_by("-signed_at", "id"))


def _ended(signed: Authorization, how: str) -> Authorization:
    if signed.ended_at is not None:
        raise Refusal("STALE_VERSION")
    signed.ended_at, signed.ended_how = clock.now(), how
    signed.save(update_fields=["ended_at", "ended_how"])
    return signed


def _apart(signed: Signed) -> None:
    """What may not be on one form, is not."""
    if signed.kind not in Kind.values or not signed.also <= set(Kind.values) or signed.how not in How.values:
        raise Refusal("CHOICE_UNKNOWN", field="kind")
    kinds = [Kind(kind) for kind in sorted({signed.kind, *signed.also})]
    if len(kinds) > 1 and (refused := next((ALONE[kind] for kind in kinds if kind in ALONE), "")):
        raise Refusal(refused, field="also")
    if (PhiClass.PSYCHOTHERAPY in signed.classes) != (signed.kind == Kind.PSYCHOTHERAPY):
        raise Refusal("AUTH_COMPOUND", field="classes")
    if signed.kind == Kind.PSYCHOTHERAPY and len(signed.classes) > 1:
        raise Refusal("AUTH_COMPOUND", field="classes")
    if PhiClass.PART2 in signed.classes and signed.kind not in PART2_KINDS:
        raise Refusal("P2_CONSENT_INVALID", field="classes", elements=_("the statements of a Part 2 consent"))


def _missing(signed: Signed) -> Sequence[str]:
    """The core elements and statements that are not there (§ 164.508(c)(1) and (2), 42 CFR § 2.31(a))."""
    endless = signed.kind == Kind.PART2 and signed.tpo
    there = {
        "discloser": signed.discloser.strip(),
        "recipient": signed.recipient.strip(),
        "what": signed.what.strip() and signed.classes,
        "purpose": signed.purpose.strip() or signed.own_request,
        "expiry": signed.expires_on or signed.event.strip() or endless,
        "signature": signed.how == How.PAPER or signed.signature.get("signature") or signed.signature.get("strokes"),
        "authority": not signed.signer.strip() or signed.authority.strip(),
        "statements": signed.text is not None or signed.statements,
    }
    return [name for name, given in there.items() if not given]


def _mentions_payment(text: ConsentText | None) -> bool:
    return text is not None and any(name == "paid" and words.strip() for name, words in text.parts)
