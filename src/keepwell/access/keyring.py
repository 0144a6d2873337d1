"""What happens to passkeys. The database takes these changes from no one else."""

from __future__ import annotations

from dataclasses import replace

from keepwell.access import acceptance, alerts, factors, passkeys
from keepwell.access.models import Passkey, Person
from keepwell.access.passkeys import Held, Proof
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action

MOST = 20


@action("passkey.registered", about="person")
def register(person: Person, held: Held, *, by: Actor) -> Passkey:
    "A person made a passkey; it signs them in by itself."
    known = [each.credential.credential_id for _, each in passkeys.of(person.id)]
    if held.credential.credential_id in known or len(known) >= MOST:
        raise Refusal("PASSKEY_REFUSED")
    from_nothing = not factors.has_any(person.id)
    if factors.has_any(person.id):
        alerts.later(person.id, alerts.NEW_PASSKEY, by=by)
    row = passkeys.seal(Passkey(id=new_id(), person=person), held)
    row.save(force_insert=True)
    if from_nothing:
        acceptance.renewed(person, by=by)
    return row


@action("passkey.used", about="person")
def use(person: Person, proof: Proof, *, by: Actor) -> None:
    "A passkey proved who somebody is. A counter that does not go up is a copy's (Web Authentication § 6.1.1)."
    row = Passkey.objects.select_for_update().get(id=proof.row.id, person=person, ended_at=None)
    known = next(held for each, held in passkeys.of(person.id) if each.id == row.id)
    if (proof.count or known.count) and proof.count <= known.count:
        raise Refusal("PASSKEY_COPIED")
    row.used_at = clock.now()
    passkeys.seal(row, replace(known, count=proof.count)).save(update_fields=["sealed", "used_at"])


@action("passkey.renamed", about="person")
def rename(person: Person, row: Passkey, held: Held, name: str, *, by: Actor) -> None:
    "Another name for a passkey, so that one knows which it is."
    passkeys.seal(row, replace(held, name=name.strip())).save(update_fields=["sealed"])


@action("passkey.ended", about="person")
def end(person: Person, row: Passkey, *, by: Actor) -> None:
    "A passkey no longer signs anybody in. Never the last way in (45 CFR § 164.312(d))."
    others = Passkey.objects.filter(person=person, ended_at=None).exclude(id=row.id).exists()
    if not others and not (person.has_usable_password() and factors.has_totp(person.id)):
        raise Refusal("FACTOR_NOT_ALLOWED")
    row.ended_at, row.sealed = clock.now(), ""
    row.save(update_fields=["ended_at", "sealed"])
