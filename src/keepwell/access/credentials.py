"""What happens to passwords, second factors and one-time links. The database takes these changes from no one else."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from keepwell.access import acceptance, alerts, factors, links, passkeys, passwords
from keepwell.access.models import Membership, Person, Recovery, Session, SignInLink
from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action

HOLD = dt.timedelta(hours=24)
"""How long nothing dangerous is done with, or for, a sign-in that was set up anew."""


@action("password.set", about="person")
def set_password(person: Person, raw: str, *, by: Actor, practice_name: str = "") -> Person:
    "A person chose a password. Their other sessions end (NIST SP 800-63B-4 § 3.1.1.2)."
    had = person.has_usable_password()
    person.set_password(passwords.check(raw, person, practice_name))
    person.save(update_fields=["password"])
    others = Session.objects.filter(~Q(id=by.session) if by.session else Q(), person=person, ended_at=None)
    others.update(ended_at=clock.now(), data="")
    if had:
        alerts.later(person.id, alerts.PASSWORD, by=by)
    return person


@action("second_factor.enrolled", about="person")
def enrol(person: Person, secret: str, *, by: Actor) -> list[str]:
    """An authenticator app was enrolled; returns the recovery codes that go with it. One app a person, never replaced.

    A first factor opens this practice alone: what others opened to the person closes until they accept it again.
    """
    if factors.has_totp(person.id):
        raise Refusal("MFA_RESET_VERIFY")
    from_nothing = not factors.has_any(person.id)
    if factors.has_any(person.id):
        alerts.later(person.id, alerts.NEW_APP, by=by)
    factors.activate_totp(person, secret)
    if from_nothing:
        acceptance.renewed(person, by=by)
    return factors.renew_recovery_codes(person)


@action("second_factor.ended", about="person")
def end_app(person: Person, *, by: Actor) -> None:
    "The authenticator app no longer counts. Never the last factor (45 CFR § 164.312(d))."
    if not passkeys.has(person.id):
        raise Refusal("FACTOR_NOT_ALLOWED")
    factors.end_totp(person.id)


@action("password.ended", about="person")
def end_password(person: Person, *, by: Actor) -> None:
    "From now on a passkey is all it takes; there is no password to guess or give away."
    if not passkeys.has(person.id):
        raise Refusal("FACTOR_NOT_ALLOWED")
    person.set_unusable_password()
    person.save(update_fields=["password"])


@action("recovery_codes.renewed", about="person")
def renew_codes(person: Person, *, by: Actor) -> list[str]:
    "Somebody made new recovery codes; the earlier ones no longer work."
    return factors.renew_recovery_codes(person)


@action("recovery_code.used", about="person")
def use_recovery_code(person: Person, code: str, *, by: Actor) -> None:
    "A recovery code stood in for the authenticator app; it never works again."
    if not factors.spend_recovery_code(person.id, code):
        raise Refusal("MFA_CODE_REFUSED", field="code")
    alerts.later(person.id, alerts.CODE_USED, by=by, left=factors.codes_left(person.id))


def make_link(membership: Membership, *, by: Actor) -> str:
    """The path of a one-time sign-in link for a member. Earlier unused links of theirs stop working."""
    return links.token(new_link(membership.person, membership, by=by))


@action("sign_in_link.made", about="person")
def new_link(person: Person, membership: Membership, *, by: Actor, vouched: bool = False) -> SignInLink:
    """Somebody who may manage access made a one-time sign-in link for a member.

    Where two persons have to vouch (`lost`), one alone makes none. Raises Refusal MFA_RESET_VERIFY.
    """
    if not vouched and lost(person):
        raise Refusal("MFA_RESET_VERIFY")
    SignInLink.objects.filter(membership=membership, used_at=None).update(used_at=clock.now())
    return SignInLink.objects.create(person=person, membership=membership, expires_at=links.expiry())


def lost(person: Person) -> bool:
    """Whether somebody's sign-in is being set up anew: an ordinary link would then take it over (§ 164.312(d)).

    Either a pass was used here within a day, or nothing is left of factors that were once set up, wherever that was.
    """
    if person.renewed_at is not None and not factors.has_any(person.id):
        return True
    since = clock.now() - HOLD
    return Recovery.objects.filter(member__person=person, used_at__gt=since).exists()


@action("sign_in_link.used", about="person")
def use_link(person: Person, link: SignInLink, *, by: Actor) -> None:
    "A one-time sign-in link was used. The second use of one is refused."
    unused = SignInLink.objects.filter(id=link.id, used_at=None, expires_at__gt=clock.now())
    if not unused.update(used_at=clock.now()):
        raise Refusal("LINK_REFUSED")
