"""An agreement on its way: recorded, checked clause by clause, signed, in force, renewed, broken, ended, closed."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor
from keepwell.outbound.models import Agreement, VendorService
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.firms import DAY, PDF, checks, did, fresh, today
from keepwell.outbound.tests.test_register import code
from keepwell.outbound.vendors import agreement_actions as agreements
from keepwell.outbound.vendors import papers
from keepwell.outbound.vendors.agreement_actions import Terms
from keepwell.outbound.vendors.clauses import clauses, needed
from keepwell.vault.phi import PhiClass
from tests.cast import Clinic


@pytest.fixture
def row(theo: Actor) -> VendorService:
    return firms.associate(theo, firms.service(theo))


def test_what_is_agreed_has_an_end_a_scope_and_a_short_report(theo: Actor, row: VendorService):
    covers = {row.id: [PhiClass.CONTACT]}
    start = today()
    assert code(theo, agreements.record, row.vendor, Terms(start), covers) == "AGREEMENT_ENDLESS"
    assert code(theo, agreements.record, row.vendor, Terms(start, start - DAY), covers) == "DATES_REVERSED"
    late = Terms(start, with_service=True, report_days=61)
    assert code(theo, agreements.record, row.vendor, late, covers) == "BAA_REPORT_OVER_60"
    assert code(theo, agreements.record, row.vendor, Terms(start, with_service=True), {}) == "AGREEMENT_COVERS_NOTHING"
    for terms in (Terms(start, dt.date(9999, 12, 31)), Terms(dt.date(202, 1, 1), with_service=True)):
        assert code(theo, agreements.record, row.vendor, terms, covers) == "DATE_FAR"


def test_a_day_that_nobody_can_mean_is_not_taken(theo: Actor, row: VendorService):
    agreement, never, soon = firms.recorded(theo, row), dt.date(9999, 12, 31), today() + DAY
    assert code(theo, agreements.breached, agreement, soon, "Sold our list.", soon) == "DATE_IN_FUTURE"
    assert code(theo, agreements.breached, agreement, today(), "Sold our list.", never) == "DATE_FAR"
    assert code(theo, agreements.terminate, agreement, never) == "DATE_FAR"
    assert code(theo, papers.subcontract, row.vendor, "Nimbus", "Ohio", "Keeps disks", never) == "DATE_IN_FUTURE"
    assert code(theo, papers.assure, row.vendor, "soc2", [], (soon, soon), "Seen") == "DATE_IN_FUTURE"


def test_an_agreement_counts_only_signed_filed_and_checked_by_a_person(willow: Clinic, theo: Actor, row: VendorService):
    agreement = firms.recorded(theo, row)
    assert code(theo, agreements.activate, agreement) == "BAA_NOT_COUNTERSIGNED"
    assert code(theo, agreements.sign, agreement, today() + 2 * DAY, None) == "SIGNED_LATER"
    did(theo, agreements.sign, agreement, today() - DAY, today() - DAY)
    assert code(theo, agreements.activate, fresh(theo, agreement)) == "AGREEMENT_FILE_MISSING"
    agreement = firms.signed(theo, agreement)
    assert code(theo, agreements.activate, agreement) == "BAA_CLAUSE_MISSING"
    firms.confirmed(theo, agreement)
    did(theo, agreements.check_clauses, agreement, {"books": (False, "")})
    assert code(theo, agreements.activate, agreement) == "BAA_CLAUSE_MISSING"
    assert code(theo, agreements.check_clauses, agreement, {"unknown": (True, "")}) == "CHOICE_UNKNOWN"
    did(theo, agreements.check_clauses, agreement, {"books": (True, "")})
    did(theo, agreements.activate, agreement)
    assert {
        "agreement.recorded", "agreement.signed", "agreement.clauses_checked", "agreement.activated",
    } <= set(verbs(willow))  # fmt: skip


def test_what_keepwell_found_in_its_own_draft_is_confirmed_by_a_person(theo: Actor, row: VendorService):
    said = Terms(today() - DAY, with_service=True)
    draft = did(theo, agreements.record, row.vendor, said, {row.id: [PhiClass.CONTACT]}, drafted=True)
    assert all(check.found for code, check in checks(theo, draft).items() if clauses()[code].need != "part2")
    agreement = firms.signed(theo, fresh(theo, draft))
    assert code(theo, agreements.activate, agreement) == "BAA_CLAUSE_UNCONFIRMED"
    did(theo, agreements.activate, firms.confirmed(theo, agreement))


def test_records_of_substance_use_programs_need_their_own_clause(theo: Actor, row: VendorService):
    assert len(clauses()) == 27
    assert {c.code for c in needed([PhiClass.PART2])} - {c.code for c in needed(())} == {"part2"}
    draft = did(theo, agreements.record, row.vendor, Terms(today(), with_service=True), {row.id: [PhiClass.PART2]})
    agreement = firms.signed(theo, firms.confirmed(theo, fresh(theo, draft)))
    assert code(theo, agreements.activate, agreement) == "BAA_CLAUSE_MISSING"


def test_only_the_privacy_officer_accepts_a_long_report(willow: Clinic, theo: Actor, sam: Actor, row: VendorService):
    agreement = firms.signed(theo, firms.confirmed(theo, firms.recorded(theo, row, report_days=30)))
    assert code(theo, agreements.activate, agreement) == "BAA_REPORT_LONG"
    assert code(sam, agreements.accept_report, agreement) == "BAA_REPORT_LONG"
    did(theo, agreements.accept_report, agreement)
    did(theo, agreements.activate, fresh(theo, agreement))
    assert "agreement.report_accepted" in verbs(willow)


def test_a_renewal_asks_for_another_look_at_the_clauses(willow: Clinic, theo: Actor, row: VendorService):
    agreement = firms.agreed(theo, row, ends_on=today() + 200 * DAY)
    later = today() + 500 * DAY
    assert code(theo, agreements.renew, agreement, today() + DAY) == "DATES_REVERSED"
    assert code(theo, agreements.renew, agreement, later) == "BAA_AUTO_RENEW_UNREVIEWED"
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=150), tick=True):
        assert code(theo, agreements.review, agreement) == "BAA_CLAUSE_UNCONFIRMED"
        firms.confirmed(theo, agreement)
        did(theo, agreements.review, agreement)
        did(theo, agreements.renew, fresh(theo, agreement), later)
    assert fresh(theo, agreement).ends_on == later
    assert {"agreement.reviewed", "agreement.renewed"} <= set(verbs(willow))


def test_a_breach_is_cured_or_kept_with_a_reason_or_ends_it(willow: Clinic, theo: Actor, row: VendorService):
    agreement = firms.agreed(theo, row)
    assert code(theo, agreements.breached, agreement, today(), " ", today() + DAY) == "FIELD_EMPTY"
    assert code(theo, agreements.breached, agreement, today(), "Late", today() - DAY) == "DATES_REVERSED"
    did(theo, agreements.breached, agreement, today(), "Told us late", today() + 30 * DAY)
    assert code(theo, agreements.keep, fresh(theo, agreement), "") == "FIELD_EMPTY"
    did(theo, agreements.keep, fresh(theo, agreement), "Nobody else covers the county")
    did(theo, agreements.cured, fresh(theo, agreement))
    did(theo, agreements.terminate, fresh(theo, agreement), today())
    assert code(theo, agreements.terminate, fresh(theo, agreement), today()) == "AGREEMENT_OVER"
    assert {"agreement.breached", "agreement.kept", "agreement.cured", "agreement.terminated"} <= set(verbs(willow))


def test_an_exit_is_closed_with_proof_only(theo: Actor, row: VendorService):
    agreement = firms.agreed(theo, row)
    proof = did(theo, papers.keep, row.vendor, "certificate.pdf", PDF)
    assert code(theo, agreements.close, agreement, Agreement.Exit.RETURNED, "", proof) == "EXIT_NOT_PROVEN"
    did(theo, agreements.terminate, agreement, today())
    agreement = fresh(theo, agreement)
    assert code(theo, agreements.close, agreement, Agreement.Exit.RETURNED) == "EXIT_NOT_PROVEN"
    assert code(theo, agreements.close, agreement, "lost", "", proof) == "CHOICE_UNKNOWN"
    did(theo, agreements.close, agreement, Agreement.Exit.INFEASIBLE, "Backups", proof)
    assert fresh(theo, agreement).exit_closed_at is not None
