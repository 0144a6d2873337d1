"""People, their memberships, and the facts the policy decides with."""

from __future__ import annotations

from keepwell.access.models.alternates import Alternate
from keepwell.access.models.attestations import AccessReview, Attestation
from keepwell.access.models.consents import (
    Authorization,
    ConfidentialRequest,
    Consent,
    ConsentText,
    How,
    NumberStop,
    TextKind,
)
from keepwell.access.models.devices import Device, DevicePlace, SignInRules
from keepwell.access.models.emergency import EmergencyAccess, EmergencyDisclosure, Outcome, Reason
from keepwell.access.models.kits import RecoveryKit
from keepwell.access.models.notices import Notice
from keepwell.access.models.operators import OperatorAccess, SupportRule, SupportWindow
from keepwell.access.models.passkeys import Passkey
from keepwell.access.models.people import Membership, People, Person
from keepwell.access.models.programs import ApiToken, Program
from keepwell.access.models.recovery import Recovery
from keepwell.access.models.relations import (
    CareRelation,
    CareTeam,
    CareTeamMember,
    Duty,
    PatientLink,
    Restriction,
    Vip,
)
from keepwell.access.models.roles import CustomRole
from keepwell.access.models.sessions import Session, SignInLink
from keepwell.access.models.setup import Setup
from keepwell.access.models.sso import IdentityLink, IdentityProvider
from keepwell.access.models.workforce import ClearanceCheck, Departure, Grant
from keepwell.practices.models import Practice

__all__ = [
    "AccessReview",
    "Alternate",
    "ApiToken",
    "Attestation",
    "Authorization",
    "CareRelation",
    "CareTeam",
    "CareTeamMember",
    "ClearanceCheck",
    "ConfidentialRequest",
    "Consent",
    "ConsentText",
    "CustomRole",
    "Departure",
    "Device",
    "DevicePlace",
    "Duty",
    "EmergencyAccess",
    "EmergencyDisclosure",
    "Grant",
    "How",
    "IdentityLink",
    "IdentityProvider",
    "Membership",
    "Notice",
    "NumberStop",
    "OperatorAccess",
    "Outcome",
    "Passkey",
    "PatientLink",
    "People",
    "Person",
    "Practice",
    "Program",
    "Reason",
    "Recovery",
    "RecoveryKit",
    "Restriction",
    "Session",
    "Setup",
    "SignInLink",
    "SignInRules",
    "SupportRule",
    "SupportWindow",
    "TextKind",
    "Vip",
]
