"""Whoever hosts this installation: the point of "before the first patient" that only the register can answer.

45 CFR § 164.308(b), § 164.314(a), § 164.310(a)(1). Our own machine in our own rooms is no vendor's; its rooms need
somebody who looked at them all the same.
"""

from __future__ import annotations

import datetime as dt

from keepwell.access import setup
from keepwell.base.actor import Actor
from keepwell.ledger.actions import action
from keepwell.outbound import agreements
from keepwell.outbound.models import Assurance, Decision, Ground, ServiceKind, VendorService
from keepwell.outbound.vendors import actions, papers, safeguards
from keepwell.outbound.vendors.actions import Offer
from keepwell.outbound.vendors.words import SAFEGUARDS
from keepwell.vault.phi import PhiClass

EVERYTHING = tuple(phi for phi in PhiClass if phi is not PhiClass.OFFICE)
LOOKED_AT_FOR = dt.timedelta(days=365)


@setup.hosting
def assured(by: Actor) -> bool:
    """Whether some hosting service is in use, decided, covered today, and its rooms vouched for today."""
    rows = VendorService.objects.filter(kind=ServiceKind.HOSTING, ended_at=None, used_since__isnull=False)
    for row in rows.select_related("vendor", "practice").order_by("id"):
        today = agreements.today_at(row.practice)
        carried = agreements.asked_of(row, frozenset(PhiClass(c) for c in row.classes))
        if carried and not safeguards.uncovered(row.vendor, today):
            return True
    return False


@action("hosting.assured")
def stands_with_us(name: str, looked_on: dt.date, says: str, *, by: Actor) -> VendorService:
    """Our own machine in our own rooms: nobody else gets at it, and somebody looked at the rooms.

    Raises Refusal FIELD_EMPTY, VENDOR_KNOWN, VENDOR_NO_EVIDENCE, SIGNED_LATER.
    """
    vendor = actions.add(name, by=by)
    service = actions.offer(vendor, Offer(name, ServiceKind.HOSTING, EVERYTHING), by=by)
    service = VendorService.objects.select_related("vendor", "practice").get(id=service.id)
    actions.decide(service, Decision.WORKFORCE, Ground.OUR_CONTROL, by=by)
    dates = (looked_on, looked_on + LOOKED_AT_FOR)
    papers.assure(vendor, Assurance.Kind.OWN_SITE, list(SAFEGUARDS), dates, says, by=by)
    return actions.use(service, by=by)
