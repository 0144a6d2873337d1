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
from keepwell.base.sending import Channel
from keepwell.ledger.doorway import present
from keepwell.outbound import connections, planned
from keepwell.outbound.models import Agreement, Assurance, Pause, ServiceKind
from keepwell.outbound.tests import firms, sending
from keepwell.outbound.tests.firms import DAY, did, fresh, today
from keepwell.outbound.tests.servers import https, mail
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


def of(by: Actor, vendor: str) -> Agreement:
    with present(again(by)):
        return Agreement.objects.select_related("vendor").get(vendor__name=vendor)


def ticks(clinic: Clinic, days: int = 0) -> int:
    """The nightly look, so many days from now."""
    with time_machine.travel(dt.datetime.now(dt.UTC) + days * DAY, tick=True), present(clinic.system) as by:
        return clocks.run(by=by)


def test_who_ends_what_carries_tells_officers_and_owner_at_once_and_once(
    willow: Clinic, theo: Actor, sam: Actor, pat: Actor, rosa: Actor
):
    firms.cleared(theo)
    firms.cleared(theo, ServiceKind.EMAIL, "Mailer")
    did(theo, agreement_actions.terminate, of(theo, "Acme"), today())
    assert told(theo) == told(sam) == told(pat) == [pauses.PAUSED]
    assert told(rosa) == []
    with present(again(theo)):
        pause = Pause.objects.get()
        assert (pause.channel, pause.code, pause.instead) == ("sms", "BAA_EXPIRED", ""), "e-mail is not connected"
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


def test_evidence_cures_and_exits_have_their_clocks(willow: Clinic, theo: Actor):
    row = firms.cleared(theo)
    days = (today() - 300 * DAY, today() + 20 * DAY)
    did(theo, papers.assure, row.vendor, Assurance.Kind.SOC2, ["access"], days, "Report")
    with present(again(theo)):
        agreement = Agreement.objects.select_related("vendor").get()
    did(theo, agreement_actions.breached, agreement, today(), "Late", today() + 5 * DAY)
    ticks(willow)
    assert tasks(willow) == [clocks.CURE, clocks.EVIDENCE]
    did(theo, agreement_actions.terminate, fresh(theo, agreement), today())
    ticks(willow)
    assert clocks.EXIT in tasks(willow) and clocks.CURE not in tasks(willow)


def test_an_agreement_that_simply_ran_out_leaves_the_data_to_be_proved(willow: Clinic, theo: Actor):
    row = firms.cleared(theo, ends_on=today() + DAY)
    ticks(willow)
    assert clocks.EXIT not in tasks(willow)
    ticks(willow, 3)
    assert {clocks.ENDS, clocks.EXIT} <= set(tasks(willow))
    firms.agreed(theo, row, ends_on=today() + 300 * DAY)
    ticks(willow, 4)
    assert clocks.EXIT not in tasks(willow), "another agreement is in force: the data rightly stays"


def test_the_yearly_verification_is_asked_for_once_and_never_urgent(willow: Clinic, theo: Actor):
    row = firms.cleared(theo, ends_on=today() + 900 * DAY)
    days = (today() - 300 * DAY, today() + 65 * DAY)
    did(theo, papers.assure, row.vendor, Assurance.Kind.VERIFICATION, [], days, "Letter")
    assert [ticks(willow), ticks(willow, 40), ticks(willow, 70), ticks(willow, 200)] == [0, 1, 0, 0]
    with present(willow.system):
        (left,) = Task.objects.filter(settled_at=None)
        assert (left.kind, left.priority, left.due_on) == (clocks.VERIFY, Task.Priority.ROUTINE, None)
    with time_machine.travel(dt.datetime.now(dt.UTC) + 200 * DAY, tick=True):
        page = text(ask(theo, f"/vendors/{row.vendor_id}/"))
        assert "only proposed law" in page and "May be used" in page, "amber, and nothing is paused"
    did(theo, papers.assure, row.vendor, Assurance.Kind.VERIFICATION, [], (today(), today() + 365 * DAY), "Letter")
    ticks(willow, 200)
    assert tasks(willow) == []
    assert "only proposed law" not in text(ask(theo, f"/vendors/{row.vendor_id}/"))


