"""Before the first patient: what a practice has to have in place, each point computed from what there is.

Officers: 45 CFR § 164.308(a)(2) and § 164.530(a)(1)(i). Hosting: § 164.308(b), § 164.314(a). Two administrators:
one who leaves or loses a phone locks nobody out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keepwell.access import alternates, kits
from keepwell.access.models import Membership, Practice, Setup
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action

OFFICERS = {Role.PRIVACY_OFFICER: "NO_PRIVACY_OFFICER", Role.SECURITY_OFFICER: "NO_SECURITY_OFFICER"}
ADMINISTRATORS = 2


@dataclass(frozen=True, slots=True)
class Step:
    """One point of the list. `refusal` is what stands against patients while it is not done; none: advised only."""

    name: str
    words: Promise
    done: bool
    refusal: str = ""


def of(practice: Any) -> Setup:
    """What a practice has said of itself; an empty row if nothing yet."""
    return Setup.objects.filter(practice_id=practice).first() or Setup(practice_id=practice)


def steps(by: Actor) -> list[Step]:
    """Every point, in the order to do them."""
    said = of(by.practice)
    held = Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()))
    holders: dict[str, set[Any]] = {}
    for role, person in held.order_by("id").values_list("role", "person_id"):
        holders.setdefault(role, set()).add(person)
    return [
        Step("practice", _("Where and when the practice works"), bool(said.states and said.hours), "SETUP_INCOMPLETE"),
        Step(
            "administrators",
            _("A second administrator"),
            len(holders.get(Role.ADMINISTRATOR, ())) >= ADMINISTRATORS,
            "SETUP_INCOMPLETE",
        ),
        Step("privacy", _("A privacy officer"), Role.PRIVACY_OFFICER in holders, "NO_PRIVACY_OFFICER"),
        Step("security", _("A security officer"), Role.SECURITY_OFFICER in holders, "NO_SECURITY_OFFICER"),
        Step("hosting", _("An agreement with whoever hosts this"), assured(by), "HOSTING_ASSURANCE_MISSING"),
        Step("kit", _("A recovery kit, printed and confirmed"), kits.standing() is not None, "SETUP_INCOMPLETE"),
        Step("alternates", _("Somebody else for each officer's own cases"), not list(alternates.unattended())),
    ]


Hosted = Callable[[Actor], bool]
_hosted: list[Hosted] = []


def hosting(check: Hosted) -> Hosted:
    """Names what answers whether the hosting is in hand. The register of vendors does, which is further up."""
    _hosted.append(check)
    return check


def assured(by: Actor) -> bool:
    """Whether the hosting is in hand: decided, under an agreement if it needs one, in rooms somebody vouches for."""
    return any(check(by) for check in _hosted)


def ready(by: Actor) -> bool:
    """Whether patients may come."""
    return Setup.objects.filter(practice_id=by.practice, ready_at__isnull=False).exists()


def require(by: Actor) -> None:
    """Raises Refusal SETUP_INCOMPLETE while the practice is not ready for patients."""
    if not ready(by):
        raise incomplete(steps(by))


def incomplete(found: Iterable[Step]) -> Refusal:
    missing = [str(step.words) for step in found if step.refusal and not step.done]
    return Refusal("SETUP_INCOMPLETE", steps=", ".join(missing) or str(_("confirm that everything is in place")))


@action("practice.described")
def describe(states: Iterable[str], hours: dict[str, Any], *, by: Actor) -> Setup:
    "Where a practice sees patients, and when."
    return _kept(by, states=sorted(states), hours=hours)


@action("practice.placed")
def place(name: str, time_zone: str, *, by: Actor) -> Practice:
    "A practice has another name, or is in another time zone."
    practice = Practice.objects.get(id=by.practice)
    practice.name, practice.time_zone = name, time_zone
    practice.save(update_fields=["name", "time_zone"])
    return practice


@action("practice.made_ready")
def make_ready(*, by: Actor) -> Setup:
    """Everything is in place: patients may come.

    Raises Refusal NO_PRIVACY_OFFICER, NO_SECURITY_OFFICER, HOSTING_ASSURANCE_MISSING, SETUP_INCOMPLETE.
    """
    found = steps(by)
    for step in found:
        if step.refusal and not step.done:
            raise incomplete(found) if step.refusal == "SETUP_INCOMPLETE" else Refusal(step.refusal)
    return _kept(by, ready_at=clock.now())


def refuse_gap(membership: Membership, by: Actor) -> None:
    """Raises Refusal OFFICER_GAP when the only one in an office would go from a practice that has patients."""
    if membership.role not in OFFICERS or by.role is Role.SYSTEM or not ready(by):
        return
    others = Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()), role=membership.role)
    if not others.exclude(id=membership.id).exists():
        raise Refusal("OFFICER_GAP")


def refuse_held(office: Role, by: Actor) -> None:
    """Raises Refusal ACCESS_NOT_APPROVED: once a practice works, nobody takes an office that is held by themselves."""
    held = Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()), role=office).exists()
    if held and ready(by):
        raise Refusal("ACCESS_NOT_APPROVED")


def _kept(by: Actor, **said: Any) -> Setup:
    row = of(by.practice)
    for name, value in said.items():
        setattr(row, name, value)
    row.save()
    return row
