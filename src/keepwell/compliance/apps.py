from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "keepwell.compliance"
    label = "compliance"

    def ready(self) -> None:
        import_module("keepwell.compliance.people.inviting")
