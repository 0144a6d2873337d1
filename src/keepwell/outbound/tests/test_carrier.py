"""Who may carry what: every answer of the gate's first question, asked of the rows of this moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.outbound import agreements, connections
from keepwell.outbound.agreements import REACHES
from keepwell.outbound.models import Agreement, Connection, Decision, Ground, Pause, ServiceKind, VendorService
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.firms import DAY, did, fresh, today
from keepwell.outbound.tests.sending import SMTP
from keepwell.outbound.vendors import actions, agreement_actions, papers
from keepwell.patients.tests.people import again
from keepwell.vault.phi import PhiClass


def answer(by: Actor, channel: Channel = Channel.SMS, **more: object) -> str:
    """The code the gate would hold a message with, or "" when it is cleared."""
    with present(again(by)) as here:
        found = agreements.asked(channel, by=here, **more)  # type: ignore[arg-type]
        if isinstance(found, Refusal):
            with pytest.raises(Refusal) as raised:
                agreements.carrier(channel, by=here, **more)  # type: ignore[arg-type]
            assert raised.value.code == found.code
            return found.code
        assert agreements.carrier(channel, by=here, **more) == found  # type: ignore[arg-type]
        return ""


def test_nobody_carries_what_nobody_is_cleared_for(theo: Actor):
    assert answer(theo) == "BAA_REQUIRED"
    row = firms.service(theo)
    assert answer(theo) == "BAA_REQUIRED"
    firms.associate(theo, row)
    assert answer(theo) == "BAA_REQUIRED"


def test_an_agreement_in_force_clears_its_service_and_says_until_when(theo: Actor):
    row = firms.cleared(theo)
    with present(again(theo)) as by:
        found = agreements.carrier(Channel.SMS, by=by)
        assert (found.service, found.vendor, found.until) == (row.id, row.vendor_id, today() + 300 * DAY)
        assert found.label == "Acme · sms line"
        assert agreements.decision(row).agreement
    assert answer(theo, Channel.EMAIL) == "BAA_REQUIRED"


def test_a_service_in_the_register_is_not_used_before_somebody_says_so(theo: Actor):
    row = firms.associate(theo, firms.service(theo))
    firms.agreed(theo, row)
    assert answer(theo) == "SERVICE_NOT_IN_USE"
    did(theo, actions.use, row)
    assert answer(theo) == ""
    did(theo, actions.stop, fresh(theo, row))
    assert answer(theo) == "SERVICE_NOT_IN_USE"


def test_an_agreement_that_ended_yesterday_carries_nothing_today(theo: Actor):
    firms.cleared(theo, ends_on=today())
    assert answer(theo) == ""
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=1), tick=True):
        assert answer(theo) == "BAA_EXPIRED"


def test_a_term_that_renews_itself_counts_no_further_before_somebody_looked(theo: Actor):
    firms.cleared(theo, ends_on=today(), renews_itself=True)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=1), tick=True):
        assert answer(theo) == "BAA_AUTO_RENEW_UNREVIEWED"


def test_one_signature_is_none(theo: Actor):
    row = firms.associate(theo, firms.service(theo))
    agreement = firms.recorded(theo, row)
    did(theo, agreement_actions.sign, agreement, today() - DAY, None)
    assert answer(theo) == "BAA_NOT_COUNTERSIGNED"


def test_an_agreement_that_begins_tomorrow_carries_nothing_today(theo: Actor):
    row = firms.associate(theo, firms.service(theo))
    firms.agreed(theo, row, starts_on=today() + DAY)
    assert answer(theo) == "BAA_REQUIRED"


def test_a_cure_that_came_too_late_pauses_unless_it_is_written_why_not(theo: Actor):
    row = firms.associate(theo, firms.service(theo))
    agreement = firms.agreed(theo, row)
    did(theo, actions.use, row)
    did(theo, agreement_actions.breached, agreement, today() - 9 * DAY, "Kept texts for a year", today() - DAY)
    assert answer(theo) == "CURE_EXPIRED"
    did(theo, agreement_actions.keep, fresh(theo, agreement), "No other relay reaches our island")
    assert answer(theo) == ""


def test_a_cured_breach_pauses_nothing(theo: Actor):
    row = firms.associate(theo, firms.service(theo))
    agreement = firms.agreed(theo, row)
    did(theo, actions.use, row)
    did(theo, agreement_actions.breached, agreement, today() - 9 * DAY, "Kept texts", today() - DAY)
    did(theo, agreement_actions.cured, fresh(theo, agreement))
    assert answer(theo) == ""


def test_a_terminated_agreement_carries_nothing(theo: Actor):
    row = firms.associate(theo, firms.service(theo))
    agreement = firms.agreed(theo, row)
    did(theo, actions.use, row)
    did(theo, agreement_actions.terminate, agreement, today())
    assert answer(theo) == "BAA_EXPIRED"


def test_classes_that_nothing_covers_are_held(theo: Actor):
    firms.cleared(theo)
    assert answer(theo, classes=[PhiClass.CLINICAL]) == "BAA_CLASS_NOT_COVERED"


def test_the_post_needs_no_agreement_and_another_practice_has_none_of_ours(theo: Actor, ximena: Actor):
    row = firms.service(theo, ServiceKind.LETTER, "The post", keeps=False)
    did(theo, actions.decide, row, Decision.CONDUIT, Ground.CARRIES_ONLY)
    did(theo, actions.use, fresh(theo, row))
    assert answer(theo, Channel.LETTER) == ""
    assert answer(theo, Channel.LETTER, classes=[PhiClass.CLINICAL]) == "BAA_CLASS_NOT_COVERED"
    assert answer(ximena, Channel.LETTER) == "BAA_REQUIRED"


def test_a_paused_channel_names_another_and_none_when_there_is_none(theo: Actor):
    row = firms.cleared(theo)
    agreement_of = firms.cleared(theo, ServiceKind.EMAIL, "Mailer")
    with present(again(theo)) as by:
        assert agreements.paused(by) == {}
        assert agreements.fallback(Channel.SMS, by=by) is None, "nobody is connected"
    did(theo, connections.connect, agreement_of.id, "smtp", SMTP)
    with present(again(theo)) as by:
        assert agreements.fallback(Channel.SMS, by=by) is Channel.EMAIL
        assert agreements.fallback(Channel.SMS, by=by, among=[Channel.FAX]) is None
    did(theo, actions.stop, fresh(theo, agreement_of))
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=400), tick=True), present(again(theo)) as by:
        assert {c: r.code for c, r in agreements.paused(by).items()} == {Channel.SMS: "BAA_EXPIRED"}
        assert agreements.fallback(Channel.SMS, by=by) is None
        with pytest.raises(Refusal, match="BAA_EXPIRED"):
            agreements.cleared(row.id, by=by, classes=agreements.REACHES)


def test_of_several_that_are_cleared_the_connected_one_carries(theo: Actor):
    old, new = firms.cleared(theo, ServiceKind.EMAIL, "Old"), firms.cleared(theo, ServiceKind.EMAIL, "New")

    def carries() -> tuple[object, bool]:
        with present(again(theo)) as by:
            ways = agreements.carrying([Channel.EMAIL], by=by)
            return agreements.carrier(Channel.EMAIL, by=by).service, Channel.EMAIL in ways

    assert carries() == (old.id, False), "nobody is connected: the first says so"
    did(theo, connections.connect, new.id, "smtp", SMTP)
    assert carries() == (new.id, True)
    did(theo, connections.connect, old.id, "smtp", SMTP)
    assert carries() == (old.id, True), "the order of the register decides between two"
    with present(again(theo)):
        standing = Connection.objects.get(service_id=old.id, ended_at=None).id
    did(theo, connections.disconnect, standing)
    assert carries() == (new.id, True)


def deny(by: Actor, agreement: Agreement) -> None:
    did(by, agreement_actions.check_clauses, agreement, {"safeguards": (False, "")})


def unsign(by: Actor, agreement: Agreement) -> None:
    did(by, agreement_actions.sign, agreement, None, today() - DAY)


def refuses(by: Actor, agreement: Agreement) -> None:
    did(by, actions.change, agreement.vendor, contact="", notes="", signs="refuses")


def unpaper(by: Actor, agreement: Agreement) -> None:
    did(by, papers.subcontract, agreement.vendor, "Line Carrier", "Ohio")


FOUND_LATER = {
    deny: "BAA_CLAUSE_MISSING", unsign: "BAA_NOT_COUNTERSIGNED", refuses: "VENDOR_REFUSES_BAA",
    unpaper: "SUBCONTRACTOR_UNPAPERED",
}  # fmt: skip


@pytest.mark.attack
@pytest.mark.parametrize("finds", list(FOUND_LATER), ids=lambda each: each.__name__)
def test_what_is_found_after_an_agreement_came_into_force_counts_from_then_on(theo: Actor, finds: Callable[..., None]):
    row = firms.associate(theo, firms.service(theo))
    agreement = firms.agreed(theo, row)
    did(theo, actions.use, row)
    assert answer(theo) == ""
    finds(theo, fresh(theo, agreement))
    assert answer(theo) == FOUND_LATER[finds]
    with present(again(theo)) as by:
        assert agreements.paused(by)[Channel.SMS].code == FOUND_LATER[finds]
        assert Pause.objects.filter(channel=Channel.SMS, ended_at=None).exists(), "people are told at once"
        service = VendorService.objects.select_related("vendor", "practice").get(id=row.id)
        assert agreements.asked_of(service, REACHES) is None


def test_an_agreement_with_a_subcontractor_counts_from_its_day(theo: Actor):
    row = firms.cleared(theo)
    with time_machine.travel(dt.datetime.now(dt.UTC) + 2 * DAY, tick=True):
        did(theo, papers.subcontract, row.vendor, "Line Carrier", "Ohio", "", today())
        assert answer(theo) == ""
    assert answer(theo) == "SUBCONTRACTOR_UNPAPERED"
    did(theo, papers.subcontract, row.vendor, "Line Carrier", "Ohio", "", today())
    assert answer(theo) == ""
    named = did(theo, papers.subcontract, row.vendor, "Other Carrier", "Ohio")
    assert answer(theo) == "SUBCONTRACTOR_UNPAPERED"
    did(theo, papers.end_subcontractor, named)
    assert answer(theo) == ""


def test_however_many_services_there_are_the_questions_are_as_many(theo: Actor):
    kinds = (ServiceKind.SMS, ServiceKind.EMAIL, ServiceKind.FAX)
    wanted = {(Channel(kind.value), classes) for kind in kinds for classes in (REACHES, frozenset({PhiClass.CLINICAL}))}
    asked = []
    for number, kind in enumerate(kinds):
        firms.cleared(theo, kind, f"Firm {number}")
        with present(again(theo)) as by, CaptureQueriesContext(connection) as queries:
            agreements.carriers(wanted, by=by)
        asked.append(len(queries))
    assert asked == [4, 4, 4]
