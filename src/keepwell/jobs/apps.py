from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "keepwell.jobs"
    label = "jobs"

    def ready(self) -> None:
        from keepwell.jobs import schedule, schedule_visits  # noqa: F401 - the worker finds the tasks once they are imported
