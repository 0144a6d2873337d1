"""The pages of vendors and agreements, driven the way an officer goes: add, decide, agree, check, sign, use, end."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.ledger.doorway import present
from keepwell.outbound.models import Agreement, Vendor, VendorService
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.firms import DAY, PDF, did, fresh, today
from keepwell.outbound.vendors import actions
from keepwell.outbound.vendors.clauses import clauses
from keepwell.patients.tests.people import again
from tests.browse import ask, text
from tests.cast import Clinic


def file(name: str = "signed.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def only(by: Actor, model: Any) -> Any:
    with present(again(by)):
        return model.objects.get()


def sends(by: Actor, path: str, data: dict[str, Any]) -> None:
    answer = ask(by, path, data)
    assert answer.status_code == 302, re.findall(r'class="error"[^>]*>.*?</p>', text(answer), re.DOTALL) or text(answer)


def test_an_officer_goes_from_nothing_to_a_vendor_in_use(theo: Actor):
    sends(theo, "/vendors/new/", {"name": "Acme SMS", "contact": "Ann, day and night", "signs": "willing", "notes": ""})
    vendor = only(theo, Vendor)
    at = f"/vendors/{vendor.id}/"
    assert "Nobody has decided" not in text(ask(theo, at)) and "Nothing yet. Add what they do" in text(ask(theo, at))
    offered = {"kind": "sms", "name": "Texting", "classes": ["identity", "contact"], "keeps": "on"}
    assert ask(theo, f"{at}services/", offered | {"kind": "pigeon"}).status_code == 422
    sends(theo, f"{at}services/", offered)
    service = only(theo, VendorService)
    decided = {"decision": "conduit", "ground": "carries_only", "reason": ""}
    wrong = ask(theo, f"/vendors/services/{service.id}/decide/", decided)
    assert wrong.status_code == 422 and "CONDUIT_STORES" in text(wrong)
    sends(
        theo,
        f"/vendors/services/{service.id}/decide/",
        decided | {"decision": "business_associate", "ground": "handles"},
    )
    held = ask(theo, f"/vendors/services/{service.id}/use/", {})
    assert held.status_code == 403 and "BAA_REQUIRED" in text(held)
    terms = {"covers": [str(service.id)], "starts_on": f"{today() - DAY}", "ends_on": "", "report_days": "5"}
    assert ask(theo, f"{at}agreements/", terms).status_code == 422
    sends(theo, f"{at}agreements/", terms | {"with_service": "on", "draft": "1"})
    agreement = only(theo, Agreement)
    there = f"/vendors/agreements/{agreement.id}/"
    page = text(ask(theo, there))
    assert "Not in force yet" in page and "suggested" in page and "14 of 14 required clauses" in page
    early = ask(theo, f"{there}press/activate/", {})
    assert early.status_code == 403 and "BAA_NOT_COUNTERSIGNED" in text(early)
    sends(theo, f"{there}clauses/", {f"found-{code}": "yes" for code in clauses()} | {"where-uses": "page 1"})
    assert "Every required clause is confirmed by a person" in text(ask(theo, there))
    lies = {"ours": f"{today()}", "theirs": f"{today()}", "signers": "Pat and Ann", "file": file(content=b"MZ")}
    assert "PAPER_TYPE" in text(ask(theo, f"{there}sign/", lies))
    sends(theo, f"{there}sign/", lies | {"file": file()})
    sends(theo, f"{there}press/activate/", {})
    sends(theo, f"/vendors/services/{service.id}/use/", {})
    assert "May be used" in text(ask(theo, "/vendors/"))
    page = text(ask(theo, at))
    assert "Ann, day and night" in page and "signed.pdf" in page


def test_the_draft_is_a_tagged_document_and_the_same_each_time(theo: Actor):
    row = firms.associate(theo, firms.service(theo))
    agreement = firms.recorded(theo, row)
    one = ask(theo, f"/vendors/agreements/{agreement.id}/draft/")
    assert one["Content-Type"] == "application/pdf" and one.content.startswith(b"%PDF-")
    assert "Acme" not in one["Content-Disposition"]
    assert ask(theo, f"/vendors/agreements/{agreement.id}/draft/").content == one.content


def test_an_agreement_goes_on_breaks_and_ends_on_its_page(theo: Actor):
    row = firms.cleared(theo)
    there = f"/vendors/agreements/{only(theo, Agreement).id}/"
    assert ask(theo, f"{there}renew/", {"ends_on": f"{today()}"}).status_code == 422
    sends(theo, f"{there}breach/", {"breach": "Late", "breached_on": f"{today() - DAY}", "cure_by": f"{today() + DAY}"})
    assert "They mended it" in text(ask(theo, there))
    assert ask(theo, f"{there}keep/", {"because": ""}).status_code == 422
    sends(theo, f"{there}keep/", {"because": "Nobody else reaches the island"})
    sends(theo, f"{there}press/cured/", {})
    sends(theo, f"{there}terminate/", {"on": f"{today()}"})
    assert "Paused" in text(ask(theo, "/vendors/")) and "No other channel carries anything" in text(
        ask(theo, "/vendors/")
    )
    assert "EXIT_NOT_PROVEN" in text(ask(theo, f"{there}close/", {"exit": "destroyed", "words": ""}))
    sends(theo, f"{there}close/", {"exit": "destroyed", "words": "Wiped", "file": file()})
    assert "Closed" in text(ask(theo, there))
    sends(theo, f"/vendors/services/{row.id}/stop/", {})
    sends(theo, f"/vendors/{row.vendor_id}/end/", {})
    assert "Acme" in text(ask(theo, "/vendors/?show=ended"))
    assert ask(theo, f"{there}press/dance/", {}).status_code == 404
    assert ask(theo, f"{there}dance/", {}).status_code == 404


def test_answers_attestations_and_subcontractors_are_kept_with_their_proof(willow: Clinic, theo: Actor, pat: Actor):
    vendor = did(theo, actions.add, "Cloud Ltd.")
    at = f"/vendors/{vendor.id}/"
    assert "VENDOR_NO_EVIDENCE" in text(ask(theo, f"{at}questions/rest/", {"said": "yes", "evidence": ""}))
    sends(theo, f"{at}questions/rest/", {"said": "yes", "evidence": "", "file": file("report.pdf")})
    sends(theo, f"{at}questions/transit/", {"said": "no", "evidence": ""})
    assert "50 of 100 points, 2 of 18 questions answered" in text(ask(theo, f"{at}questions/"))
    when = {"issued_on": f"{today() - DAY}", "ends_on": f"{today() + 30 * DAY}"}
    assert ask(theo, f"{at}assurances/", when | {"kind": "soc2", "says": ""}).status_code == 422
    sends(theo, f"{at}assurances/", when | {"kind": "soc2", "says": "Section 5", "covers": ["access"], "file": file()})
    sends(theo, f"{at}subcontractors/", {"name": "Rack Co.", "place": "Ohio", "does": "", "agreed_on": ""})
    sends(theo, f"{at}change/", {"contact": "Bob", "signs": "refuses", "notes": "Slow"})
    page = text(ask(theo, at))
    assert "Rack Co." in page and "No agreement" in page and "Section 5" in page and "Signs no agreement" in page
    assert "cameras and alarms" in page and "report.pdf" in page
    (row,) = re.findall(r"/vendors/subcontractors/[0-9a-f-]+/end/", page)
    for by, status in ((pat, 302), (pat, 404)):
        assert ask(by, row, {}).status_code == status
    page = text(ask(theo, at))
    assert row not in page and re.search(r"Ended.*Rack Co\..*until", page, re.DOTALL)
    assert "vendor.subcontractor_ended" in verbs(willow)
    (paper,) = re.findall(r"/vendors/papers/[0-9a-f-]+/(?=\">report)", page)
    assert ask(theo, paper).content == PDF
    assert ask(theo, f"/vendors/papers/{vendor.id}/").status_code == 404


@pytest.mark.parametrize("path", ["/vendors/", "/vendors/new/", "/vendors/{vendor}/", "/vendors/{vendor}/questions/"])
def test_vendors_are_the_officers_and_stay_in_their_practice(theo: Actor, rosa: Actor, olu: Actor, path: str, oak):
    vendor = did(theo, actions.add, "Acme")
    assert ask(rosa, path.format(vendor=vendor.id)).status_code == 403
    hana = oak.employs("hana", Role.PRIVACY_OFFICER, Purpose.HCOMPL)
    answer = ask(hana, path.format(vendor=vendor.id))
    assert answer.status_code == (404 if "{vendor}" in path else 200)
    assert "Acme" not in text(answer)
    assert fresh(theo, vendor).name == "Acme"


def test_an_administrator_and_an_auditor_see_the_register_and_only_one_changes_it(pat: Actor, willow, theo: Actor):
    ansel = willow.employs("ansel", Role.AUDITOR, Purpose.HCOMPL)
    vendor = did(theo, actions.add, "Acme")
    assert "Add a service" in text(ask(pat, f"/vendors/{vendor.id}/"))
    page = ask(ansel, f"/vendors/{vendor.id}/")
    assert page.status_code == 200 and "Add a service" not in text(page)
    assert ask(ansel, f"/vendors/{vendor.id}/end/", {}).status_code == 403
