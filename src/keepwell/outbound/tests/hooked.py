"""How tests bring a practice to the point where one of its own systems is told what happens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import time_machine

from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.outbound.models import Decision, Ground, ServiceKind, VendorService, WebhookDelivery
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.servers import Desk
from keepwell.outbound.vendors import actions
from keepwell.outbound.webhooks import delivering, endpoints
from keepwell.outbound.webhooks.endpoints import Made
from keepwell.patients.tests.people import again
from tests.cast import Clinic

HOUR = dt.timedelta(hours=1)
EVENTS = ("patient.registered",)


def ours(pat: Actor, name: str = "Warehouse", **more: Any) -> VendorService:
    """A system of our own, in use: no agreement is needed for what our own people run."""
    service = firms.service(pat, ServiceKind.WEBHOOK, name, **more)
    firms.did(pat, actions.decide, service, Decision.WORKFORCE, Ground.OUR_CONTROL)
    firms.did(pat, actions.use, firms.fresh(pat, service))
    return firms.fresh(pat, service)


def place(desk: Desk, **more: Any) -> dict[str, str]:
    """Where a server of this machine is, as a person would write it."""
    said = {name: value for name, value in desk.secrets().items() if name in ("url", "networks", "authority")}
    return said | {"url": f"{desk.url}/events?a=1"} | more


def registered(pat: Actor, service: VendorService, said: Mapping[str, str], **more: Any) -> Made:
    events: Iterable[str] = more.pop("events", EVENTS)
    made: Made = firms.did(pat, endpoints.register, service.id, said, events, **more)
    return made


def told(clinic: Clinic, **more: Any) -> int:
    return delivering.practice(clinic.practice.id, **more)


def deliveries(pat: Actor) -> list[WebhookDelivery]:
    with present(again(pat)):
        return list(WebhookDelivery.objects.order_by("at", "id"))


def later(by: dt.timedelta) -> Any:
    """A moment to come, as a context."""
    return time_machine.travel(dt.datetime.now(dt.UTC) + by, tick=True)
