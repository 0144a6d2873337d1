"""Protected words searched for in the clear, after a day's work through the real server and worker.

Somebody registers, edits, imports, searches and opens a patient whose every word is distinctive, and is refused a few
things. Then a full dump, the cluster's files, logs, queued jobs, waiting files and temporary files are searched.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import IO
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from pytest_django.plugin import DjangoDbBlocker

from keepwell.access import actions as access
from keepwell.base.actor import Role
from keepwell.cli import probe
from keepwell.cli.demo import staff
from keepwell.cli.people import Somebody
from keepwell.cli.serving import Site, web
from keepwell.fhir.tests.making import bundle, fever, patient, temperature
from keepwell.ledger.doorway import present
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.operations.postgres import programs
from keepwell.vault.phi import PhiClass
from tests.attacks.clear import Words, files_of, held_open, watched
from tests.cast import ready_for_patients
from tests.rig import mine
from tests.rig.server import TOP, Server

pytestmark = [pytest.mark.attack, pytest.mark.slow]

BORN = dt.date(1913, 3, 29)
CLUSTER = ("global", "pg_xact", "pg_multixact", "pg_subtrans", "pg_commit_ts", "pg_logical", "pg_stat", "pg_notify",
           "pg_dynshmem", "pg_replslot", "pg_twophase", "base/pgsql_tmp")  # fmt: skip


def stem() -> str:
    "Letters that stand together nowhere else; every protected word of the day holds them."
    return "zq" + "".join(secrets.choice("bdfgkvwx") for _ in range(7))


class Day:
    """One day at a clinic, and where it left things."""

    def __init__(self, folder: Path) -> None:
        self.stem, self.public = stem(), stem()
        self.number = f"61755{secrets.randbelow(90000) + 10000}"
        self.words = Words(
            [self.stem, self.number, BORN.isoformat(), BORN.strftime("%m/%d/%Y"), BORN.strftime("%Y%m%d")]
        )
        self.control = Words([self.public])
        self.folder, self.temporary = folder, folder / "tmp"
        self.temporary.mkdir()
        self.log = folder / "application.log"
        self.server = 0
        self.jobs: list[str] = []
        self.waited, self.waiting = 0, dict[str, set[str]]()
        self.spooled: set[str] = set()
        self.answers: list[tuple[str, int]] = []

    # At the clinic ------------------------------------------------------------------------------------------------

    def begins(self) -> None:
        clinic = staff.Clinic(
            "Willow", f"willow-{self.public}", "MA", "America/New_York", (), "021",
            ((f"Cleo {self.public}", Role.COORDINATOR), (f"Ansel {self.public}", Role.AUDITOR)),
        )  # fmt: skip
        self.practice = access.open_practice("Willow", clinic.slug, time_zone=clinic.time_zone, state="MA")
        people, self.team = staff.hire(clinic, self.practice)
        ready_for_patients(self.practice.id)
        self.cleo, self.ansel = people
        with mine.server.admin(mine.database) as admin:
            (self.first_wal,) = admin.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone() or ("",)

    def signs_in(self, port: int, person: Somebody) -> probe.Visitor:
        visitor = probe.Visitor(port)
        asked = visitor.submit(visitor.get("/sign-in/"), email=person.email, password=person.password, next="/")
        self.said("signed in", visitor.submit(asked, code=person.code()))
        return visitor

    def said(self, what: str, page: probe.Page) -> probe.Page:
        self.answers.append((what, page.status))
        return page

    def works(self, port: int) -> None:
        """The day itself, at the coordinator's desk."""
        desk, word = self.signs_in(port, self.cleo), self.stem
        self.desk = desk
        who = {"given_name": f"Io{word}", "family_name": f"Mc{word}moor", "former_names": f"Van {word}",
               "birth_date": "03/29/1913", "phone": self.number, "email": f"io.{word}@{word}.example",
               "parent_name": f"Old {word}", "record_number": f"R-{word}", "state": "MA"}  # fmt: skip
        form = desk.get("/patients/register/")
        found = self.said("registered", desk.submit(form, **who))
        self.patient = UUID(found.path.split("/")[2])
        about = f"/patients/{self.patient}/about/"
        self.said("refused: alike", desk.submit(desk.get("/patients/register/"), **who))
        self.said("refused: a date", desk.submit(form, **who | {"birth_date": f"the {word}th"}))
        self.said("refused: too long", desk.submit(form, **who | {"given_name": word * 60}))
        self.said("edited", desk.submit(desk.get(f"{about}edit/"), **who | {"middle_name": f"Q{word}", "version": "1"}))
        payer = {"payer": f"{word} Mutual", "member_number": f"M{word}", "relationship": "self", "rank": "1"}
        self.said("covered", desk.submit(desk.get(f"{about}coverage/add/"), **payer))
        sought = (
            f"mc{word}moor",
            f"mc{word}mooor",
            f"{word} {BORN}",
            self.number,
            f"io.{word}@{word}.example",
            word[:2],
        )
        for words in sought:
            what = "searched" if len(words) > 2 else "refused: too short"
            self.said(what, desk.submit(probe.Page("/patients/", 200, form.text), words=words))
        self.said("opened", desk.get(about))
        self.said("not there", desk.get(f"/patients/{word}/about/"))
        self.said("asked in an address", desk.get(f"/patients/?words={word}&show={word}"))
        self.said("not signed in", probe.Visitor(port).get(f"/patients/?words={word}"))
        auditor = self.signs_in(port, self.ansel)
        self.said(
            "refused: not theirs", auditor.submit(probe.Page("/patients/", 200, auditor.get("/").text), words=word)
        )
        stranger = probe.Visitor(port)
        somebody = {"email": f"io.{word}@{word}.example", "password": word, "next": f"/{word}/"}
        self.said("refused: a stranger", stranger.submit(stranger.get("/sign-in/"), **somebody))
        self.sends(desk)

    def sends(self, desk: probe.Visitor) -> None:
        """Uploads, good and bad, while the temporary folder is watched; then what is queued and waiting is read."""
        token = probe.TOKEN.search(desk.get("/import/").text)
        assert token is not None
        before = set(files_of(mine.server.places.media))
        with watched(self.temporary, self.words, self.server) as self.spooled:
            status, self.run = upload(
                desk, token[1], self.team.id, {f"{self.stem}-{n}.json": raw for n, raw in enumerate(self.files())}
            )
        self.answers.append(("sent", status))
        arrived = [path for path in files_of(mine.server.places.media) if path not in before]
        self.waited, self.waiting = len(arrived), self.words.in_files(arrived)
        with mine.server.admin(mine.database) as admin:
            rows = admin.execute("SELECT row_to_json(j)::text FROM procrastinate_jobs j").fetchall()
        self.jobs = [row[0] for row in rows]

    def files(self) -> list[bytes]:
        """A whole record, large enough to be spooled; the same spoilt; one that is no JSON."""
        word = self.stem
        person = patient(
            name=[{"family": f"Fi{word}", "given": [f"Ed{word}"]}], birthDate=BORN.isoformat(),
            telecom=[{"system": "phone", "value": self.number}], address=[{"line": [f"1 {word} Street"], "city": word}],
        )  # fmt: skip
        note = {"resourceType": "DocumentReference", "id": str(UUID(int=9)), "status": "current",
                "subject": {"reference": f"urn:uuid:{person['id']}"}, "description": f"{word} " * 400_000}  # fmt: skip
        whole = bundle(person, fever(code={"text": f"{word} fever"}), temperature(note=[{"text": word}]), note)
        spoilt = bundle(patient(name=[{"family": word}]), fever(subject={"reference": f"urn:uuid:{word}"}))
        return [json.dumps(whole).encode(), json.dumps(spoilt).encode(), f"{word} is no JSON {word}".encode()]

    def ends(self) -> None:
        """Somebody looks at what became of the files and opens the chart that came in."""
        assert self.run, "the files were taken"
        page = self.said("brought in", self.desk.get(self.run))
        assert self.stem in page.text
        form = self.desk.get("/patients/")
        self.said("found", self.desk.submit(probe.Page("/patients/", 200, form.text), words=f"fi{self.stem}"))
        imported = re.search(r'href="(/patients/[0-9a-f-]{36}/)"', page.text)
        assert imported is not None
        chart = self.said("charted", self.desk.get(imported[1]))
        assert f"{self.stem} fever" in chart.text
        with present(access.system_actor(self.practice.id, reason=f"because {self.stem}")) as by:
            access.restrict(self.patient, [PhiClass.PSYCHOTHERAPY], by=by, wording=f"not {self.stem}")


