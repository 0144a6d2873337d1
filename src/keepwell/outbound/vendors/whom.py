"""Who of the workforce did something, for the rows that say so; nobody when Keepwell did it itself."""

from __future__ import annotations

from uuid import UUID

from keepwell.base.actor import Actor, Role


def who(by: Actor) -> UUID | None:
    """The member, or None for Keepwell itself."""
    return None if by.role is Role.SYSTEM else by.id
