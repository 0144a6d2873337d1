"""Custody, from Python's side. Protected: only actions, charts and the doorway may import this."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import replace
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.db import transaction

from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger import practice_keys, wire
from keepwell.ledger.entries import Entry, canonical, mac
from keepwell.practices import presence
from keepwell.vault import crypto
from keepwell.vault.crypto import ClassKey
from keepwell.vault.phi import PhiClass

Keys = dict[tuple[UUID, str], ClassKey]

journal: ContextVar[list[Entry] | None] = ContextVar("journal", default=None)
"""The entries this request has on disk already, so that a failure can mark their outcome."""


def open_entry(entry: Entry, by: Actor) -> UUID:
    """Commits an opening on a connection of its own. After this it stays recorded, whatever happens to the request."""
    entry = _worn(entry, by)
    keys = practice_keys.of(by)
    wire.call(
        "recorder",
        "SELECT custody.open(%s, %s, %s, %s::text[], %s::text[], %s::uuid[], %s, %s, %s::bytea, %s)",
        presence.token(by),
        entry.id,
        entry.verb,
        list(entry.classes),
        list(entry.excerpts),
        list(entry.subjects),
        entry.listed,
        entry.detail,
        entry.note,
        mac(keys.mac, by, entry),
    )
    _remember(entry)
    return entry.id


def record(entry: Entry, by: Actor) -> UUID:
    """Commits a denial, a sign-in, an undone request or a system event on a connection of its own."""
    entry = _worn(entry, by)
    keys = practice_keys.of(by)
    wire.call(
        "recorder",
        "SELECT custody.record(%s, %s, %s, %s, %s::text[], %s::text[], %s::uuid[], %s, %s, %s, %s::bytea, %s)",
        presence.token(by),
        entry.id,
        entry.kind,
        entry.verb,
        list(entry.classes),
        list(entry.excerpts),
        list(entry.subjects),
        entry.listed,
        entry.outcome,
        entry.detail,
        entry.note,
        mac(keys.mac, by, entry),
    )
    return entry.id


def act(entry: Entry, by: Actor) -> UUID:
    """The entry of an action, inside the transaction whose rows it allows to change."""
    entry = _worn(entry, by)
    wire.call(
        "default",
        "SELECT custody.act(%s, %s, %s::text[], %s::uuid[], %s, %s::bytea, %s)",
        entry.id,
        entry.verb,
        list(entry.classes),
        list(entry.subjects),
        entry.detail,
        entry.note,
        mac(practice_keys.of(by).mac, by, entry),
    )
    return entry.id


def sealed(entry: Entry, by: Actor) -> None:
    """Which values an action sealed, by place and version."""
    wire.call(
        "default",
        "SELECT custody.sealed(%s, %s, %s::uuid[], %s, %s)",
        entry.id,
        entry.verb,
        list(entry.subjects),
        entry.detail,
        mac(practice_keys.of(by).mac, by, entry),
    )


def find(
    alls: Sequence[int], anys: Sequence[Sequence[int]], fields: Iterable[str], limit: int, by: Actor
) -> list[UUID]:
    """Candidates of a search in the patient index, each recorded. The words searched for are recorded nowhere."""
    entry = Entry(
        "find", "patient.searched", (PhiClass.IDENTITY,), listed=True, detail=canonical({"asked": sorted(fields)})
    )
    words = [_literal(group) for group in anys]
    asked = (presence.token(by), entry.id, list(alls), words, limit, entry.detail)
    wire.call(
        "recorder",
        "SELECT custody.find(%s, %s, %s::bigint[], %s::text[], %s, %s, %s)",
        *asked,
        mac(practice_keys.of(by).mac, by, entry),
    )
    _remember(entry)
    return [row[0] for row in wire.rows("default", "SELECT subject_id FROM custody.found(%s)", entry.id)]


def find_each(asked: Sequence[Sequence[int]], fields: Iterable[str], limit: int, by: Actor) -> list[UUID]:
    """Everybody whom one of many questions finds, each question a list of tokens that must all be there. One entry."""
    entry = Entry(
        "find", "patient.searched", (PhiClass.IDENTITY,), listed=True, detail=canonical({"asked": sorted(fields)})
    )
    wire.call(
        "recorder",
        "SELECT custody.find_each(%s, %s, %s::text[], %s, %s, %s)",
        presence.token(by),
        entry.id,
        [_literal(tokens) for tokens in asked],
        limit,
        entry.detail,
        mac(practice_keys.of(by).mac, by, entry),
    )
    _remember(entry)
    return [row[0] for row in wire.rows("default", "SELECT subject_id FROM custody.found(%s)", entry.id)]


def index(subject: UUID, exact: Sequence[int], near: Sequence[int]) -> None:
    """Puts a subject's keyed tokens into the patient index; inside an action about them."""
    wire.call(
        "default", "SELECT custody.index_subject(%s, %s::bigint[], %s::bigint[])", subject, list(exact), list(near)
    )


def index_each(tokens: Mapping[UUID, tuple[Sequence[int], Sequence[int]]]) -> None:
    """Puts (exact, near) tokens of many subjects into the patient index; inside an action about them all."""
    wire.call(
        "default",
        "SELECT custody.index_subjects(%s::uuid[], %s::text[], %s::text[])",
        list(tokens),
        [_literal(exact) for exact, _ in tokens.values()],
        [_literal(near) for _, near in tokens.values()],
    )


