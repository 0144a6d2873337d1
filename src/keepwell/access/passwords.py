"""What a good password is: long and on no list (NIST SP 800-63B-4 § 3.1.1). No symbols asked for, no expiry."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator

from keepwell.access.models import Person
from keepwell.base.refusal import Refusal

SHORTEST = 12
LONGEST = 256
FORBIDDEN = ("KEEPWELL_PASSWORD_DAYS", "KEEPWELL_PASSWORD_SYMBOLS")
"""What other systems let people set. Both make passwords weaker, so Keepwell does not start with them."""


def normal(raw: str) -> str:
    """One spelling of the same characters (NFC), however the keyboard makes them."""
    return unicodedata.normalize("NFC", raw)


def check(raw: str, person: Person, context: str = "") -> str:
    """The password as it will be kept. Raises Refusal PASSWORD_TOO_SHORT, PASSWORD_BREACHED or PASSWORD_CONTEXT."""
    password = normal(raw)
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refusal("PASSWORD_TOO_SHORT", field="password", n=SHORTEST)
    if {password.casefold(), _plain(password)} & _common() or len(set(password)) < 5:
        raise Refusal("PASSWORD_BREACHED", field="password")
    if _made_of_context(password, person, context):
        raise Refusal("PASSWORD_CONTEXT", field="password")
    return password


def refuse_rules(environ: Mapping[str, str]) -> None:
    """An installation cannot ask for expiry or symbols (§ 3.1.1.2). Raises Refusal ROTATION_POLICY_REFUSED."""
    if any(environ.get(name) for name in FORBIDDEN) or getattr(settings, "AUTH_PASSWORD_VALIDATORS", None):
        raise Refusal("ROTATION_POLICY_REFUSED")


def _made_of_context(password: str, person: Person, context: str) -> bool:
    """Whether hardly anything is left once the person's own words and ours are taken out."""
    words = set(re.split(r"[\W_]+", f"{person.email or ''} {person.name} {context} keepwell".casefold()))
    left = password.casefold()
    for word in sorted((word for word in words if len(word) > 2), key=len, reverse=True):
        left = left.replace(word, "")
    return len(left) < len(password) and len(left) < SHORTEST // 2 + 2


def _plain(password: str) -> str:
    """Without the digits and marks people add to a common password at either end."""
    return password.casefold().strip("0123456789!?.,-_*#@$ ")


@cache
def _common() -> frozenset[str]:
    """20,000 common passwords, which Django ships."""
    listed: set[str] = CommonPasswordValidator().passwords
    return frozenset(word.casefold() for word in listed)
