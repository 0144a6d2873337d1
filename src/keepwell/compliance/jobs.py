"""What a worker does for compliance: it finds the jobs of an export here."""

from __future__ import annotations

from keepwell.compliance.exports.steps import step

__all__ = ["step"]
