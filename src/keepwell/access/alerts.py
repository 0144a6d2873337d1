"""What people are told about their own sign-in, wherever they work (NIST SP 800-63B-4 § 4.6): in the app, once."""

from __future__ import annotations

from contextvars import Context
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from keepwell.access import door, notices
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.ledger.doorway import present

NEW_DEVICE = notices.kind(
    "sign_in.new_device",
    _("You signed in on a device not seen before (%(device)s). If that was not you, change your password now."),
    icon="monitor-smartphone",
    alarming=True,
)
NEW_PASSKEY = notices.kind(
    "passkey.registered",
    _("A passkey was added to your sign-in. If that was not you, remove it and tell the security officer."),
    icon="fingerprint-pattern",
    alarming=True,
)
NEW_APP = notices.kind(
    "second_factor.enrolled",
    _("An authenticator app was added to your sign-in. If that was not you, tell the security officer."),
    icon="smartphone",
    alarming=True,
)
PASSWORD = notices.kind(
    "password.set",
    _("Your password was changed. If that was not you, tell the security officer."),
    icon="key-round",
    alarming=True,
)
VOUCHED = notices.kind(
    "recovery.told",
    _("Two people vouched that you lost what you sign in with. If you did not, tell the security officer at once."),
    icon="life-buoy",
    alarming=True,
)
KIT_USED = notices.kind(
    "recovery.by_kit",
    _("Your practice's recovery kit was used in your name. If that was not you, tell the security officer at once."),
    icon="life-buoy",
    alarming=True,
)
NEW_ACCOUNT = notices.kind(
    "identity.bound",
    _("You can sign in with %(label)s now. If that was not you, tell the security officer at once."),
    icon="log-in",
    alarming=True,
)
CODE_USED = notices.kind(
    "recovery_code.used",
    _("A recovery code was used to sign you in; %(left)s are left. If that was not you, make new ones."),
    icon="life-buoy",
    alarming=True,
)


def tell(person: UUID, what: str, **facts: str | int) -> None:
    """Tells a person, at every practice they work in. With nobody present: each practice keeps its own record."""
    for place in door.places_of(person):
        by = Actor(place.membership, place.practice, place.role, Purpose.HSYSADMIN)
        with present(by):
            notices.tell([place.membership], what, by=by, about=None, **facts)


def later(person: UUID, what: str, *, by: Actor, **facts: str | int) -> None:
    """Tells a person once what happened is committed. What Keepwell itself sets up alarms nobody."""
    if by.role is not Role.SYSTEM:
        transaction.on_commit(lambda: Context().run(tell, person, what, **facts), robust=True)
