"""Numbers and addresses known by a keyed hash under a key of the house, so that no table tells one.

Fax numbers that somebody checked: the first fax to a number waits until a person read it aloud and compared (45 CFR
§ 164.530(c)). And where automatic answers went, so that nobody gets two a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection

from keepwell.access import door
from keepwell.base import clock, text
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.outbound.models import ConfirmedNumber, Message


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


A_DAY = dt.timedelta(days=1)
HALF = 16
"""Bytes of an address's mark that stand for its domain."""


def mark_of(sender: str, *, by: Actor) -> bytes:
    """What somebody who wrote is known by: the same for one number or address, however it is written.

    Addresses of one domain begin alike, so that a machine with a new one for each message is known too.
    """
    address = None if text.phone(sender) else text.email(sender)
    known = text.phone(sender) or address or sender
    mark = door.keyed("senders", f"{by.practice}:{known.casefold()}")
    if address is None:
        return mark
    domain = address.rpartition("@")[2].casefold()
    return door.keyed("domains of senders", f"{by.practice}:{domain}")[:HALF] + mark[:HALF]


def asked(within: dt.timedelta, *templates: str, domain: bytes = b"") -> int:
    """How many of these notices were asked for within a while, anywhere or to one domain (the start of its marks)."""
    found = Message.objects.filter(template__in=templates, asked_at__gt=clock.now() - within)
    if domain:
        found = found.filter(mark__range=(domain, domain + b"\xff" * (HALF + 1)))
    return found.count()


def answered_today(mark: bytes, *templates: str) -> bool:
    """Whether one of these notices was asked for to there within a day. Two at once: the second waits for the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(mark[:8], "big", signed=True)])
    since = clock.now() - A_DAY
    return Message.objects.filter(mark=mark, template__in=templates, asked_at__gt=since).exists()


def _mark(number: str, by: Actor) -> bytes:
    return door.keyed("fax numbers", f"{by.practice}:{text.phone(number) or number}")
