"""The pages of the inbox: what each role sees, what is done in place, and how often they ask."""

from __future__ import annotations

import datetime as dt
import re
from uuid import UUID

import pytest
import time_machine

from keepwell.access import actions as access
from keepwell.access.models import Notice
from keepwell.access.tests.test_actions import verbs
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.messaging import actions, overdue, rules
from keepwell.messaging.models import InboxRules, Post, Thread
from keepwell.messaging.tests.desk import MOBILE, acts, comes, has_mobile
from keepwell.outbound.models import Message
from keepwell.patients.tests.people import again, entries, looks_after
from keepwell.tasks.asks import For
from tests.browse import ask, counted, text
from tests.cast import Clinic

RULES = {"pool": "front_desk", "answer_minutes": "240", "escalate_minutes": "30", "escalate_to": "", "phone": ""}


def test_an_empty_inbox_teaches(rosa: Actor):
    page = text(ask(rosa, "/inbox/"))
    assert "Nothing waits to be taken" in page
    assert "Nobody waits for you" in text(ask(rosa, "/inbox/?show=mine"))
    assert "Every sender is known" in text(ask(rosa, "/inbox/?show=unknown"))


def test_the_list_names_who_waits_and_nothing_they_wrote(willow: Clinic, rosa: Actor, ada: UUID, bo: UUID):
    has_mobile(willow, ada)
    has_mobile(willow, bo, "+16175550188")
    comes(willow, "My rash is back")
    comes(willow, "Refill please", "+16175550188")
    comes(willow, "Hello?", "+16175550199")
    with counted() as said:
        page = text(ask(rosa, "/inbox/?show=pools"))
    assert "Lovelace" in page
    assert "Unknown sender" in page
    assert "rash" not in page
    assert "Hello?" not in page
    assert sum("custody.open(" in s for s in said) == 1
    assert set(entries(rosa, "kind = 'open'")[-1][2]) == {"identity"}


def test_a_thread_is_taken_read_noted_in_and_closed(willow: Clinic, rosa: Actor, ada: UUID):
    has_mobile(willow, ada)
    thread = comes(willow, "May I come at three?")
    here = f"/inbox/{thread.id}/"
    page = text(ask(rosa, here))
    assert "at three" not in page
    assert "Take it to read it" in page
    ask(rosa, f"{here}claim/", {})
    page = text(ask(rosa, here))
    assert "May I come at three?" in page
    assert "no proof of who wrote" in page
    assert ask(rosa, f"{here}note/", {"note-words": " "}).status_code == 422
    ask(rosa, f"{here}note/", {"note-words": "Three is free"})
    assert "Three is free" in text(ask(rosa, here))
    ask(rosa, f"{here}priority/", {"urgent": "1"})
    ask(rosa, f"{here}wait/", {})
    ask(rosa, f"{here}close/", {"cause": "answered"})
    page = text(ask(rosa, "/inbox/?show=closed"))
    assert "Closed" in page
    ask(rosa, f"{here}reopen/", {})
    assert verbs(willow)[-1] in ("thread.reopened", "care_relation.began")
    assert {"thread.claimed", "message.read", "thread.noted", "thread.on_hold"} <= set(verbs(willow))


def test_beside_the_list_and_on_its_own_page_the_same(willow: Clinic, rosa: Actor):
    thread = comes(willow, "Hello?", "+16175550199")
    whole = text(ask(rosa, f"/inbox/{thread.id}/"))
    part = text(ask(rosa, f"/inbox/{thread.id}/", None, **{"HX-Request": "true"}))
    start, end = part.index('<ol class="posts"'), part.index("</ol>")
    assert part[start:end] in whole


def test_who_has_nothing_to_do_with_a_thread_finds_none(
    willow: Clinic, imani: Actor, olu: Actor, bea: Actor, ada: UUID
):
    has_mobile(willow, ada)
    assert ask(imani, f"/inbox/{comes(willow, 'Hello').id}/").status_code == 404
    thread = comes(willow, "Hello?", "+16175550199")
    assert ask(imani, f"/inbox/{thread.id}/").status_code == 404
    assert ask(olu, f"/inbox/{thread.id}/").status_code == 404
    assert ask(bea, "/inbox/").status_code == 403


