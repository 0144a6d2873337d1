"""What moving in a patient list costs: 10,000 rows read, checked, compared, sealed, indexed and recorded; by row.

CPU of this process and the time on the clock, beside one plain insert of the same cells without sealing or audit.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from uuid import UUID

from django.db import connection, transaction

from benchmarks import stage
from benchmarks.measure import Row, row
from keepwell.access import actions as access
from keepwell.base.actor import Actor, Purpose
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.cli.demo import staff
from keepwell.ledger.doorway import present
from keepwell.patients.models import MoveIn, MoveInRow
from keepwell.patients.movein import actions, steps
from keepwell.patients.movein.actions import COURSE
from keepwell.patients.movein.course import WORKING
from keepwell.patients.movein.peek import peek
from keepwell.vault.uploads import SealedUpload, Spool

HEADERS = tuple("Last Name,First Name,DOB,Cell Phone,Email,Address,City,State,Zip,Sex,Insurance,Member ID".split(","))
AGAINST = "csv.reader and one plain insert, without sealing, index or audit"


def run(tiny: bool) -> dict[str, Row]:
    """The list looked at and moved in; the same list once more."""
    count = 30 if tiny else 10_000
    practice = access.open_practice("Willow", "willow", time_zone="America/New_York", state="MA")
    staff.hire(staff.WILLOW, practice)
    staff.ready(staff.WILLOW, practice)
    by = access.system_actor(practice.id, Purpose.HOPERAT)
    with present(by):
        person = access.add_person("cleo@example.org", "Cleo", by=by)
        member = access.join(person, by.role, by=by).id
    with stage.owner() as owner:
        owner.execute("CREATE TABLE plain_list (" + ", ".join(f"c{n} text" for n in range(len(HEADERS))) + ")")
        owner.execute("GRANT INSERT ON plain_list TO keepwell_app")
    listed = _list(count)
    plain_cpu, plain_wall = _spent(lambda: _plain(listed))
    actor = COURSE.worker(practice.id, member)
    check_cpu, check_wall = _spent(lambda: _sent(listed, actor))
    move_cpu, move_wall = _spent(lambda: _started(actor, count))
    _, again_wall = _spent(lambda: _sent(listed, actor))
    cpu = [(check_cpu + move_cpu) * 1000 / count]
    return {
        f"{count:,} rows moved in": row(
            [check_wall + move_wall], [plain_wall], "s on the clock", AGAINST, "≤ 120 s for 10,000"
        ),
        "moving in, per row": row(cpu, [plain_cpu * 1000 / count], "ms of CPU here", AGAINST),
        f"{count:,} rows checked": row([check_wall], [plain_wall], "s on the clock", AGAINST),
        f"the same {count:,} again, everybody here": row([again_wall], [plain_wall], "s on the clock", AGAINST),
    }


def _sent(listed: bytes, by: Actor) -> None:
    """The upload, and every step until it is checked."""
    spool = Spool()
    spool.write(listed)
    upload = SealedUpload(spool, "list.csv", "text/csv")
    again = Actor(by.id, by.practice, by.role, by.purpose, by.session, new_id(), by.reason)
    with present(again):
        looked = peek(upload)
        sent = actions.send(upload, looked, by=again)
        actions.match(sent.id, sent.columns, sent.order, by=again)
    _work(sent.id, by)


def _started(by: Actor, count: int) -> None:
    again = Actor(by.id, by.practice, by.role, by.purpose, by.session, new_id(), by.reason)
    with present(again):
        run: UUID = MoveIn.objects.order_by("-sent_at").values_list("id", flat=True)[0]
        actions.start(run, by=again)
    _work(run, by)
    with present(by):
        registered = MoveInRow.objects.filter(run_id=run, outcome=MoveInRow.Outcome.REGISTERED).count()
    if registered != count:
        raise Refusal("MOVEIN_NOT_NOW")


def _work(run: UUID, by: Actor) -> None:
    """What a worker does, without its queue."""
    state = ""
    while not state or state in WORKING:
        again = Actor(by.id, by.practice, by.role, by.purpose, by.session, new_id(), by.reason)
        with present(again):
            steps.step(by=again, run=run)
            state = MoveIn.objects.values_list("state", flat=True).get(id=run)


def _plain(listed: bytes) -> None:
    rows = list(csv.reader(io.StringIO(listed.decode(), newline="")))[1:]
    places = ", ".join(["%s"] * len(HEADERS))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO plain_list VALUES ({places})", rows)


def _spent(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds of CPU of this process, and on the clock."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def _list(count: int) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADERS)
    for n in range(count):
        sex, payer = "FM"[n % 2], ("Aetna", "Cigna", "Medicaid", "Humana")[n % 4]
        writer.writerow((
            f"{_word(n)}son", _word(n * 7 + 3), f"{n % 12 + 1:02}/{n % 28 + 1:02}/{1940 + n % 70}",
            f"(617) 55{n // 10_000 % 10}-{n % 10_000:04}", f"p{n}@example.org", f"{n} Elm Street", "Boston", "MA",
            "02110", sex, payer, f"W{n:06}",
        ))  # fmt: skip
    return out.getvalue().encode()


def _word(n: int) -> str:
    return "".join("bcdfghklmnprstvwz"[n // 17**k % 17] + "aeiou"[(n // 5**k + k) % 5] for k in range(4)).title()
