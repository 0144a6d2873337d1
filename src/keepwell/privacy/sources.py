"""What was sent through the gate, as disclosures: to the patients themselves, and by fax to others.

What goes to the patients is part of no accounting. A fax goes to somebody else, by the right that was said when it was
sent; to whom, what and why are copied from it, so that the accounting is whole (45 CFR § 164.528(b)(2)).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from keepwell import charts
from keepwell.access.rights import RULES
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.outbound import words
from keepwell.outbound.actions import left_at
from keepwell.outbound.excerpts import Envelope
from keepwell.outbound.letters import LETTERS
from keepwell.outbound.models import Message
from keepwell.privacy import pairing
from keepwell.privacy.actions import Said
from keepwell.privacy.models import Disclosure, Right, Way
from keepwell.vault.phi import PhiClass

ORIGIN = "message"
MOST = 500
WAYS = {Channel.FAX: Way.FAX, Channel.LETTER: Way.PAPER, Channel.VOICE: Way.PHONE}

ARRIVED = (Message.Status.SENT, Message.Status.DELIVERED)
_UNKNOWN = _("Not known whether it arrived")
FATES: dict[str, Any] = {Message.Status.BOUNCED: _("Could not be delivered")}


@pairing.source
def messages(by: Actor, patient: UUID | None) -> Iterator[pairing.Left]:
    """Messages about a patient that a carrier has or may have, and that have no row yet; the oldest first."""
    known = Disclosure.objects.filter(origin=ORIGIN, origin_id=OuterRef("id"))
    gone = Q(sent_at__isnull=False) | Q(status=Message.Status.UNKNOWN, sending_at__isnull=False)
    lies = Q(channel=Channel.LETTER, status=Message.Status.SENT, printed_at=None)
    left = Message.objects.filter(gone, ~lies, ~Exists(known), patient__isnull=False)
    left = left.select_related("authorization")
    rows = list((left if patient is None else left.filter(patient_id=patient)).order_by("sent_at", "id")[:MOST])
    given = _given([row for row in rows if row.channel == Channel.FAX], by) if patient is None else {}
    for row in rows:
        assert row.patient_id is not None
        yield row.patient_id, _said(row, given.get(row.id, {}))


def _said(row: Message, to: dict[str, Any]) -> Said:
    """One message as what left. Before a right had to be said, none allowed a fax: that is what its row says."""
    faxed = row.channel == Channel.FAX
    right = (row.right or Right.MISTAKE) if faxed else Right.INDIVIDUAL
    with override("en"):
        what, why = (words.title(row), to.get("why") or str(RULES[right].words)) if faxed else ("", "")
    return Said(
        way=WAYS.get(Channel(row.channel), Way.MESSAGE), right=right, classes=_classes(row),
        recipient=to.get("name", ""), address=str(to.get("at", "")), what=what, purpose=why,
        authorization=row.authorization, at=left_at(row), origin=ORIGIN, origin_id=row.id,
    )  # fmt: skip


def uncertain(rows: Iterable[Disclosure]) -> dict[UUID, Any]:
    """Disclosures whose message may not have arrived, each with what is known of it now. One question for all."""
    origins = {row.origin_id: row.id for row in rows if row.origin == ORIGIN and row.origin_id}
    if not origins:
        return {}
    found = Message.objects.filter(id__in=origins).exclude(status__in=ARRIVED).order_by("id")
    return {origins[id]: FATES.get(status, _UNKNOWN) for id, status in found.values_list("id", "status")}


def _classes(row: Message) -> frozenset[PhiClass]:
    if row.channel == Channel.FAX and row.template in LETTERS:
        return LETTERS[row.template].told
    return frozenset({PhiClass.CONTACT, PhiClass.MESSAGE} if row.is_letter else {PhiClass.CONTACT})


def _given(faxes: Sequence[Message], by: Actor) -> dict[UUID, dict[str, Any]]:
    """To whom faxes went, from one opening. Whether something has no row yet is answered without it."""
    if not faxes:
        return {}
    rows = Message.objects.filter(id__in=[row.id for row in faxes]).order_by("id")
    opened = charts.open([row.whose for row in faxes], Envelope, by=by).all(Envelope, rows)
    return {each.pk: each.to or {} for found in opened.values() for each in found}
