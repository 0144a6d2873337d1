"""Bring in patients from FHIR R4 bundles, one file per patient.

Each file comes in whole or not at all; the same file again changes nothing. What is wrong with one file is named and
costs the others nothing. The exit code is 1 when any file was refused.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from keepwell.base.refusal import Refusal
from keepwell.cli import operators, setup
from keepwell.cli.progress import Bar
from keepwell.operations import schema
from keepwell.operations.places import Places
from keepwell.operations.saying import answer, say

if TYPE_CHECKING:
    from keepwell.access.maintenance import Known
    from keepwell.base.actor import Actor
    from keepwell.fhir.files import FileReport


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a bundle; one file is one patient")
    parser.add_argument("--practice", default="", metavar="NAME", help="which practice, by its short name or its name")
    parser.add_argument("--as", dest="person", default="", metavar="EMAIL", help="for whom: a member who may import")
    parser.add_argument("--care-team", default="", metavar="NAME", help="the team that looks after new patients")
    parser.add_argument(
        "--despite", type=UUID, action="append", default=[], metavar="PATIENT",
        help="a patient you compared and found to be another person",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="the report as JSON on stdout")
    operators.add(parser)


def run(args: argparse.Namespace) -> int:
    with schema.database_up(Places.here(), say):
        setup.django()
        from keepwell.fhir.files import import_file
        from keepwell.fhir.sources import FileSource

        operator = operators.ask(args, "import-fhir")
        practice, asked = _actor(args.practice, args.person)
        reports = []
        with operators.working(practice, operator, asked) as by, Bar(len(args.paths)) as bar:
            team = _team(by, args.care_team) if args.care_team else None
            for path in args.paths:
                reports.append(import_file(FileSource(path), by, despite=args.despite, team=team))
                bar.step(f"{sum(r.total for r in reports):,} resources")
    _tell(args.paths, reports, as_json=args.json)
    return 1 if any(report.refusal for report in reports) else 0


def _actor(practice: str, email: str) -> tuple[Known, Actor]:
    """Who brings them in, and where. Raises Refusal PRACTICE_UNKNOWN, PRACTICE_UNCLEAR, ACCESS_DENIED."""
    from keepwell.access import door, maintenance, policy
    from keepwell.access.models import Person
    from keepwell.fhir.files import importing

    known = [p for p in maintenance.practices() if not practice or practice.casefold() in (p.slug, p.name.casefold())]
    if not known:
        raise Refusal("PRACTICE_UNKNOWN", slug=practice)
    if not email:
        if len(known) > 1:
            raise Refusal("PRACTICE_UNCLEAR", names=", ".join(p.slug for p in known))
        return known[0], importing(known[0].id)
    person = Person.objects.filter(email=email.strip().casefold()).first()
    here = {p.id for p in known}
    places = [p for p in door.places_of(person.id) if p.practice in here] if person else []
    able = [p for p in places if policy.may(p, policy.Can.IMPORT_RECORDS)]
    if not able:
        raise Refusal("ACCESS_DENIED", permission=policy.Can.IMPORT_RECORDS)
    there = next(p for p in known if p.id == able[0].practice)
    return there, importing(able[0].practice, able[0].membership)


def _team(by: Actor, name: str) -> UUID:
    from keepwell.access.models import CareTeam
    from keepwell.ledger.doorway import present

    with present(by):
        found = CareTeam.objects.filter(name=name).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found.id


def _tell(paths: list[Path], reports: list[FileReport], *, as_json: bool) -> None:
    if as_json:
        told = [{"file": str(path)} | report.facts() for path, report in zip(paths, reports, strict=True)]
        answer(json.dumps({"files": told}, ensure_ascii=False, indent=1))
        return
    for path, report in zip(paths, reports, strict=True):
        answer("\n".join((str(path), *(f"  {line}" for line in _lines(report)))))
    refused = sum(report.refusal is not None for report in reports)
    say(f"{len(reports) - refused} files came in, {refused} were refused.")


def _lines(report: FileReport) -> Iterator[str]:
    """One file's report, in words."""
    if report.refusal is not None:
        yield f"REFUSED {report.refusal.code}: {report.refusal.message}"
        yield report.refusal.next_step
    if report.outcome is None:
        return
    found = report.outcome
    yield f"{'new patient' if found.registered else 'patient known'} {found.patient}"
    for word, counts in (("new", found.new), ("changed", found.changed), ("unchanged", found.same)):
        if counts:
            yield f"{word} {counts.total()}: {', '.join(f'{n} {kind}' for kind, n in counts.most_common())}"
    for entry, code in found.skipped:
        yield f"left out: {Refusal(code, entry=entry).message} ({code})"
    if found.outside:
        yield f"{found.outside} references lead to other servers and were kept as written"
