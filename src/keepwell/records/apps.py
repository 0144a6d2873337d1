from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "keepwell.records"
    label = "records"

    def ready(self) -> None:
        import_module("keepwell.records.programs")
