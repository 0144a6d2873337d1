"""Verify the ledger, export a practice's part of it, show or renew the key it is signed with.

keepwell ledger verify                       everything against its signatures, the anchor and the entries' MACs
keepwell ledger export SLUG [--out FILE]     one practice's ledger as a zip that checks itself without Keepwell
keepwell ledger key                          the public keys; write the first one down somewhere else
keepwell ledger rotate-key                   a new signing key; a running sequencer takes it up at once

Exit code 1: something was found.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import psycopg

from keepwell.base.refusal import Refusal
from keepwell.cli import operators, setup
from keepwell.operations import schema
from keepwell.operations.addresses import address
from keepwell.operations.places import SEQUENCER, Places
from keepwell.operations.saying import answer, say

if TYPE_CHECKING:
    from keepwell.ledger.verify import Report

Connection = psycopg.Connection[tuple[Any, ...]]


def add(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True)
    verifying = what.add_parser("verify")
    verifying.add_argument("--json", action="store_true", help="say the result as JSON")
    verifying.add_argument("--anchor", help="another copy of the anchor than the one this installation writes")
    verifying.add_argument("--no-macs", action="store_true", help="leave out the MACs: quicker, and blind to forgeries")
    verifying.set_defaults(run=_verify)
    exporting = what.add_parser("export")
    exporting.add_argument("slug", help="the practice's short name")
    exporting.add_argument("--out", type=Path, help="the file to make; SLUG-ledger.zip if left out")
    exporting.add_argument("--every-checkpoint", action="store_true", help="not just one an hour")
    operators.add(exporting)
    exporting.set_defaults(run=_export)
    what.add_parser("key").set_defaults(run=_key)
    rotating = what.add_parser("rotate-key")
    operators.add(rotating)
    rotating.set_defaults(run=_rotate)


def run(args: argparse.Namespace) -> int:
    with schema.database_up(Places.here(), say):
        setup.django()
        return int(args.run(args) or 0)


def connect() -> Connection:
    return psycopg.connect(address(SEQUENCER, Places.here()), autocommit=True)


def _verify(args: argparse.Namespace) -> int:
    from django.conf import settings

    from keepwell.ledger import anchors
    from keepwell.ledger.macs import Macs
    from keepwell.ledger.verify import verify

    told = every_two_seconds(lambda done, of: say(f"{done:,} of {of:,} leaves …"))
    anchor = anchors.load(args.anchor or settings.KEEPWELL_ANCHOR)
    report = verify(connect, anchor, mac=None if args.no_macs else Macs(), progress=told)
    answer(as_json(report) if args.json else in_words(report))
    return 0 if report.good else 1


def in_words(report: Report) -> str:
    lines = [
        f"{report.leaves:,} entries in order, {report.waiting:,} waiting; {report.checkpoints:,} signed checkpoints,"
        f" {report.anchored:,} of them found in the anchor; {report.seconds:.1f} s",
        f"complete up to {report.settled}, root {report.root.hex()}",
        "" if report.macs else "The entries' MACs were not checked.",
        *(str(finding) for finding in report.findings.kept),
        *(f"{count:,} x {code}" for code, count in report.findings.counts.items()),
        "Nothing found." if report.good else "This ledger was changed, or its anchor was. Tell the security officer.",
    ]
    return "\n".join(line for line in lines if line)


def as_json(report: Report) -> str:
    facts = {name: value for name, value in asdict(report).items() if name != "findings"}
    findings = [{"code": finding.code, **finding.facts} for finding in report.findings.kept]
    facts |= {"root": report.root.hex(), "good": report.good, "counts": report.findings.counts, "findings": findings}
    return json.dumps(facts, default=str, indent=1)


def _export(args: argparse.Namespace) -> None:
    from keepwell.access import maintenance
    from keepwell.ledger import house, keyring
    from keepwell.ledger.export import export, record

    (practice,) = maintenance.practices(args.slug)
    operator = operators.ask(args, "ledger export")
    out = args.out or Path(f"{args.slug}-ledger.zip")
    told = every_two_seconds(lambda what, done: say(f"{what}: {done:,} …"))
    with operators.working(practice, operator) as by, connect() as connection, private_file(out) as file:
        signer = keyring.load(connection, house.root())
        made = export(connection, practice.id, file, signer, every_checkpoint=args.every_checkpoint, progress=told)
        record(made, by)
    say(f"{out}: {made.entries:,} entries of {practice.name} among {made.size:,}, {made.checkpoints:,} checkpoints.")
    say(f"Check it anywhere: python3 verify.py {out} --key KEY --anchor ANCHOR   (verify.py is inside)")


def _key(args: argparse.Namespace) -> None:
    del args
    from keepwell.ledger import keyring
    from keepwell.ledger.checkpoints import Keys

    with connect() as connection:
        for key in Keys.read(keyring.notes(connection)).keys:
            answer(f"{base64.b64encode(key.public).decode()}  {key.key_id}  since {key.since.isoformat()}")


def _rotate(args: argparse.Namespace) -> None:
    from keepwell.ledger import house, keyring

    operators.ask(args, "ledger rotate-key")
    with connect() as connection:
        key = keyring.rotate(connection, house.root())
    say(f"Checkpoints are signed with key {key.key_id} from now on.")


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only its owner may read, whole or not there. One that exists is left alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise Refusal("FILE_EXISTS", path=path) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except BaseException:
        path.unlink()
        raise


def every_two_seconds(tell: Callable[..., None]) -> Callable[..., None]:
    """Progress that does not flood the terminal."""
    last = [time.monotonic()]

    def told(*values: object) -> None:
        if time.monotonic() - last[0] >= 2:
            last[0] = time.monotonic()
            tell(*values)

    return told
