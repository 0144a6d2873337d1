"""Rule 8 for scheduling: as the application's own role, what its pages ask is answered through an index."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.ledger.doorway import present
from keepwell.patients.tests.people import again
from keepwell.scheduling import feeds, licenses
from keepwell.scheduling.tests.conftest import Calendar
from keepwell.scheduling.tests.test_booking import books
from tests.browse import ask
from tests.cast import Clinic
from tests.house.test_plans import _indexed, _poor, _shape

WHOLE = ("access_", "practices_", "tasks_", *(f"scheduling_{name} " for name in (
    "healthcareservice", "offering", "schedule", "visitrules", "license", "dayexception",
)))  # fmt: skip
"""What is read whole: a practice has a handful of services, calendars, licenses and days off."""


def said(cleo: Actor, imani: Actor, calendar: Calendar, visit: UUID) -> dict[str, str]:
    """Every question of these pages, by its words."""
    token = _token(imani)
    day = calendar.monday.isoformat()
    pages = (
        "/settings/scheduling/", "/settings/scheduling/holidays/", f"/settings/scheduling/hours/{imani.id}/",
        "/settings/scheduling/licenses/", f"/settings/scheduling/licenses/{imani.id}/", f"/schedule/sheet/?day={day}",
        f"/schedule/sheet/?day={day}&provider={imani.id}", "/schedule/numbers/?weeks=52",
        f"/schedule/numbers/?provider={imani.id}", f"/schedule/appointments/{visit}/location/", "/schedule/feed/",
    )  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        for page in pages:
            assert ask(cleo, page).status_code == 200, page
        assert Client().get(f"/feeds/{token}.ics").status_code == 200
        with present(calendar.clinic.system) as by:
            licenses.remind(by=by)
    found = {_shape(q["sql"]): q["sql"].replace("%", "%%") for q in queries}
    return {words: sql for words, sql in found.items() if words.startswith(("SELECT", "WITH"))}


def _token(imani: Actor) -> str:
    by = again(imani)
    with present(by):
        return feeds.make(by=by)[1]


def test_every_question_of_the_setup_and_the_day_goes_through_an_index(
    cleo: Actor, imani: Actor, rosa: Actor, willow: Clinic, calendar: Calendar, ada: UUID
):
    asked = said(cleo, imani, calendar, books(rosa, ada, calendar).id)
    ours = {words: sql for words, sql in asked.items() if "scheduling_" in sql}
    assert len(ours) > 15
    poor: dict[str, Any] = {}
    with present(Actor(new_id(), willow.practice.id, Role.SYSTEM, Purpose.HSYSADMIN)), connection.cursor() as cursor:
        indexed = _indexed()
        cursor.execute("SET LOCAL enable_seqscan = off")
        for words, sql in ours.items():
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
            plan = cursor.fetchone()[0]
            top = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
            found = [
                p
                for p in _poor(top | {"newest": "", "limit": False}, indexed)
                if not p.split(" of ")[1].startswith(WHOLE)
            ]
            if found:
                poor[words] = found
    assert not poor, "\n".join(f"{found}\n    {words}" for words, found in poor.items())
