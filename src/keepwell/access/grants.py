"""What happens to a grant: asked, approved, identity and clearance checked, handed over, taken up or withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import actions, auditors, clearance, notices, separation
from keepwell.access.models import ClearanceCheck, Grant, Membership, Person
from keepwell.access.policy import MAY_DO, Can, may
from keepwell.access.words import role_word
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action

TO_APPROVE = notices.kind(
    "grant.waits", _("Somebody's access waits for a second person to approve it"), icon="user-plus", page="grant"
)
LINK_LASTS = dt.timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for somebody."""

    email: str
    name: str
    role: Role
    kind: str
    starts_at: dt.datetime
    manager: Membership | None = None
    until: dt.datetime | None = None
    replaces: Membership | None = None


def ask(asked: Asked, *, by: Actor) -> Grant:
    """Asks that somebody may work here. A role that is not privileged is approved by who may ask for it.

    Says nothing of other practices: whether the address is known elsewhere is not looked up.
    Raises Refusal SHARED_ACCOUNT_FORBIDDEN, USER_ID_REUSED, WORKS_HERE_ALREADY, ROLE_CONFLICT, AUDITOR_TIME_BOX or
    ASKED_ALREADY.
    """
    clearance.own_account(asked.email)
    here = list(Membership.objects.select_related("person").filter(person__email=asked.email))
    now = [m for m in here if _stands(m) and m != asked.replaces]
    if any(m.role == asked.role for m in now) or (now and asked.replaces is None):
        raise Refusal("WORKS_HERE_ALREADY", field="email")
    if here and not asked.replaces and all(m.name.casefold() != asked.name.casefold() for m in here):
        raise Refusal("USER_ID_REUSED", field="email")
    _fits(asked, here)
    if Grant.objects.filter(email=asked.email, role=asked.role, closed_at=None).exists():
        raise Refusal("ASKED_ALREADY", field="email")
    grant = _asked(asked, by=by)
    if asked.role in clearance.PRIVILEGED:
        notices.tell(_approvers(by, asked.email), TO_APPROVE, by=by, about=grant.id)
        return grant
    return _approved(grant, by=by)


def _stands(member: Membership) -> bool:
    return member.ends_at is None or member.ends_at > clock.now()


def _fits(asked: Asked, here: Iterable[Membership]) -> None:
    "Whether the role goes with those they keep, and an auditor's access has an end."
    for member in here:
        if member != asked.replaces and _stands(member) and separation.conflict(asked.role, Role(member.role)):
            raise Refusal("ROLE_CONFLICT", field="role", a=role_word(asked.role), b=role_word(member.role))
    if asked.role is Role.AUDITOR:
        auditors.refuse_open_end(asked.until)


@action("grant.asked", about="grant")
def _asked(asked: Asked, *, by: Actor, grant: UUID | None = None) -> Grant:
    "Somebody asked that a person may work here in one role, from a day on."
    return Grant.objects.create(
        id=grant,
        email=asked.email,
        name=asked.name,
        role=asked.role,
        kind=asked.kind,
        starts_at=asked.starts_at,
        until=asked.until,
        manager=asked.manager,
        replaces=asked.replaces,
        asked_by_id=by.id,
    )


def approve(grant: Grant, *, by: Actor) -> Grant:
    """A second person approves. Raises Refusal SELF_APPROVAL to who asked and to who would get it."""
    own = Membership.objects.filter(id=by.id, person__email=grant.email).exists()
    if grant.asked_by_id == by.id or own:
        raise Refusal("SELF_APPROVAL")
    if not may(by, Can.APPROVE_ACCESS):
        raise Refusal("ACCESS_NOT_APPROVED")
    return _approved(_open(grant), by=by)


@action("grant.approved", about="grant")
def _approved(grant: Grant, *, by: Actor) -> Grant:
    "Somebody who may approved a grant."
    grant.approved_by_id, grant.approved_at = by.id, clock.now()
    grant.save(update_fields=["approved_by", "approved_at"])
    return grant


