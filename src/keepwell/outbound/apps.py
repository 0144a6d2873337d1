from __future__ import annotations

from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "keepwell.outbound"
    label = "outbound"
