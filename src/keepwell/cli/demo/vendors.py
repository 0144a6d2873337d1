"""Who works for the demo's clinics from outside: one agreement that is fine, one about to end, one that is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from keepwell.access.models import Membership
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.cli.demo.staff import OAK, Clinic
from keepwell.ledger.doorway import present
from keepwell.outbound.models import Agreement, Assurance, Decision, Ground, ServiceKind, VendorService
from keepwell.outbound.vendors import actions, agreement_actions, clocks, draft, papers, vetting
from keepwell.outbound.vendors.actions import Offer
from keepwell.outbound.vendors.agreement_actions import Terms
from keepwell.outbound.vendors.clauses import clauses
from keepwell.privacy import actions as privacy
from keepwell.privacy.actions import Said
from keepwell.privacy.models import Right, Way
from keepwell.vault.phi import PhiClass

DAY = dt.timedelta(days=1)
REACH = (PhiClass.IDENTITY, PhiClass.CONTACT)


@dataclass(frozen=True, slots=True)
class Firm:
    """A made-up firm, what it does, and in how many days its agreement ends (None: there is none yet)."""

    name: str
    kind: ServiceKind
    service: str
    contact: str
    ends_in: int | None


FIRMS = (
    Firm("Harbor Mail", ServiceKind.EMAIL, "Mail relay", "Ann Keller, +1 617 555 0140, any hour", 320),
    Firm("Acme Texting", ServiceKind.SMS, "Long code", "Jo Brandt, +1 617 555 0141", 6),
    Firm("Fathom Fax", ServiceKind.FAX, "Fax over the internet", "Help desk, +1 617 555 0142", None),
    Firm("Northside IT", ServiceKind.SUPPORT, "Computers and network", "Lee Ortiz, +1 617 555 0143", 75),
)


def fill(clinic: Clinic, staff: Mapping[Role, Membership], system: Actor) -> None:
    """The register as a privacy officer keeps it; at Oak the texts have just lost their agreement."""
    member = staff[Role.PRIVACY_OFFICER]
    officer = Actor(member.id, system.practice, Role.PRIVACY_OFFICER, Purpose.HCOMPL)
    for firm in FIRMS:
        with present(officer) as by:
            agreement = _firm(firm, by)
            if clinic is OAK and firm.kind == ServiceKind.SMS and agreement is not None:
                agreement_actions.terminate(agreement, clock.now().date(), by=by)
    with present(officer) as by:
        _others(by)
    with present(system) as by:
        clocks.run(by=by)


def left(staff: Mapping[Role, Membership], practice: UUID, known: list[UUID]) -> None:
    """What went out by phone and on paper this week, as the front desk wrote it down."""
    desk = Actor(staff[Role.FRONT_DESK].id, practice, Role.FRONT_DESK, Purpose.HOPERAT)
    told = (
        Said(way=Way.PHONE, right=Right.PUBLIC_HEALTH, recipient="County health department", at=clock.now() - 2 * DAY,
             what="Immunization record", purpose="Measles outbreak at a school"),
        Said(way=Way.FAX, right=Right.TREATMENT, recipient="Dr. Pia Lindholm, cardiology", what="Referral letter"),
        Said(way=Way.PAPER, right=Right.WORKERS_COMP, recipient="State workers' compensation board",
             at=clock.now() - 9 * DAY, what="Dates of visits", purpose="Claim about a fall at work"),
    )  # fmt: skip
    with present(desk) as by:
        for patient, said in zip(known, told, strict=False):
            privacy.disclose(patient, said, by=by)


def _firm(firm: Firm, by: Actor) -> Agreement | None:
    vendor = actions.add(firm.name, by=by, contact=firm.contact, signs="willing")
    row = actions.offer(vendor, Offer(firm.service, firm.kind, REACH), by=by)
    service = VendorService.objects.select_related("vendor", "practice").get(id=row.id)
    actions.decide(service, Decision.BUSINESS_ASSOCIATE, Ground.HANDLES, by=by)
    today = clock.now().date()
    report = Assurance.Kind.SOC2
    papers.assure(vendor, report, [], (today - 200 * DAY, today + 165 * DAY), "Type II, no exceptions", by=by)
    for question, said, proof in (("rest", "yes", "Section 3 of the report"), ("breach", "partly", "Within five days")):
        vetting.answer(vendor, question, said, proof, by=by)
    if firm.kind == ServiceKind.EMAIL:
        papers.assure(vendor, Assurance.Kind.VERIFICATION, [], (today - 340 * DAY, today + 25 * DAY), "Letter", by=by)
        old = papers.subcontract(vendor, "Old Relay Inc.", "Nevada", "Carried bounces", today - 500 * DAY, by=by)
        papers.end_subcontractor(old, by=by)
        papers.subcontract(vendor, "Relay Partners", "Virginia", "Carries the mail", today - 300 * DAY, by=by)
        mistaken = papers.assure(vendor, Assurance.Kind.TEST, [], (today - 9 * DAY, today), "Another firm's", by=by)
        papers.withdraw(mistaken, by=by)
    if firm.ends_in is None:
        papers.subcontract(vendor, "Line Carrier Co.", "Ohio", "Carries the calls", by=by)
        return None
    terms = Terms(today - 30 * DAY, today + firm.ends_in * DAY, report_days=5)
    agreement = agreement_actions.record(vendor, terms, {service.id: REACH}, by=by, drafted=True)
    agreement_actions.check_clauses(agreement, dict.fromkeys(clauses(), (True, "our draft")), by=by)
    agreement = Agreement.objects.select_related("vendor", "practice").get(id=agreement.id)
    file = papers.keep(vendor, "Agreement, signed.pdf", draft.document(agreement), by=by)
    agreement_actions.sign(agreement, today - 31 * DAY, today - 30 * DAY, "Both managers", file, by=by)
    agreement_actions.activate(agreement, by=by)
    actions.use(service, by=by)
    return agreement


def _others(by: Actor) -> None:
    """Who needs no agreement, and why."""
    for name, offered, what, why in (
        ("United States Postal Service", Offer("First-class mail", ServiceKind.LETTER, REACH, keeps=False),
         Decision.CONDUIT, Ground.CARRIES_ONLY),
        ("Corner Laboratory", Offer("Blood tests", ServiceKind.LABS, (*REACH, PhiClass.CLINICAL)),
         Decision.PROVIDER, Ground.TREATS),
        ("First County Bank", Offer("Card payments", ServiceKind.PAYMENT, REACH), Decision.BANK,
         Ground.CLEARS_PAYMENTS),
    ):  # fmt: skip
        vendor = actions.add(name, by=by)
        row = actions.offer(vendor, offered, by=by)
        service = VendorService.objects.select_related("vendor", "practice").get(id=row.id)
        actions.decide(service, what, why, by=by)
        actions.use(service, by=by)
