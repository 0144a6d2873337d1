"""A channel that nobody may carry is told of at once, with what goes instead and whom the front desk calls."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest
import time_machine

from keepwell.access.models import Notice
from keepwell.access.tests.consenting import agree
from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.outbound.models import Agreement, Assurance, Pause, ServiceKind
from keepwell.outbound.tests import firms
from keepwell.outbound.tests.firms import DAY, did, fresh, today
from keepwell.outbound.vendors import actions, agreement_actions, calling, clocks, papers, pauses
from keepwell.patients.reach import Contact
from keepwell.patients.tests.people import adds, again
from keepwell.tasks.models import Task
from tests.browse import ask, text
from tests.cast import Clinic


def told(by: Actor) -> list[str]:
    with present(again(by)):
        return list(Notice.objects.filter(member_id=by.id).order_by("made_at").values_list("kind", flat=True))


def tasks(clinic: Clinic, *, open_only: bool = True) -> list[str]:
    with present(clinic.system):
        rows = Task.objects.filter(settled_at=None) if open_only else Task.objects.all()
        return sorted(rows.order_by("id").values_list("kind", flat=True))


def ticks(clinic: Clinic, days: int = 0) -> int:
    """The nightly look, so many days from now."""
    with time_machine.travel(dt.datetime.now(dt.UTC) + days * DAY, tick=True), present(clinic.system) as by:
        return clocks.run(by=by)


def test_who_ends_what_carries_tells_officers_and_owner_at_once_and_once(
    willow: Clinic, theo: Actor, sam: Actor, pat: Actor, rosa: Actor
):
    firms.cleared(theo)
    firms.cleared(theo, ServiceKind.EMAIL, "Mailer")
    with present(again(theo)):
        agreement = Agreement.objects.select_related("vendor").get(vendor__name="Acme")
    did(theo, agreement_actions.terminate, agreement, today())
    assert told(theo) == told(sam) == told(pat) == [pauses.PAUSED]
    assert told(rosa) == []
    with present(again(theo)):
        pause = Pause.objects.get()
        assert (pause.channel, pause.code, pause.instead) == ("sms", "BAA_EXPIRED", "email")
    assert tasks(willow).count(pauses.CALL) == 1
    with present(willow.system) as by:
        assert pauses.look(by=by) == 0
    assert "channel.paused" in verbs(willow)
    row = firms.cleared(theo, ServiceKind.SMS, "Bolt")
    assert told(theo)[-1] == pauses.RESUMED
    assert pauses.CALL not in tasks(willow)
    assert {"channel.resumed", "task.obsolete"} <= set(verbs(willow))
    assert fresh(theo, row).used_since is not None


def test_a_date_that_passes_is_told_by_the_next_look(willow: Clinic, theo: Actor):
    firms.cleared(theo, ends_on=today())
    with present(willow.system) as by:
        assert pauses.look(by=by) == 0
    with time_machine.travel(dt.datetime.now(dt.UTC) + DAY, tick=True), present(willow.system) as by:
        assert pauses.look(by=by) == 1
    assert told(theo) == [pauses.PAUSED]


@pytest.mark.parametrize(("days", "expected"), [(100, 0), (90, 1), (60, 1), (30, 1), (7, 1)])
def test_each_step_before_the_end_raises_one_task(willow: Clinic, theo: Actor, days: int, expected: int):
    firms.cleared(theo, ends_on=today() + days * DAY)
    assert ticks(willow) == expected
    assert ticks(willow) == 0, "the same look again finds its own task"
    assert tasks(willow).count(clocks.ENDS) == expected


def test_the_nearer_step_replaces_the_one_before_and_a_renewal_ends_them(willow: Clinic, theo: Actor):
    firms.cleared(theo, ends_on=today() + 80 * DAY)
    assert [ticks(willow), ticks(willow, 25), ticks(willow, 74)] == [1, 1, 1]
    with present(willow.system):
        (left,) = Task.objects.filter(kind=clocks.ENDS, settled_at=None)
        assert left.priority == Task.Priority.URGENT and left.due_on == today() + 80 * DAY
        agreement = Agreement.objects.select_related("vendor").get()
    firms.confirmed(theo, agreement)
    did(theo, agreement_actions.review, agreement)
    did(theo, agreement_actions.renew, fresh(theo, agreement), today() + 400 * DAY)
    assert ticks(willow, 75) == 0
    assert tasks(willow) == []


def test_evidence_cures_and_exits_have_their_clocks_and_verification_has_none(willow: Clinic, theo: Actor):
    row = firms.cleared(theo)
    days = (today() - 300 * DAY, today() + 20 * DAY)
    did(theo, papers.assure, row.vendor, Assurance.Kind.SOC2, ["access"], days, "Report")
    did(theo, papers.assure, row.vendor, Assurance.Kind.VERIFICATION, [], days, "Letter")
    with present(again(theo)):
        agreement = Agreement.objects.select_related("vendor").get()
    did(theo, agreement_actions.breached, agreement, today(), "Late", today() + 5 * DAY)
    ticks(willow)
    assert tasks(willow) == [clocks.CURE, clocks.EVIDENCE]
    did(theo, agreement_actions.terminate, fresh(theo, agreement), today())
    ticks(willow)
    assert clocks.EXIT in tasks(willow) and clocks.CURE not in tasks(willow)
    assert text(ask(theo, f"/vendors/{row.vendor_id}/")).count("only proposed law") == 0
    with time_machine.travel(dt.datetime.now(dt.UTC) + 200 * DAY, tick=True):
        assert "only proposed law" in text(ask(theo, f"/vendors/{row.vendor_id}/"))


def test_who_cannot_be_reached_is_called_and_nobody_else(
    willow: Clinic, theo: Actor, rosa: Actor, ada: UUID, bo: UUID, monkeypatch: pytest.MonkeyPatch
):
    soon = clock.now() + 2 * DAY
    monkeypatch.setattr(calling, "EXPECTING", [lambda by: {ada: soon, bo: soon + DAY}])
    adds(willow, ada, Contact(system="phone", value="+1 617 555 0100"))
    adds(willow, ada, Contact(system="email", value="ada@example.org"))
    page = text(ask(rosa, "/calls/"))
    assert "Lovelace" in page and "Nguyen" in page and "No phone on file" in page and "(617) 555-0100" in page
    row = firms.cleared(theo, ServiceKind.EMAIL, "Mailer")
    assert "Lovelace" in text(ask(rosa, "/calls/")), "she has not agreed to e-mail about appointments"
    agree(willow, ada, "email", "appointments")
    page = text(ask(rosa, "/calls/"))
    assert "Lovelace" not in page and "Nguyen" in page
    did(theo, actions.stop, row)
    assert "Lovelace" in text(ask(rosa, "/calls/"))
