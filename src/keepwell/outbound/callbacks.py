"""What carriers call back with: signed with the connection's own token, or not heard; and each only once.

Twilio's way (HMAC-SHA1 over the address and the sorted fields, in base64) and that of fax carriers (the same in hex).
Whoever else calls, or calls again with what was heard already, changes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from keepwell import charts
from keepwell.access import door, texting
from keepwell.base import text
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.outbound import confirming, fates, reaching
from keepwell.outbound.excerpts import Secrets
from keepwell.outbound.models import Connection, Heard, Message
from keepwell.patients import owners

Status = Message.Status
STOP = frozenset({
    "stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out", "alto", "parar",
    "cancelar",
})  # fmt: skip
START = frozenset({"start", "unstop", "yes", "si", "sí", "empezar"})
REPORTS = {
    "delivered": Status.DELIVERED, "success": Status.DELIVERED,
    "undelivered": Status.BOUNCED, "failed": Status.BOUNCED, "failure": Status.BOUNCED,
}  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """One call: where it came to, its fields, its signature, and the SHA-1 of each file that came with it."""

    url: str
    fields: Mapping[str, str]
    signature: str
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Proved:
    """A call that bears the signature of its connection's own token. `mark` is what it is known by."""

    connection: Connection
    secrets: Mapping[str, Any]
    mark: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """A text somebody sent us, for the floor that keeps an inbox."""

    connection: UUID
    reference: str
    number: str
    words: str
    pictures: bool = False


def address(connection: UUID, *, by: Actor) -> str:
    """Where a carrier calls back: part of what it signs, so it is what we told it and not what the request says."""
    site = reaching.sender(by).site
    return f"https://{site}/hooks/{by.practice}/{connection}/" if site else ""


def heard(connection: UUID, call: Call, *, by: Actor) -> Reply | None:
    """Takes a call in. A STOP is honoured here, at once; any other text is handed back for the inbox.

    Raises Refusal PAYLOAD_TAMPERED, REPLAY_DETECTED, NOT_FOUND.
    """
    known = proved(connection, call, by=by)
    if heard_before(known):
        raise Refusal("REPLAY_DETECTED")
    mark(known, by=by)
    if "MessageStatus" not in call.fields and ("Body" in call.fields or _pictures(call)):
        return _text(known.connection, call, call.fields.get("Body", ""), by)
    _status(known.connection, call, by)
    return None


def proved(connection: UUID, call: Call, *, by: Actor) -> Proved:
    """A call, once it is known to be signed.

    A connection without a token of its own (post, a mail server without a password) hears nobody: an empty key is known
    to everybody. Nor is anybody heard whose connection ended: who left may still know the token. The call is
    marked by what was signed, so one signature written the other way is the same call.
    Raises Refusal PAYLOAD_TAMPERED, NOT_FOUND.
    """
    row = Connection.objects.filter(id=connection, ended_at=None).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    chart = charts.open(by.practice, Secrets, by=by, listed=False)
    secrets = chart.all(Secrets, Connection.objects.filter(id=connection).order_by("id"))[by.practice][0].secrets or {}
    token = str(secrets.get("password", ""))
    known, said = signatures(token, call), call.signature.encode()
    if not token or not any(hmac.compare_digest(said, each.encode()) for each in known):
        raise Refusal("PAYLOAD_TAMPERED")
    return Proved(row, secrets, door.keyed("callbacks", f"{connection}:{known[0]}"))


def heard_before(call: Proved) -> bool:
    """Whether this very call was taken in already."""
    return Heard.objects.filter(mark=call.mark).exists()


def signatures(token: str, call: Call) -> tuple[str, str]:
    """What a call signed with this token bears: base64 as text carriers write it, hex as fax carriers do.

    Files are signed by their SHA-1, after the fields, in the way of fax carriers.
    """
    said = call.url + "".join(name + call.fields[name] for name in sorted(call.fields))
    said += "".join(name + call.files[name] for name in sorted(call.files))
    mac = hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()
    return base64.b64encode(mac).decode(), mac.hex()


@action("callback.heard")
def mark(call: Proved, *, by: Actor) -> None:
    "A carrier called back; the same call again changes nothing."
    Heard(mark=call.mark, connection=call.connection).save(force_insert=True)


def _status(connection: Connection, call: Call, by: Actor) -> None:
    reference = call.fields.get("MessageSid") or call.fields.get("id") or ""
    status = REPORTS.get((call.fields.get("MessageStatus") or call.fields.get("status") or "").lower())
    for message in fates.by_reference(reference, connection.id) if reference and status else ():
        code = "ADDRESS_REFUSED" if status == Status.BOUNCED else ""
        fates.reported(message, str(status), code, by=by)


def _text(connection: Connection, call: Call, body: str, by: Actor) -> Reply | None:
    came_from = call.fields.get("From", "").strip()
    number = text.phone(came_from) or ""
    word = " ".join(body.split()).strip(" .!\"'").casefold()
    if number and word in STOP:
        if texting.stop_texts(texting.digest_of(number, by=by), by, _patients(number, by)):
            confirming.confirm(number, by=by)
        return None
    if number and word in START and texting.restart(texting.digest_of(number, by=by), by):
        return None
    return Reply(connection.id, call.fields.get("MessageSid", ""), number or came_from[:40], body, _pictures(call))


def _pictures(call: Call) -> bool:
    """Whether pictures came with a text (MMS)."""
    return call.fields.get("NumMedia", "").strip() not in ("", "0")


def _patients(number: str, by: Actor) -> list[UUID]:
    """Whom the index knows by this number, so that their charts say that texts are stopped."""
    return list(owners.of(number, by=by).own)
