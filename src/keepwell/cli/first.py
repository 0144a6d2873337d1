"""The link that makes the first practice, for as long as there is none."""

from __future__ import annotations


def link() -> str:
    """Its path, or nothing once a practice is set up. Django must be ready."""
    from keepwell.access import welcome

    return welcome.link() if welcome.fresh() else ""
