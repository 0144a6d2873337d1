"""Vendors come into the register, are decided, vetted and put in use; what stands against that has a name."""

from __future__ import annotations

from typing import Any

import pytest

from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.outbound.models import Agreement, Assurance, Decision, Ground, ServiceKind, Vendor, VettingAnswer
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.firms import DAY, PDF, did, fresh, today
from keepwell.outbound.vendors import actions, agreement_actions, papers, vetting
from keepwell.patients.tests.people import again
from tests.browse import ask, text
from tests.cast import Clinic


def code(by: Actor, action: Any, *said: Any, **more: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        did(by, action, *said, **more)
    return refusal.value.code


def test_a_vendor_is_added_changed_decided_used_and_ended(willow: Clinic, theo: Actor):
    row = firms.cleared(theo)
    did(theo, actions.change, row.vendor, contact="Ann, +1 617 555 0100", notes="", signs=Vendor.Signs.WILLING)
    assert code(theo, actions.end, row.vendor) == "EXIT_NOT_PROVEN"
    with present(again(theo)):
        agreement = Agreement.objects.select_related("vendor").get()
    did(theo, agreement_actions.terminate, agreement, today())
    proof = did(theo, papers.keep, row.vendor, "destroyed.pdf", PDF)
    did(theo, agreement_actions.close, fresh(theo, agreement), Agreement.Exit.DESTROYED, "Certificate", proof)
    did(theo, actions.stop, fresh(theo, row))
    did(theo, actions.end, fresh(theo, row.vendor))
    assert {
        "vendor.added", "vendor.changed", "vendor.ended", "vendor_service.added", "vendor_service.decided",
        "vendor_service.used", "vendor_service.stopped", "agreement.terminated", "agreement.closed",
        "vendor.paper_kept",
    } <= set(verbs(willow))  # fmt: skip
    assert code(theo, actions.add, " ") == "FIELD_EMPTY"
    did(theo, actions.add, "Bolt")
    assert code(theo, actions.add, "BOLT") == "VENDOR_KNOWN"


@pytest.mark.parametrize(
    ("kind", "keeps", "what", "why", "expected"),
    [
        (ServiceKind.HOSTING, False, Decision.CONDUIT, Ground.CARRIES_ONLY, "CONDUIT_STORES"),
        (ServiceKind.EMAIL, False, Decision.CONDUIT, Ground.CARRIES_ONLY, "CONDUIT_STORES"),
        (ServiceKind.LETTER, True, Decision.CONDUIT, Ground.CARRIES_ONLY, "CONDUIT_STORES"),
        (ServiceKind.STORAGE, True, Decision.NO_PHI, Ground.ENCRYPTED, "CONDUIT_STORES"),
        (ServiceKind.LETTER, False, Decision.CONDUIT, Ground.TREATS, "DECISION_UNFOUNDED"),
        (ServiceKind.SUPPORT, False, Decision.NO_PHI, Ground.NOTHING_REACHES, "NO_PHI_CLASSES"),
    ],
)
def test_what_somebody_keeps_decides_what_they_can_be(theo: Actor, kind, keeps, what, why, expected):
    row = firms.service(theo, kind, keeps=keeps)
    assert code(theo, actions.decide, row, what, why) == expected


def test_encrypted_without_a_key_is_a_business_associate(theo: Actor):
    row = firms.service(theo, ServiceKind.STORAGE)
    did(
        theo,
        actions.decide,
        row,
        Decision.BUSINESS_ASSOCIATE,
        Ground.ENCRYPTED,
        "Cold backups",
    )
    assert fresh(theo, row).decision == Decision.BUSINESS_ASSOCIATE


def test_nobody_is_used_undecided_unwilling_unassured_or_with_unpapered_subcontractors(willow: Clinic, theo: Actor):
    row = firms.service(theo, ServiceKind.HOSTING, "Cloud Ltd.")
    vendor = row.vendor
    assert code(theo, actions.use, row) == "SERVICE_UNDECIDED"
    row = firms.associate(theo, row)
    did(theo, papers.subcontract, vendor, "Rack Co.", "Ohio")
    assert code(theo, actions.use, row) == "SUBCONTRACTOR_UNPAPERED"
    did(theo, papers.subcontract, vendor, "Rack Co.", "Ohio", "Racks", today() - 90 * DAY)
    assert code(theo, actions.use, row) == "HOSTING_ASSURANCE_MISSING"
    dates = (today() - DAY, today() + 300 * DAY)
    did(theo, papers.assure, vendor, Assurance.Kind.SOC2, ["access", "environment"], dates, "Type II, section 5")
    assert code(theo, actions.use, row) == "HOSTING_ASSURANCE_MISSING"
    did(theo, papers.assure, vendor, Assurance.Kind.SITE_VISIT, ["surveillance"], dates, "We went there")
    assert code(theo, actions.use, row) == "BAA_REQUIRED"
    firms.agreed(theo, row)
    did(theo, vetting.answer, fresh(theo, vendor), "sign", VettingAnswer.Said.NO)
    assert code(theo, actions.use, fresh(theo, row)) == "VENDOR_REFUSES_BAA"
    did(theo, vetting.answer, fresh(theo, vendor), "sign", VettingAnswer.Said.YES, "Signed")
    did(theo, actions.use, fresh(theo, row))
    assert {"vendor.subcontractor_named", "vendor.assured", "vendor.answered"} <= set(verbs(willow))


def test_evidence_that_is_over_assures_nothing(theo: Actor):
    row = firms.associate(theo, firms.service(theo, ServiceKind.HOSTING))
    did(theo, papers.assure, row.vendor, Assurance.Kind.SOC2, ["access", "environment", "surveillance"],
        (today() - 400 * DAY, today() - DAY), "Last year's")  # fmt: skip
    firms.agreed(theo, row)
    assert code(theo, actions.use, row) == "HOSTING_ASSURANCE_MISSING"


def test_a_good_answer_needs_proof_and_the_answers_come_to_a_score(theo: Actor):
    vendor = did(theo, actions.add, "Acme")
    assert code(theo, vetting.answer, vendor, "transit", "yes") == "VENDOR_NO_EVIDENCE"
    assert code(theo, vetting.answer, vendor, "unknown", "no") == "CHOICE_UNKNOWN"
    did(theo, vetting.answer, vendor, "transit", "yes", "TLS 1.3 only, scanned")
    did(theo, vetting.answer, vendor, "rest", "no")
    with present(again(theo)):
        found = vetting.score(vendor, VettingAnswer.objects.filter(vendor=vendor))
    assert (found.points, found.answered, found.of) == (50, 2, len(vetting.questions()))
    did(theo, vetting.answer, fresh(theo, vendor), "sign", "no")
    with present(again(theo)):
        refusing = Vendor.objects.get()
        assert vetting.score(refusing, VettingAnswer.objects.filter(vendor=vendor)).points == 0


def test_a_file_is_what_its_bytes_say_and_lies_sealed(willow: Clinic, theo: Actor, settings):
    vendor = did(theo, actions.add, "Acme")
    assert code(theo, papers.keep, vendor, "report.pdf", b"MZ\x90\x00") == "PAPER_TYPE"
    assert code(theo, papers.keep, vendor, "report.pdf", b"") == "FILES_MISSING"
    assert code(theo, papers.keep, vendor, "report.pdf", b"%PDF-" + bytes(papers.MOST)) == "PAPER_TOO_LARGE"
    paper = did(theo, papers.keep, vendor, "Vertrag Müller.pdf", PDF)
    lies = (settings.PLACES.media / "papers" / str(paper.id)).read_bytes()
    assert b"%PDF" not in lies
    assert did(theo, papers.read, paper) == PDF
    (settings.PLACES.media / "papers" / str(paper.id)).write_bytes(lies[:-1] + b"x")
    assert code(theo, papers.read, paper) == "INTEGRITY_FAILURE"
    (settings.PLACES.media / "papers" / str(paper.id)).unlink()
    assert code(theo, papers.read, paper) == "PAPER_GONE"
    assert "vendor.paper_read" in verbs(willow)


def test_the_register_shows_each_service_and_what_is_paused(theo: Actor, rosa: Actor):
    assert "Nobody is in the register yet" in text(ask(theo, "/vendors/"))
    firms.cleared(theo)
    page = text(ask(theo, "/vendors/"))
    assert "Acme" in page and "Business associate" in page and "May be used" in page
    assert ask(rosa, "/vendors/").status_code == 403
