"""Checks on secrets: strong, nobody else's to read, and not stored beside what they protect."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from keepwell.base.refusal import Refusal
from keepwell.operations.addresses import password_of
from keepwell.operations.doctor.findings import Finding, Severity, Situation

SHORTEST = 32
FEWEST_LETTERS = 12
ORDINARY = ("keepwell", "postgres", "password", "changeme", "change-me", "secret", "insecure", "example", "default")


def weakness(value: str) -> str | None:
    """What is wrong with a secret that was meant to be random, if anything."""
    if any(word in value.casefold() for word in ORDINARY):
        return "it contains an ordinary word"
    if len(value) < SHORTEST:
        return f"it has {len(value)} characters, fewer than {SHORTEST}"
    if len(set(value)) < FEWEST_LETTERS:
        return "it repeats a few letters"
    return None


def weak(at: Situation) -> Iterator[Finding]:
    """Default, short or guessable secrets (45 CFR § 164.308(a)(5)(ii)(D))."""
    secrets = {"KEEPWELL_DJANGO_KEY (or django.key)": at.django_key}
    if (given := password_of(at.database_url)) is not None:
        secrets["the application's database password"] = given
    with suppress(Refusal):
        secrets["sequencer.password"] = at.places.secret("sequencer.password")
    for name, value in secrets.items():
        if (wrong := weakness(value)) is not None:
            yield Finding(
                "SECRET_WEAK",
                Severity.FATAL,
                f"{name} is weak: {wrong}.",
                "Make a random one: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
            )


def root_key_missing(at: Situation) -> Iterator[Finding]:
    """Without the root key nothing here can be opened again."""
    if at.root_file is not None and not at.root_file.exists():
        yield Finding(
            "KEY_MISSING",
            Severity.FATAL,
            f"There is no root key at {at.root_file}.",
            "Restore it from where you keep its copy. A new one cannot open what the old one sealed.",
        )


def readable_by_others(at: Situation) -> Iterator[Finding]:
    """Key files that other users of the machine may read, or that belong to someone else."""
    for path in at.key_files:
        found = path.stat()
        if found.st_mode & 0o077 or found.st_uid not in (os.geteuid(), 0):
            yield Finding(
                "KEY_READABLE",
                Severity.FATAL,
                f"Other users of this machine can get at {path}.",
                f"chmod {700 if path.is_dir() else 600} {path}; its owner must be who runs Keepwell.",
            )


def beside_the_data(at: Situation) -> Iterator[Finding]:
    """Keys inside the folder they protect: a copy of the data would be a copy of the keys (§ 164.402)."""
    for path in filter(None, (at.places.keys, at.root_file)):
        if _inside(path, at):
            yield Finding(
                "KEY_BESIDE_DATA",
                Severity.FATAL,
                f"{path} lies in the data folder {at.places.home}.",
                "Move it elsewhere and say where in KEEPWELL_KEYS or KEEPWELL_ROOT.",
            )


def anchor_beside_the_data(at: Situation) -> Iterator[Finding]:
    """Checkpoints kept with the data they are to vouch for are cut off together with it."""
    scheme, colon, where = at.anchor_spec.partition(":")
    path = Path(where if colon and scheme == "file" else at.anchor_spec).expanduser()
    if (not colon or scheme == "file") and _inside(path.resolve(), at):
        yield Finding(
            "ANCHOR_BESIDE_DATA",
            Severity.WARNING,
            f"The ledger's checkpoints go to {path}, beside the data",
            "Name another disk or machine in KEEPWELL_ANCHOR.",
        )


def _inside(path: Path, at: Situation) -> bool:
    return path.resolve().is_relative_to(at.places.home.resolve())
