"""The main job in real browsers: a record comes in, is found with a letter wrong, and is read by those who may."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from keepwell.access import actions as access
from keepwell.access.tests.somebody import PASSWORD, Somebody
from keepwell.base.actor import Purpose, Role
from keepwell.fhir import files
from keepwell.fhir.sources import BytesSource
from keepwell.ledger.doorway import present
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import axe_finds_nothing
from tests.journeys.test_first_day import browser as browser  # a fixture

pytestmark = pytest.mark.browser

ABOUT = {"reference": "urn:uuid:p"}
RECORD: list[dict[str, Any]] = [
    {"resourceType": "Patient", "id": "p", "birthDate": "1962-03-09", "gender": "female",
     "name": [{"family": "Wolniewicz", "given": ["Halina"]}], "telecom": [{"system": "phone", "value": "617-555-0142"}],
     "address": [{"line": ["8 Elm Avenue"], "city": "Salem", "state": "MA", "postalCode": "01970"}]},
    {"resourceType": "Condition", "id": "c", "subject": ABOUT, "onsetDateTime": "2019-05-02",
     "code": {"text": "Polymyalgia rheumatica"}},
    {"resourceType": "Observation", "id": "o", "subject": ABOUT, "status": "final", "effectiveDateTime": "2026-01-09",
     "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}], "text": "Heart rate"},
     "valueQuantity": {"value": 71, "unit": "/min", "code": "/min", "system": "http://unitsofmeasure.org"}},
]  # fmt: skip


@pytest.fixture
def halina(willow: Clinic) -> UUID:
    "Somebody whose record another system sent."
    entries = [
        {"fullUrl": f"urn:uuid:{r['id']}", "resource": r, "request": {"method": "POST", "url": r["resourceType"]}}
        for r in RECORD
    ]
    sent = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()
    report = files.import_file(BytesSource("sent.json", sent), files.importing(willow.practice.id))
    assert report.outcome is not None, report.refusal
    return report.outcome.patient


def signed_in(browser: Browser, workers: Workers, who: Somebody) -> Page:
    tab = browser.new_context(
        base_url=f"http://127.0.0.1:{workers.port}", viewport={"width": 1440, "height": 900}
    ).new_page()
    tab.goto("/sign-in/")
    tab.fill("#id_email", who.email)
    tab.fill("#id_password", PASSWORD)
    tab.click("main .button.primary")
    tab.fill("#id_code", who.next_code())
    tab.click("main .button.primary")
    tab.wait_for_url("**/")
    return tab


def test_the_front_desk_finds_her_with_a_letter_wrong_and_sees_no_record(
    browser: Browser, workers: Workers, willow: Clinic, halina: UUID
):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.FRONT_DESK))
    tab.keyboard.press("/")
    tab.keyboard.type("wolnievicz 3/9/1962")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("text=Halina")
    assert "wolnievicz" not in tab.url.lower()
    tab.click("main table a")
    tab.wait_for_url(f"**/patients/{halina}/")
    page = tab.inner_text("main")
    assert "Halina Wolniewicz" in page
    assert "Polymyalgia" not in tab.content()
    assert tab.locator(".sealed").count() >= 4
    axe_finds_nothing(tab)
    tab.goto(f"/patients/{halina}/about/")
    assert "617" in tab.inner_text("main")


def test_who_looks_after_her_reads_the_record_and_the_privacy_officer_sees_who_looked(
    browser: Browser, workers: Workers, willow: Clinic, halina: UUID
):
    doctor, desk, officer = (Somebody.at(willow, r) for r in (Role.PRACTITIONER, Role.FRONT_DESK, Role.PRIVACY_OFFICER))
    with present(access.system_actor(willow.practice.id, Purpose.HOPERAT)) as by:
        access.relate(halina, member=doctor.membership.id, by=by)
    signed_in(browser, workers, desk).goto(f"/patients/{halina}/")
    tab = signed_in(browser, workers, doctor)
    tab.goto(f"/patients/{halina}/")
    assert "Polymyalgia rheumatica" in tab.inner_text("main")
    assert "recorded" in tab.inner_text(".purpose")
    axe_finds_nothing(tab)
    log = signed_in(browser, workers, officer)
    log.goto(f"/activity/?patient={halina}&kind=open")
    lines = log.locator("main table tbody tr").all_inner_texts()
    assert any("clinical record" in line for line in lines)
    assert any("contact details" in line and "clinical" not in line for line in lines)
    assert "Halina Wolniewicz" in log.inner_text("main")
    axe_finds_nothing(log)


def test_a_colleague_without_a_care_relation_finds_the_record_closed(
    browser: Browser, workers: Workers, willow: Clinic, halina: UUID
):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.PRACTITIONER))
    tab.goto(f"/patients/{halina}/")
    assert "Polymyalgia" not in tab.content()
    assert tab.locator(".sealed").count() >= 4
