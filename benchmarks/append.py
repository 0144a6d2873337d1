"""How many openings eight connections record in a second, beside plain inserts of the same words."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import unquote

from benchmarks import house, stage
from benchmarks.measure import Row, row
from keepwell.base.actor import Purpose, Role
from keepwell.ledger import tokens
from keepwell.operations.postgres import programs

CONNECTIONS = 8
# Both are one statement and one commit. The token is checked, the entry indexed and its subject written each time.
OPENING = (
    "SELECT custody.open('{token}', gen_random_uuid(), 'chart.opened', '{{identity}}', '{{patients.Listed}}',"
    " ARRAY['{patient}'::uuid], false, '{{}}', NULL, sha256('a MAC is as long'));\n"
)
INSERT = (
    "INSERT INTO plain_log (id, practice, actor, role, purpose, verb, classes, subjects, mac) VALUES"
    " (gen_random_uuid(), '{practice}', '{actor}', 'practitioner', 'TREAT', 'chart.opened', '{{identity}}',"
    " ARRAY['{patient}'::uuid], sha256('a MAC is as long'));\n"
)
PLAIN = (
    "CREATE TABLE plain_log (id uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), practice uuid, actor uuid,"
    " role text, purpose text, verb text, classes text[], subjects uuid[], mac bytea)",
    "CREATE INDEX ON plain_log (practice, actor, at)",
    "CREATE INDEX ON plain_log (practice, at)",
    "GRANT INSERT ON plain_log TO keepwell_app",
)


def run(tiny: bool) -> dict[str, Row]:
    """Rates per second by PostgreSQL's own pgbench, so that no client of ours is measured."""
    clinic = house.build(1)
    by = clinic.actor(Role.PRACTITIONER, Purpose.TREAT)
    with stage.owner() as owner:
        for statement in PLAIN:
            owner.execute(statement)
    seconds, rounds, many = (1, 1, 2) if tiny else (5, 5, CONNECTIONS)
    said = {"practice": by.practice, "actor": by.id, "patient": clinic.patients[0]}
    openings, inserts = [], []
    for _ in range(rounds):
        openings.append(_rate(OPENING.format(token=tokens.sign(by), **said), many, seconds))
        inserts.append(_rate(INSERT.format(**said), many, seconds))
    return {
        f"openings recorded a second, {many} connections": row(
            openings, inserts, "/s", "plain inserts with the same two indexes", "≥ 0.9×; 7,500/s"
        )
    }


def _rate(statement: str, connections: int, seconds: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "statement.sql"
        script.write_text(statement, encoding="utf-8")
        command = [programs() / "pgbench", "-n", "-M", "prepared", "-c", connections, "-j", 2, "-T", seconds,
                   "-f", script, os.environ["DATABASE_URL"]]  # fmt: skip
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    found = next((line for line in done.stdout.splitlines() if line.startswith("tps = ")), None)
    if found is None:
        raise RuntimeError(f"pgbench: {unquote(done.stderr)[-500:]}")
    return float(found.split()[2])
