"""Minimum necessary, on one page (45 CFR § 164.502(b), § 164.514(d)): who may see what, for which purpose, of whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from keepwell.access import in_force, relations, words
from keepwell.access.models import Membership, Restriction
from keepwell.access.persons import persons
from keepwell.base import clock
from keepwell.base.actor import Actor, Custom, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.vault.phi import PhiClass as C

R, P = Role, Purpose

_OFFICE = frozenset({C.OFFICE})
_REACH = _OFFICE | {C.IDENTITY, C.CONTACT}
_DESK = _REACH | {C.COVERAGE}
_CARE = _DESK | {C.CLINICAL, C.MESSAGE}

MAY_SEE: dict[tuple[Role, Purpose], frozenset[C]] = {
    (R.FRONT_DESK, P.HOPERAT): _DESK,
    (R.FRONT_DESK, P.TREAT): _DESK | {C.MESSAGE},
    (R.COORDINATOR, P.HOPERAT): _DESK,
    (R.COORDINATOR, P.TREAT): _CARE,
    (R.COORDINATOR, P.BTG): _CARE,
    (R.PRACTITIONER, P.HOPERAT): _DESK,
    (R.PRACTITIONER, P.TREAT): _CARE | {C.PART2},
    (R.PRACTITIONER, P.BTG): _CARE | {C.PART2},
    (R.TRAINEE, P.HOPERAT): _OFFICE | {C.IDENTITY},
    (R.TRAINEE, P.TREAT): _REACH | {C.CLINICAL, C.MESSAGE},
    (R.BILLER, P.HPAYMT): _DESK,
    (R.BILLER, P.HOPERAT): _DESK,
    (R.MARKETER, P.HOPERAT): _OFFICE,
    (R.PRIVACY_OFFICER, P.HCOMPL): _REACH,
    (R.PRIVACY_OFFICER, P.HOPERAT): _REACH,
    (R.SECURITY_OFFICER, P.HCOMPL): _OFFICE,
    (R.ADMINISTRATOR, P.HSYSADMIN): _OFFICE,
    (R.AUDITOR, P.HCOMPL): _OFFICE,
    (R.SYSTEM, P.HOPERAT): _DESK,
    (R.SYSTEM, P.TREAT): _CARE,
    (R.SYSTEM, P.HSYSADMIN): _OFFICE,
}
"""Role and purpose → classes. What is not here is not allowed. No role sees every class: psychotherapy notes are their
author's alone (45 CFR § 164.508(a)(2)), which no role can grant."""

cared_for = relations.cared_for
"""The patients an actor looks after now (access/relations.py)."""

NEEDS_RELATION = frozenset({C.CLINICAL, C.MESSAGE, C.PART2, C.PSYCHOTHERAPY})
"""Classes that people read only of patients they look after."""


class Can(StrEnum):
    """What a role may do at all. Every page names one."""

    SEE_TODAY = "see today's work"
    FIND_PATIENTS = "find patients"
    REGISTER_PATIENTS = "register and edit patients"
    MERGE_PATIENTS = "merge patients"
    READ_CHARTS = "read charts"
    WRITE_CHARTS = "write in charts"
    IMPORT_RECORDS = "import records"
    READ_LEDGER = "read the activity log"
    READ_OWN_ACTIVITY = "read their own part of the activity log"
    MANAGE_ACCESS = "manage people and access"
    APPROVE_ACCESS = "approve access"
    SEE_PEOPLE = "see people and their access"
    MANAGE_OWN_SIGN_IN = "manage their own sign-in"
    USE_API = "call the programming interface"
    WORK_ON_TASKS = "work on tasks"
    SEE_ALL_TASKS = "see and hand over everybody's tasks"
    MANAGE_CARE_TEAMS = "manage care teams and cover"
    MANAGE_RESTRICTIONS = "agree to and end restrictions"
    MANAGE_DEVICES = "manage devices and sessions"
    WORK_IN_INBOX = "work in the inbox"
    SORT_DOCUMENTS = "sort documents"
    READ_DOCUMENTS = "read documents"
    SEE_ALL_MESSAGES = "see and hand over everybody's messages"
    MANAGE_INBOX = "set the rules of the inbox"
    USE_EMERGENCY_ACCESS = "use emergency access"
    REVIEW_ACCESS = "review emergency and operator access"
    RECORD_CONSENTS = "write down consents"
    MANAGE_CONSENT_TEXTS = "word and publish consent texts"
    APPROVE_CONSENT_TEXTS = "read and approve consent texts"
    SEE_VENDORS = "see vendors and agreements"
    MANAGE_VENDORS = "manage vendors and agreements"
    LOG_DISCLOSURES = "log disclosures"
    ACCOUNT_DISCLOSURES = "account for disclosures"
    SEE_SCHEDULE = "see the schedule"
    BOOK_APPOINTMENTS = "book and change appointments"
    OVERBOOK = "book two visits at one time"
    SEE_LICENSES = "see licenses"
    SET_VISIT_RULES = "set rules for visits"
    MANAGE_SCHEDULES = "set up services, hours and licenses"
    USE_OUTBOX = "see what waits to be sent and release or discard it"
    MANAGE_CARRIERS = "connect carriers and set how the practice writes"


