from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "keepwell.privacy"
    label = "privacy"

    def ready(self) -> None:
        import_module("keepwell.privacy.sources")
