"""Second factors (45 CFR § 164.312(d)): allauth's engine, with secrets sealed and every code spent once.

allauth makes secrets, codes and recovery codes, and keeps them in its own table. Here its encrypt and decrypt hooks
seal them to their person, and a code's counter is spent in custody: allauth remembers a used code in a cache for
30 seconds, which is shorter than a code lives once clocks may differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from markupsafe import Markup

from keepwell.access import door, passkeys
from keepwell.access.models import Person

_whose: ContextVar[UUID] = ContextVar("whose factor")


@contextmanager
def of(person: UUID) -> Iterator[None]:
    """Whose secrets allauth seals and opens meanwhile."""
    before = _whose.set(person)
    try:
        yield
    finally:
        _whose.reset(before)


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth's adapter: what it stores is sealed under a key from outside the database and bound to its person."""

    def encrypt(self, text: str) -> str:
        return door.box("factors").seal(text.encode(), _whose.get().bytes)

    def decrypt(self, encrypted_text: str) -> str:
        return door.box("factors").open(encrypted_text, _whose.get().bytes).decode()

    def get_totp_issuer(self) -> str:
        return "Keepwell"


def new_secret() -> str:
    """A fresh TOTP secret: 160 random bits in base32 (RFC 4226 § 4, R6)."""
    return str(totp.generate_totp_secret())


def has_totp(person: UUID) -> bool:
    """Whether a person has an authenticator app enrolled."""
    return _app(person) is not None


def has_any(person: UUID) -> bool:
    """Whether a person has a second factor at all: an app or a passkey."""
    return has_totp(person) or passkeys.has(person)


def ways(person: UUID) -> list[str]:
    """What a person can go on with in a locked session: a password, a passkey, or either."""
    has = {"password": Person.objects.get(id=person).has_usable_password(), "passkey": passkeys.has(person)}
    return [way for way, there in has.items() if there]


def proves(person: UUID, secret: str, code: str) -> bool:
    """Whether `code` is a good one of `secret` now; it is spent from now on."""
    good = [
        counter
        for counter in totp.yield_hotp_counters_from_time()
        if compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, counter)))
    ]
    return bool(good) and door.spend(person, good[-1])


def accepts(person: UUID, code: str) -> bool:
    """Whether `code` is a good one of the person's authenticator app and was never used."""
    row = _app(person)
    if row is None:
        return False
    with of(person):
        secret = totp.decrypt(row.data["secret"])
    return proves(person, secret, code)


def activate_totp(person: Person, secret: str) -> None:
    """Keeps the secret, sealed. Only inside an action about the person."""
    row = _row(person.id, Authenticator.Type.TOTP)
    with of(person.id):
        if row is None:
            totp.TOTP.activate(person, secret)
        else:
            row.data = {"secret": SealedFactors().encrypt(secret)}
            row.save(update_fields=["data"])


def end_totp(person: UUID) -> None:
    """The app's secret is gone; its row stays. Only inside an action about the person."""
    row = _app(person)
    if row is not None:
        row.data = {}
        row.save(update_fields=["data"])


def end_recovery_codes(person: UUID) -> None:
    """No recovery code works any more. Only inside an action about the person."""
    row = _row(person, Authenticator.Type.RECOVERY_CODES)
    if row is not None:
        row.data = {}
        row.save(update_fields=["data"])


def codes_left(person: UUID) -> int:
    """How many recovery codes were not used yet."""
    row = _codes(person)
    if row is None:
        return 0
    with of(person):
        return len(RecoveryCodes(row).get_unused_codes())


def renew_recovery_codes(person: Person) -> list[str]:
    """Ten codes that each work once, in place of all earlier ones. Only inside an action about the person."""
    row = _row(person.id, Authenticator.Type.RECOVERY_CODES)
    with of(person.id):
        if row is None:
            return list(RecoveryCodes.activate(person).generate_codes())
        row.data = {"seed": SealedFactors().encrypt(RecoveryCodes.generate_seed()), "used_mask": 0}
        row.save(update_fields=["data"])
        return list(RecoveryCodes(row).generate_codes())


def spend_recovery_code(person: UUID, code: str) -> bool:
    """Whether `code` is an unused recovery code; it is used from now on. Only inside an action about the person."""
    row = _codes(person)
    if row is None:
        return False
    with of(person):
        return bool(RecoveryCodes(row).validate_code(code))


def picture(person: Person, secret: str) -> tuple[Markup, str]:
    """The QR code of an enrolment as inline SVG, and the secret in groups of four for typing."""
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return drawn(SealedFactors().build_totp_url(person, secret)), grouped


def drawn(address: str) -> Markup:
    """An address as a QR code, as inline SVG."""
    drawing = SealedFactors().build_totp_svg(address)
    return Markup(drawing[drawing.index("<svg") :])  # noqa: S704 - drawn here, from an address we made


def _app(person: UUID) -> Authenticator | None:
    row = _row(person, Authenticator.Type.TOTP)
    return row if row is not None and "secret" in row.data else None


def _codes(person: UUID) -> Authenticator | None:
    row = _row(person, Authenticator.Type.RECOVERY_CODES)
    return row if row is not None and "seed" in row.data else None


def _row(person: UUID, kind: str) -> Authenticator | None:
    found: Authenticator | None = Authenticator.objects.filter(user_id=person, type=kind).first()
    return found