def index_key(by: Actor) -> bytes:
    """The practice's key for index tokens."""
    return practice_keys.of(by).index


def shred(subject: UUID, by: Actor) -> int:
    """Destroys every class key of a subject, inside an action about them. Returns how many there were."""
    entry = Entry("disposal", "record.disposed", subjects=(subject,))
    rows = wire.rows(
        "default",
        "SELECT custody.shred(%s, %s, %s, %s)",
        entry.id,
        subject,
        entry.detail,
        mac(practice_keys.of(by).mac, by, entry),
    )
    return int(rows[0][0])


def keys(entry: UUID, by: Actor) -> Keys:
    """The class keys a committed opening pays for. Raises Refusal KEY_UNAVAILABLE or INTEGRITY_FAILURE."""
    wrapping = practice_keys.of(by).wrapping
    opened: Keys = {}
    for subject, phi, version, epoch, wrapped, committed in wire.rows(
        "default", "SELECT subject_id, phi_class, version, epoch, wrapped, committed FROM custody.keys(%s)", entry
    ):
        if epoch not in wrapping:
            practice_keys.forget(by.practice)
            wrapping = practice_keys.of(by).wrapping
        if epoch not in wrapping:
            raise Refusal("KEY_UNAVAILABLE")
        context = crypto.key_context(by.practice, subject, phi, version)
        raw = crypto.unwrap(wrapping[epoch], bytes(wrapped), context, bytes(committed))
        opened[subject, phi] = ClassKey.of(raw, version)
    return opened


def keys_for_sealing(entry: UUID, wanted: Iterable[tuple[UUID, str]], by: Actor) -> Keys:
    """Like `keys`, and makes those that do not exist yet."""
    opened = keys(entry, by)
    missing = [place for place in wanted if place not in opened]
    if not missing:
        return opened
    try:
        with transaction.atomic():
            _make(entry, missing, by)
    except Refusal as refusal:
        if refusal.code != "EPOCH_OVER":
            raise
        # This process still held the practice's keys from before a renewal.
        practice_keys.forget(by.practice)
        _make(entry, missing, by)
    return keys(entry, by)


def _make(entry: UUID, missing: Sequence[tuple[UUID, str]], by: Actor) -> None:
    held = practice_keys.of(by)
    wrapped, committed = [], []
    for subject, phi in missing:
        raw, context = os.urandom(32), crypto.key_context(by.practice, subject, phi, 1)
        wrapped.append(crypto.wrap(held.wrapping[held.epoch], raw, context))
        committed.append(crypto.commitment(context, raw))
    wire.call(
        "default",
        "SELECT custody.add_keys(%s, %s::uuid[], %s::text[], %s, %s::bytea[], %s::bytea[])",
        entry,
        [s for s, _ in missing],
        [str(p) for _, p in missing],
        held.epoch,
        wrapped,
        committed,
    )


def rewrap_due(epoch: int, limit: int) -> list[tuple[UUID, str]]:
    """Up to `limit` class keys still wrapped by an epoch older than `epoch`."""
    return [
        (s, c)
        for s, c in wire.rows("default", "SELECT subject_id, phi_class FROM custody.rewrap_due(%s, %s)", epoch, limit)
    ]


def rewrap(entry: UUID, by: Actor) -> int:
    """Wraps the keys an opening pays for under the newest epoch. Returns how many changed."""
    held = practice_keys.of(by)
    opened = keys(entry, by)
    wrapped = [
        crypto.wrap(held.wrapping[held.epoch], key.raw, crypto.key_context(by.practice, subject, phi, key.version))
        for (subject, phi), key in opened.items()
    ]
    rows = wire.rows(
        "default",
        "SELECT custody.rewrap(%s, %s::uuid[], %s::text[], %s::int[], %s, %s::bytea[])",
        entry,
        [s for s, _ in opened],
        [p for _, p in opened],
        [k.version for k in opened.values()],
        held.epoch,
        wrapped,
    )
    return int(rows[0][0])


def destroy_epochs(through: int) -> int:
    """Destroys practice-key epochs nothing is wrapped under; how many. None while something still is."""
    return int(wire.rows("default", "SELECT custody.destroy_epochs(%s)", through)[0][0])


def note(text: str, by: Actor) -> bytes | None:
    """A person's own words for the ledger, sealed under the practice's ledger key."""
    if not text:
        return None
    nonce = os.urandom(12)
    return nonce + practice_keys.of(by).notes.encrypt(nonce, text.encode(), by.practice.bytes)


def read_note(sealed_note: bytes, by: Actor) -> str:
    """The words of a note, for those who may read the ledger."""
    try:
        return practice_keys.of(by).notes.decrypt(sealed_note[:12], sealed_note[12:], by.practice.bytes).decode()
    except InvalidTag:
        raise Refusal("INTEGRITY_FAILURE") from None


def _literal(tokens: Sequence[int]) -> str:
    return "{" + ",".join(map(str, tokens)) + "}"


def _remember(entry: Entry) -> None:
    kept = journal.get()
    if kept is not None:
        kept.append(entry)


def _worn(entry: Entry, by: Actor) -> Entry:
    """The entry, naming the practice's own role of who acts; its `role` is always the one that was built on."""
    if by.custom is None:
        return entry
    return replace(entry, detail=canonical(json.loads(entry.detail) | {"custom_role": by.custom.id}))
