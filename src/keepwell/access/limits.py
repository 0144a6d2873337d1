"""How long a session lasts (45 CFR § 164.312(a)(2)(iii), automatic logoff; NIST SP 800-63B-4 § 2.2.3).

HIPAA sets no number; these are the product's. An installation may lower them, never raise them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.conf import settings

from keepwell.base.actor import Role

PENDING_SECONDS = 10 * 60
"""From the password to the end of sign-in."""

TOUCH_SECONDS = 15
"""How finely activity is kept."""

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


def of(role: Role) -> Limits:
    """The limits of sessions in a role."""
    usual = _BY_ROLE.get(role, _OFFICE)
    return Limits(
        min(usual.idle, getattr(settings, "KEEPWELL_IDLE_MINUTES", usual.idle)),
        min(usual.absolute, getattr(settings, "KEEPWELL_SESSION_HOURS", usual.absolute)),
    )


def is_fresh(proved: float) -> bool:
    """Whether what was proved at `proved` is still good for a page that asks who it is once more."""
    minutes = min(FRESH_MINUTES, getattr(settings, "KEEPWELL_FRESH_MINUTES", FRESH_MINUTES))
    return 0 <= time.time() - proved <= minutes * 60
