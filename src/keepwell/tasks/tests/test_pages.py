"""The pages of tasks: what each role reads, what is done in place, and how often they ask."""

from __future__ import annotations

from uuid import UUID

from keepwell.base.actor import Actor, Role
from keepwell.ledger.doorway import present
from keepwell.patients.tests.people import again, entries
from keepwell.tasks import actions as tasks
from keepwell.tasks.asks import For
from keepwell.tasks.models import Task, TaskComment
from keepwell.tasks.tests.test_actions import COUNTED, acts, adds
from tests.browse import ask, counted, text
from tests.cast import Clinic


def test_added_in_one_line_done_and_undone_in_place(rosa: Actor):
    assert "Nothing to do" in text(ask(rosa, "/tasks/"))
    assert ask(rosa, "/tasks/add/", {"title": "Order paper", "goes_to": "me"}).status_code == 302
    page = text(ask(rosa, "/tasks/"))
    assert "Order paper" in page
    with present(again(rosa)):
        task = Task.objects.get()
    answer = ask(rosa, f"/tasks/{task.id}/done/", {"back": "/?here"})
    assert answer.headers["Location"] == "/?here"
    assert "Undo" in text(ask(rosa, "/tasks/"))
    assert "Order paper" in text(ask(rosa, "/tasks/?show=done"))
    ask(rosa, f"/tasks/{task.id}/reopen/", {"back": "https://elsewhere.example/"})
    page = text(ask(rosa, "/"))
    assert "Order paper" in page
    assert "Undo" not in page


def test_a_patient_is_looked_up_and_chosen_never_guessed(rosa: Actor, ada: UUID):
    typed = {"title": "Call back", "goes_to": "me", "words": "lovelace"}
    page = text(ask(rosa, "/tasks/add/", typed))
    assert "Which patient?" in page
    assert 'value="Call back"' in page
    with present(again(rosa)):
        assert not Task.objects.exists()
    assert ask(rosa, "/tasks/add/", typed | {"patient": str(ada)}).status_code == 302
    page = text(ask(rosa, "/tasks/"))
    assert "Ada Lovelace" in page
    assert "Call back" in page


def test_refusals_stand_at_their_fields(rosa: Actor, ada: UUID):
    empty = ask(rosa, "/tasks/add/", {"title": " ", "goes_to": "me"})
    assert empty.status_code == 422
    assert "id_title" in text(empty)
    short = ask(rosa, "/tasks/add/", {"title": "Call", "goes_to": "me", "words": "a"})
    assert short.status_code == 422
    assert "three letters" in text(short)
    assert ask(rosa, "/tasks/add/", {"title": "Call", "goes_to": "role:patient"}).status_code == 422


def test_who_is_suspended_is_asked_for_nothing(rosa: Actor, cleo: Actor, willow: Clinic):
    from keepwell.compliance.people import dormant

    asked = {"title": "Order paper", "goes_to": f"member:{cleo.id}"}
    assert ask(rosa, "/tasks/add/", asked).status_code == 302
    with present(willow.system) as by:
        dormant.suspend(willow.members["cleo"], by=by)
    assert ask(rosa, "/tasks/add/", asked).status_code == 422


def test_one_list_is_one_opening_whatever_is_on_it(rosa: Actor, ada: UUID, bo: UUID):
    ask(rosa, "/tasks/")
    for patient, words in ((ada, "Call her"), (bo, "Write to him"), (None, "Order paper")):
        adds(rosa, words, For(member=rosa.id), patient)
    with counted() as said:
        page = text(ask(rosa, "/tasks/"))
    for words in ("Nguyen", "Call her", "Write to him", "Order paper"):
        assert words in page
    assert "sealed" not in page
    assert sum("custody.open(" in s for s in said) == 1
    assert len(said) <= 20, "\n".join(said)
    kind, verb, classes, subjects, listed, _detail = entries(rosa, "kind = 'open'")[-1]
    assert (kind, verb, listed) == ("open", "chart.opened", True)
    assert set(subjects) == {ada, bo, rosa.practice}
    assert set(classes) == {"identity", "contact", "office"}


def test_an_administrator_sees_that_there_is_work_but_not_about_whom(rosa: Actor, pat: Actor, ada: UUID):
    adds(rosa, "Call about the refund", For(member=rosa.id), ada)
    adds(rosa, "Order paper", For(member=rosa.id))
    page = text(ask(pat, "/tasks/?show=all"))
    assert "Order paper" in page
    assert "refund" not in page
    assert "Lovelace" not in page
    assert "Rosa" in page
    assert "Order paper" not in text(ask(rosa, "/tasks/?show=pools"))