def test_a_phone_message_in_one_page(willow: Clinic, rosa: Actor, imani: Actor, ada: UUID):
    typed = {"who": "lovelace", "words": "Out of insulin", "callback": "617 555 0142", "goes_to": f"member:{imani.id}"}
    page = text(ask(rosa, "/inbox/phone/", typed))
    assert "Which patient?" in page
    assert "Out of insulin" in page
    answer = ask(rosa, "/inbox/phone/", typed | {"patient": str(ada)})
    assert answer.status_code == 302
    page = text(ask(rosa, answer.headers["Location"]))
    assert "insulin" not in page
    page = text(ask(imani, answer.headers["Location"]))
    assert "Out of insulin" in page
    assert ask(rosa, "/inbox/phone/", {"goes_to": "me"}).status_code == 422
    assert ask(rosa, "/inbox/phone/", {"goes_to": "me", "words": "x", "callback": "1"}).status_code == 422


ONCE = re.compile(r'name="once" value="([0-9a-f-]{36})"')


def posts(clinic: Clinic, kind: str) -> int:
    with present(clinic.system):
        return Post.objects.filter(kind=kind).count()


def test_pressed_three_times_an_answer_is_sent_once(willow: Clinic, imani: Actor, ada: UUID):
    has_mobile(willow, ada)
    looks_after(willow, imani, ada)
    thread = comes(willow, "Do I still take it at night?")
    with present(willow.system) as by:
        actions.hand_over(thread, For(member=imani.id), by=by)
    here = f"/inbox/{thread.id}/"
    for kind, way, words in (("sent", "reply/", "words"), ("note", "note/", "note-words")):
        typed = {words: "At night.", "once": ONCE.findall(text(ask(imani, here)))[0]}
        for _ in range(3):
            assert ask(imani, here + way, typed).status_code == 302
        assert posts(willow, kind) == 1
        ask(imani, here + way, typed | {"once": ONCE.findall(text(ask(imani, here)))[0]})
        ask(imani, here + way, typed | {"once": "x"})
        assert posts(willow, kind) == 3
    with present(willow.system):
        assert Message.objects.count() == 3


def test_pressed_three_times_a_phone_message_is_taken_once(willow: Clinic, rosa: Actor, imani: Actor):
    typed = {"words": "Out of insulin", "callback": "617 555 0142", "goes_to": f"member:{imani.id}"}
    typed["once"] = ONCE.findall(text(ask(rosa, "/inbox/phone/")))[0]
    where = {ask(rosa, "/inbox/phone/", typed).headers["Location"] for _ in range(3)}
    assert (len(where), posts(willow, "phone")) == (1, 1)
    ask(imani, "/inbox/phone/", typed | {"goes_to": "me"})
    assert posts(willow, "phone") == 2


def test_an_unknown_sender_is_matched_on_the_page(willow: Clinic, rosa: Actor, ada: UUID):
    thread = comes(willow, "It is Ada on a new phone", "+16175550199")
    here = f"/inbox/{thread.id}/match/"
    page = text(ask(rosa, here))
    assert "It is Ada on a new phone" in page
    assert "(617) 555-0199" in page
    assert "Which patient?" in text(ask(rosa, here, {"who": "lovelace"}))
    assert ask(rosa, here, {"who": "lovelace", "patient": str(ada)}).status_code == 302
    with present(again(rosa)):
        assert Thread.objects.get().patient_id == ada


def test_handed_over_it_is_out_of_sight(willow: Clinic, rosa: Actor, imani: Actor, ada: UUID):
    has_mobile(willow, ada)
    thread = comes(willow, "Hello")
    answer = ask(rosa, f"/inbox/{thread.id}/hand-over/", {"over-goes_to": f"member:{imani.id}"})
    assert answer.status_code == 302
    assert "Hello" in text(ask(imani, f"/inbox/{thread.id}/"))


