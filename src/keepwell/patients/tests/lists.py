"""Made-up patient lists, and how tests send them and let a worker work."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import psycopg
from django.core.files.uploadedfile import SimpleUploadedFile

from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.ledger import jobs
from keepwell.ledger.doorway import present
from keepwell.patients.models import MoveIn, MoveInRow, Patient
from tests.browse import ask, text
from tests.cast import Clinic

HEADERS = tuple("Last Name,First Name,DOB,Cell Phone,Email,Address,City,State,Zip,Insurance,Member ID".split(","))
GRACE = tuple("Hopper,Grace,12/09/1960,(617) 555-0101,grace@example.org,1 Navy Way,Boston,MA,2110,Aetna,W1".split(","))
JOAN = ("Clarke", "Joan", "06/24/1957", "617-555-0102", "", "8 Elm St", "Salem", "MA", "01970", "", "")
WRONG = ("Nobody", "Ann", "13/45/1990", "12", "not an address", "", "", "", "", "", "")


def made(rows: Iterable[Sequence[str]], headers: Sequence[str] = HEADERS, delimiter: str = ",") -> bytes:
    """A CSV file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(headers)
    writer.writerows(rows)
    return out.getvalue().encode()


def people(count: int, first: int = 0) -> list[tuple[str, ...]]:
    """Rows of people who are all different."""
    return [_somebody(n) for n in range(first, first + count)]


def _somebody(n: int) -> tuple[str, ...]:
    born = f"{n % 12 + 1:02}/{n % 28 + 1:02}/{1940 + n % 70}"
    phone = f"617-55{n // 10000 % 10}-{n % 10000:04}"
    names, place = (f"{_word(n)}son", f"{_word(n * 7 + 3)}a"), (f"{n} Elm Street", "Boston", "MA", "02110")
    return (*names, born, phone, f"p{n}@example.org", *place, "Aetna", f"W{n:06}")


def _word(n: int) -> str:
    letters = "bcdfghklmnprstvwz"
    return "".join(letters[n // 17**k % 17] + "aeiou"[(n + k) % 5] for k in range(4)).title()


def sends(by: Actor, content: bytes, name: str = "list.csv") -> str:
    """Posts the form; where the list is."""
    response = ask(by, "/import/patients/", {"list": SimpleUploadedFile(name, content, "text/csv")})
    assert response.status_code == 302, text(response)
    return response.headers["Location"]


def refused(by: Actor, content: bytes, name: str = "list.csv") -> Any:
    """Posts a list that is not taken."""
    return ask(by, "/import/patients/", {"list": SimpleUploadedFile(name, content, "text/csv")})


def run_of(where: str) -> UUID:
    return UUID(where.split("/")[3])


def matches(by: Actor, where: str, **other: str) -> None:
    """Accepts the columns as guessed, but for `other`."""
    with present(again(by)):
        row = MoveIn.objects.get(id=run_of(where))
    typed = {f"c{n}": name for n, name in enumerate(row.columns)} | {"order": row.order} | other
    response = ask(again(by), f"{where}columns/", typed)
    assert response.status_code == 302, text(response)


def does(by: Actor, where: str, what: str) -> None:
    response = ask(again(by), f"{where}{what}/", {})
    assert response.status_code == 302, text(response)


def checked(by: Actor, content: bytes, app_sql: psycopg.Connection, name: str = "list.csv") -> str:
    """Sent, matched as guessed, and checked."""
    where = sends(by, content, name)
    matches(by, where)
    work(app_sql)
    return where


def moved(by: Actor, content: bytes, app_sql: psycopg.Connection) -> str:
    """All of it, without a choice."""
    where = checked(by, content, app_sql)
    does(by, where, "start")
    work(app_sql)
    return where


def work(app_sql: psycopg.Connection, most: int = 10_000) -> int:
    """What a worker does, until nothing waits or `most` jobs are done."""
    for count in range(most):
        found = app_sql.execute(
            "SELECT id, args FROM procrastinate_jobs WHERE status = 'todo' AND args ? 'envelope' ORDER BY id LIMIT 1"
        ).fetchone()
        if found is None:
            return count
        app_sql.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [found[0]])
        jobs.run(found[1]["envelope"])
    return most


def again(by: Actor) -> Actor:
    """The same person with a new request."""
    return Actor(by.id, by.practice, by.role, by.purpose, by.session, new_id())


def rows(clinic: Clinic, where: str) -> list[MoveInRow]:
    with present(clinic.system):
        return list(MoveInRow.objects.filter(run_id=run_of(where)).order_by("number"))


def state(clinic: Clinic, where: str) -> MoveIn:
    with present(clinic.system):
        return MoveIn.objects.get(id=run_of(where))


def standing(clinic: Clinic) -> int:
    """How many patients there are who were not withdrawn."""
    with present(clinic.system):
        return Patient.objects.filter(withdrawn_at=None).count()
