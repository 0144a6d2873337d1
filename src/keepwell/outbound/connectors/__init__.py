"""The ways out, one folder each. Only the dispatcher imports from here, and each sends only what the gate cleared."""

from __future__ import annotations

from keepwell.outbound.connectors.base import Connector, Fate, Outcome, Parcel
from keepwell.outbound.connectors.fax import Fax
from keepwell.outbound.connectors.post import Post
from keepwell.outbound.connectors.sms import Sms
from keepwell.outbound.connectors.smtp import Smtp

CONNECTORS: dict[str, Connector] = {c.name: c for c in (Smtp(), Sms(), Fax(), Post())}

__all__ = ["CONNECTORS", "Connector", "Fate", "Outcome", "Parcel"]