def test_who_does_not_see_all_sees_their_own(rosa: Actor, imani: Actor, bea: Actor):
    task = adds(imani, "Mine alone", For(member=imani.id))
    assert "Mine alone" not in text(ask(bea, "/tasks/?show=all"))
    assert ask(bea, f"/tasks/{task.id}/").status_code == 404
    assert ask(bea, f"/tasks/{task.id}/done/", {}).status_code == 404
    adds(rosa, "Whoever is free", For(role=Role.BILLER))
    assert "Take it" in text(ask(bea, "/tasks/?show=pools"))


def test_beside_the_list_and_on_its_own_page_the_same(rosa: Actor, ada: UUID):
    task = adds(rosa, "Call back", For(member=rosa.id), ada)
    assert ask(rosa, f"/tasks/{task.id}/comment/", {"said": ""}).status_code == 422
    assert ask(rosa, f"/tasks/{task.id}/comment/", {"said": "Left a message"}).status_code == 302
    whole = text(ask(rosa, f"/tasks/{task.id}/"))
    beside = text(ask(rosa, f"/tasks/{task.id}/", None, **{"HX-Request": "true"}))
    assert "<html" in whole
    assert "<html" not in beside
    for words in ("Call back", "Left a message", "Ada Lovelace"):
        assert words in whole
        assert words in beside
    with present(again(rosa)):
        assert TaskComment.objects.get().whose == ada


def test_changed_and_handed_over_on_the_page(rosa: Actor, imani: Actor):
    task = adds(rosa, "Order paper", For(member=rosa.id))
    assert ask(rosa, f"/tasks/{task.id}/change/", {"change-title": ""}).status_code == 422
    fields = {
        "change-title": "Order ink",
        "change-due_on": "2026-12-01",
        "change-due_time": "10:30",
        "change-urgent": "on",
    }
    assert ask(rosa, f"/tasks/{task.id}/change/", fields).status_code == 302
    assert "Order ink" in text(ask(rosa, f"/tasks/{task.id}/"))
    assert ask(rosa, f"/tasks/{task.id}/hand-over/", {"over-goes_to": "nobody"}).status_code == 422
    ask(rosa, f"/tasks/{task.id}/hand-over/", {"over-goes_to": f"member:{imani.id}"})
    assert "Order ink" in text(ask(imani, "/"))
    assert "Order ink" in text(ask(rosa, "/tasks/?show=asked"))


def test_a_trainee_is_not_shown_the_words_on_today_but_on_the_tasks_page(willow: Clinic, rosa: Actor, ada: UUID):
    from keepwell.base.actor import Purpose

    jun = willow.employs("jun", Role.TRAINEE, Purpose.HOPERAT)
    adds(rosa, "Measure blood pressure", For(member=jun.id), ada)
    today = text(ask(jun, "/"))
    assert "Ada Lovelace" in today
    assert "Measure" not in today
    assert "Measure blood pressure" in text(ask(jun, "/tasks/"))


def test_words_one_may_not_read_are_not_changed_by_guess(rosa: Actor, pat: Actor, ada: UUID):
    task = adds(rosa, "Call", For(member=rosa.id), ada)
    answer = ask(pat, f"/tasks/{task.id}/change/", {"change-title": "Something else"})
    assert answer.status_code == 403
    assert "POLICY_DENY" in text(answer)


def test_a_raised_task_reads_without_any_opening(willow: Clinic, pat: Actor):
    with present(willow.system) as by:
        tasks.raise_task(COUNTED, by=by, goes_to=For(role=Role.ADMINISTRATOR), count=4)
    before = len(entries(pat, "kind = 'open'"))
    assert "Count 4 devices" in text(ask(pat, "/tasks/?show=pools"))
    with present(again(pat)):
        task = Task.objects.get()
    acts(tasks.claim, pat, task)
    assert "Count 4 devices" in text(ask(pat, "/"))
    assert len(entries(pat, "kind = 'open'")) == before


def test_pages_of_fifty(rosa: Actor):
    for number in range(51):
        adds(rosa, f"Number {number}", For(member=rosa.id))
    first, second = text(ask(rosa, "/tasks/")), text(ask(rosa, "/tasks/?page=2"))
    assert first.count("row-link") == 50
    assert second.count("row-link") == 1
    assert "Show all" in text(ask(rosa, "/"))
