"""How long a session lasts (45 CFR § 164.312(a)(2)(iii), automatic logoff; NIST SP 800-63B-4 § 2.2.3).

HIPAA sets no number; these are the product's. An installation may lower them, never raise them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from keepwell.base.actor import Role

PENDING_SECONDS = 10 * 60
"""From the password to the end of sign-in."""

TOUCH_SECONDS = 15
"""How finely activity is kept."""


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
