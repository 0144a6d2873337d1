"""Voicemail, in the way of Twilio's recordings: a signed call says where the recording lies, a later one its words.

Only a way in: nobody is called from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from keepwell.base.sending import Channel
from keepwell.outbound.connectors import answers
from keepwell.outbound.connectors.base import Brought, Receiver
from keepwell.vault.uploads import Spool


class VoicemailIn(Receiver):
    """A carrier of calls, as far as its answering machine goes."""

    name: ClassVar[str] = "voice"
    channel: ClassVar[Channel] = Channel.VOICE

    def brought(self, fields: Mapping[str, str], *, with_file: bool) -> Brought | None:
        reference = fields.get("RecordingSid", "")
        url, words = fields.get("RecordingUrl", ""), fields.get("TranscriptionText", "").strip()
        if not reference or not (with_file or url or words):
            return None
        length = fields.get("RecordingDuration", "")
        seconds = int(length) if length.isascii() and length.isdecimal() and len(length) < 6 else None
        return Brought(reference, fields.get("From", ""), "" if with_file else url, words, seconds)

    def fetched(self, url: str, secrets: Mapping[str, Any], most: int) -> Spool:
        return answers.fetched(url, secrets, most)