def upload(desk: probe.Visitor, token: str, team: UUID, files: dict[str, bytes]) -> tuple[int, str]:
    """The form of the import page as a browser sends it."""
    edge = "edge" + secrets.token_hex(8)
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
             for name, value in (("csrfmiddlewaretoken", token), ("team", str(team)))]  # fmt: skip
    for name, raw in files.items():
        said = f'Content-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: application/json'
        parts.append(f"--{edge}\r\n{said}\r\n\r\n".encode() + raw + b"\r\n")
    connection = HTTPConnection("127.0.0.1", desk.port, timeout=60)
    headers = {"Host": f"localhost:{desk.port}", "Content-Type": f"multipart/form-data; boundary={edge}",
               "Cookie": "; ".join(f"{k}={v}" for k, v in desk.cookies.items())}  # fmt: skip
    connection.request("POST", "/import/", b"".join(parts) + f"--{edge}--\r\n".encode(), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.getheader("Location", "")


@pytest.fixture(scope="module")
def day(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Day]:
    """The day, once for this file."""
    with django_db_blocker.unblock():
        one = Day(tmp_path_factory.mktemp("day"))
        one.begins()
        with one.log.open("wb") as log, served(one, log) as port:
            one.works(port)
            done = subprocess.run(
                [sys.executable, "-m", "keepwell.cli.main", "worker", "--once"], env=environment(one), stdout=log,
                stderr=log, cwd=TOP, check=False,
            )  # fmt: skip
            assert done.returncode == 0, one.log.read_text()[-3000:]
            one.ends()
        yield one


def environment(day: Day) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{TOP / 'src'}:{TOP}", "TMPDIR": str(day.temporary)}


@contextmanager
def served(day: Day, log: IO[bytes]) -> Iterator[int]:
    """The web server as `keepwell serve` runs it, saying whatever it says into a file."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [word if word != "warning" else "debug" for word in web(Site(port=port)).command]
    process = subprocess.Popen(command, env=environment(day), stdout=log, stderr=log, cwd=TOP, start_new_session=True)
    day.server = process.pid
    try:
        until = time.monotonic() + 60
        while not probe.answers(port) and process.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def test_the_day_went_as_told(day: Day):
    refused = {what: status for what, status in day.answers if status >= 400}
    assert refused == {
        "refused: alike": 409, "refused: a date": 422, "refused: too long": 422, "refused: too short": 422,
        "refused: not theirs": 403, "refused: a stranger": 401, "not there": 404,
    }  # fmt: skip
    assert len(day.answers) - len(refused) == 17


def test_a_full_dump_holds_none_of_it(day: Day):
    dump = subprocess.run(
        [programs() / "pg_dump", mine.server.url(SUPERUSER, mine.database)], capture_output=True, check=True
    ).stdout
    assert day.control.within(dump), "the dump has the names of staff, which are plain: the search works"
    assert day.words.within(dump) == set()


def test_the_files_of_the_cluster_hold_none_of_it(day: Day, rig: Server):
    if rig.given:
        pytest.skip("the server's files are somebody else's")
    with rig.admin(mine.database) as admin:
        admin.execute("CHECKPOINT")
        (own,) = admin.execute("SELECT oid::text FROM pg_database WHERE datname = current_database()").fetchone() or (
            "",
        )
    data = rig.cluster.data
    journal = [path for path in sorted((data / "pg_wal").glob("[0-9A-F]*")) if path.name >= day.first_wal]
    tables = files_of(data / "base" / own)
    assert day.control.in_files(tables), "the tables have the names of staff, which are plain: the search works"
    assert day.control.in_files(journal), "and so has the journal"
    assert day.words.in_files([*tables, *journal, *files_of(*(data / name for name in CLUSTER))]) == {}


def test_the_database_servers_log_holds_none_of_it(day: Day, rig: Server):
    if rig.given:
        pytest.skip("the server's log is somebody else's")
    with rig.admin(mine.database) as admin:
        admin.execute(f"DO $$ BEGIN RAISE WARNING 'control {day.public}'; END $$")
    logs = files_of(rig.cluster.folder / "log")
    until = time.monotonic() + 20
    while not day.control.in_files(logs) and time.monotonic() < until:
        time.sleep(0.1)  # the server's log is written by a process of its own
    assert day.control.in_files(logs), "what the server is told to log is found: the search works"
    assert day.words.in_files(logs) == {}


def test_the_applications_log_holds_none_of_it(day: Day):
    said = day.log.read_bytes()
    assert b"Starting granian" in said, "the log was on"
    assert day.words.within(said) == set()


def test_queued_jobs_hold_none_of_it(day: Day):
    # Our three imports are among them; a worker's database also holds what earlier tests queued.
    assert sum("import.file" in job for job in day.jobs) >= 3
    assert day.words.within("\n".join(day.jobs).encode()) == set()


def test_files_that_wait_and_temporary_files_hold_none_of_it(day: Day, rig: Server):
    assert day.waited == 3, "three files waited for the worker"
    assert day.waiting == {}
    assert day.spooled == set()
    assert day.words.in_files(files_of(day.temporary, rig.places.media, rig.places.log, rig.places.run)) == {}


def test_an_upload_on_its_way_is_sealed_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    word = stem()
    sent = SimpleUploadedFile(f"{word}.json", f"{word} ".encode() * 500_000)
    (received,) = RequestFactory().post("/import/", {"files": sent}).FILES.getlist("files")
    lying = [*files_of(tmp_path), *held_open(tmp_path, os.getpid())]
    assert sum(path.stat().st_size for path in lying) > 1_000_000, "it was spooled"
    assert Words([word]).in_files(lying) == {}
    received.close()


@pytest.mark.parametrize(
    "spelled", ["as it is", "capitals", "UTF-16", "hex", "base64", "base64, one on", "base64, two on"]
)
def test_the_search_itself_finds_a_word(spelled: str):
    word = stem()
    blob = {
        "as it is": word.encode(), "capitals": word.upper().encode(), "UTF-16": word.title().encode("utf-16-be"),
        "hex": word.encode().hex().upper().encode(), "base64": b64encode(word.encode()),
        "base64, one on": b64encode(b"x" + word.encode()), "base64, two on": b64encode(b"xy" + word.encode()),
    }[spelled]  # fmt: skip
    assert Words([word]).within(b"before " + blob + b" after") == {word}
    assert Words([stem()]).within(blob) == set()


def test_a_temporary_file_without_a_name_is_seen(tmp_path: Path):
    word = stem()
    with watched(tmp_path, Words([word]), os.getpid()) as seen, tempfile.TemporaryFile(dir=tmp_path) as spool:
        spool.write(word.encode())
        spool.flush()
        until = time.monotonic() + 10
        while not seen and time.monotonic() < until:
            time.sleep(0.01)
    assert seen == {word}
