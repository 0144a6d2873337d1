"""Vendors as tests bring them in: through actions only, step by step or all at once."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from django.db import models

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.outbound.models import Agreement, ClauseCheck, Decision, Ground, ServiceKind, Vendor, VendorService
from keepwell.outbound.vendors import actions, agreement_actions, papers
from keepwell.outbound.vendors.actions import Offer
from keepwell.outbound.vendors.agreement_actions import Terms
from keepwell.outbound.vendors.clauses import needed
from keepwell.patients.tests.people import again
from keepwell.vault.phi import PhiClass

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
REACH = (PhiClass.IDENTITY, PhiClass.CONTACT)
DAY = dt.timedelta(days=1)


R = TypeVar("R", bound=models.Model)


def today() -> dt.date:
    return clock.now().astimezone(dt.timezone(dt.timedelta(hours=-5))).date()


def did(by: Actor, action: Any, *said: Any, **more: Any) -> Any:
    """One action, in a request of its own."""
    with present(again(by)) as here:
        return action(*said, **more, by=here)


def service(by: Actor, kind: ServiceKind = ServiceKind.SMS, name: str = "Acme", **more: Any) -> VendorService:
    """A vendor with one service, nothing decided."""
    vendor = did(by, actions.add, name)
    return also(by, vendor, kind, **more)


def also(by: Actor, vendor: Vendor, kind: ServiceKind, **more: Any) -> VendorService:
    """One more service of a vendor."""
    offered: VendorService = did(by, actions.offer, vendor, Offer(f"{kind} line", kind, **{"classes": REACH} | more))
    return fresh(by, offered)


def associate(by: Actor, row: VendorService) -> VendorService:
    """Decided to be a business associate's."""
    did(by, actions.decide, row, Decision.BUSINESS_ASSOCIATE, Ground.HANDLES)
    return fresh(by, row)


def recorded(by: Actor, row: VendorService, **terms: Any) -> Agreement:
    """An agreement that covers the service; nothing checked, nothing signed."""
    said = Terms(**{"starts_on": today() - 30 * DAY, "ends_on": today() + 300 * DAY} | terms)
    covers = {row.id: [PhiClass(c) for c in row.classes]}
    agreement: Agreement = did(by, agreement_actions.record, row.vendor, said, covers)
    return fresh(by, agreement)


def confirmed(by: Actor, agreement: Agreement) -> Agreement:
    """Every required clause found and confirmed by a person."""
    did(by, agreement_actions.check_clauses, agreement, {c.code: (True, "page 2") for c in needed(())})
    return agreement


def signed(by: Actor, agreement: Agreement) -> Agreement:
    """Signed by both sides, with the file."""
    paper = did(by, papers.keep, agreement.vendor, "signed.pdf", PDF)
    day = today() - DAY
    did(by, agreement_actions.sign, agreement, day, day, "Pat for us, Ann for them", paper)
    return fresh(by, agreement)


def agreed(by: Actor, row: VendorService, **terms: Any) -> Agreement:
    """An agreement in force over a service."""
    agreement = signed(by, confirmed(by, recorded(by, row, **terms)))
    did(by, agreement_actions.activate, agreement)
    return fresh(by, agreement)


def cleared(by: Actor, kind: ServiceKind = ServiceKind.SMS, name: str = "Acme", **terms: Any) -> VendorService:
    """A business associate's service, with an agreement in force, in use."""
    row = associate(by, service(by, kind, name))
    agreed(by, row, **terms)
    did(by, actions.use, row)
    return fresh(by, row)


def fresh(by: Actor, row: R) -> R:
    """The row as it is in the database now."""
    with present(again(by)):
        found: R = type(row)._default_manager.get(pk=row.pk)
        for name in ("vendor", "practice"):
            getattr(found, name, None)
        return found


def checks(by: Actor, agreement: Agreement) -> dict[str, ClauseCheck]:
    with present(again(by)):
        return {row.clause: row for row in ClauseCheck.objects.filter(agreement=agreement)}
