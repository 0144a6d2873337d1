"""What happens to the record of disclosures: logged by hand, paired with what was sent, withdrawn, accounted for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import authorizations, notices
from keepwell.access.alarms import officers
from keepwell.access.disclosing import Telling, may_disclose
from keepwell.access.models import Authorization
from keepwell.access.rights import NEVER_MEANT
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.privacy.accounting import MAY_BE_WITHHELD, ORAL, RULES
from keepwell.privacy.models import AgencyAsked, Disclosure, Right, Way
from keepwell.vault.phi import PhiClass

CONTACT = PhiClass.CONTACT
LONGEST = 200
EARLIEST = dt.timedelta(days=366 * 7)
MISTAKEN_FOR = dt.timedelta(hours=24)
QUESTIONED = notices.kind(
    "disclosure.questioned",
    _("Something left that a restriction or a missing consent stood against (%(code)s)"),
    icon="shield-alert",
    page="disclosures",
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Said:
    """A disclosure as somebody, or a message that was sent, says it was. It prints nothing."""

    way: str
    right: str
    recipient: str = ""
    address: str = ""
    what: str = ""
    purpose: str = ""
    classes: frozenset[PhiClass] = field(default_factory=frozenset)
    authorization: Authorization | None = None
    at: dt.datetime | None = None
    withheld_until: dt.date | None = None
    withheld_asked: str = ""
    origin: str = ""
    origin_id: UUID | None = None

    def checked(self) -> Said:
        """Raises Refusal CHOICE_UNKNOWN, DISCLOSURE_INCOMPLETE, TEXT_TOO_LONG, DISCLOSED_LATER, WITHHELD_… ."""
        if self.way not in Way.values or self.right not in RULES:
            raise Refusal("CHOICE_UNKNOWN", field="right")
        texts = {name: getattr(self, name) for name in ("recipient", "address", "what", "purpose")}
        for name, text in texts.items():
            if len(text) > LONGEST:
                raise Refusal("TEXT_TOO_LONG", field=name, most=LONGEST)
        if RULES[self.right].counts and not all(texts[name].strip() for name in ("recipient", "what", "purpose")):
            empty = next(name for name in ("recipient", "what", "purpose") if not texts[name].strip())
            raise Refusal("DISCLOSURE_INCOMPLETE", field=empty)
        now = clock.now()
        if self.at is not None and not now - EARLIEST < self.at <= now + dt.timedelta(minutes=1):
            raise Refusal("DISCLOSED_LATER", field="at")
        if self.withheld_until is not None:
            refuse_withholding(self.right, self.withheld_until, self.withheld_asked)
        return self

    def authorized(self, patient: UUID) -> Said:
        """Raises Refusal DISCLOSURE_UNAUTHORIZED, or why the authorization cannot be relied on."""
        signed = self.authorization
        if (self.right == Right.AUTHORIZATION) != (signed is not None):
            raise Refusal("DISCLOSURE_UNAUTHORIZED", field="authorization")
        if signed is not None:
            if signed.id not in {one.id for one in authorizations.of(patient)}:
                raise Refusal("DISCLOSURE_UNAUTHORIZED", field="authorization")
            if why := authorizations.why_unusable(signed):
                raise why
            if not self.classes <= set(signed.classes):
                raise Refusal("DISCLOSURE_BEYOND", field="classes")
        return self

    def against(self, patient: UUID, by: Actor) -> Refusal | None:
        """What stood against it: it happened all the same, so it is written down, and the officers are told."""
        if self.right in NEVER_MEANT:
            return None
        relied = self.authorization.id if self.authorization else None
        telling = Telling(patient, self.classes, Right(self.right), relied)
        return may_disclose(telling, by=by)

    def row(self, patient: UUID, by: Actor) -> Disclosure:
        """The same, before it is sealed."""
        return Disclosure(
            patient_id=patient, disclosed_at=self.at or clock.now(), way=self.way, right=self.right,
            recipient=self.recipient.strip() or None, address=self.address.strip() or None,
            what=self.what.strip() or None, purpose=self.purpose.strip() or None, classes=sorted(self.classes),
            authorization=self.authorization, withheld_until=self.withheld_until, origin=self.origin,
            withheld_asked=(self.withheld_asked or AgencyAsked.WRITTEN) if self.withheld_until else "",
            origin_id=self.origin_id, logged_by_id=None if by.role is Role.SYSTEM else by.id,
        )  # fmt: skip


def disclose(patient: UUID, said: Said, *, by: Actor) -> Disclosure:
    """Something about a patient left the practice: for exports and whatever else sends, and for people who log by hand.

    The same origin again gives the row there is: nothing is counted twice.
    Raises Refusal CHOICE_UNKNOWN, DISCLOSURE_INCOMPLETE, DISCLOSURE_UNAUTHORIZED, DISCLOSURE_BEYOND, DISCLOSED_LATER,
    TEXT_TOO_LONG, WITHHELD_FOR_NOBODY, WITHHELD_ORAL_LONG, and why an authorization cannot be relied on.
    """
    said.checked().authorized(patient)
    if said.origin_id is not None:
        there = Disclosure.objects.filter(origin=said.origin, origin_id=said.origin_id, patient_id=patient).first()
        if there is not None:
            return there
    row = _logged(patient, said, by=by)
    if (no := said.against(patient, by)) is not None:
        notices.tell(officers(), QUESTIONED, by=by, about=patient, code=no.code)
    return row


@action("disclosure.logged", about="patient", seals={CONTACT})
def _logged(patient: UUID, said: Said, *, by: Actor) -> Disclosure:
    "Something about a patient left the practice, and it is written down to whom, what, and by what right."
    row = said.row(patient, by)
    row.save(force_insert=True)
    return row


@action("disclosures.paired", about="patients", seals={CONTACT})
def pair(patients: Sequence[UUID], said: Sequence[Said], *, by: Actor) -> int:
    "Messages that were sent are written down as what left. How many."
    rows = [one.row(patient, by) for patient, one in zip(patients, said, strict=True)]
    Disclosure.objects.bulk_create(rows)
    return len(rows)


@action("disclosure.withdrawn", about="disclosure")
def withdraw(disclosure: Disclosure, *, by: Actor) -> Disclosure:
    """Somebody logged it by mistake. Within a day who logged it; afterwards the privacy officer.

    Raises Refusal NOT_FOUND, DISCLOSURE_STANDS: what was really sent is not withdrawn.
    """
    if disclosure.origin_id is not None or disclosure.withdrawn_at is not None:
        raise Refusal("DISCLOSURE_STANDS")
    fresh = clock.now() - disclosure.logged_at <= MISTAKEN_FOR
    if by.role is not Role.PRIVACY_OFFICER and not (fresh and disclosure.logged_by_id == by.id):
        raise Refusal("NOT_FOUND")
    disclosure.withdrawn_at = clock.now()
    disclosure.save(update_fields=["withdrawn_at"])
    return disclosure


@action("disclosure.withheld", about="disclosure")
def withhold(disclosure: Disclosure, until: dt.date | None, asked: str = AgencyAsked.WRITTEN, *, by: Actor) -> None:
    """An agency asked to be left out of accountings until a day, or (None) its time is over.

    What was said is good for the 30 days after it, once: only their statement in writing makes it longer.
    Raises Refusal WITHHELD_FOR_NOBODY, WITHHELD_ORAL_LONG, CHOICE_UNKNOWN, DISCLOSURE_STANDS.
    """
    if disclosure.withdrawn_at is not None:
        raise Refusal("DISCLOSURE_STANDS")
    if until is not None:
        refuse_withholding(disclosure.right, until, asked)
    said = disclosure.withheld_asked == AgencyAsked.ORAL
    if said and asked == AgencyAsked.ORAL and until and until > (disclosure.withheld_until or dt.date.min):
        raise Refusal("WITHHELD_ORAL_LONG", field="withheld_until")
    ended = AgencyAsked.ORAL if said else ""  # so that the same is not said anew after it was over
    disclosure.withheld_until, disclosure.withheld_asked = until, asked if until else ended
    disclosure.save(update_fields=["withheld_until", "withheld_asked"])


def refuse_withholding(right: str, until: dt.date, asked: str) -> None:
    """Only two kinds of agencies may ask for it; by word of mouth for 30 days (45 CFR § 164.528(a)(2)).

    Raises Refusal WITHHELD_FOR_NOBODY, WITHHELD_ORAL_LONG, CHOICE_UNKNOWN.
    """
    if right not in MAY_BE_WITHHELD:
        raise Refusal("WITHHELD_FOR_NOBODY", field="withheld_until")
    if asked and asked not in AgencyAsked.values:
        raise Refusal("CHOICE_UNKNOWN", field="withheld_asked")
    if asked == AgencyAsked.ORAL and until > (clock.now() + ORAL).date():
        raise Refusal("WITHHELD_ORAL_LONG", field="withheld_until")


@action("disclosures.accounted", about="patient")
def accounted(patient: UUID, *, by: Actor) -> None:
    "The accounting of a patient's disclosures was taken out, to be given to them (45 CFR § 164.528)."
