"""The clinic's words for roles, purposes and classes, as they stand on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keepwell.access.models import Duty, TextKind
from keepwell.base.actor import Purpose, Role
from keepwell.base.sending import Channel, Topic
from keepwell.vault.phi import PhiClass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keepwell.access.policy import Hatted

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

PURPOSES = {
    Purpose.TREAT: _("treatment"),
    Purpose.HPAYMT: _("payment"),
    Purpose.HOPERAT: _("operations"),
    Purpose.PATRQT: _("a patient's request"),
    Purpose.HMARKT: _("marketing"),
    Purpose.PUBHLTH: _("public health"),
    Purpose.HCOMPL: _("compliance"),
    Purpose.HSYSADMIN: _("running the system"),
    Purpose.BTG: _("an emergency"),
}
CLASSES = {
    PhiClass.IDENTITY: _("who somebody is"),
    PhiClass.CONTACT: _("how to reach them"),
    PhiClass.COVERAGE: _("who pays"),
    PhiClass.CLINICAL: _("clinical records"),
    PhiClass.MESSAGE: _("messages"),
    PhiClass.PSYCHOTHERAPY: _("psychotherapy notes"),
    PhiClass.PART2: _("substance use program records"),
    PhiClass.OFFICE: _("the practice's own notes"),
}
ABOUT_PATIENTS = tuple(phi for phi in PhiClass if phi is not PhiClass.OFFICE)
DUTIES = {Duty.Kind.COVER: _("cover"), Duty.Kind.SUPERVISION: _("supervision"), Duty.Kind.ON_CALL: _("on call")}

CHANNELS = {
    Channel.SMS: _("text"),
    Channel.EMAIL: _("e-mail"),
    Channel.VOICE: _("call"),
    Channel.FAX: _("fax"),
    Channel.LETTER: _("letter"),
    Channel.PORTAL: _("patient portal"),
}
TOPICS = {
    Topic.ACCESS: _("codes and links"),
    Topic.APPOINTMENTS: _("appointments"),
    Topic.CARE: _("care"),
    Topic.BILLING: _("billing and payment"),
    Topic.PRACTICE: _("news of the practice"),
    Topic.EDUCATION: _("health education"),
    Topic.MARKETING: _("marketing"),
}
LANGUAGES = {"en": "English", "es": "Español"}
"""Languages texts are worded in, each in its own words."""

TEXT_KINDS = {
    TextKind.TELEHEALTH: _("Care by video and phone"),
    TextKind.SMS: _("Texts"),
    TextKind.EMAIL: _("E-mail"),
    TextKind.VOICE: _("Recorded calls"),
    TextKind.FAX: _("Faxes"),
    TextKind.ORDINARY: _("Health information by ordinary e-mail or text"),
    TextKind.ORDINARY_PART2: _("Part 2 records by ordinary e-mail or text"),
    TextKind.NOTICE: _("Notice of privacy practices"),
    TextKind.MARKETING: _("Authorization for marketing"),
    TextKind.RELEASE: _("Authorization to release information"),
    TextKind.PSYCHOTHERAPY: _("Authorization for psychotherapy notes"),
    TextKind.PART2: _("Part 2 consent"),
    TextKind.PART2_NOTES: _("Part 2 consent for counseling notes"),
    TextKind.PART2_LEGAL: _("Part 2 consent for a legal proceeding"),
}


def role_word(role: str) -> str:
    """A role in the words of the screen; one we do not know, as it is."""
    return str(ROLES[Role(role)]) if role in set(Role) else role


def hat_word(who: Hatted) -> str:
    """What somebody is here as: the practice's own role by its name, else the role."""
    return who.custom.name if who.custom else role_word(who.role)


def beyond(classes: Iterable[PhiClass]) -> str:
    """Why a role does not reach these, for the sentence of POLICY_DENY."""
    what = ", ".join(str(CLASSES[phi]) for phi in sorted(classes))
    return gettext("your role does not include %(what)s for this purpose") % {"what": what}
