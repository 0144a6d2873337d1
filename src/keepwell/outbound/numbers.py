"""Fax numbers that somebody checked: the first fax to a number waits until a person read it aloud and compared.

Known by a keyed hash under a key of the house, so the table tells no number (45 CFR § 164.530(c)).
"""

from __future__ import annotations

from collections.abc import Iterable

from keepwell.access import door
from keepwell.base import text
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.outbound.models import ConfirmedNumber


def confirmed(numbers: Iterable[str], *, by: Actor) -> frozenset[str]:
    """Those of the numbers that somebody confirmed."""
    marks = {_mark(number, by): number for number in numbers}
    if not marks:
        return frozenset()
    known = ConfirmedNumber.objects.filter(mark__in=list(marks)).order_by("id").values_list("mark", flat=True)
    return frozenset(marks[bytes(mark)] for mark in known)


@action("fax_number.confirmed")
def confirm(number: str, *, by: Actor) -> None:
    "Somebody compared a fax number with what the other side says it is."
    if text.phone(number) is None:
        raise Refusal("PHONE_UNREADABLE", field="number")
    mark = _mark(number, by)
    if not ConfirmedNumber.objects.filter(mark=mark).exists():
        ConfirmedNumber(mark=mark, confirmed_by_id=None if by.id.int == 1 else by.id).save(force_insert=True)


def _mark(number: str, by: Actor) -> bytes:
    return door.keyed("fax numbers", f"{by.practice}:{text.phone(number) or number}")