_EVERYBODY = frozenset({Can.SEE_TODAY, Can.MANAGE_OWN_SIGN_IN, Can.READ_OWN_ACTIVITY, Can.WORK_ON_TASKS, Can.USE_API})
_APPROVES = frozenset({Can.APPROVE_ACCESS, Can.SEE_PEOPLE, Can.APPROVE_CONSENT_TEXTS})
_VENDORS = frozenset({Can.SEE_VENDORS, Can.MANAGE_VENDORS})
_PEOPLE = _EVERYBODY | {
    Can.FIND_PATIENTS,
    Can.READ_CHARTS,
    Can.READ_DOCUMENTS,
    Can.SEE_SCHEDULE,
    Can.LOG_DISCLOSURES,
}
_BOOKS = frozenset({Can.BOOK_APPOINTMENTS, Can.SEE_LICENSES})
_CONSENTS = frozenset({Can.RECORD_CONSENTS})

MAY_DO: dict[Role, frozenset[Can]] = {
    R.FRONT_DESK: _PEOPLE
    | _BOOKS
    | _CONSENTS
    | {Can.REGISTER_PATIENTS, Can.WORK_IN_INBOX, Can.SORT_DOCUMENTS}
    | {Can.USE_OUTBOX},
    R.COORDINATOR: _PEOPLE
    | _BOOKS
    | _CONSENTS
    | {Can.OVERBOOK, Can.MANAGE_SCHEDULES}
    | {Can.REGISTER_PATIENTS, Can.MERGE_PATIENTS, Can.IMPORT_RECORDS, Can.WRITE_CHARTS}
    | {Can.USE_EMERGENCY_ACCESS, Can.SEE_ALL_TASKS, Can.MANAGE_CARE_TEAMS}
    | {Can.WORK_IN_INBOX, Can.SEE_ALL_MESSAGES, Can.SORT_DOCUMENTS}
    | {Can.USE_OUTBOX},
    R.PRACTITIONER: _PEOPLE
    | _BOOKS
    | _CONSENTS
    | {Can.OVERBOOK}
    | {Can.REGISTER_PATIENTS, Can.WRITE_CHARTS, Can.USE_EMERGENCY_ACCESS, Can.WORK_IN_INBOX, Can.SORT_DOCUMENTS}
    | {Can.USE_OUTBOX},
    R.TRAINEE: _PEOPLE | {Can.SEE_LICENSES, Can.WORK_IN_INBOX},
    R.BILLER: _PEOPLE,
    R.MARKETER: _EVERYBODY,
    R.PRIVACY_OFFICER: _PEOPLE
    | _CONSENTS
    | {Can.MANAGE_RESTRICTIONS, Can.MANAGE_CONSENT_TEXTS, Can.ACCOUNT_DISCLOSURES}
    | {Can.SET_VISIT_RULES}
    | _APPROVES
    | _VENDORS
    | {Can.READ_LEDGER, Can.MERGE_PATIENTS, Can.REVIEW_ACCESS, Can.SEE_ALL_TASKS}
    | {Can.USE_OUTBOX},
    R.SECURITY_OFFICER: _EVERYBODY
    | _APPROVES
    | _VENDORS
    | {Can.READ_LEDGER, Can.REVIEW_ACCESS, Can.MANAGE_ACCESS, Can.MANAGE_DEVICES}
    | {Can.MANAGE_CARRIERS, Can.SET_VISIT_RULES},
    R.ADMINISTRATOR: _EVERYBODY
    | _APPROVES
    | _VENDORS
    | {Can.MANAGE_ACCESS, Can.IMPORT_RECORDS}
    | {Can.MANAGE_CARE_TEAMS, Can.SEE_ALL_TASKS, Can.MANAGE_DEVICES}
    | {Can.SEE_SCHEDULE, Can.MANAGE_SCHEDULES, Can.SEE_LICENSES, Can.MANAGE_INBOX}
    | {Can.USE_OUTBOX, Can.MANAGE_CARRIERS},
    R.AUDITOR: _EVERYBODY | {Can.READ_LEDGER, Can.SEE_PEOPLE, Can.SEE_VENDORS},
    R.SYSTEM: frozenset(Can),
}
"""Role → what it may do. A role that is missing may do nothing."""


