"""What a page says about the proof of an entry, and what happens when it does not hold."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import notices
from keepwell.access.models import Membership
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger import evidence
from keepwell.ledger.checkpoints import Keys
from keepwell.ledger.evidence import Evidence
from keepwell.ledger.leaves import microseconds
from keepwell.ledger.queries import Row

BROKEN = notices.kind(
    "ledger.broken",
    _("An entry of the activity log is not what was signed. Look at it at once."),
    icon="shield-x",
    page="activity-entry",
    alarming=True,
)

STEPS = {
    "row": _("The bytes of this entry have the hash that is in the tree"),
    "said": _("Those bytes say what this page says"),
    "path": _("That hash leads to the root of all entries"),
    "signature": _("The root is signed with the key of the log"),
    "keys": _("Each key of the log is vouched for by the one before it"),
    "mac": _("It was written by Keepwell with the keys of this practice"),
}
IN_THE_PAGE = ("row", "said", "path", "signature", "keys")
"""What a browser can check by itself. The last step needs keys that never leave the server."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof of an entry as its page shows it, before anything is checked."""

    number: int
    size: int
    hashes: int
    at: Any
    key: str
    anchors: tuple[tuple[str, Any], ...]
    said: Mapping[str, str]


def of(row: Row) -> Proof | None:
    """The proof of an entry; None while no anchored checkpoint covers it."""
    try:
        found = evidence.gather(row.id)
    except Refusal as refusal:
        if refusal.code != "LEDGER_NOT_YET":
            raise
        return None
    return shown(row, found)


def shown(row: Row, found: Evidence) -> Proof:
    """What a page says about evidence."""
    stop = found.proof.checkpoint
    newest = Keys.read(found.proof.keys).keys[-1]
    key = base64.b64encode(newest.public).decode()
    return Proof(found.proof.seq + 1, stop.size, len(found.proof.path), stop.at, key, found.anchors, said(row))


def said(row: Row) -> dict[str, str]:
    """What the page says of an entry, for comparing it with the bytes."""
    return {
        "id": str(row.id), "at": str(microseconds(row.at)), "kind": row.kind, "verb": row.verb,
        "actor": str(row.actor), "role": row.role, "purpose": row.purpose, "outcome": row.outcome,
        "subjects": str(len(row.subjects)),
    }  # fmt: skip


def check(row: Row, by: Actor) -> tuple[Mapping[str, bool], Refusal | None]:
    """Each step and whether it holds; with the refusal, and the officers told, when one does not."""
    found = evidence.gather(row.id)
    steps = evidence.check(found, by)
    if all(steps.values()):
        return steps, None
    notices.tell(officers(), BROKEN, by=by, about=row.id)
    return steps, Refusal("CHAIN_BROKEN", seq=found.proof.seq)


def officers() -> Iterable[UUID]:
    """Who is told when the log does not hold."""
    roles = (Role.PRIVACY_OFFICER, Role.SECURITY_OFFICER)
    return list(Membership.objects.filter(role__in=roles, ends_at=None).order_by("id").values_list("id", flat=True))
