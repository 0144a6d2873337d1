"""Using the recovery kit: one administrator sets up their sign-in anew, because nobody can sign in any more.

Whoever holds the paper names an administrator by their address. On record first; then the kit is spent, everybody in
the practice is told, and there is a pass like that of a lost factor (access/recovery.py): it works once, ends what its
person signed in with, and dangerous changes wait a day. Outside, nothing tells a kit that is spent from a code that
never was, nor whether an address is known.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keepwell.access import alerts, credentials, door, kit_code, kits, notices
from keepwell.access.actions import system_actor
from keepwell.access.models import Membership, Recovery, RecoveryKit, SignInLink
from keepwell.access.policy import MAY_DO, Can
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger import reasons
from keepwell.ledger.actions import action
from keepwell.ledger.doorway import present

HOW = "kit"
"""How somebody was known: by the paper they hold."""

USED = notices.kind(
    "recovery_kit.used",
    _("The recovery kit was used: %(whom)s sets up their sign-in anew. If you know of no reason, tell an officer now."),
    icon="life-buoy", alarming=True,
)  # fmt: skip
WANTED = notices.kind(
    "recovery_kit.wanted", _("The recovery kit is spent. Make a new one, print it and seal it."),
    icon="life-buoy", page="recovery-kit", alarming=True,
)  # fmt: skip


def use(code: str, email: str, line: str) -> SignInLink:
    """A pass for an administrator, by the practice's kit. Raises Refusal KIT_MISTYPED or KIT_REFUSED."""
    found = door.recovery_kit(kits.mac_of(kit_code.read(code)))
    if found is None:
        raise Refusal("KIT_REFUSED")
    practice, kit = found
    with present(system_actor(practice)):
        member = _administrator(email)
    if member is None:
        raise Refusal("KIT_REFUSED")
    said = reasons.record(
        "recovery_kit.shown", line, system_actor(practice), about=[member.id], detail={"how": HOW, "kit": kit}
    )
    with present(system_actor(practice)) as by:
        link = _recover(kit, member, said, by=by)
    alerts.tell(member.person_id, alerts.KIT_USED)
    return link


def _recover(kit: UUID, member: Membership, said: UUID, *, by: Actor) -> SignInLink:
    _spent(kit, by=by)
    link = credentials.new_link(member.person, member, by=by, vouched=True)
    _opened(member, link, kit, said, by=by)
    _tell(member, by)
    return link


@action("recovery_kit.used")
def _spent(kit: UUID, *, by: Actor) -> None:
    "The practice's recovery kit was used; it never works again."
    at = clock.now()
    alone = RecoveryKit.objects.filter(id=kit, ended_at=None, confirmed_at__isnull=False)
    if not alone.update(spent_at=at, ended_at=at):
        raise Refusal("KIT_REFUSED")


@action("recovery.opened_by_kit", about="member")
def _opened(member: Membership, link: SignInLink, kit: UUID, said: UUID, *, by: Actor) -> Recovery:
    "An administrator is let in anew by the practice's recovery kit; a place that slept for want of use is open again."
    at = clock.now()
    Recovery.objects.filter(member=member, closed_at=None).update(closed_at=at, outcome="lapsed")
    if member.suspended_at is not None:
        member.suspended_at = None
        member.save(update_fields=["suspended_at"])
    return Recovery.objects.create(member=member, first_at=at, first_how=HOW, first_said=said, link=link, kit_id=kit)


def _administrator(email: str) -> Membership | None:
    at = clock.now()
    here = Membership.objects.select_related("person").filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)
    named = here.filter(role=Role.ADMINISTRATOR, person__email=email.strip().casefold(), person__is_active=True)
    return named.order_by("id").first()


def _tell(member: Membership, by: Actor) -> None:
    """Everybody who works here; and who can make a new kit, that one is wanted."""
    at = clock.now()
    here = Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at)).order_by("id")
    notices.tell(here.values_list("id", flat=True), USED, by=by, whom=member.name)
    able = [role for role, can in MAY_DO.items() if Can.MANAGE_ACCESS in can]
    notices.tell(here.filter(role__in=able).values_list("id", flat=True), WANTED, by=by)
