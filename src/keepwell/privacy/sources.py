"""What was sent through the gate, as disclosures: to the patients themselves, so that it is part of no accounting.

A fax goes to a number that is somebody else's, and whoever sent it did not say by what right: it counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Exists, OuterRef

from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.outbound.models import Message
from keepwell.privacy import pairing
from keepwell.privacy.actions import Said
from keepwell.privacy.models import Disclosure, Right, Way
from keepwell.vault.phi import PhiClass

ORIGIN = "message"
MOST = 500
WAYS = {Channel.FAX: Way.FAX, Channel.LETTER: Way.PAPER, Channel.VOICE: Way.PHONE}


@pairing.source
def messages(by: Actor, patient: UUID | None) -> Iterator[pairing.Left]:
    """Messages about a patient that were handed over to a carrier, and have no row yet; the oldest first."""
    known = Disclosure.objects.filter(origin=ORIGIN, origin_id=OuterRef("id"))
    left = Message.objects.filter(~Exists(known), patient__isnull=False, sent_at__isnull=False)
    rows = left if patient is None else left.filter(patient_id=patient)
    for row in rows.order_by("sent_at", "id")[:MOST]:
        classes = {PhiClass.CONTACT, PhiClass.MESSAGE} if row.is_letter else {PhiClass.CONTACT}
        assert row.patient_id is not None
        yield row.patient_id, Said(
            way=WAYS.get(Channel(row.channel), Way.MESSAGE),
            right=Right.UNSAID if row.channel == Channel.FAX else Right.INDIVIDUAL, classes=frozenset(classes),
            at=row.sent_at, origin=ORIGIN, origin_id=row.id,
        )  # fmt: skip