EVERYBODY = _EVERYBODY
"""What nobody works here without."""

FROM_ANYWHERE = frozenset(
    {Can.MANAGE_OWN_SIGN_IN, Can.READ_OWN_ACTIVITY, Can.SEE_PEOPLE, Can.MANAGE_ACCESS, Can.MANAGE_DEVICES}
)
"""What a limited session may still do where a practice requires known devices: nothing that opens a patient.

Whoever manages people and devices keeps that, or a practice could lock itself out (45 CFR § 164.310(b), (c)).
"""


MAY_GROW: dict[Role, frozenset[Can | C]] = {
    R.FRONT_DESK: frozenset({Can.MERGE_PATIENTS, Can.IMPORT_RECORDS, Can.OVERBOOK, Can.MANAGE_SCHEDULES}),
    R.COORDINATOR: frozenset({C.PART2}),
    R.PRACTITIONER: frozenset({Can.MERGE_PATIENTS, Can.IMPORT_RECORDS}),
    R.TRAINEE: frozenset({Can.REGISTER_PATIENTS, Can.BOOK_APPOINTMENTS, C.COVERAGE}),
    R.BILLER: frozenset({Can.REGISTER_PATIENTS, Can.BOOK_APPOINTMENTS}),
    R.MARKETER: frozenset(),
    R.PRIVACY_OFFICER: frozenset({C.COVERAGE}),
    R.SECURITY_OFFICER: frozenset(),
    R.ADMINISTRATOR: frozenset(),
    R.AUDITOR: frozenset(),
}
"""Role → what a practice's own version of it may add: its ceiling. A role that is missing is nobody's base.

It holds whatever a row says: psychotherapy notes are added nowhere, clinical classes at no desk, and no role comes to
manage people and to read the log of it.
"""


class Hatted(Protocol):
    """Whoever has a role, and perhaps a role of the practice's own: an actor, a membership seen at the door."""

    @property
    def role(self) -> Role: ...
    @property
    def custom(self) -> Custom | None: ...


def may(who: Hatted | Role, permission: Can) -> bool:
    """Whether somebody's role includes a permission. Ask with the actor, so that the practice's own roles count."""
    role, custom = (who, None) if isinstance(who, Role) else (who.role, who.custom)
    held = permission in MAY_DO.get(role, frozenset())
    if custom is None:
        return held
    return (held or _grown(permission, role, custom)) and permission not in custom.drops


READS_ONLY = frozenset({Can.SEE_TODAY, Can.MANAGE_OWN_SIGN_IN, Can.READ_LEDGER})
"""All an auditor may send anything through: their own sign-in, notices they have seen, questions to the log."""


def reads_only(who: Hatted, permission: Can) -> bool:
    """Whether somebody may look at a page of this permission, whatever else their role is given, and send nothing."""
    return who.role is Role.AUDITOR and permission not in READS_ONLY


OWN_PURPOSE = {
    R.MARKETER: P.HOPERAT,
    R.BILLER: P.HPAYMT,
    R.PRIVACY_OFFICER: P.HCOMPL,
    R.SECURITY_OFFICER: P.HCOMPL,
    R.AUDITOR: P.HCOMPL,
    R.ADMINISTRATOR: P.HSYSADMIN,
}
"""Why these roles come to a page that others open for treatment or operations."""


def purpose_of(role: Role, page: Purpose) -> Purpose:
    """For what a role opens a page: the page's own purpose where the table knows it for the role, else the role's."""
    return page if (role, page) in MAY_SEE else OWN_PURPOSE.get(role, page)


