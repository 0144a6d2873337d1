"""What came in otherwise than one wishes, in a real browser: from a parent, damaged, and for somebody who is gone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from keepwell.access.models import Membership
from keepwell.access.tests.somebody import Somebody
from keepwell.base.actor import Purpose, Role
from keepwell.compliance.people import dormant
from keepwell.ledger.doorway import present
from keepwell.messaging import rules
from keepwell.messaging.tests.desk import comes
from keepwell.messaging.tests.test_answers import takes
from keepwell.patients.reach import Kin
from keepwell.patients.tests.people import LI, registers
from tests.attacks.workers import Workers
from tests.attacks.workers import workers as workers  # a fixture
from tests.cast import Clinic
from tests.journeys.test_first_day import browser as browser  # a fixture
from tests.journeys.test_main_job import signed_in
from tests.journeys.test_tasks import fits

pytestmark = pytest.mark.browser


def test_what_came_in_damaged_or_from_a_parent(browser: Browser, workers: Workers, willow: Clinic):
    registers(willow, LI, Kin(name="Mei Chen", relationship="mother", phone="(617) 555-0177"))
    comes(willow, "We are ten minutes late.", "+16175550177")
    takes(willow, b"no header")
    tab = signed_in(browser, workers, Somebody.at(willow, Role.FRONT_DESK))
    tab.goto("/inbox/?show=unknown")
    tab.click(".mail .row-link")
    tab.wait_for_selector("text=the number of a parent")
    fits(tab, "thread-parent")
    tab.goto("/documents/")
    fits(tab, "tray-mail")
    tab.click("main .row-link")
    tab.wait_for_selector("text=kept as it came")
    fits(tab, "document-mail")


def test_a_rule_that_names_somebody_gone_shows_the_hole(browser: Browser, workers: Workers, willow: Clinic):
    tab = signed_in(browser, workers, Somebody.at(willow, Role.ADMINISTRATOR))
    gone = willow.employs("imani", Role.PRACTITIONER, Purpose.TREAT)
    with present(willow.system) as by:
        rules.keep(rules.Asked("front_desk", 240, 30, gone.id, False, ""), by=by)
        dormant.suspend(Membership.objects.get(id=gone.id), by=by)
    tab.goto("/settings/inbox/")
    tab.wait_for_selector("text=Imani is to be told of unread messages")
    fits(tab, "inbox-rules-hole")
