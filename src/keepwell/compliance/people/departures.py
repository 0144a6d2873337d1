"""Ending somebody's access in one act (45 CFR § 164.308(a)(3)(ii)(C)): every place, session, link, token and task.

The places end in the database at the moment that was set, whether or not anything else runs. The other steps are tried
at once when that moment has come, and again every five minutes until each is done; the record says when each was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from keepwell.access import actions as access
from keepwell.access import device_actions, grants, notices, programs, session_store
from keepwell.access.models import ApiToken, Departure, Device, DevicePlace, Grant, Membership, Session, SignInLink
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.compliance.people import returning
from keepwell.ledger.actions import action
from keepwell.scheduling import feeds
from keepwell.tasks import actions as tasks
from keepwell.tasks.lists import open_of

HOUR = dt.timedelta(hours=1)
"""Within how long access ends: the practice's own target, and proposed § 164.308(a)(9) (90 FR 898), not in force."""

STEPS = {
    "places": _("Every place to work here"),
    "sessions": _("Signed-in browsers"),
    "links": _("One-time links and open requests"),
    "tokens": _("Tokens of programs they saw"),
    "devices": _("Computers and phones they carry"),
    "feeds": _("Private calendar addresses"),
    "tasks": _("Tasks handed over"),
}
EXPLAINED = {
    "told_late": _("We were told late"),
    "outage": _("The system was not reachable"),
    "disputed": _("The date was disputed"),
}
FAILED = notices.kind(
    "departure.unfinished", _("Somebody who left still has access"), icon="user-x", page="person", alarming=True
)


def begin(
    member: Membership,
    left_at: dt.datetime,
    hand_to: Membership | None,
    *,
    by: Actor,
    because: str = "left",
    asked_by: UUID | None = None,
) -> Departure:
    """Access ends at a moment that has come or is to come. `asked_by`: for whom Keepwell itself does it.

    Raises Refusal OWN_ACCESS_ENDS, STALE_VERSION.
    """
    everywhere = places(member)
    if by.id in {place.id for place in everywhere}:
        raise Refusal("OWN_ACCESS_ENDS")
    if not everywhere or Departure.objects.filter(member=member, closed_at=None).exists():
        raise Refusal("STALE_VERSION")
    departure = _begun(member, left_at, hand_to, asked_by or by.id, by=by)
    for place in everywhere:
        access.leave(place, by=by, because=because, at=max(left_at, clock.now()))
    returning.take_stock(departure, _devices(member), by=by)
    return carry_out(departure, by=by) if left_at <= clock.now() else departure


@action("departure.begun", about="member")
def _begun(
    member: Membership, left_at: dt.datetime, hand_to: Membership | None, asked_by: UUID, *, by: Actor
) -> Departure:
    "Somebody's access here is to end, everywhere and at one moment."
    return Departure.objects.create(member=member, left_at=left_at, hand_to=hand_to, asked_by_id=asked_by)


def carry_out(departure: Departure, *, by: Actor) -> Departure:
    """Every step that is not done yet. One that is refused stays open with its code, and is tried again."""
    steps = dict(departure.steps)
    for name, step in _STEPS.items():
        if not done(steps.get(name)):
            steps[name] = _tried(step, departure, by)
    return _carried_out(departure, steps, by=by)


@action("departure.carried_out", about="departure")
def _carried_out(departure: Departure, steps: dict[str, str], *, by: Actor) -> Departure:
    "What ended of somebody's access, and when; what did not, and why."
    departure.steps = steps
    if all(done(said) for said in steps.values()) and not living(departure):
        departure.done_at = departure.done_at or clock.now()
    departure.save(update_fields=["steps", "done_at"])
    return departure


@action("departure.closed", about="departure")
def close(departure: Departure, explained: str = "", *, by: Actor) -> Departure:
    "The record of somebody's leaving is complete: nothing lives, and it took an hour or says why not."
    still = living(departure)
    if still or departure.done_at is None:
        raise Refusal("TERMINATION_INCOMPLETE", list=", ".join(still or [str(STEPS["places"])]))
    if left := returning.outstanding(departure):
        raise Refusal("EQUIPMENT_OUTSTANDING", n=left)
    if departure.done_at - departure.left_at > HOUR and explained not in EXPLAINED:
        raise Refusal("TERMINATION_SLA_BREACH", n=minutes(departure), field="explained")
    departure.explained, departure.closed_at = explained, clock.now()
    departure.save(update_fields=["explained", "closed_at"])
    return departure


def due(*, by: Actor) -> int:
    """Carries out what has come and is not done, and tells officers of what stays open. How many those are."""
    open_still = 0
    waiting = Departure.objects.select_related("member", "hand_to").filter(done_at=None, left_at__lte=clock.now())
    for departure in waiting.order_by("left_at"):
        if carry_out(departure, by=by).done_at is None:
            open_still += 1
            notices.tell(_officers(), FAILED, by=by, about=departure.member_id)
    return open_still