def test_rooms_have_a_clock_of_their_own_and_a_withdrawn_paper_counts_no_longer(willow: Clinic, theo: Actor):
    row = firms.associate(theo, firms.service(theo, ServiceKind.HOSTING, "Cloud Ltd."))
    rooms = ["access", "environment", "surveillance"]
    far = (today() - DAY, today() + 364 * DAY)
    did(theo, papers.assure, row.vendor, Assurance.Kind.SOC2, rooms[:2], far, "Section 5")
    near = did(theo, papers.assure, row.vendor, Assurance.Kind.SITE_VISIT, rooms[2:], (far[0], today() + 25 * DAY), "X")
    firms.agreed(theo, row, ends_on=today() + 900 * DAY)
    did(theo, actions.use, fresh(theo, row))
    ticks(willow)
    assert tasks(willow) == [clocks.ROOMS], "the visit alone speaks of cameras, and ends first"
    did(theo, papers.assure, row.vendor, Assurance.Kind.OTHER, rooms[2:], far, "Camera plan")
    ticks(willow)
    assert tasks(willow) == []
    with present(again(theo)):
        plan = Assurance.objects.select_related("vendor").get(kind=Assurance.Kind.OTHER)
    at = f"/vendors/{row.vendor_id}/"
    assert f"/vendors/assurances/{near.id}/withdraw/" in text(ask(theo, at))
    for paper in (near, plan):
        assert ask(theo, f"/vendors/assurances/{paper.id}/withdraw/", {}).status_code == 302
    page = text(ask(theo, at))
    assert "Nobody speaks of the rooms" in page and "withdrawn on" in page and "May be used" in page
    ticks(willow)
    assert tasks(willow) == [clocks.ROOMS]
    assert ask(theo, f"/vendors/assurances/{near.id}/withdraw/", {}).status_code == 404
    assert "vendor.assurance_withdrawn" in verbs(willow)


def test_a_pause_is_told_by_mail_too_messages_fall_back_and_the_desk_gets_its_list(
    willow: Clinic, theo: Actor, sam: Actor, pat: Actor, rosa: Actor, ada: UUID, bo: UUID,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    soon = clock.now() + 2 * DAY
    monkeypatch.setattr(calling, "EXPECTING", [lambda by: {ada: soon, bo: soon}])
    sending.writes(pat)
    sending.reachable(willow, ada)
    adds(willow, bo, Contact(system="sms", value="(617) 555-0166"))
    agree(willow, bo, "sms", "appointments")
    with mail() as box, https() as texts:
        sending.carries(pat, Channel.EMAIL, box.secrets())
        sending.carries(pat, Channel.SMS, texts.secrets())
        later = clock.now() + dt.timedelta(minutes=1)
        with present(again(rosa)) as by:
            planned.plan(sending.reminder(ada, Channel.SMS, key="ada", not_before=later), by=by)
            planned.plan(sending.reminder(bo, Channel.SMS, key="bo", not_before=later), by=by)
        assert "Lovelace" not in (page := text(ask(rosa, "/calls/"))) and "Nguyen" not in page
        did(theo, agreement_actions.terminate, of(theo, "Acme sms"), today())
        assert told(theo) == told(sam) == told(pat) == [pauses.FALLS_BACK]
        sending.dispatched(willow)
        assert sorted(m["To"].partition(".")[0] for m in box.taken) == ["pat", "sam", "theo"], "before anybody looked"
        with time_machine.travel(later + dt.timedelta(seconds=5), tick=True):
            sending.dispatched(willow)
        assert [m["To"] for m in box.taken[3:]] == ["ada@example.org"] and texts.taken == []
    left = {m.key: (m.status, m.channel, m.reason) for m in sending.every(willow) if m.patient_id}
    assert left == {"ada": ("sent", "email", ""), "bo": ("waiting", "sms", "BAA_EXPIRED")}
    page = text(ask(rosa, "/calls/"))
    assert "Nguyen" in page and "(617) 555-0166" in page and "Lovelace" not in page
    assert "Paused: text messages" in (today_page := text(ask(rosa, "/"))) and 'href="/calls/"' in today_page
    assert "/vendors/" not in text(ask(rosa, "/outbox/")), "nobody is offered a page that would refuse them"
    page = text(ask(rosa, f"/patients/{ada}/send/?by=sms"))
    assert "It goes by e-mail instead" in page and "BAA_EXPIRED" in page


def test_who_cannot_be_reached_is_called_and_nobody_else(
    willow: Clinic, theo: Actor, pat: Actor, rosa: Actor, ada: UUID, bo: UUID, monkeypatch: pytest.MonkeyPatch
):
    soon = clock.now() + 2 * DAY
    monkeypatch.setattr(calling, "EXPECTING", [lambda by: {ada: soon, bo: soon + DAY}])
    adds(willow, ada, Contact(system="phone", value="+1 617 555 0100"))
    adds(willow, ada, Contact(system="email", value="ada@example.org"))
    page = text(ask(rosa, "/calls/"))
    assert "Lovelace" in page and "Nguyen" in page and "No phone on file" in page and "(617) 555-0100" in page
    row = firms.cleared(theo, ServiceKind.EMAIL, "Mailer")
    agree(willow, ada, "email", "appointments")
    assert "Lovelace" in text(ask(rosa, "/calls/")), "nobody is connected to carry it"
    did(pat, connections.connect, row.id, "smtp", sending.SMTP)
    page = text(ask(rosa, "/calls/"))
    assert "Lovelace" not in page and "Nguyen" in page
    did(theo, actions.stop, row)
    assert "Lovelace" in text(ask(rosa, "/calls/"))
