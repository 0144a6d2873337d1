"""Consents held on paper come in from a list, judged row by row, and go out again if it was the wrong one."""

from __future__ import annotations

import datetime as dt
import io
from uuid import UUID

import pytest

from keepwell.access import consenting
from keepwell.access.consenting import Answer
from keepwell.access.models import Consent
from keepwell.access.tests.test_actions import verbs
from keepwell.access.tests.test_consents import code
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel
from keepwell.charts import open as open_chart
from keepwell.ledger.doorway import present
from keepwell.patients.consents import paper
from keepwell.patients.excerpts import Listed
from keepwell.patients.models import PaperLoad
from tests.browse import ask, text
from tests.cast import Clinic


@pytest.fixture
def ops(cleo: Actor) -> Actor:
    return Actor(cleo.id, cleo.practice, cleo.role, Purpose.HOPERAT)


def number(clinic: Clinic, who: Actor, patient: UUID) -> str:
    with present(Actor(who.id, who.practice, who.role, who.purpose)) as by:
        return open_chart(patient, Listed, by=by).one(Listed).record_number


def sent(who: Actor, *rows: str, head: str = "Record number,Consent,Date,Source") -> PaperLoad:
    with present(Actor(who.id, who.practice, who.role, who.purpose)) as by:
        return paper.send(io.BytesIO("\n".join([head, *rows]).encode()), by=by)


def test_a_list_is_judged_written_down_and_taken_out(willow: Clinic, ops: Actor, ada: UUID, bo: UUID):
    mine, other = number(willow, ops, ada), number(willow, ops, bo)
    load = sent(
        ops,
        f"{mine},text reminders,03/04/2024,blue folder",
        f"{other.lower()},Telehealth,2024-05-06,",
        f"{other},marketing,2024-05-06,",
        "ZZZZ-9999,telehealth,2024-05-06,",
        f"{mine},telehealth,{clock.now().year + 1}-05-06,",
        f"{mine},telehealth,someday,",
        f"{mine},,2024-05-06,",
    )  # fmt: skip
    assert (load.good, load.bad) == (2, 5)
    assert verbs(willow)[-1] == "paper_consents.checked"
    assert code(willow, ada, Channel.SMS) == "SMS_NO_CONSENT"
    here = f"/paper-consents/{load.id}/"
    page = text(ask(ops, here))
    for refused in ("PAPER_KIND_UNKNOWN", "RECORD_NUMBER_UNKNOWN", "DATE_IN_FUTURE", "DATE_UNREADABLE", "FIELD_EMPTY"):
        assert refused in page, refused
    assert "someday" in text(ask(ops, f"{here}rejects/"))
    assert ask(ops, f"{here}load/", {}).status_code == 302
    assert "consents.loaded" in verbs(willow) and verbs(willow)[-1] == "paper_consents.moved"
    assert code(willow, ada, Channel.SMS) == ""
    with present(willow.system):
        row = Consent.objects.get(patient_id=ada)
        assert (row.how, row.source, row.given_at.date(), row.batch) == ("paper", "paper", dt.date(2024, 3, 4), load.id)
    assert ask(ops, f"{here}load/", {}).status_code == 409
    assert ask(ops, f"{here}undo/", {}).status_code == 302
    assert "consents.unloaded" in verbs(willow)
    assert code(willow, ada, Channel.SMS) == "SMS_NO_CONSENT"
    assert "Taken out again" in text(ask(ops, here))


def test_what_somebody_answered_already_stays(willow: Clinic, ops: Actor, ada: UUID):
    with present(willow.system) as by:
        consenting.answer(ada, Answer(kind="reach", channel="sms", topic="appointments", agreed=False), by=by)
    load = sent(ops, f"{number(willow, ops, ada)},text reminders,2024-05-06,")
    with present(ops) as by:
        assert paper.take(load, by=by) == 0
    assert code(willow, ada, Channel.SMS) == "SMS_OPTED_OUT"


def test_a_list_is_thrown_away_and_its_rows_with_it(willow: Clinic, ops: Actor, ada: UUID):
    load = sent(ops, f"{number(willow, ops, ada)},telehealth,2024-05-06,")
    assert ask(ops, f"/paper-consents/{load.id}/discard/", {}).status_code == 302
    with present(willow.system):
        assert PaperLoad.objects.get().rows is None
    assert ask(ops, f"/paper-consents/{load.id}/burn/", {}).status_code == 404


def test_a_list_names_its_columns_and_is_not_endless(willow: Clinic, ops: Actor, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(Refusal) as gap:
        sent(ops, "1,2", head="Record number,Consent")
    assert gap.value.code == "PAPER_COLUMNS_MISSING"
    monkeypatch.setattr(paper, "MOST", 1)
    with pytest.raises(Refusal) as long:
        sent(ops, "a,b,c,d", "e,f,g,h")
    assert long.value.code == "TABLE_TOO_LONG"


def test_only_who_may_sends_one(willow: Clinic, rosa: Actor, ops: Actor):
    assert ask(rosa, "/paper-consents/").status_code == 403
    assert "Nothing counts before you saw" in text(ask(ops, "/paper-consents/"))
    assert "FILES_MISSING" not in text(ask(ops, "/paper-consents/", {}))
    assert ask(ops, "/paper-consents/", {}).status_code == 422


def test_an_old_paper_does_not_undo_what_was_taken_back_after_it(
    willow: Clinic, ops: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    mine = number(willow, ops, ada)
    first = sent(ops, f"{mine},text reminders,03/04/2024,")
    ask(ops, f"/paper-consents/{first.id}/load/", {})
    with present(willow.system) as by:
        row = Consent.objects.get(patient_id=ada, ended_at=None)
        consenting.revoke((ada,), [row], by=by)
    assert code(willow, ada, Channel.SMS) == "SMS_NO_CONSENT"
    older = sent(ops, f"{mine},text reminders,02/03/2024,")
    ask(ops, f"/paper-consents/{older.id}/load/", {})
    assert code(willow, ada, Channel.SMS) == "SMS_NO_CONSENT"
    later = clock.now() + dt.timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    newer = sent(ops, f"{mine},text reminders,{later - dt.timedelta(days=1):%Y-%m-%d},")
    ask(ops, f"/paper-consents/{newer.id}/load/", {})
    assert code(willow, ada, Channel.SMS) == "", "what they signed afterwards counts again"