def test_what_nobody_reads_is_told_once(willow: Clinic, cleo: Actor, rosa: Actor, pat: Actor):
    assert ask(pat, "/settings/inbox/", RULES).status_code == 302
    assert verbs(willow)[-1] == "inbox.rules_set"
    thread = comes(willow, "Hello")
    with time_machine.travel(clock.now() + dt.timedelta(minutes=31), tick=True):
        for count in (1, 0):
            with present(access.system_actor(willow.practice.id, Purpose.HOPERAT)) as by:
                assert overdue.escalate(by=by) == count
    with present(again(cleo)):
        assert Notice.objects.filter(member_id=cleo.id, about=thread.id).count() == 1
    assert "message.escalated" in verbs(willow)


def test_the_person_named_may_read_what_they_are_told_of(willow: Clinic, imani: Actor, pat: Actor):
    ask(pat, "/settings/inbox/", RULES | {"escalate_to": str(imani.id)})
    thread = comes(willow, "Hello", MOBILE)
    assert ask(imani, f"/inbox/{thread.id}/").status_code == 404
    with time_machine.travel(clock.now() + dt.timedelta(minutes=31), tick=True):
        with present(access.system_actor(willow.practice.id, Purpose.HOPERAT)) as by:
            overdue.escalate(by=by)
        assert ask(imani, f"/inbox/{thread.id}/").status_code == 200


def test_what_was_read_is_not_told_of(willow: Clinic, rosa: Actor):
    thread = comes(willow, "Hello")
    acts(actions.read, rosa, thread)
    late = time_machine.travel(clock.now() + dt.timedelta(hours=3), tick=True)
    with late, present(access.system_actor(willow.practice.id, Purpose.HOPERAT)) as by:
        assert overdue.escalate(by=by) == 0


def test_rules_that_cannot_be_kept_are_refused(pat: Actor, rosa: Actor):
    with present(again(pat)) as by:
        for asked, code in (
            (rules.Asked("front_desk", 1, 60, None, True, ""), "MINUTES_UNSUITABLE"),
            (rules.Asked("patient", 60, 60, None, True, ""), "TASK_FOR_NOBODY"),
        ):
            with pytest.raises(Refusal) as refusal:
                rules.keep(asked, by=by)
            assert refusal.value.code == code
    assert ask(pat, "/settings/inbox/", RULES | {"answer_minutes": "1"}).status_code == 422
    assert ask(rosa, "/settings/inbox/").status_code == 403
    with present(again(pat)):
        assert not InboxRules.objects.exists()


def test_ready_made_replies(willow: Clinic, pat: Actor):
    ask(pat, "/settings/inbox/replies/", {"name": "Hours", "words": "We open at nine.", "language": "en"})
    page = text(ask(pat, "/settings/inbox/"))
    assert "We open at nine." in page
    reply = page.split("/settings/inbox/replies/")[1].split("/end/")[0]
    ask(pat, f"/settings/inbox/replies/{reply}/end/", {})
    assert "We open at nine." not in text(ask(pat, "/settings/inbox/"))
    assert {"canned_reply.kept", "canned_reply.ended"} <= set(verbs(willow))


def test_whoever_sees_all_hands_over(willow: Clinic, cleo: Actor, imani: Actor):
    thread = comes(willow, "Hello")
    assert "Unknown sender" in text(ask(cleo, "/inbox/?show=all"))
    acts(actions.hand_over, cleo, thread, For(member=imani.id))


def test_today_shows_who_waits_and_not_what_they_wrote(willow: Clinic, rosa: Actor, pat: Actor, ada: UUID):
    has_mobile(willow, ada)
    comes(willow, "My rash is back")
    page = text(ask(rosa, "/"))
    assert "Lovelace" in page
    assert "rash" not in page
    assert "/inbox/" not in text(ask(pat, "/"))
