"""Access by whoever runs the installation: who and why are on record first, nothing is open to begin with (BAA-SELF).

The person at the machine names themselves; the account of the operating system is written beside it. Each practice they
work in gets an entry with their words and an access that its officers look at every week, like an emergency.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from keepwell.access.actions import system_actor
from keepwell.access.models import OperatorAccess, Person, SupportRule, SupportWindow
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, nobody
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import doorway, reasons
from keepwell.ledger.actions import action
from keepwell.ledger.doorway import present

LEAST = 10
"""Characters of the line that says why."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who is at the machine, and why. Raises Refusal OPERATOR_UNNAMED when either is missing."""

    account: str
    named: str
    why: str
    command: str

    def __post_init__(self) -> None:
        if len(self.named.strip()) < 2 or len(self.why.strip()) < LEAST:
            raise Refusal("OPERATOR_UNNAMED", least=LEAST)

    @property
    def words(self) -> str:
        return f"{self.named.strip()}: {self.why.strip()}"


def announce(operator: Operator) -> None:
    """Puts the command on record in the house, before it does anything."""
    facts = {"account": operator.account, "command": operator.command}
    reasons.record("operator.asked", operator.words, nobody(), detail=facts)


@contextmanager
def working(
    practice: UUID, name: str, operator: Operator, purpose: Purpose = Purpose.HSYSADMIN, by: Actor | None = None
) -> Iterator[Actor]:
    """Lets an operator into one practice and yields the actor to work as; nobody is present yet, and nothing is open.

    `by`: work as this actor instead of Keepwell itself. Raises Refusal SUPPORT_NOT_APPROVED.
    """
    entered = new_id()
    actor = replace(by or system_actor(practice, purpose), session=entered, reason=operator.why.strip())
    enter(entered, name, operator, actor)
    try:
        yield replace(actor, request=new_id())
    finally:
        with present(_itself(actor)) as here:
            _left(OperatorAccess.objects.get(id=entered), by=here)


def enter(access: UUID, name: str, operator: Operator, actor: Actor) -> None:
    """Asks whether the practice lets operators in now, and puts on record that this one came."""
    here = _itself(actor)
    with present(here):
        approved = not SupportRule.objects.filter(ended_at=None).exists() or window() is not None
    if not approved:
        refusal = Refusal("SUPPORT_NOT_APPROVED", name=name)
        doorway.refused(here, refusal, f"operator:{operator.command}")
        raise refusal
    here = _itself(actor)
    facts = {"account": operator.account, "command": operator.command}
    said = reasons.record("operator.asked", operator.words, here, about=[here.practice], detail=facts)
    with present(here):
        _entered(access, operator, said, by=here)


def window() -> SupportWindow | None:
    """The time approved by this practice that it is now, if any."""
    at = clock.now()
    return SupportWindow.objects.filter(starts_at__lte=at, ends_at__gt=at).order_by("-ends_at").first()


def _itself(actor: Actor) -> Actor:
    """Keepwell itself in the same session, for what is written about the operator."""
    return replace(system_actor(actor.practice), session=actor.session)


@action("operator.entered")
def _entered(access: UUID, operator: Operator, said: UUID, *, by: Actor) -> OperatorAccess:
    "Somebody who runs this installation begins to work in a practice, with a command."
    person = Person.objects.filter(email=operator.named.strip().casefold()).first()
    return OperatorAccess.objects.create(
        id=access,
        account=operator.account[:64],
        named=operator.named.strip()[:120],
        person=person,
        command=operator.command,
        said=said,
        starts_at=clock.now(),
    )


@action("operator.left")
def _left(access: OperatorAccess, *, by: Actor) -> OperatorAccess:
    "The operator's command is over."
    access.ended_at = clock.now()
    access.save(update_fields=["ended_at"])
    return access
