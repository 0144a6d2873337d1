"""How long a session lasts (45 CFR § 164.312(a)(2)(iii), automatic logoff; NIST SP 800-63B-4 § 2.2.3).

HIPAA sets no number; these are the product's. An installation may lower them, never raise them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from keepwell.base.actor import Role

PENDING_SECONDS = 10 * 60
"""From the password to the end of sign-in."""

TOUCH_SECONDS = 15
"""How finely activity is kept."""

LAST_MINUTES = 5
"""How long before its absolute limit a session's person is told, so that they save what they are writing."""

FRESH_MINUTES = 10
"""How long proving with two factors who one is lasts for the pages that ask for it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Minutes without activity, and hours altogether."""

    idle: int
    absolute: int


_OFFICE = Limits(idle=15, absolute=12)
_SHARED = Limits(idle=5, absolute=12)
_POWER = Limits(idle=10, absolute=8)
_PORTAL = Limits(idle=15, absolute=24)

_BY_ROLE = {
    Role.FRONT_DESK: _SHARED,
    Role.ADMINISTRATOR: _POWER,
    Role.PRIVACY_OFFICER: _POWER,
    Role.SECURITY_OFFICER: _POWER,
    Role.PATIENT: _PORTAL,
    Role.PROXY: _PORTAL,
}


SHORTEST = 2
"""Minutes below which nobody could finish a sentence before the warning."""


def ceiling(role: Role) -> int:
    """The minutes without activity that a practice may allow a role at most (NIST SP 800-63B-4 § 2.2.3)."""
    return 15 if _BY_ROLE.get(role) in (_POWER, _PORTAL) else 30


def of(role: Role, chosen: Mapping[str, int] | None = None) -> Limits:
    """The limits of sessions in a role, where the practice may have chosen its minutes."""
    usual = _BY_ROLE.get(role, _OFFICE)
    idle = min((chosen or {}).get(role, usual.idle), ceiling(role))
    return Limits(
        min(idle, getattr(settings, "KEEPWELL_IDLE_MINUTES", idle)),
        min(usual.absolute, getattr(settings, "KEEPWELL_SESSION_HOURS", usual.absolute)),
    )


def is_fresh(proved: float) -> bool:
    """Whether what was proved at `proved` is still good for a page that asks who it is once more."""
    minutes = min(FRESH_MINUTES, getattr(settings, "KEEPWELL_FRESH_MINUTES", FRESH_MINUTES))
    return 0 <= time.time() - proved <= minutes * 60
