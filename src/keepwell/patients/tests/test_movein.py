"""A patient list from another system: sent, matched, checked, moved in, fixed and sent again."""

from __future__ import annotations

import csv
import datetime as dt
import io

import psycopg
import pytest

from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger import jobs
from keepwell.ledger.actions import VERBS
from keepwell.ledger.doorway import present
from keepwell.ledger.reconcile import reconcile
from keepwell.patients.models import MoveIn, MoveInRow
from keepwell.patients.movein import actions, course, judging
from keepwell.patients.movein.files import folder_of
from keepwell.patients.tests import lists
from keepwell.patients.tests.lists import GRACE, HEADERS, JOAN, WRONG, again, checked, made, moved, sends
from keepwell.patients.tests.people import entries, finds
from tests.browse import ask, text
from tests.cast import Clinic

Sql = psycopg.Connection


def test_a_list_is_shown_as_it_would_be_stored_before_anybody_moves_in(willow: Clinic, cleo: Actor):
    where = sends(cleo, made([GRACE, WRONG]))
    page = text(ask(cleo, where))
    for words in ("Hopper", "1960-12-09", "+16175550101", "02110", Refusal("DATE_UNREADABLE").message, "Family name"):
        assert words in page, words
    assert lists.standing(willow) == 0


def test_a_list_moves_in_and_everybody_is_found(willow: Clinic, cleo: Actor, app_sql: Sql):
    where = moved(cleo, made([GRACE, JOAN, WRONG]), app_sql)
    found = [(r.verdict, r.outcome) for r in lists.rows(willow, where)]
    assert found == [("new", "registered"), ("new", "registered"), ("reject", "")]
    (grace,) = finds(cleo, "Hopper 12/9/1960")
    assert finds(cleo, "617 555 0102")
    page = text(ask(again(cleo), f"/patients/{grace}/about/"))
    for words in ("Grace", "(617) 555-0101", "1 Navy Way", "Aetna", "W1"):
        assert words in page, words


def test_one_entry_names_everybody_of_a_piece_and_the_ledger_agrees_with_the_values(
    willow: Clinic, cleo: Actor, app_sql: Sql
):
    moved(cleo, made(lists.people(30)), app_sql)
    (entry,) = entries(cleo, "verb = 'patients.moved_in' AND kind = 'action'")
    assert len(entry[3]) == 30
    assert len(entries(cleo, "verb = 'coverage.moved_in' AND kind = 'action'")) == 1
    with present(willow.system) as by:
        assert reconcile(by) == []


def test_what_waits_on_disk_is_ciphertext_and_names_nobody(cleo: Actor, app_sql: Sql):
    where = checked(cleo, made([GRACE]), app_sql)
    kept = list(folder_of(lists.run_of(where)).iterdir())
    assert [path.name for path in kept] == ["piece-0"]
    assert b"Hopper" not in kept[0].read_bytes()
    assert kept[0].stat().st_mode & 0o777 == 0o600
    queued = app_sql.execute("SELECT string_agg(args::text, ' ') FROM procrastinate_jobs").fetchone()
    assert queued is not None
    assert "Hopper" not in queued[0]


def test_the_same_list_again_doubles_nobody(willow: Clinic, cleo: Actor, app_sql: Sql):
    moved(cleo, made([GRACE, JOAN]), app_sql)
    where = moved(cleo, made([GRACE, JOAN]), app_sql)
    assert [r.verdict for r in lists.rows(willow, where)] == ["same", "same"]
    assert lists.standing(willow) == 2


def test_rejects_are_fixed_and_sent_again_and_nobody_is_doubled(willow: Clinic, cleo: Actor, app_sql: Sql):
    where = moved(cleo, made([GRACE, WRONG]), app_sql)
    file = ask(again(cleo), f"{where}rejects/").content.decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(file, newline=""))
    assert head[:-1] == list(HEADERS)
    for words in (Refusal("DATE_UNREADABLE").message, Refusal("PHONE_UNREADABLE").message, "Birth date"):
        assert words in row[-1]
    fixed = [*row[:2], "4/5/1990", "617 555 0109", "", *row[5:]]
    where = moved(cleo, made([[*GRACE, ""], fixed], head), app_sql)
    assert [r.verdict for r in lists.rows(willow, where)] == ["same", "new"]
    assert "came before" in text(ask(again(cleo), sends(again(cleo), made([fixed], head))))
    assert lists.standing(willow) == 2


