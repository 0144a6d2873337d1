"""Questions to the log that officers keep: whose they are, who sees them, what they ask, and how they are undone."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection

from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.compliance import saved
from keepwell.compliance.models import SavedQuestion
from keepwell.compliance.questions import Asked
from keepwell.compliance.tests.test_asking import opens, told
from keepwell.ledger import on_device, queries, signins
from keepwell.ledger.asking import Question
from keepwell.ledger.doorway import present
from tests.browse import ask, text
from tests.cast import Clinic


def again(who: Actor) -> Actor:
    return dataclasses.replace(who, request=new_id())


def keep(who: Actor, query: str, name: str, *, shared: bool = False) -> UUID:
    """Saves what stands in an address; the id of the question."""
    sent = {"name": name} | ({"shared": "on"} if shared else {})
    answer = ask(again(who), f"/activity/saved/?{query}", sent)
    assert answer.status_code == 302, text(answer)
    with present(again(who)) as by:
        row = SavedQuestion.objects.filter(owner_id=by.id).order_by("-saved_at").first()
    assert row is not None
    return row.id


def listed(who: Actor) -> str:
    return text(ask(again(who), "/activity/saved/"))


def do(who: Actor, question: UUID, what: str, **sent: str) -> int:
    return ask(again(who), f"/activity/saved/{question}/{what}/", sent).status_code


def goes(who: Actor, question: UUID) -> str:
    answer = ask(again(who), f"/activity/saved/{question}/")
    return answer.headers.get("Location", str(answer.status_code))


def verbs(who: Actor) -> list[str]:
    with present(again(who)) as by:
        rows = queries.ask(Question(actor=who.id, kind="action"), by).rows
    return [row.verb for row in rows]


def test_a_question_is_kept_under_a_name_and_its_address_asks_it_again(theo: Actor, rosa: Actor, ada: UUID):
    opens(rosa, ada)
    one = keep(theo, f"who={rosa.id}&kind=open", "What Rosa opens")
    assert goes(theo, one) == f"/activity/?who={rosa.id}&kind=open"
    assert "What Rosa opens" in listed(theo)
    page = text(ask(again(theo), "/activity/"))
    assert f'href="/activity/saved/{one}/"' in page
    assert verbs(theo)[0] == "activity.question_saved"


def test_a_name_is_sealed_and_the_question_holds_ids_and_codes_only(theo: Actor, rosa: Actor):
    one = keep(theo, f"who={rosa.id}&kind=open&last=7", "Ada's neighbour at the desk")
    with present(again(theo)), connection.cursor() as cursor:
        cursor.execute("SELECT s::text, asked, name FROM compliance_savedquestion s WHERE id = %s", [one])
        whole, asked, name = cursor.fetchone()
    assert json.loads(asked) == {"who": str(rosa.id), "kind": "open", "last": "7"}
    assert "neighbour" not in whole
    assert b"neighbour" not in bytes(name)


def test_one_of_my_own_is_nobody_elses_until_it_is_shared(theo: Actor, sam: Actor):
    one = keep(theo, "kind=deny", "Refusals")
    assert "Refusals" not in listed(sam)
    assert goes(sam, one) == "404"
    assert do(theo, one, "share", shared="on") == 302
    assert "Refusals" in listed(sam)
    assert "shared by Theo" in listed(sam)
    assert goes(sam, one) == "/activity/?kind=deny"
    assert verbs(theo)[0] == "activity.question_shared"
    assert do(theo, one, "share", shared="off") == 302
    assert goes(sam, one) == "404"


@pytest.mark.parametrize("what", ["rename", "share", "take-away", "undo"])
def test_only_whoever_keeps_a_question_changes_it(theo: Actor, sam: Actor, what: str):
    one = keep(theo, "kind=deny", "Refusals", shared=True)
    assert do(sam, one, what, name="Mine now", shared="off") == 404
    assert "Refusals" in listed(sam)


def test_a_new_name_is_undone(theo: Actor):
    one = keep(theo, "kind=deny", "Refusals")
    assert do(theo, one, "rename", name="  Closed   doors ") == 302
    assert "It is called “Closed doors” now." in listed(theo)
    assert verbs(theo)[0] == "activity.question_renamed"
    assert do(theo, one, "undo") == 302
    assert "Closed doors" not in listed(theo)
    assert "Refusals" in listed(theo)
    assert verbs(theo)[0] == "activity.question_undone"


def test_what_was_taken_away_comes_back_for_ten_minutes(theo: Actor, monkeypatch: pytest.MonkeyPatch):
    one = keep(theo, "kind=deny", "Refusals")
    assert do(theo, one, "take-away") == 302
    assert verbs(theo)[0] == "activity.question_taken_away"
    assert "“Refusals” is no longer kept." in listed(theo)
    assert goes(theo, one) == "404"
    assert do(theo, one, "rename", name="Gone") == 404
    assert do(theo, one, "undo") == 302
    assert goes(theo, one) == "/activity/?kind=deny"
    assert do(theo, one, "take-away") == 302
    later = clock.now() + dt.timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    late = ask(again(theo), f"/activity/saved/{one}/undo/", {})
    assert (late.status_code, "more than 10 minutes ago" in text(late)) == (409, True)


def refused(who: Actor, does: Callable[[Actor], object]) -> str:
    with pytest.raises(Refusal) as caught, present(again(who)) as by:
        does(by)
    return caught.value.code


def test_refusals_of_saved_questions_by_code(theo: Actor, monkeypatch: pytest.MonkeyPatch):
    everything, some = Asked({}, "UTC"), Asked({"kind": "deny"}, "UTC")
    assert refused(theo, lambda by: saved.save(everything, "All", False, by=by)) == "QUESTION_EMPTY"
    one = keep(theo, "kind=deny", "Refusals")
    assert refused(theo, lambda by: saved.undo(one, by=by)) == "QUESTION_UNDO_OVER"
    monkeypatch.setattr(saved, "MOST", 1)
    assert refused(theo, lambda by: saved.save(some, "More", False, by=by)) == "QUESTIONS_FULL"


@pytest.mark.parametrize(
    ("query", "name", "says"),
    [
        ("", "Everything", "needs no name"),
        ("kind=deny", "   ", "This is empty."),
        ("kind=deny", "x" * 81, "longer than 80"),
        ("kind=nonsense&who=nobody", "Nothing", "needs no name"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_the_field(theo: Actor, query: str, name: str, says: str):
    answer = ask(theo, f"/activity/saved/?{query}", {"name": name})
    assert (answer.status_code, says in text(answer)) == (422, True)


def test_nobody_keeps_more_than_fifty(theo: Actor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(saved, "MOST", 2)
    keep(theo, "kind=deny", "One")
    keep(theo, "kind=find", "Two")
    answer = ask(again(theo), "/activity/saved/?kind=open", {"name": "Three"})
    assert (answer.status_code, "You keep 2 questions already" in text(answer)) == (422, True)


def test_an_auditor_keeps_their_own_shares_none_and_sees_none_of_the_officers(willow: Clinic, theo: Actor):
    auditor = willow.employs("quinn", Role.AUDITOR, Purpose.HCOMPL)
    officers = keep(theo, "kind=deny", "Refusals", shared=True)
    mine = keep(auditor, "kind=open", "Openings")
    assert goes(auditor, mine) == "/activity/?kind=open"
    assert "Refusals" not in listed(auditor)
    assert goes(auditor, officers) == "404"
    assert ask(again(auditor), "/activity/saved/?kind=find", {"name": "For all", "shared": "on"}).status_code == 403
    assert do(auditor, mine, "share", shared="on") == 403


def test_who_may_not_read_the_log_keeps_no_questions(rosa: Actor):
    assert ask(rosa, "/activity/saved/").status_code == 403


def test_another_practice_has_none_of_them(theo: Actor, oak: Clinic):
    one = keep(theo, "kind=deny", "Refusals", shared=True)
    wren = oak.employs("wren", Role.PRIVACY_OFFICER, Purpose.HCOMPL)
    assert "Refusals" not in listed(wren)
    assert goes(wren, one) == "404"


def test_what_was_done_on_a_device_is_found_by_the_device(
    willow: Clinic, theo: Actor, rosa: Actor, ada: UUID, bo: UUID
):

    device, there, elsewhere = new_id(), new_id(), new_id()
    for session, where in ((there, {"device": device}), (elsewhere, {})):
        with present(Actor(rosa.id, rosa.practice, rosa.role, rosa.purpose, session)) as by:
            signins.record("sign_in.succeeded", by, detail={"by": ["password"], **where})
    opens(rosa, ada, there)
    opens(rosa, bo, elsewhere)
    (row,) = told(theo, f"device={device}&verb=chart.opened")
    assert "Ada" in row
    assert told(theo, f"device={new_id()}") == []
    assert told(theo, f"device={device}&session={elsewhere}") == []
    assert len(told(theo, f"device={device}&session={there}&verb=chart.opened")) == 1


def test_a_question_about_the_last_days_moves_along(
    theo: Actor, rosa: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    opens(rosa, ada)
    query = f"who={rosa.id}&verb=chart.opened&last=7"
    assert len(told(theo, query)) == 1
    later = clock.now() + dt.timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert told(again(theo), query) == []


def test_the_sessions_of_a_device_are_told_to_its_own_practice(theo: Actor, rosa: Actor, olu: Actor):
    device, session = new_id(), new_id()
    with present(Actor(rosa.id, rosa.practice, rosa.role, rosa.purpose, session)) as by:
        signins.record("sign_in.succeeded", by, detail={"by": ["password"], "device": device})
    with present(again(theo)):
        assert on_device.sessions_on(device) == [session]
    with present(again(olu)):
        assert on_device.sessions_on(device) == []
