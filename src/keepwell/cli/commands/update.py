"""Bring the database to the version that is installed, and prove it; or take the last update back.

keepwell update --check            is there a newer version, and how do code and database stand? Changes nothing
keepwell update                    back up, migrate all or nothing, prove by doctor and sign-in page; else go back
keepwell update --back             take the last update back; what people wrote since stays
keepwell update --restore FOLDER   a new database of a backup, beside the one in use

Stop `keepwell serve` first. Nothing is fetched: install the new version yourself, as you installed this one. Wheels
put into the folder `releases` of the data folder (or KEEPWELL_RELEASES) are told of. Exit code of --check: 3 when there
is something to do.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.base.refusal import Refusal
from keepwell.cli import operators, proving, setup
from keepwell.operations import schema
from keepwell.operations.addresses import address
from keepwell.operations.files import locked
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.operations.places import OWNER, Places
from keepwell.operations.saying import answer, say

if TYPE_CHECKING:
    from keepwell.access.operators import Operator
    from keepwell.operations.backups import Backup
    from keepwell.operations.versions import Standing

TO_DO = 3


def add(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="only look")
    what.add_argument("--back", action="store_true", help="take the last update back")
    what.add_argument("--restore", type=Path, metavar="FOLDER", help="make a new database of this backup")
    parser.add_argument("--into", default="keepwell_restored", metavar="NAME", help="what --restore calls it")
    parser.add_argument("--one-way", action="store_true", help="go on though something in it has no way back")
    parser.add_argument("--json", action="store_true", help="what --check finds, for programs")
    operators.add(parser)


def run(args: argparse.Namespace) -> int:
    places = Places.here()
    with schema.database_up(places, say):
        setup.django(as_owner=not args.check)
        if args.check:
            return _check(places, as_json=args.json)
        operator = operators.ask(args, "update")
        with locked(places.run / "update.lock"):
            if args.restore:
                _restore(args.restore, args.into, places)
            elif args.back:
                _back(places, operator)
            else:
                _forward(places, operator, one_way=args.one_way)
    return 0


def _check(places: Places, *, as_json: bool) -> int:
    from keepwell.ledger import updates
    from keepwell.operations import versions

    found = versions.standing(places)
    updates.record(updates.LOOKED_FOR, "", installed=found.installed, state=found.state)
    answer(json.dumps(_facts(found), indent=1) if as_json else _words(found))
    return 0 if found.state in ("current", "unlooked") else TO_DO


def _facts(found: Standing) -> dict[str, object]:
    release = found.release
    return {
        "state": found.state,
        "installed": found.installed,
        "pending": [".".join(one) for one in found.pending],
        "unknown": [".".join(one) for one in found.unknown],
        "release": release and {"version": release.version, "file": release.file, "notes": release.notes},
    }


def _words(found: Standing) -> str:
    lines = [f"Installed: {found.installed}.", SAID[found.state].format(n=len(found.pending), m=len(found.unknown))]
    if found.release is not None:
        lines.append(f"Version {found.release.version} lies ready as {found.release.file}:\n{found.release.notes}")
    return "\n".join(lines)


SAID = {
    "unfinished": "An update began and did not finish. Run: keepwell update.",
    "mixed": "The database lacks {n} migrations and has {m} that this code does not know: install the newer version.",
    "older": "The database was made for a newer version ({m} migrations more). Install that version.",
    "behind": "The database is {n} migrations behind. Run: keepwell update.",
    "restart": "Another version is running than is installed. Restart keepwell serve.",
    "newer": "A newer version lies ready. Install it, then run: keepwell update.",
    "unlooked": "Database and code are of one version.",
    "current": "Database and code are of one version.",
}


def _forward(places: Places, operator: Operator, *, one_way: bool) -> None:
    from keepwell.ledger import updates
    from keepwell.operations import updating, versions

    found = versions.standing(places)
    if found.unknown:
        raise Refusal("CODE_OLDER", count=len(found.unknown))
    if not found.pending:
        _finished(found, operator)
        return
    if not one_way and (steps := updating.one_way(found.pending)):
        raise Refusal("UPDATE_ONE_WAY", migration=", ".join(steps))
    updating.refuse_while_serving(address(OWNER, places))
    before = proving.fatal()
    backup = _backed_up(places, found)
    names = [".".join(one) for one in found.pending]
    facts: dict[str, object] = {"to": found.installed, "backup": backup.folder.name, "migrations": names}
    updates.record(updates.BEGAN, operator.words, **facts)
    try:
        updating.forward(places, say)
    except Refusal as refusal:
        updates.record(updates.FAILED, operator.words, **facts, because=refusal.code)
        raise
    if wrong := proving.wrong(before):
        _undone(places, operator, names, facts | {"because": "UPDATE_UNPROVEN"}, wrong)
    updates.record(updates.DONE, operator.words, **facts)
    say("Updated and proven. Start again: keepwell serve. To go back: keepwell update --back.")


def _finished(found: Standing, operator: Operator) -> None:
    """Nothing is pending: an update that was cut off after its migrations is proven now."""
    from keepwell.ledger import updates

    if found.unfinished is None:
        say("There is nothing to update: database and code are of one version.")
        return
    if wrong := proving.wrong(()):
        raise Refusal("UPDATE_UNPROVEN", why=wrong)
    updates.record(updates.DONE, operator.words, **found.unfinished.detail)
    say("The update that was cut off is proven. Start again: keepwell serve.")


def _undone(places: Places, operator: Operator, names: list[str], facts: dict[str, object], wrong: str) -> None:
    """It does not work: as it was. Raises Refusal UPDATE_UNPROVEN."""
    from keepwell.ledger import updates
    from keepwell.operations import updating

    say(f"It does not work: {wrong}. Going back …")
    updates.record(updates.FAILED, operator.words, **facts)
    updating.back(names, places, say)
    raise Refusal("UPDATE_UNPROVEN", why=wrong)


def _back(places: Places, operator: Operator) -> None:
    from keepwell.ledger import updates
    from keepwell.operations import updating, versions

    done = updating.last_done()
    updating.refuse_while_serving(address(OWNER, places))
    backup = _backed_up(places, versions.standing(places))
    updating.back(done.detail["migrations"], places, say)
    facts = {"from": done.detail["to"], "backup": backup.folder.name, "migrations": done.detail["migrations"]}
    updates.record(updates.TAKEN_BACK, operator.words, **facts)
    say("Taken back. Install the version you had before, then: keepwell serve.")


def _backed_up(places: Places, found: Standing) -> Backup:
    from keepwell.operations import backups

    backups.expire(places)
    say("Backing up …")
    backup = backups.take(places, address(OWNER, places), found.installed)
    say(f"Backed up to {backup.folder}. The keys of records in it go after a week; the rest stays.")
    return backup


def _restore(folder: Path, name: str, places: Places) -> None:
    from keepwell.operations import backups

    whole = backups.restore(folder, address(SUPERUSER, places), name)
    say(f"Made the database {name} of the backup of {backups.read(folder).at:%Y-%m-%d %H:%M} UTC.")
    if not whole:
        say("Its keys of records are gone, so no record in it opens. That is what the week is for.")
