"""Who may carry what: every answer of the gate's first question, asked of the rows of this moment."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.outbound import agreements, connections
from keepwell.outbound.models import Decision, Ground, ServiceKind
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.firms import DAY, did, fresh, today
from keepwell.outbound.tests.sending import SMTP
from keepwell.outbound.vendors import actions, agreement_actions
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
