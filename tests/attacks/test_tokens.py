"""A token lets one program do what it was made for, from where it was made for, until it ends; and nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from keepwell.access import bearer, programs
from keepwell.access.models import ApiToken, Membership, Program
from keepwell.access.pages import api, stamp_of
from keepwell.access.policy import Can
from keepwell.access.tests.somebody import Somebody, entries
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role, nobody
from keepwell.base.refusal import Refusal
from keepwell.ledger import queries
from keepwell.ledger.doorway import present
from tests.browse import ask, text
from tests.cast import Clinic


def again(by: Actor) -> Actor:
    return Actor(by.id, by.practice, by.role, by.purpose)


def program_of(pat: Actor, role: Role = Role.AUDITOR, purpose: Purpose = Purpose.HCOMPL) -> Program:
    with present(again(pat)) as by:
        return programs.begin("Lab results", role, purpose, Membership.objects.get(id=pat.id), by=by)


def token_for(
    pat: Actor, *scopes: Can, networks: tuple[str, ...] = (), days: int = 90
) -> tuple[Program, ApiToken, str]:
    program = program_of(pat)
    with present(again(pat)) as by:
        token, words = programs.make_token(program, scopes, clock.now() + dt.timedelta(days=days), networks, by=by)
    return program, token, words


def call(words: str, **more: Any) -> Any:
    return Client().get("/api/me/", headers={"Authorization": f"Bearer {words}"}, **more)


def refused(answer: Any, code: str) -> None:
    assert answer.headers["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert (said["code"], answer.status_code) == (code, Refusal(code).status)
    assert said["status"] == answer.status_code
    assert said["title"] and said["detail"]


def test_a_program_learns_who_it_is(willow: Clinic, pat: Actor):
    program, token, words = token_for(pat, Can.READ_LEDGER)
    said = call(words).json()
    assert (said["program"], said["practice"], said["role"], said["purpose"]) == (
        "Lab results", "Willow", "auditor", "HCOMPL",
    )  # fmt: skip
    assert said["scopes"] == sorted([Can.READ_LEDGER, Can.USE_API])
    with present(again(pat)):
        assert programs.last_used()[token.id] <= clock.now()
    assert [e["subjects"] for e in entries("token.made", willow.system)] == [[program.id]]
    assert [e["subjects"] for e in entries("program.begun", willow.system)] == [[program.id]]


@pytest.mark.parametrize(
    "said", ["", "Bearer", "Bearer kw_nothing", "Basic kw_x", "Bearer kw_é", f"Bearer kw_{'x' * 500}"]
)
def test_what_is_no_token_is_refused_and_told_to_the_house(said: str, database: None):
    before = len(entries("sign_in.failed", nobody()))
    refused(Client().get("/api/me/", headers={"Authorization": said}), "TOKEN_REFUSED")
    assert [e["outcome"] for e in entries("sign_in.failed", nobody())[before:]] == ["TOKEN_REFUSED"]


def test_a_token_that_ended_is_refused_by_name(willow: Clinic, pat: Actor, monkeypatch: pytest.MonkeyPatch):
    _, token, words = token_for(pat, days=1)
    later = clock.now() + dt.timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    refused(call(words), "SECRET_EXPIRED")
    monkeypatch.undo()
    with present(again(pat)) as by:
        programs.revoke(token, by=by)
    refused(call(words), "TERMINATED_USER")
    assert entries("token.revoked", willow.system)


def test_a_program_that_ended_takes_its_tokens_with_it(willow: Clinic, pat: Actor):
    program, _, words = token_for(pat)
    with present(again(pat)) as by:
        programs.end(program, by=by)
    refused(call(words), "TERMINATED_USER")
    assert entries("program.ended", willow.system)


def test_a_token_counts_from_its_networks_alone(pat: Actor):
    _, _, words = token_for(pat, networks=("192.0.2.0/24", "2001:db8::/32"))
    refused(call(words, REMOTE_ADDR="198.51.100.7"), "TOKEN_ELSEWHERE")
    refused(call(words, REMOTE_ADDR="unknown"), "TOKEN_ELSEWHERE")
    assert call(words, REMOTE_ADDR="192.0.2.9").status_code == 200
    assert call(words, REMOTE_ADDR="2001:db8::9").status_code == 200


def answered(words: str, can: Can, view: Any = None) -> HttpResponse:
    "A call that needs `can`, through the entrance."
    stamped = api(can)(view or (lambda request: HttpResponse("in")))
    request = RequestFactory().get("/api/x/", headers={"Authorization": f"Bearer {words}"})
    request.resolver_match = None
    stamp = stamp_of(stamped)
    assert stamp is not None
    return bearer.answer(request, stamp, lambda: stamped(request))


def test_a_token_does_no_more_than_it_was_made_for(willow: Clinic, pat: Actor):
    program, _, words = token_for(pat)
    refused(_json(answered(words, Can.READ_LEDGER)), "CONNECTOR_SCOPE")
    denied = entries("page.opened", willow.system)[-1]
    assert (denied["actor_id"], denied["outcome"]) == (program.id, "CONNECTOR_SCOPE")
    _, _, words = token_for(pat, Can.READ_LEDGER)
    assert answered(words, Can.READ_LEDGER).status_code == 200


def _json(answer: HttpResponse) -> Any:
    import json

    answer.json = lambda: json.loads(answer.content)  # type: ignore[attr-defined]
    return answer


def test_a_token_is_never_made_beyond_its_programs_role(pat: Actor):
    program = program_of(pat, Role.FRONT_DESK, Purpose.HOPERAT)
    for scopes, days, networks, code in (
        ([Can.READ_LEDGER], 30, [], "CONNECTOR_SCOPE"),
        ([], 366, [], "TOKEN_TOO_LONG"),
        ([], 30, ["10.0.0.0/99"], "NETWORK_UNREADABLE"),
    ):
        with pytest.raises(Refusal) as caught, present(again(pat)) as by:
            programs.make_token(program, scopes, clock.now() + dt.timedelta(days=days), networks, by=by)
        assert caught.value.code == code


def test_no_program_decides_over_access_or_treats(pat: Actor):
    for role in (Role.ADMINISTRATOR, Role.PRACTITIONER, Role.SYSTEM):
        with pytest.raises(Refusal) as caught:
            program_of(pat, role, Purpose.TREAT)
        assert caught.value.code == "CHOICE_UNKNOWN"


def test_a_token_of_one_practice_sees_nothing_of_another(pat: Actor, ximena: Actor, rosa: Actor):
    _, _, words = token_for(pat, Can.READ_LEDGER)
    seen: list[set[Any]] = []

    def view(request: Any) -> HttpResponse:
        seen.append(set(queries.last_active([ximena.id, rosa.id, pat.id], request.actor)))
        seen.append(set(Membership.objects.values_list("practice_id", flat=True)))
        return HttpResponse("in")

    assert answered(words, Can.READ_LEDGER, view).status_code == 200
    assert ximena.id not in seen[0]
    assert seen[1] == {pat.practice}


def test_what_the_tables_hold_is_no_token(pat: Actor, owner_sql: psycopg.Connection):
    _, token, words = token_for(pat)
    held = owner_sql.execute(
        "SELECT hashed, prefix, id::text FROM access_apitoken WHERE id = %s", [token.id]
    ).fetchone()
    assert held is not None
    for read in (bytes(held[0]).hex(), f"{held[1]}_{bytes(held[0]).hex()}", held[1], held[2]):
        refused(call(read if read.startswith("kw_") else f"kw_{read}"), "TOKEN_REFUSED")
    assert words.split("_", 2)[2] not in str(held)


def test_a_cookie_does_not_open_a_call_and_a_token_no_page(willow: Clinic, pat: Actor):
    somebody = Somebody.at(willow, Role.ADMINISTRATOR).signs_in()
    refused(somebody.browser.get("/api/me/"), "TOKEN_REFUSED")
    _, _, words = token_for(pat, Can.READ_LEDGER)
    answer = Client().get("/activity/", headers={"Authorization": f"Bearer {words}"})
    assert answer["Location"].startswith("/sign-in/")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM custody.bearer('', 'x'::bytea)",
        "SELECT custody.token_used('', gen_random_uuid(), gen_random_uuid())",
    ],
)
def test_the_door_of_tokens_answers_only_the_house(statement: str, app_sql: psycopg.Connection):
    with pytest.raises(psycopg.Error) as caught:
        app_sql.execute(statement)
    assert caught.value.sqlstate == "KW401"


def test_no_token_is_written_by_hand(pat: Actor, app_sql: psycopg.Connection):
    _, token, _ = token_for(pat)
    with pytest.raises(psycopg.Error):
        app_sql.execute(
            "INSERT INTO access_apitoken SELECT gen_random_uuid(), practice_id, 'x'::bytea FROM access_apitoken"
        )
    assert app_sql.execute("UPDATE access_apitoken SET revoked_at = NULL WHERE id = %s", [token.id]).rowcount == 0


def test_whoever_answers_for_a_program_is_told_before_a_token_ends(willow: Clinic, pat: Actor):
    token_for(pat, days=10)
    with present(willow.system) as by:
        assert programs.remind(by=by) == 1
        assert programs.remind(by=by) == 0
    assert entries("token.reminded", willow.system)
    assert "ends on" in text(ask(pat, "/"))


def test_the_pages_begin_a_program_show_its_token_once_and_revoke_it(willow: Clinic, pat: Actor, rosa: Actor):
    assert "No programs yet" in text(ask(pat, "/programs/"))
    typed = {"name": "Lab results", "role": "front_desk", "purpose": "HOPERAT", "owner": str(pat.id)}
    where = str(ask(pat, "/programs/new/", typed)["Location"])
    assert ask(pat, f"{where}token/", {"days": "90", "networks": "nonsense"}).status_code == 422
    page = text(ask(pat, f"{where}token/", {"days": "90", "networks": "", "scopes": [Can.FIND_PATIENTS]}))
    words = page.partition('class="key">')[2].partition("<")[0]
    assert call(words).json()["program"] == "Lab results"
    assert words not in text(ask(pat, where))
    with present(willow.system):
        token = ApiToken.objects.get()
    assert ask(pat, f"{where}token/{token.id}/revoke/", {}).status_code == 302
    refused(call(words), "TERMINATED_USER")
    assert ask(pat, f"{where}end/", {}).status_code == 302
    assert ask(rosa, "/programs/").status_code == 403
