"""What reading protected values costs: opening charts, beside the same query on a plain table that records nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from benchmarks import house, stage
from benchmarks.house import House
from benchmarks.measure import Row, beside, row, timed
from keepwell import charts
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.ledger import custody
from keepwell.ledger.doorway import present
from keepwell.ledger.entries import Entry
from keepwell.patients.excerpts import Listed

PLAIN = "SELECT id, given_name, family_name, preferred_name, birth_date, record_number FROM plain_patient"
AGAINST = "the same columns of a plain table, in one transaction"


def run(tiny: bool) -> dict[str, Row]:
    """One patient and a list of fifty, whole and in parts."""
    many, rounds = (3, 2) if tiny else (50, 200)
    clinic = house.build(many)
    _plain_table(clinic)
    by = clinic.actor(Role.PRACTITIONER, Purpose.HOPERAT)
    one, all_of_them = clinic.patients[:1], clinic.patients
    return {
        "one transaction, one chart": _page(by, one, rounds),
        f"one transaction, {many} charts": _page(by, all_of_them, rounds),
        "once recorded: keys, unwrap, decrypt, 1 chart": _after(by, one, rounds, ""),
        f"once recorded: keys, unwrap, decrypt, {many} charts": _after(by, all_of_them, rounds, "≤ 3.3× and + 0.2 ms"),
        "recording an opening": _recorded(by, one, rounds),
    }


def _page(by: Actor, patients: Sequence[UUID], rounds: int) -> Row:
    def ours() -> None:
        with present(house.again(by)) as reader:
            tags = charts.open(patients, Listed, by=reader, listed=True).each(Listed)
            assert len(tags) == len(patients)

    return beside(ours, _plain(patients), against=AGAINST, rounds=rounds)


def _after(by: Actor, patients: Sequence[UUID], rounds: int, target: str) -> Row:
    """Decision and entry are made outside the clock; what is left is what sealing itself costs a page."""
    ours, plain = [], []
    reference = _plain(patients, begun=True)
    for _ in range(rounds):
        with present(house.again(by)) as reader:
            chart = charts.open(patients, Listed, by=reader, listed=True)
            assert chart.entry is not None
            ours.append(timed(_keys_and_rows(chart, chart.entry, reader)) * 1000)
            plain.append(timed(reference) * 1000)
    return row(ours, plain, "ms", "the same columns of a plain table, in the same transaction", target)


def _keys_and_rows(chart: charts.Chart, entry: UUID, reader: Actor) -> Callable[[], object]:
    return lambda: (custody.keys(entry, reader), chart.each(Listed))


def _recorded(by: Actor, patients: Sequence[UUID], rounds: int) -> Row:
    """The durable part alone: an entry and its subject on disk, beside one insert that is committed."""
    with stage.application() as plain, present(house.again(by)) as reader:

        def ours() -> None:
            custody.open_entry(Entry("open", "chart.opened", ("identity",), ("x.X",), tuple(patients)), reader)

        def insert() -> None:
            plain.execute("INSERT INTO plain_log (who, what) VALUES (%s, %s)", [reader.id, patients[0]])

        found = beside(ours, insert, against="one insert, committed", rounds=rounds, target="one commit, + 0.2 ms")
        assert custody.journal.get()
        return found


def _plain(patients: Sequence[UUID], begun: bool = False) -> Callable[[], list[Any]]:
    ids = list(patients)

    def read() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(PLAIN + " WHERE id = ANY (%s)", [ids])
            return list(cursor.fetchall())

    def page() -> list[Any]:
        with transaction.atomic():
            return read()

    return read if begun else page


def _plain_table(clinic: House) -> None:
    """The same people in the clear, as a system without sealing would keep them."""
    by = clinic.actor(Role.PRACTITIONER, Purpose.HOPERAT)
    with present(by):
        tags = charts.open(clinic.patients, Listed, by=by, listed=True).each(Listed)
    with stage.owner() as owner:
        owner.execute(
            "CREATE TABLE plain_patient (id uuid PRIMARY KEY, given_name text, family_name text, preferred_name text,"
            " birth_date date, record_number text)"
        )
        owner.execute("CREATE TABLE plain_log (who uuid, what uuid, at timestamptz DEFAULT now())")
        owner.execute("GRANT SELECT ON plain_patient TO keepwell_app; GRANT INSERT ON plain_log TO keepwell_app")
        with owner.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO plain_patient VALUES (%s, %s, %s, %s, %s, %s)",
                [_columns(patient, tag) for patient, tag in tags.items()],
            )


def _columns(patient: UUID, tag: Listed) -> tuple[UUID, str, str, str | None, dt.date | None, str]:
    return patient, tag.given_name, tag.family_name, tag.preferred_name, tag.birth_date, tag.record_number