def test_a_formula_in_a_list_goes_out_as_text_only(cleo: Actor, app_sql: Sql):
    where = checked(cleo, made([("=HYPERLINK(1)", "@a", "never", "+1", "-2", "=3", "", "", "", "", "")]), app_sql)
    file = ask(again(cleo), f"{where}rejects/").content.decode("utf-8-sig")
    row = list(csv.reader(io.StringIO(file, newline="")))[1]
    assert [cell[:2] for cell in row[:6]] == ["'=", "'@", "ne", "'+", "'-", "'="]


def test_the_choice_of_columns_is_remembered_for_the_next_list_with_these_headers(
    willow: Clinic, cleo: Actor, app_sql: Sql
):
    headers = ["Whose", "Given", "Geboren", "Unused"]
    where = sends(cleo, made([("Hopper", "Grace", "09/12/1960", "x")], headers))
    assert ask(again(cleo), f"{where}columns/", {"c0": "", "order": "mdy"}).status_code == 422
    lists.matches(cleo, where, c0="family_name", c2="birth_date", order="dmy")
    row = lists.state(willow, sends(again(cleo), made([("Li", "Bo", "03/02/2001", "y")], headers)))
    assert (row.columns, row.order) == (["family_name", "given_name", "birth_date", ""], "dmy")
    assert b"Geboren" not in bytes(row.mark)


def test_a_date_that_can_be_read_both_ways_is_flagged_and_chosen(willow: Clinic, cleo: Actor, app_sql: Sql):
    where = sends(cleo, made([GRACE]))
    assert "can be read both ways" in text(ask(cleo, where))
    again_shown = {f"c{n}": f for n, f in enumerate(lists.state(willow, where).columns)} | {
        "order": "dmy",
        "again": "1",
    }
    assert "1960-09-12" in text(ask(again(cleo), f"{where}columns/", again_shown))
    sure = sends(again(cleo), made([("Hopper", "Grace", "31/12/1960")], HEADERS[:3]))
    page = text(ask(again(cleo), sure))
    assert "can be read both ways" not in page
    assert "1960-12-31" in page


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"c2": ""}, "MOVEIN_COLUMNS_MISSING"),
        ({"c0": "", "c1": ""}, "MOVEIN_COLUMNS_MISSING"),
        ({"c0": "given_name"}, "MOVEIN_COLUMN_TWICE"),
    ],
)
def test_columns_that_cannot_be_are_refused_and_nothing_chosen_is_lost(
    willow: Clinic, cleo: Actor, columns: dict[str, str], code: str
):
    where = sends(cleo, made([GRACE]))
    typed = {f"c{n}": name for n, name in enumerate(lists.state(willow, where).columns)} | {"order": "dmy"} | columns
    response = ask(again(cleo), f"{where}columns/", typed)
    assert response.status_code == 422
    assert Refusal(code).next_step in text(response)
    assert '<option value="dmy" selected' in text(response)


def test_a_person_twice_in_one_list_and_a_shifted_row_are_rejected(willow: Clinic, cleo: Actor, app_sql: Sql):
    number = [*HEADERS, "MRN"]
    twice = [[*GRACE, "A-1"], [*GRACE, "A-2"], [*JOAN, "A1"], [*JOAN, "A-3", "too many"]]
    where = checked(cleo, made(twice, number), app_sql)
    assert [r.wrong for r in lists.rows(willow, where)] == [
        [],
        [["", "MOVEIN_IN_FILE_TWICE"]],
        [["record_number", "RECORD_NUMBER_TAKEN"]],
        [["", "MOVEIN_ROW_SHIFTED"]],
    ]


def test_a_file_that_is_no_list_is_a_field_to_fix(cleo: Actor):
    old = lists.refused(cleo, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "list.xls")
    assert old.status_code == Refusal("FILE_OLD_EXCEL").status
    assert Refusal("FILE_OLD_EXCEL").next_step in text(old)
    none = ask(again(cleo), "/import/patients/", {})
    assert none.status_code == 422
    assert Refusal("FILES_MISSING").message in text(none)


def test_a_list_too_long_is_refused_by_name_when_it_is_read(
    willow: Clinic, cleo: Actor, app_sql: Sql, monkeypatch: pytest.MonkeyPatch
):
    from keepwell.base.tables import reading

    where = sends(cleo, made(lists.people(5)))
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    lists.matches(cleo, where)
    lists.work(app_sql)
    assert (lists.state(willow, where).state, lists.state(willow, where).refused) == ("refused", "TABLE_TOO_LONG")
    assert Refusal("TABLE_TOO_LONG").next_step in text(ask(again(cleo), where))


