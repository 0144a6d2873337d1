"""A channel that nobody may carry any more: told at once, with what goes instead, and with whom to call.

Whether it is paused is asked of the agreements anew each time (outbound/agreements.py); these rows only remember that
people were told.
"""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import able, notices
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.ledger.actions import action
from keepwell.outbound import agreements, forwarding
from keepwell.outbound.models import Pause
from keepwell.outbound.vendors.words import channel_word
from keepwell.tasks import actions as tasks
from keepwell.tasks import kinds
from keepwell.tasks.asks import For

PAUSED = notices.kind(
    "channel.paused",
    _("Nothing goes out any more by this channel: %(channel)s."),
    icon="octagon-alert",
    page="vendors",
    alarming=True,
)
FALLS_BACK = notices.kind(
    "channel.falls_back",
    _("Nothing goes out any more by this channel: %(channel)s. Where patients agreed, messages go by %(instead)s."),
    icon="octagon-alert",
    page="vendors",
    alarming=True,
)
RESUMED = notices.kind(
    "channel.resumed", _("This channel carries messages again: %(channel)s."), icon="check", page="vendors"
)
CALL = kinds.kind(
    "channel.call",
    _("Call people who cannot be reached now. Paused: %(channel)s"),
    icon="phone-outgoing",
    page="call-list",
)
TOLD = (Role.PRIVACY_OFFICER, Role.SECURITY_OFFICER, Role.ADMINISTRATOR)
"""Officers, and whoever runs the practice."""


def standing() -> dict[Channel, Pause]:
    """The pauses people were told of and that are not over."""
    return {Channel(row.channel): row for row in Pause.objects.filter(ended_at=None).order_by("began_at", "id")}


def look(*, by: Actor) -> int:
    """Compares what carries now with what people were told, and tells what is new. How many pauses began or ended.

    Called by every action that changes who may carry, and every few minutes for what a date changes.
    """
    now, known = agreements.paused(by), standing()
    changed = 0
    for channel, refusal in now.items():
        if channel not in known:
            _paused(channel, refusal, by=by)
            changed += 1
    for channel, row in known.items():
        if channel not in now:
            _resumed(row, by=by)
            changed += 1
    if changed:
        forwarding.at_once(PAUSED, FALLS_BACK, by=by)
    return changed


@action("channel.paused")
def _paused(channel: Channel, refusal: Refusal, *, by: Actor) -> Pause:
    "Nobody may carry a channel any more: officers and administrators are told, and the front desk whom to call."
    other = agreements.fallback(channel, by=by)
    row = Pause(channel=channel, code=refusal.code, instead=other or "")
    row.save(force_insert=True)
    if other is None:
        notices.tell(_told(), PAUSED, by=by, channel=channel_word(channel))
    else:
        notices.tell(_told(), FALLS_BACK, by=by, channel=channel_word(channel), instead=channel_word(other))
    tasks.raise_task(
        CALL, by=by, goes_to=For(role=Role.FRONT_DESK), urgent=True, origin="channel.paused", origin_id=row.id,
        key=f"call:{row.id}", channel=channel_word(channel),
    )  # fmt: skip
    return row


@action("channel.resumed")
def _resumed(row: Pause, *, by: Actor) -> Pause:
    "Somebody may carry a channel again: those who were told of the pause are told of its end."
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    notices.tell(_told(), RESUMED, by=by, channel=channel_word(row.channel))
    tasks.obsolete(f"call:{row.id}", by=by)
    return row


def _told() -> list[UUID]:
    return able.of_roles(TOLD)
