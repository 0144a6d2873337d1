"""What a worker does for scheduling: it finds the jobs of a list of appointments here."""

from __future__ import annotations

from keepwell.scheduling.movein.steps import step

__all__ = ["step"]