@action("grant.identity_checked", about="grant")
def prove(grant: Grant, proof: str, *, by: Actor) -> Grant:
    "Somebody checked who the person is, and says how. No document number is kept."
    if proof not in clearance.PROOFS:
        raise Refusal("CHOICE_UNKNOWN", field="proof")
    _open(grant)
    grant.proof, grant.proved_by_id, grant.proved_at = proof, by.id, clock.now()
    grant.save(update_fields=["proof", "proved_by", "proved_at"])
    return grant


@action("clearance.checked", about="grant")
def check(grant: Grant, item: str, passed: bool, source: str, *, by: Actor) -> ClearanceCheck:
    "One item of the clearance checklist was looked up: passed or failed, and where."
    if item not in clearance.needed(grant.role) or source not in clearance.SOURCES:
        raise Refusal("CHOICE_UNKNOWN", field="item")
    return ClearanceCheck.objects.create(
        grant=_open(grant), item=item, passed=passed, source=source, checked_by_id=by.id
    )


@action("invitation.made", about="grant")
def invite(grant: Grant, *, by: Actor) -> Grant:
    "A one-time link was made for somebody whose access is approved and cleared. An earlier one stops working."
    clearance.require(_open(grant))
    grant.link, grant.link_until = new_id(), clock.now() + LINK_LASTS
    grant.save(update_fields=["link", "link_until"])
    return grant


@action("grant.withdrawn", about="grant")
def withdraw(grant: Grant, *, by: Actor) -> Grant:
    "A grant is not wanted any more; its link stops working."
    return _closed(_open(grant), "withdrawn")


def begin(grant: Grant, person: Person, *, by: Actor) -> Membership:
    """The place an invitation offers, closed until the person accepts it. Begun once, however often that is asked."""
    begun: Membership | None = grant.membership
    if begun is not None:
        return begun
    clearance.require(_open(grant))
    place = actions.join(
        person,
        Role(grant.role),
        by=by,
        name=grant.name,
        accepted=False,
        kind=grant.kind,
        manager=grant.manager,
        starts_at=grant.starts_at,
        until=grant.until,
    )
    _begun(grant, place, by=by)
    return place


@action("grant.begun", about="grant")
def _begun(grant: Grant, place: Membership, *, by: Actor) -> None:
    "A person opened their invitation: the place is there, and closed until they accept it."
    grant.membership = place
    grant.save(update_fields=["membership"])


@action("grant.taken_up", about="grant")
def take_up(grant: Grant, *, by: Actor) -> Grant:
    "A person accepted what was asked for them; the link does not work again."
    return _closed(_open(grant), "taken_up")


def change_role(grant: Grant, *, by: Actor) -> Membership:
    """The old place ends and the new one begins, at once: the next request sees only the new role."""
    clearance.require(_open(grant))
    old = grant.replaces
    assert old is not None
    actions.leave(old, by=by, because="role_change")
    boss = grant.manager or old.manager
    place = actions.join(
        old.person, Role(grant.role), by=by, name=old.name, kind=grant.kind, manager=boss, until=grant.until
    )
    _begun(grant, place, by=by)
    take_up(grant, by=by)
    return place


def _closed(grant: Grant, outcome: str) -> Grant:
    grant.outcome, grant.closed_at, grant.link = outcome, clock.now(), None
    grant.save(update_fields=["outcome", "closed_at", "link"])
    return grant


def _open(grant: Grant) -> Grant:
    if grant.closed_at is not None:
        raise Refusal("STALE_VERSION")
    return grant


def _approvers(by: Actor, email: str) -> list[UUID]:
    roles = [role for role, can in MAY_DO.items() if Can.APPROVE_ACCESS in can]
    able = Membership.objects.filter(role__in=roles, ends_at=None).exclude(id=by.id).exclude(person__email=email)
    return list(able.order_by("name").values_list("id", flat=True))