def living(departure: Departure) -> list[str]:
    """What still gives access, in words."""
    member = departure.member
    found = {
        "places": Membership.objects.filter(_standing(), person_id=member.person_id).exists(),
        "sessions": bool(_sessions(member)),
        "links": _links(member).exists() or _requests(member).exists(),
        "tokens": _tokens(member).exists(),
        "devices": _devices(member).exists(),
        "feeds": any(feeds.of(place) for place in _all(member)),
        "tasks": any(open_of(place).exists() for place in _all(member)),
    }
    return [str(STEPS[name]) for name, lives in found.items() if lives]


def places(member: Membership) -> list[Membership]:
    """Where the person works here now, or is to."""
    return list(Membership.objects.filter(_standing(), person_id=member.person_id).order_by("id"))


def minutes(departure: Departure) -> int:
    """From when access should have ended to when the last of it did, or until now."""
    return max(0, int(((departure.done_at or clock.now()) - departure.left_at).total_seconds() // 60))


def done(said: str | None) -> bool:
    """Whether a step says when it was done; a code says why not."""
    return said is not None and said[:1].isdigit()


def _tried(step: Callable[[Departure, Actor], None], departure: Departure, by: Actor) -> str:
    try:
        step(departure, by)
    except Refusal as refusal:
        return refusal.code
    return clock.now().isoformat()


def _end_places(departure: Departure, by: Actor) -> None:
    for place in places(departure.member):
        access.leave(place, by=by)


def _end_sessions(departure: Departure, by: Actor) -> None:
    for session in _sessions(departure.member):
        session_store.end(session)


def _end_links(departure: Departure, by: Actor) -> None:
    _spend(departure.member.person_id, by=by)
    for grant in _requests(departure.member):
        grants.withdraw(grant, by=by)


@action("sign_in_links.ended", about="whose")
def _spend(whose: UUID, *, by: Actor) -> None:
    "One-time links of somebody who left no longer work."
    SignInLink.objects.filter(person_id=whose, used_at=None).update(used_at=clock.now())


def _end_tokens(departure: Departure, by: Actor) -> None:
    for token in _tokens(departure.member):
        programs.revoke(token, by=by)


def _end_devices(departure: Departure, by: Actor) -> None:
    carried = list(_devices(departure.member))
    returning.take_stock(departure, carried, by=by)
    for device in carried:
        device_actions.revoke(device, by=by)


def _end_feeds(departure: Departure, by: Actor) -> None:
    for place in _all(departure.member):
        if feeds.of(place) is not None:
            feeds.revoke(place, by=by)


def _hand_over(departure: Departure, by: Actor) -> None:
    to: Membership | Role = departure.hand_to or Role.ADMINISTRATOR
    for place in _all(departure.member):
        tasks.hand_over_all(place, to, by=by)


_STEPS: dict[str, Callable[[Departure, Actor], None]] = {
    "places": _end_places,
    "sessions": _end_sessions,
    "links": _end_links,
    "tokens": _end_tokens,
    "devices": _end_devices,
    "feeds": _end_feeds,
    "tasks": _hand_over,
}


def _standing() -> Q:
    return Q(ends_at=None) | Q(ends_at__gt=clock.now())


def _all(member: Membership) -> list[UUID]:
    return list(Membership.objects.filter(person_id=member.person_id).order_by("id").values_list("id", flat=True))


def _sessions(member: Membership) -> list[UUID]:
    """Living sessions that work through a place here. Those of another practice are not this one's to end."""
    ours = {str(place) for place in _all(member)}
    living_now = Session.objects.filter(person_id=member.person_id, ended_at=None).order_by("created_at")
    return [row.id for row in living_now if session_store.data_of(row).get("membership") in ours]


def _links(member: Membership) -> QuerySet[SignInLink]:
    return SignInLink.objects.filter(person_id=member.person_id, used_at=None, expires_at__gt=clock.now())


def _requests(member: Membership) -> QuerySet[Grant]:
    return Grant.objects.filter(email=member.person.email, closed_at=None).order_by("asked_at")


def _tokens(member: Membership) -> QuerySet[ApiToken]:
    """Tokens that were shown to them and still count."""
    seen = ApiToken.objects.filter(made_by__person_id=member.person_id, revoked_at=None, expires_at__gt=clock.now())
    return seen.order_by("made_at")


def _devices(member: Membership) -> QuerySet[Device]:
    """Their own and those they work on elsewhere. A computer that stands at the practice goes on without them."""
    carried = Q(personal=True) | Q(place__in=(DevicePlace.HOME, DevicePlace.MOBILE))
    return Device.objects.filter(carried, holder__person_id=member.person_id, revoked_at=None).order_by("registered_at")


def _officers() -> list[UUID]:
    roles = (Role.SECURITY_OFFICER, Role.ADMINISTRATOR)
    return list(Membership.objects.filter(_standing(), role__in=roles).order_by("name").values_list("id", flat=True))
