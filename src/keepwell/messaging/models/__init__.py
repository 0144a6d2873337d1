"""What comes in and what was said about it: threads, posts, recordings, the rules of the inbox, ready-made replies."""

from __future__ import annotations

from keepwell.messaging.models.recordings import Recording
from keepwell.messaging.models.rules import CannedReply, InboxRules
from keepwell.messaging.models.threads import Post, Thread

__all__ = ["CannedReply", "InboxRules", "Post", "Recording", "Thread"]
