"""A patient who is offered a freed time is written to as well, without a word of what the visit is for."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel, Topic
from keepwell.outbound import planned
from keepwell.outbound.asks import Draft
from keepwell.outbound.wording import Kind, notice
from keepwell.scheduling.models import Offer

ORIGIN = "waitlist.offer"
WAYS = (Channel.SMS, Channel.EMAIL)

OFFERED = notice(
    "waitlist.offer",
    Topic.APPOINTMENTS,
    _("A time that came free"),
    variables={"when": Kind.MOMENT, "until": Kind.MOMENT},
    subject={"en": "Message from %(clinic)s", "es": "Mensaje de %(clinic)s"},
    words={
        "en": {
            "least": "You have a message from %(clinic)s. Please call %(phone)s.",
            "usual": "%(clinic)s: a time on %(when)s is free. We keep it for you until %(until)s. To take it call "
            "%(phone)s.",
        },
        "es": {
            "least": "Tiene un mensaje de %(clinic)s. Por favor llame al %(phone)s.",
            "usual": "%(clinic)s: hay una hora libre el %(when)s. Se la guardamos hasta el %(until)s. Para tomarla "
            "llame al %(phone)s.",
        },
    },
)


def tell(offer: Offer, *, by: Actor) -> None:
    """Plans the message for now; the gate and `still` are asked when it leaves, and not after the hold."""
    values = {"when": offer.slot.starts_at, "until": offer.until}
    planned.plan(
        Draft(
            OFFERED.name, offer.patient_id, ways=WAYS, values=values, not_before=clock.now(), not_after=offer.until,
            key=f"offer:{offer.id.hex}", origin=ORIGIN, origin_id=offer.id,
        ),
        by=by,
    )  # fmt: skip


def _still_offered(offers: Iterable[UUID]) -> frozenset[UUID]:
    rows = Offer.objects.filter(id__in=list(offers), status=Offer.Status.STANDING, until__gt=clock.now())
    return frozenset(rows.order_by().values_list("id", flat=True))


planned.still(ORIGIN, _still_offered)