def test_a_worker_killed_in_a_piece_goes_on_where_it_was_and_doubles_nobody(
    willow: Clinic, cleo: Actor, app_sql: Sql, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(course, "PIECE", 4)
    monkeypatch.setattr(judging, "PIECE", 4)
    where = checked(cleo, made(lists.people(10)), app_sql)
    lists.does(cleo, where, "start")
    lists.work(app_sql, most=1)
    assert lists.standing(willow) == 4

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(actions, "settle", dies)
        lists.work(app_sql)
    assert lists.standing(willow) == 4, "the piece under way is gone as a whole"
    # What a worker does with the jobs of one that died, when it starts; and somebody who presses Go on meanwhile.
    app_sql.execute("UPDATE procrastinate_jobs SET status = 'todo' WHERE id = (SELECT max(id) FROM procrastinate_jobs)")
    lists.does(cleo, where, "continue")
    lists.work(app_sql)
    assert lists.state(willow, where).state == "moved"
    assert lists.standing(willow) == 10


def test_progress_asks_again_until_the_step_is_over(cleo: Actor, app_sql: Sql):
    where = sends(cleo, made([GRACE]))
    lists.matches(cleo, where)
    part = ask(again(cleo), where, None, **{"HX-Request": "true"})
    assert "every 1s" in text(part)
    assert "<html" not in text(part)
    lists.work(app_sql)
    assert ask(again(cleo), where, None, **{"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_two_people_at_one_list_do_not_do_it_twice(willow: Clinic, cleo: Actor, app_sql: Sql):
    where = checked(cleo, made([GRACE]), app_sql)
    other = again(willow.employs("cora", Role.COORDINATOR, cleo.purpose))
    lists.does(cleo, where, "start")
    with pytest.raises(Refusal, match="MOVEIN_NOT_NOW"), present(again(other)) as by:
        actions.start(lists.run_of(where), by=by)
    lists.work(app_sql)
    assert lists.standing(willow) == 1


def test_only_who_may_see_what_a_list_says_imports_one(rosa: Actor, pat: Actor):
    assert ask(rosa, "/import/patients/").status_code == 403, "the front desk does not import"
    assert ask(pat, "/import/patients/").status_code == 403, "an administrator sees no patients"


def test_another_practice_sees_nothing_of_a_list(cleo: Actor, oak: Clinic, app_sql: Sql):
    where = checked(cleo, made([GRACE, WRONG]), app_sql)
    stranger = oak.employs("omar", Role.COORDINATOR, cleo.purpose)
    assert ask(stranger, where).status_code == 404
    assert ask(again(stranger), f"{where}rejects/").status_code == 404
    for what in ("start", "undo", "redo", "continue", "discard"):
        assert ask(again(stranger), f"{where}{what}/", {}).status_code == 404, what
    with present(oak.system):
        assert not MoveIn.objects.exists()
        assert not MoveInRow.objects.exists()


def test_a_list_is_taken_off_the_disk_on_request(willow: Clinic, cleo: Actor, app_sql: Sql):
    where = checked(cleo, made([WRONG]), app_sql)
    lists.does(cleo, where, "discard")
    assert not folder_of(lists.run_of(where)).exists()
    assert lists.state(willow, where).state == "gone"
    assert ask(again(cleo), f"{where}rejects/").status_code == Refusal("MOVEIN_FILE_GONE").status


def test_a_list_goes_by_itself_after_thirty_days(
    willow: Clinic, cleo: Actor, app_sql: Sql, monkeypatch: pytest.MonkeyPatch
):
    where = checked(cleo, made([WRONG]), app_sql)
    with present(willow.system) as by:
        assert actions.expire(by=by) == 0
    later = clock.now() + dt.timedelta(days=31)
    with present(again(willow.system)) as by:
        monkeypatch.setattr(clock, "now", lambda: later)
        assert actions.expire(by=by) == 1
        monkeypatch.undo()
    assert not folder_of(lists.run_of(where)).exists()


def test_each_step_is_an_action_of_its_own(willow: Clinic):
    ours = {
        "movein.sent", "movein.opened", "movein.matched", "movein.chosen", "movein.started", "movein.undo_asked",
        "movein.redo_asked", "movein.continued", "movein.discarded", "movein.advanced", "movein.rows_judged",
        "movein.rows_settled", "movein.rechecked", "movein.expired",
        "patients.moved_in", "coverage.moved_in", "patient.filled_in", "patients.withdrawn", "patients.restored",
    }  # fmt: skip
    assert ours <= VERBS.keys()
    assert "movein.step" in jobs.JOBS
