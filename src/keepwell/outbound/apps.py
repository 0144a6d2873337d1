from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "keepwell.outbound"
    label = "outbound"

    def ready(self) -> None:
        import_module("keepwell.outbound.vendors.hosting")
