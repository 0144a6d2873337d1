"""The one place that asks what time it is, always with a zone."""

from __future__ import annotations

import datetime as dt
import time


def now() -> dt.datetime:
    """This instant, in UTC."""
    return dt.datetime.now(dt.UTC)


def seconds() -> int:
    """Whole seconds since the Unix epoch."""
    return int(time.time())


def microseconds() -> int:
    """Microseconds since the Unix epoch; the version a sealed value carries."""
    return time.time_ns() // 1000