def visible(by: Actor) -> frozenset[C]:
    """The classes the actor's role may see for the actor's purpose, of patients they look after."""
    seen = MAY_SEE.get((by.role, by.purpose), frozenset())
    if by.custom is None or not seen:
        return seen
    fitting = frozenset(C) if by.purpose is P.TREAT else frozenset(C) - NEEDS_RELATION
    return frozenset(c for c in seen | fitting if c in seen or _grown(c, by.role, by.custom)) - by.custom.drops


def may_know_part2(by: Actor, records: Iterable[UUID]) -> bool:
    """Whether somebody may know that there are Part 2 records: who treats them and reads such, and officers."""
    if may(by, Can.MANAGE_RESTRICTIONS):
        return True
    return C.PART2 in visible(by.for_purpose(P.TREAT)) and bool(cared_for(by, records))


def _grown(what: Can | C, role: Role, custom: Custom) -> bool:
    """Whether the practice's own role adds this, and the ceiling of the role it is based on lets it."""
    return what in custom.adds and what in MAY_GROW.get(role, frozenset())


def refused(
    by: Actor, classes: Iterable[C], subjects: Iterable[UUID], people: Mapping[UUID, Sequence[UUID]] | None = None
) -> dict[UUID, Refusal]:
    """The subjects the actor may not open these classes of, and why. One query each for relations and restrictions.

    Somebody here for an emergency needs one in force instead of a care relation (access/in_force.py). Records merged
    into one person count as one: whoever looks after one looks after all, and a restriction of one binds all. `people`
    says which belong together, if the caller knows already.
    """
    wanted, whose = frozenset(classes), tuple(subjects)
    if C.PSYCHOTHERAPY in wanted:
        return dict.fromkeys(whose, Refusal("PSYCH_NOTES_LOCKED"))
    beyond = wanted - visible(by)
    if beyond:
        return dict.fromkeys(whose, Refusal("POLICY_DENY", rule=words.beyond(beyond)))
    if by.role is Role.SYSTEM:
        return {}
    people = persons(whose) if people is None else people
    no: dict[UUID, Refusal] = {}
    lifted: frozenset[UUID] = frozenset()
    if by.purpose is P.BTG:
        no, lifted = in_force.decided(by, wanted, {s: people[s] for s in whose})
    elif wanted & NEEDS_RELATION:
        caring = cared_for(by, {record for s in whose for record in people[s]})
        stranger = Refusal("POLICY_DENY", rule=gettext("you are not on this patient's care team"))
        no = {s: stranger for s in whose if caring.isdisjoint(people[s])}
    return no | restricted(by, wanted, {s: people[s] for s in whose if s not in no and s not in lifted})


def require(by: Actor, patient: UUID, *classes: C) -> None:
    """Whoever changes something about a patient that opens nothing may at least read what it is about.

    Raises the Refusal of the first that is closed to them.
    """
    for refusal in refused(by, classes, [patient]).values():
        raise refusal


def restricted(by: Actor, wanted: frozenset[C], people: Mapping[UUID, Sequence[UUID]]) -> dict[UUID, Refusal]:
    """Whom an agreed restriction closes to this actor, and since when."""
    everybody = {record for records in people.values() for record in records}
    if not everybody:
        return {}
    # Whom a restriction names, it binds in every role they have here.
    me = Membership.objects.filter(id=by.id, person_id=OuterRef("member__person_id"))
    agreed = Restriction.objects.filter(relations.lasting(clock.now()), patient_id__in=everybody, toward="")
    rows = list(agreed.annotate(mine=Exists(me)).order_by("starts_at", "id"))
    caring = cared_for(by, everybody) if any(not r.member_id and not r.role for r in rows) else frozenset()
    bound = {}
    for subject, records in people.items():
        cared = not caring.isdisjoint(records)
        binding = [r for r in rows if r.patient_id in records and _binds(r, r.mine, by, wanted, cared)]
        if binding:
            bound[subject] = Refusal("RESTRICTION_BLOCK", date=f"{binding[0].starts_at:%Y-%m-%d}")
    return bound


def _binds(row: Restriction, mine: bool, by: Actor, wanted: frozenset[C], cared: bool) -> bool:
    if row.classes and not wanted & set(row.classes):
        return False
    if row.member_id or row.role:
        return mine or row.role == by.role
    return not cared
