"""A fresh installation: one link, printed by `keepwell init`, opens the page that makes its first practice.

Signed with a key from outside the database. It works once, because it works only while there is no practice.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import slugify

from keepwell.access import actions, credentials, door, maintenance, setup
from keepwell.base import clock
from keepwell.base.actor import Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present

LASTS = dt.timedelta(days=7)
_SIGNATURE = 24


@dataclass(frozen=True, slots=True)
class First:
    """What the first page asks."""

    practice: str
    time_zone: str
    states: tuple[str, ...]
    hours: dict[str, str | list[str]]
    owner: str
    email: str


def fresh() -> bool:
    """Whether nobody has set up a practice here yet."""
    return not maintenance.practices()


def link() -> str:
    """The path of the set-up page, good for a week and for one practice."""
    said = int((clock.now() + LASTS).timestamp()).to_bytes(6, "big")
    return reverse("welcome", args=[base64.urlsafe_b64encode(said + _signature(said)).decode()])


def check(text: str) -> None:
    """Raises Refusal LINK_REFUSED unless Keepwell made it, its week is not over, and nothing is set up yet."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refusal("LINK_REFUSED") from None
    said, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
    genuine = len(said) == 6 and hmac.compare_digest(signature, _signature(said))
    if not genuine or int.from_bytes(said, "big") <= clock.seconds() or not fresh():
        raise Refusal("LINK_REFUSED")


def begin(first: First) -> str:
    """Makes the first practice and its first administrator; the path where they choose how they sign in."""
    state = first.states[0] if first.states else ""
    slug = slugify(first.practice)[:40] or "practice"
    practice = actions.open_practice(first.practice, slug, time_zone=first.time_zone, state=state)
    with present(actions.system_actor(practice.id, reason="first set-up")) as by:
        setup.describe(first.states, first.hours, by=by)
        person = actions.add_person(first.email, first.owner, by=by)
        return credentials.make_link(actions.join(person, Role.ADMINISTRATOR, by=by), by=by)


def _signature(said: bytes) -> bytes:
    return door.keyed("first set-up", said.hex())[:_SIGNATURE]
