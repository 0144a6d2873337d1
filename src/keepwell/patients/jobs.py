"""What a worker does for patients: it finds the jobs of a list here."""

from __future__ import annotations

from keepwell.patients.movein.steps import step

__all__ = ["step"]
