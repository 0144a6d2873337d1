"""Filters of the log live in the address, go page by page, and mean what the practice's clock says."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from keepwell import charts
from keepwell.access import actions as access
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.compliance import questions
from keepwell.ledger import queries, wire
from keepwell.ledger.asking import Place, Question
from keepwell.ledger.doorway import present
from keepwell.patients import merging
from keepwell.patients.excerpts import NameTag
from tests.browse import ask, text

ZONE = "America/New_York"


def opens(who: Actor, patient: UUID, session: UUID | None = None) -> Actor:
    again = Actor(who.id, who.practice, who.role, who.purpose, session)
    with present(again):
        charts.open(patient, NameTag, by=again).one(NameTag)
    return again


def told(who: Actor, query: str) -> list[str]:
    """The sentences of the log under these filters."""
    page = text(ask(who, f"/activity/?{query}"))
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]
    return [" ".join(row.split()) for row in rows]


def test_each_filter_narrows(theo: Actor, rosa: Actor, imani: Actor, ada: UUID, bo: UUID):
    session = new_id()
    opens(rosa, ada, session)
    imanis = opens(imani, bo)
    for query, who, whose in [
        (f"who={rosa.id}&kind=open", "Rosa", "Ada"),
        (f"patient={bo}&verb=chart.opened&purpose=TREAT", "Imani", "Bo"),
        (f"session={session}", "Rosa", "Ada"),
        (f"request={imanis.request}", "Imani", "Bo"),
        (f"purpose=HOPERAT&class=identity&verb=chart.opened&who={rosa.id}", "Rosa", "Ada"),
    ]:
        rows = told(theo, query)
        assert len(rows) == 1, query
        assert who in rows[0]
        assert whose in rows[0]
    assert told(theo, f"who={rosa.id}&outcome=not_ok") == []
    assert told(theo, f"who={rosa.id}&to=2020-01-01") == []


def test_a_filter_is_a_chip_that_can_be_taken_away(theo: Actor, rosa: Actor, ada: UUID):
    opens(rosa, ada)
    page = text(ask(theo, f"/activity/?who={rosa.id}&patient={ada}&purpose=HOPERAT&from=2026-01-01&hours=off"))
    for words in ("Rosa (front desk)", "Ada Lovelace", "for operations", "from 2026-01-01", "Outside working hours"):
        assert words in page
    assert f'href="/activity/?who={rosa.id}&amp;patient={ada}&amp;hours=off&amp;from=2026-01-01"' in page


def test_an_address_reads_well_after_a_form(theo: Actor):
    answer = ask(theo, "/activity/?who=&kind=open&verb=&from=&to=")
    assert (answer.status_code, answer["Location"]) == (302, "/activity/?kind=open")


def test_pages_of_fifty_go_both_ways_and_meet(theo: Actor, rosa: Actor, ada: UUID):
    session = new_id()
    for _ in range(120):
        opens(rosa, ada, session)
    question, seen = Question(sessions=(session,)), []
    with present(Actor(theo.id, theo.practice, theo.role, theo.purpose)) as by:
        answer = queries.ask(question, by)
        assert (len(answer.rows), answer.newer, answer.older) == (50, False, True)
        while True:
            seen += [row.id for row in answer.rows]
            if not answer.older:
                break
            answer = queries.ask(Question(sessions=(session,), before=answer.rows[-1].place), by)
        assert len(seen) == len(set(seen)) == 120
        back = queries.ask(Question(sessions=(session,), after=answer.rows[0].place), by)
        assert [row.id for row in back.rows] == seen[50:100]
        assert (back.newer, back.older) == (True, True)


def test_the_links_to_other_pages_keep_the_filters(theo: Actor, rosa: Actor, ada: UUID):
    session = new_id()
    for _ in range(51):
        opens(rosa, ada, session)
    page = text(ask(theo, f"/activity/?session={session}"))
    later = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert parse_qs(urlsplit(later).query)["session"] == [str(session)]
    page = text(ask(theo, later))
    assert page.count('class="row-link"') == 1
    assert 'rel="prev"' in page


def test_a_patient_is_found_by_name_and_the_address_gets_an_id(theo: Actor, rosa: Actor, ada: UUID):
    opens(rosa, ada)
    page = text(ask(theo, "/activity/find/?kind=open", {"words": "lovelace"}))
    assert f'href="/activity/?kind=open&amp;patient={ada}"' in page
    with present(Actor(theo.id, theo.practice, theo.role, theo.purpose)) as by:
        assert wire.rows("default", "SELECT FROM custody.entry WHERE kind = 'find' AND actor_id = %s", by.id)


def test_too_little_to_look_for_is_said_in_the_form(theo: Actor):
    answer = ask(theo, "/activity/find/", {"words": "a"})
    assert answer.status_code == 422
    assert Refusal("SEARCH_TOO_SHORT").message in text(answer)


def test_who_may_not_see_names_cannot_look_for_them(sam: Actor, ada: UUID):
    assert 'name="words"' not in text(ask(sam, "/activity/")).partition("<main")[2]
    answer = ask(sam, "/activity/find/", {"words": "lovelace"})
    assert answer.status_code == 403
    assert "POLICY_DENY" in text(answer)


def test_everything_about_a_person_has_what_merged_records_had(
    theo: Actor, rosa: Actor, cleo: Actor, ada: UUID, bo: UUID
):
    opens(rosa, bo)
    with present(Actor(cleo.id, cleo.practice, cleo.role, cleo.purpose)) as by:
        merging.merge((ada, bo), by=by)
    assert any("Rosa" in row for row in told(theo, f"patient={ada}&kind=open"))


@pytest.mark.parametrize(
    ("said", "end", "instant"),
    [
        ("2026-07-01", False, "2026-07-01T04:00Z"),
        ("2026-12-01", False, "2026-12-01T05:00Z"),
        ("2026-07-01", True, "2026-07-02T04:00Z"),
        ("2026-11-01", True, "2026-11-02T05:00Z"),
        ("2026-11-01T01:30", False, "2026-11-01T05:30Z"),
        ("2026-11-01T01:30", True, "2026-11-01T06:31Z"),
        ("2026-11-01T00:59", True, "2026-11-01T05:00Z"),
        ("2026-03-08T02:30", False, "2026-03-08T07:30Z"),
    ],
)
def test_times_are_those_of_the_practices_clock(said: str, end: bool, instant: str):
    assert questions.moment(said, ZONE, end=end) == dt.datetime.fromisoformat(instant)


@pytest.mark.parametrize("said", ["", "2026-13-01", "2026-W20", "20261122", "2026-11-22T10:00Z", "9999-12-31", "now"])
def test_what_is_no_time_is_none(said: str):
    assert questions.moment(said, ZONE, end=True) is None


@pytest.mark.parametrize("said", ["", "x.y", "20261122T000000000000Z", "20261122T000000000000Z.zz", "2026.11"])
def test_a_place_reads_only_its_own_spelling(said: str):
    assert Place.read(said) is None


def test_a_place_comes_back_from_its_text():
    place = Place(dt.datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=dt.UTC), new_id())
    assert Place.read(str(place)) == place


def test_off_hours_are_those_of_the_practice(theo: Actor):
    clauses, values = Question(off_hours=ZONE).clauses(theo.practice)
    for at, off in [("2026-11-23T11:59Z", True), ("2026-11-23T12:00Z", False), ("2026-11-24T00:00Z", True),
                    ("2026-11-23T23:59Z", False), ("2026-11-22T15:00Z", True)]:  # fmt: skip
        with present(Actor(theo.id, theo.practice, theo.role, theo.purpose)):
            rows = wire.rows("default", f"SELECT {clauses[0]} FROM (SELECT %s::timestamptz AS at) e", *values, at)
        assert rows[0][0] is off, at


def test_entries_about_the_practice_end_in_no_dangling_word(willow, theo: Actor, pat: Actor):
    with present(willow.system) as by:
        access.join(access.add_person("gil@example.org", "Gil", by=by), theo.role, by=by)
    page = " ".join(told(theo, ""))
    for dangling in (" of</td>", " of </td>", " with </td>", " for </td>"):
        assert dangling not in page


def test_how_something_ended_is_said_in_words(theo: Actor, rosa: Actor, ada: UUID):
    ask(rosa, "/activity/")
    (row,) = told(theo, f"who={rosa.id}&kind=deny")
    assert "was refused a page" in row
    assert "ACCESS_DENIED" not in row
    assert ">ok<" not in row
