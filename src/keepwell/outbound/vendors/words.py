"""The register in the words of the screen."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from keepwell.base.sending import Channel
from keepwell.outbound.models import Agreement, Assurance, Decision, Ground, ServiceKind, Vendor, VettingAnswer

CHANNELS: dict[str, Any] = {
    Channel.SMS: _("text messages"),
    Channel.EMAIL: _("e-mail"),
    Channel.VOICE: _("calls and voicemail"),
    Channel.FAX: _("fax"),
    Channel.LETTER: _("letters"),
    Channel.PORTAL: _("the patient portal"),
}
KINDS: dict[str, Any] = {
    ServiceKind.EMAIL: _("E-mail"),
    ServiceKind.SMS: _("Text messages"),
    ServiceKind.VOICE: _("Calls and voicemail"),
    ServiceKind.FAX: _("Fax"),
    ServiceKind.LETTER: _("Letters"),
    ServiceKind.WEBHOOK: _("Data to another system of ours"),
    ServiceKind.VIDEO: _("Video relay"),
    ServiceKind.HOSTING: _("Hosting"),
    ServiceKind.STORAGE: _("Storage and backups"),
    ServiceKind.LABS: _("Laboratory"),
    ServiceKind.PAYMENT: _("Payments"),
    ServiceKind.INTERPRETER: _("Interpreters"),
    ServiceKind.SUPPORT: _("IT support"),
    ServiceKind.SCANNER: _("Malware scanning"),
    ServiceKind.OTHER: _("Something else"),
}
DECISIONS: dict[str, Any] = {
    Decision.BUSINESS_ASSOCIATE: _("Business associate"),
    Decision.CONDUIT: _("Conduit"),
    Decision.WORKFORCE: _("Our own people"),
    Decision.PROVIDER: _("Provider, for treatment"),
    Decision.HEALTH_PLAN: _("Health plan"),
    Decision.PATIENT: _("The patient, or an app they chose"),
    Decision.BANK: _("Bank, for payments only"),
    Decision.AUTHORITY: _("Public authority"),
    Decision.NO_PHI: _("No patient data reaches them"),
}
RULES = {
    Decision.BUSINESS_ASSOCIATE: "45 CFR § 160.103, § 164.502(e)(1)",
    Decision.CONDUIT: "45 CFR § 160.103; 78 FR 5571",
    Decision.WORKFORCE: "45 CFR § 160.103 (workforce)",
    Decision.PROVIDER: "45 CFR § 164.502(e)(1)(ii)(A)",
    Decision.HEALTH_PLAN: "45 CFR § 164.506(c)(3)",
    Decision.PATIENT: "45 CFR § 164.524(c)(3)(ii)",
    Decision.BANK: "42 U.S.C. § 1320d-8 (HIPAA § 1179)",
    Decision.AUTHORITY: "45 CFR § 164.502(e)(1)(ii)(C), § 164.512",
    Decision.NO_PHI: "45 CFR § 160.103 (protected health information)",
}
GROUNDS: dict[str, Any] = {
    Ground.HANDLES: _("It makes, receives, keeps or sends patient data for us."),
    Ground.CARRIES_ONLY: _("It only carries: nothing is kept longer than the delivery takes."),
    Ground.OUR_CONTROL: _("It is our own people and machines, under our direct control."),
    Ground.TREATS: _("It gets the data to treat our patient."),
    Ground.PAYS: _("It pays for our patient's care."),
    Ground.PATIENT_ASKED: _("The patient told us to send it there."),
    Ground.CLEARS_PAYMENTS: _("It only moves money: it authorizes, settles or bills payments."),
    Ground.LAW: _("A law makes us report to it, or lets us."),
    Ground.NOTHING_REACHES: _("Nothing about a patient reaches it, not even that somebody is one."),
    Ground.ENCRYPTED: _("What it keeps is encrypted and it holds no key."),
}
FITS = {
    Decision.BUSINESS_ASSOCIATE: (Ground.HANDLES, Ground.ENCRYPTED),
    Decision.CONDUIT: (Ground.CARRIES_ONLY,),
    Decision.WORKFORCE: (Ground.OUR_CONTROL,),
    Decision.PROVIDER: (Ground.TREATS,),
    Decision.HEALTH_PLAN: (Ground.PAYS,),
    Decision.PATIENT: (Ground.PATIENT_ASKED,),
    Decision.BANK: (Ground.CLEARS_PAYMENTS,),
    Decision.AUTHORITY: (Ground.LAW,),
    Decision.NO_PHI: (Ground.NOTHING_REACHES,),
}
"""Decision → the reasons it can have. "Encrypted, and they hold no key" makes a business associate."""

SIGNS: dict[str, Any] = {
    Vendor.Signs.UNKNOWN: _("not asked yet"),
    Vendor.Signs.WILLING: _("yes"),
    Vendor.Signs.REFUSES: _("no, they refuse"),
}
ASSURANCES: dict[str, Any] = {
    Assurance.Kind.SOC2: _("SOC 2 report"),
    Assurance.Kind.ISO27001: _("ISO 27001 certificate"),
    Assurance.Kind.HITRUST: _("HITRUST certificate"),
    Assurance.Kind.TEST: _("Penetration test"),
    Assurance.Kind.SITE_VISIT: _("Visit to the site"),
    Assurance.Kind.OWN_SITE: _("Inspection of our own rooms"),
    Assurance.Kind.INSURANCE: _("Insurance certificate"),
    Assurance.Kind.VERIFICATION: _("Yearly written verification"),
    Assurance.Kind.OTHER: _("Something else"),
}
SAFEGUARDS: dict[str, Any] = {
    "access": _("who gets into the rooms"),
    "environment": _("fire, water, power and climate"),
    "surveillance": _("cameras and alarms"),
}
"""What evidence about a data centre has to speak of (45 CFR § 164.310(a)(1))."""

EXITS: dict[str, Any] = {
    Agreement.Exit.RETURNED: _("Everything was returned"),
    Agreement.Exit.DESTROYED: _("Everything was destroyed"),
    Agreement.Exit.INFEASIBLE: _("Not feasible: they go on protecting it in writing"),
}
ANSWERS: dict[str, Any] = {
    VettingAnswer.Said.YES: _("Well answered"),
    VettingAnswer.Said.PARTLY: _("Partly"),
    VettingAnswer.Said.NO: _("Not good enough"),
    VettingAnswer.Said.NOT_APPLICABLE: _("Does not apply"),
}


def channel_word(channel: str) -> str:
    """A channel in the words of the screen."""
    return str(CHANNELS.get(channel, channel))
