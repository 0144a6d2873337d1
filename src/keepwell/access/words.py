"""The clinic's words for roles, as they stand on the screen."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from keepwell.access.policy import Hatted
from keepwell.base.actor import Role

ROLES = {
    Role.FRONT_DESK: _("front desk"),
    Role.COORDINATOR: _("care coordinator"),
    Role.PRACTITIONER: _("provider"),
    Role.TRAINEE: _("trainee"),
    Role.BILLER: _("billing"),
    Role.MARKETER: _("outreach"),
    Role.PRIVACY_OFFICER: _("privacy officer"),
    Role.SECURITY_OFFICER: _("security officer"),
    Role.ADMINISTRATOR: _("administrator"),
    Role.AUDITOR: _("auditor"),
    Role.PATIENT: _("patient"),
    Role.PROXY: _("representative"),
    Role.SUPPORT: _("support"),
    Role.SYSTEM: _("Keepwell itself"),
    Role.NOBODY: _("nobody"),
}


def role_word(role: str) -> str:
    """A role in the words of the screen; one we do not know, as it is."""
    return str(ROLES[Role(role)]) if role in set(Role) else role


def hat_word(who: Hatted) -> str:
    """What somebody is here as: the practice's own role by its name, else the role."""
    return who.custom.name if who.custom else role_word(who.role)
