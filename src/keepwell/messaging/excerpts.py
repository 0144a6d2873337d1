"""What the inbox reads: who wrote from where, what was said, and the practice's ready-made replies."""

from __future__ import annotations

from uuid import UUID

from keepwell.charts import excerpt
from keepwell.messaging.models import CannedReply, Post, Thread
from keepwell.vault.values import LongText


@excerpt(Thread)
class Sender:
    "The number or address a thread came from, to answer there or to find out whose it is."

    pk: UUID
    sender: str | None


@excerpt(Post, sorted_by=("at", "pk"))
class Words:
    "What a patient wrote, what was answered, and what colleagues noted."

    pk: UUID
    words: LongText | None


@excerpt(Post, sorted_by=("at", "pk"))
class Line:
    "What an unknown sender wrote, so that the desk can find out whose it is."

    pk: UUID
    line: LongText | None


@excerpt(CannedReply)
class Canned:
    "What the practice often says."

    pk: UUID
    name: str
    words: LongText
    language: str
