"""What somebody presses twice is kept once: each form bears a number of its own, as each message of a carrier does."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.db import connection

from keepwell.base.actor import Actor
from keepwell.messaging.models import Post


def key(typed: str, by: Actor) -> str:
    """What a post is known by that came from this very form of this person; nothing for a form without a number."""
    try:
        return f"hand:{by.id.hex}:{UUID(typed).hex}"
    except ValueError:
        return ""


def before(key: str) -> Post | None:
    """The post this form made already. Who asks at the same moment waits until the first is done."""
    if not key:
        return None
    mark = hashlib.blake2b(key.encode(), digest_size=8).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(mark, "big", signed=True)])
    return Post.objects.filter(outside=key).select_related("thread").first()
