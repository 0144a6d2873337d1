"""Work for later. A job carries ids only, runs as the actor who asked for it, and starts only if Keepwell queued it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from procrastinate.contrib.django import app

from keepwell.base.actor import Actor, Custom, Purpose, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import custody, house, wire
from keepwell.ledger.doorway import present
from keepwell.ledger.entries import Entry, canonical

Work = Callable[..., None]
W = TypeVar("W", bound=Work)

JOBS: dict[str, Work] = {}
TASK = "keepwell.job"


def job(name: str) -> Callable[[W], W]:
    """Names a function that can be queued. It is called with `by=` and the ids it was queued with."""

    def decorate(function: W) -> W:
        if name in JOBS:
            raise TypeError(f"two jobs are named {name}")
        JOBS[name] = function
        return function

    return decorate


def enqueue(name: str, *, by: Actor, **ids: UUID | int | None) -> None:
    """Queues a job in this transaction: it exists only if the transaction commits.

    Raises TypeError for an argument that is not an id or a number: job arguments are stored in the clear.
    """
    if name not in JOBS or not all(isinstance(v, UUID | int | None) for v in ids.values()):
        raise TypeError(f"{name}: jobs are named functions and carry ids")
    said: dict[str, Any] = {
        "id": str(new_id()),
        "job": name,
        "ids": {k: str(v) if isinstance(v, UUID) else v for k, v in ids.items()},
        "actor": _spoken(by),
    }
    app.configure_task(TASK, queue="keepwell").defer(envelope=said | {"mac": _mac(said)})


@app.task(name=TASK, queue="keepwell")
def run(envelope: dict[str, Any]) -> None:
    """Checks who queued the job and runs it, present as that actor. Raises Refusal PAYLOAD_TAMPERED."""
    said = {key: envelope.get(key) for key in ("id", "job", "ids", "actor")}
    if not hmac.compare_digest(_mac(said), str(envelope.get("mac", ""))) or said["job"] not in JOBS:
        raise Refusal("PAYLOAD_TAMPERED")
    by = _heard(envelope["actor"])
    with present(by):
        _begin(UUID(envelope["id"]))
        JOBS[envelope["job"]](by=by, **{k: _id(v) for k, v in envelope["ids"].items()})


def _begin(job: UUID) -> None:
    begun = wire.rows("default", "SELECT custody.begin_job(%s)", job)[0][0]
    if begun != "begun":
        raise Refusal("PAYLOAD_TAMPERED" if begun == "done before" else "TERMINATED_USER")


def tell(verb: str, by: Actor, **facts: Any) -> None:
    """A system event of a job for the ledger; committed at once."""
    custody.record(Entry("system", verb, detail=canonical(facts)), by)


def _mac(said: dict[str, Any]) -> str:
    return hmac.new(house.key("jobs"), canonical(said).encode(), hashlib.sha256).hexdigest()


def _spoken(by: Actor) -> list[Any]:
    own = by.custom and [str(by.custom.id), by.custom.name, sorted(by.custom.adds), sorted(by.custom.drops)]
    return [str(by.id), str(by.practice), by.role, by.purpose, str(by.session or ""), str(by.request), own]


def _heard(spoken: list[Any]) -> Actor:
    member, practice, role, purpose, session, request, own = spoken
    custom = own and Custom(UUID(own[0]), own[1], frozenset(own[2]), frozenset(own[3]))
    known = UUID(session) if session else None
    return Actor(
        UUID(member), UUID(practice), Role(role), Purpose(purpose), known, UUID(request), custom=custom or None
    )


def _id(value: Any) -> Any:
    return UUID(value) if isinstance(value, str) else value
