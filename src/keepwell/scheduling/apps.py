from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "keepwell.scheduling"
    label = "scheduling"

    def ready(self) -> None:
        import_module("keepwell.scheduling.expecting")
