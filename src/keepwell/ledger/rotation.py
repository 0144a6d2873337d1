"""Rotation of practice keys and of the root key: in batches, resumable at any point, with progress.

Old backups stay readable for as long as the epoch they were made under lives (NIST SP 800-57 part 1 § 5.3).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg

from keepwell.base.actor import Actor
from keepwell.ledger import custody, house, keyring, practice_keys
from keepwell.ledger.actions import action
from keepwell.ledger.doorway import present
from keepwell.ledger.entries import Entry
from keepwell.vault.roots import Root

Progress = Callable[[int], None]
Owner = psycopg.Connection[tuple[Any, ...]]
BATCH = 500


def roll_practice_key(by: Actor, progress: Progress = lambda done: None, *, fresh: bool = True) -> int:
    """Wraps every class key of the practice under a new epoch (or, resuming, the newest). Returns how many changed."""
    practice_keys.forget(by.practice)
    if fresh:
        with present(by):
            _renewed(by=by)
        practice_keys.forget(by.practice)
    done = 0
    while batch := _one_batch(by):
        done += batch
        progress(done)
    return done


def destroy_old_epochs(by: Actor) -> bool:
    """After the backup window: what old backups hold under older epochs stays closed for good (crypto-shredding)."""
    with present(by):
        destroyed = _destroyed(practice_keys.of(by).epoch - 1, by=by)
    practice_keys.forget(by.practice)
    return destroyed > 0


def _one_batch(by: Actor) -> int:
    with present(by):
        due = custody.rewrap_due(practice_keys.of(by).epoch, BATCH)
        if not due:
            return 0
        classes, subjects = sorted({c for _, c in due}), tuple(dict.fromkeys(s for s, _ in due))
        entry = Entry("open", "key.rotated", tuple(classes), subjects=subjects, listed=True)
        return _rewrapped(custody.open_entry(entry, by), by=by)


@action("practice_key.renewed")
def _renewed(*, by: Actor) -> None:
    "The practice gets a new wrapping key; the older ones open what they wrapped and wrap nothing more."
    practice_keys.renew(by)


@action("practice_key.rewrapped")
def _rewrapped(entry: UUID, *, by: Actor) -> int:
    "Class keys are wrapped under the practice's newest key."
    return custody.rewrap(entry, by)


@action("practice_key.destroyed")
def _destroyed(through: int, *, by: Actor) -> int:
    "After the backup window, wrapping keys nothing is wrapped under any more are destroyed for good."
    return custody.destroy_epochs(through)


def rewrap_root(owner: Owner, root: Root, progress: Progress = lambda done: None) -> int:
    """Wraps house secret, practice keys and signing keys under the root's newest version. As the owner; resumable."""
    owner.execute("SET ROLE keepwell_custodian")
    done = _rewrap_house(owner, root)
    rows = owner.execute(
        "SELECT practice_id, kind, epoch FROM custody.practice_key ORDER BY practice_id, kind, epoch"
    ).fetchall()
    for practice, kind, epoch in rows:
        done += _rewrap_one(owner, root, practice, kind, epoch)
        progress(done)
    done += keyring.rewrap(owner, root)
    owner.execute("RESET ROLE")
    house.forget()
    practice_keys.forget()
    return done


def _rewrap_house(owner: Owner, root: Root) -> int:
    with owner.transaction():
        row = owner.execute("SELECT wrapped FROM custody.house FOR UPDATE").fetchone()
        if row is None or not _stale(root, row[0]):
            return 0
        secret = root.unwrap(bytes(row[0]), house.CONTEXT)
        owner.execute("UPDATE custody.house SET root = %s, wrapped = %s", [root.id, root.wrap(secret, house.CONTEXT)])
    return 1


def _rewrap_one(owner: Owner, root: Root, practice: UUID, kind: str, epoch: int) -> int:
    where = "WHERE practice_id = %s AND kind = %s AND epoch = %s"
    with owner.transaction():
        row = owner.execute(
            f"SELECT wrapped FROM custody.practice_key {where} FOR UPDATE", [practice, kind, epoch]
        ).fetchone()
        if row is None or not _stale(root, row[0]):
            return 0
        context = practice_keys.context(practice, kind, epoch)
        wrapped = root.wrap(root.unwrap(bytes(row[0]), context), context)
        owner.execute(
            f"UPDATE custody.practice_key SET root = %s, wrapped = %s {where}",
            [root.id, wrapped, practice, kind, epoch],
        )
    return 1


def _stale(root: Root, blob: bytes) -> bool:
    return root.version_of(bytes(blob)) != root.current()
