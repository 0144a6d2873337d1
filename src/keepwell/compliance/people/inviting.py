"""An invitation by e-mail, where somebody carries e-mail for the practice; where nobody does, it is handed over."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from keepwell.access import invitations
from keepwell.access.models import Grant
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.outbound import actions, planned, reaching
from keepwell.outbound.asks import Draft

ORIGIN = "grant.invited"


def mailed(grant: Grant, *, by: Actor) -> bool:
    """Whether the one-time link is on its way to the invited person. It says nothing of any patient.

    Nothing is left waiting: if the gate would hold it, or the practice has named no site for a link to lead to, the
    link is handed over as before. It leaves only while it is the newest and works.
    """
    if not reaching.sender(by).site:
        return False
    assert grant.link is not None
    draft = Draft(
        "staff.invited", address=grant.email, ways=(Channel.EMAIL,), values={"link": invitations.path(grant)},
        not_after=grant.link_until, key=f"invited:{grant.link.hex}", origin=ORIGIN, origin_id=grant.link,
    )  # fmt: skip
    return actions.send_if_clear(draft, by=by)


def _standing(links: Iterable[UUID]) -> frozenset[UUID]:
    open_ones = Grant.objects.filter(link__in=list(links), closed_at=None).values_list("link", flat=True)
    return frozenset(link for link in open_ones if link)


planned.still(ORIGIN, _standing)
