"""What the running system says of itself: versions, ciphers, where keys and data lie, how the log is kept, findings.

Nothing secret, no path, no other practice. Every fact is read when it is asked for; none is written down anywhere.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

import django
from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.db import connection
from django.utils.translation import gettext as _

from keepwell.access import limits, maintenance, passwords
from keepwell.access.models import IdentityProvider
from keepwell.access.policy import MAY_DO
from keepwell.base.actor import Actor, Role
from keepwell.operations import backups, doctor
from keepwell.outbound.vendors import safeguards, showing
from keepwell.outbound.vendors.actions import KEEPERS
from keepwell.outbound.vendors.words import DECISIONS, KINDS
from keepwell.vault import files

ROOTS = {"file": "file", "awskms": "AWS KMS", "vault": "Vault/OpenBao transit"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: its name for programs, its words, its value."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that belong together."""

    title: str
    facts: tuple[Fact, ...]


def groups(by: Actor, findings: list[doctor.Finding]) -> list[Group]:
    """Everything, in the order people ask for it."""
    return [
        Group(_("Versions"), tuple(_versions())),
        Group(_("Encryption and keys"), tuple(_ciphers(findings))),
        Group(_("Signing in"), tuple(_signing_in())),
        Group(_("Activity log"), tuple(_log(by))),
        Group(_("Backups"), tuple(_backups())),
        Group(_("Where data lies, and who gets any"), tuple(_vendors(by))),
        Group(_("What is unsafe here, by Keepwell's own check"), tuple(_findings(findings))),
    ]


def _versions() -> Iterator[Fact]:
    yield Fact("keepwell", "Keepwell", version("keepwell"))
    yield Fact("python", "Python", platform.python_version())
    yield Fact("django", "Django", django.get_version())
    with connection.cursor() as cursor:
        number = cursor.connection.info.server_version
    yield Fact("postgresql", "PostgreSQL", f"{number // 10000}.{number % 10000}")
    yield Fact("openssl", "OpenSSL", ssl.OPENSSL_VERSION)
    yield Fact("cryptography", "cryptography", version("cryptography"))
    yield Fact("tink", "Tink", version("tink"))


def _ciphers(findings: list[doctor.Finding]) -> Iterator[Fact]:
    found = {finding.code for finding in findings}
    scheme = settings.KEEPWELL_ROOT.partition(":")[0]
    words = _("AES-256-GCM, a key for each person and kind of data (NIST SP 800-38D)")
    yield Fact("values", _("Protected values"), words)
    segment = files.SEGMENT // 1024
    yield Fact("files", _("Files"), _("AES-256-GCM-HKDF in segments of {n} KB").format(n=segment))
    yield Fact("root", _("Root key"), ROOTS.get(scheme, scheme))
    apart = _("no") if "KEY_BESIDE_DATA" in found else _("yes")
    yield Fact("apart", _("Keys lie apart from the data"), apart)
    yield Fact("transit", _("In transit"), _("TLS") if settings.TLS else _("no TLS: this machine only"))
    hasher = get_hasher().algorithm
    said = _("{hasher}, at least {n} characters").format(hasher=hasher, n=passwords.SHORTEST)
    yield Fact("passwords", _("Passwords"), said)


def _signing_in() -> Iterator[Fact]:
    yield Fact("factors", _("Staff sign in with"), _("a passkey, or a password and an authenticator app"))
    service = IdentityProvider.objects.filter(ended_at=None).first()
    trusted = _("its second step is taken for ours") if service and service.trusts else _("our second step is asked")
    said = f"{service.label}: {trusted}" if service else _("none")
    yield Fact("sso", _("Sign-in service of the practice"), said)
    longest = max(limits.of(role).idle for role in MAY_DO if role is not Role.SYSTEM)
    yield Fact("idle", _("Sessions lock after"), _("{n} quiet minutes at most, as they come").format(n=longest))


def _log(by: Actor) -> Iterator[Fact]:
    practice = {known.id: known for known in maintenance.practices()}[by.practice]
    yield Fact("since", _("Kept since"), f"{practice.since:%Y-%m-%d}")
    yield Fact("kept", _("Who may change or delete an entry"), _may_change())
    with connection.cursor() as cursor:
        cursor.execute("SELECT at FROM custody.checkpoint ORDER BY number DESC LIMIT 1")
        row = cursor.fetchone()
    if row is not None:
        yield Fact("signed", _("Last signed"), f"{row[0]:%Y-%m-%d %H:%M} UTC")
    compared = {known.id: at for known, at in maintenance.reconciled()}.get(by.practice)
    never = _("not yet")
    yield Fact(
        "compared", _("Values last compared with the log"), f"{compared:%Y-%m-%d %H:%M} UTC" if compared else never
    )


def _may_change() -> str:
    """Asked of the database: whether the role that serves pages could."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('custody.entry', 'UPDATE') OR has_table_privilege('custody.entry', 'DELETE')"
            " OR has_table_privilege('custody.entry', 'TRUNCATE')"
        )
        (may,) = cursor.fetchone()
    return _("the application could: something is wrong") if may else _("nobody through Keepwell: it has no such right")


def _backups() -> Iterator[Fact]:
    """What Keepwell itself made; backups made by others are not known here."""
    at = backups.newest(settings.PLACES)
    newest = f"{at:%Y-%m-%d %H:%M} UTC" if at else _("none: Keepwell makes one before each update")
    yield Fact("backup", _("Newest made by Keepwell"), newest)


def _vendors(by: Actor) -> Iterator[Fact]:
    """Every service in use: who has something of patients, and whether an agreement is in force."""
    used = [one for each in showing.standings(by).values() for one in each if one.service.used_since is not None]
    rooms = safeguards.assured_until({one.service.vendor for one in used if one.service.kind in KEEPERS})
    for one in used:
        said = _service(one)
        if one.service.kind in KEEPERS:
            said = f"{said}; {_rooms(rooms.get(one.service.vendor_id))}"
        yield Fact(f"service:{one.service.id}", str(KINDS[one.service.kind]), said)
    scanner = _("ClamAV, set up by whoever runs this") if os.environ.get("KEEPWELL_CLAMAV") else _("none")
    yield Fact("scanner", _("Malware scanner for what comes in"), scanner)
    scheme = settings.KEEPWELL_ANCHOR.partition("://")[0] if "://" in settings.KEEPWELL_ANCHOR else _("a file")
    yield Fact("anchor", _("Signed heads of the log are also written to"), scheme)


def _rooms(until: dt.date | None) -> str:
    """Whether somebody vouches for all three safeguards of the rooms (45 CFR § 164.310(a)(1))."""
    if until is None:
        return _("nobody vouches for its rooms")
    return _("somebody vouches for its rooms until {day}").format(day=f"{until:%Y-%m-%d}")


def _service(one: showing.Standing) -> str:
    said = f"{one.service.vendor.name}: {DECISIONS[one.service.decision]}"
    if one.refusal is not None:
        return f"{said}, {_('paused')} ({one.refusal.code})"
    return f"{said}, {_('until')} {one.until:%Y-%m-%d}" if one.until else said


def _findings(findings: list[doctor.Finding]) -> Iterator[Fact]:
    """Codes only: what a finding says in words may name paths, or another practice."""
    for finding in findings:
        yield Fact(finding.code, finding.severity.value, finding.code)
    if not findings:
        yield Fact("none", _("Nothing"), _("nothing unsafe found"))
