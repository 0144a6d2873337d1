"""How often one may try (NIST SP 800-63B-4 § 3.2.2): by account, by second factor, by address and by locked session.

An attempt is counted before it is made and on the autocommit connection, so neither a refusal nor a hundred attempts at
the same time on several workers get past a limit. Names and addresses are kept as keyed hashes only.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from keepwell.access import door
from keepwell.base.refusal import Refusal

DECADE = 10 * 365 * 24 * 3600
LOCK = 15 * 60

LOCKED_AFTER = 10
"""Failures in a row after which an account rests a quarter of an hour at a time."""

RESUMES = 5
"""Failures to unlock a session after which it ends."""


class By(StrEnum):
    """What is counted."""

    ACCOUNT = "account"
    FACTOR = "factor"
    ADDRESS = "address"
    RESUMING = "resuming"
    KIT = "recovery kit"


@dataclass(frozen=True, slots=True)
class Limit:
    """Seconds to wait after the first, second … failure; and in how many quiet seconds one failure is forgotten."""

    waits: list[int]
    forget: int = 0


_ACCOUNT = Limit([0] * 4 + [5, 10, 20, 40, 80] + [LOCK] * 90 + [DECADE])
"""After 100 failures in a row only a new one-time link helps, as § 3.2.2 asks."""

_LIMITS = {
    By.ACCOUNT: _ACCOUNT,
    By.FACTOR: _ACCOUNT,
    By.KIT: Limit([0] * 4 + [30, 60, 120, 300, LOCK], forget=3600),
    By.ADDRESS: Limit([0] * 59 + [5, 10, 20, 40, 80, 160], forget=60),
}


def count(by: By, who: str) -> None:
    """One more attempt. Raises Refusal LOGIN_THROTTLED or LOGIN_LOCKED when it may not be made yet."""
    limit = _LIMITS[by]
    wait, failures = door.count(_key(by, who), limit.waits, limit.forget)
    if not wait:
        return
    if by is not By.ADDRESS and failures >= LOCKED_AFTER:
        raise Refusal("LOGIN_LOCKED", n=-(-wait // 60) if wait <= LOCK else "…", wait=wait)
    raise Refusal("LOGIN_THROTTLED", n=wait, wait=wait)


def tries(by: By, who: str) -> int:
    """Counts an attempt that never has to wait. How many there were without a success, this one included."""
    return door.count(_key(by, who), [0], 0)[1] + 1


def succeeded(by: By, who: str) -> None:
    """The attempt was a good one. An account starts afresh; an address is forgiven this attempt only."""
    door.forgive(_key(by, who), everything=by is not By.ADDRESS)


def _key(by: By, who: str) -> bytes:
    return door.keyed("attempts", f"{by}:{who}")
