"""The ways out and in, one folder each. Only the dispatcher sends, and each way out only what the gate cleared."""

from __future__ import annotations

from keepwell.outbound.connectors.base import Brought, Connector, Fate, Outcome, Parcel, Receiver
from keepwell.outbound.connectors.fax import Fax, FaxesIn
from keepwell.outbound.connectors.post import Post
from keepwell.outbound.connectors.sms import Sms
from keepwell.outbound.connectors.smtp import Smtp
from keepwell.outbound.connectors.voice import VoicemailIn

CONNECTORS: dict[str, Connector] = {c.name: c for c in (Smtp(), Sms(), Fax(), Post())}
RECEIVERS: dict[str, Receiver] = {r.name: r for r in (FaxesIn(), VoicemailIn())}

__all__ = ["CONNECTORS", "RECEIVERS", "Brought", "Connector", "Fate", "Outcome", "Parcel", "Receiver"]
