"""Logs say what happened and where, never to whom: no protected value, no message of an exception, no address.

An exception's own words can quote a value, so a log keeps its kind and its frames. The path of a request can be a
one-time link, so a log keeps the name of the page.
"""

from __future__ import annotations

import datetime as dt
import logging
import traceback
from collections.abc import MutableMapping
from enum import Enum
from typing import Any
from uuid import UUID

import structlog

SAFE = (str, int, float, bool, UUID, dt.datetime, dt.date, Enum, type(None))
LONGEST = 200
REFUSED = "<refused>"


def refuse_protected(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Only plain, short facts are logged. Anything else (a sealed value, what a chart opened, a row) becomes a mark."""
    for name, value in event.items():
        if name not in ("exc_info", "event") and not _plain(value):
            event[name] = REFUSED
    return event


def _plain(value: Any) -> bool:
    return isinstance(value, SAFE) and (not isinstance(value, str) or len(value) <= LONGEST)


class Frames(logging.Formatter):
    """One line, and for an exception its kind and frames without its words."""

    def format(self, record: logging.LogRecord) -> str:
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line = f"{at} {record.levelname.lower()} {record.name} {said(record)}"
        return line + "".join(frames(record.exc_info)) if record.exc_info else line


def said(record: logging.LogRecord) -> str:
    """What a record says; of a request only its page and how it was answered."""
    request = getattr(record, "request", None)
    if request is None:
        return record.getMessage()
    match = getattr(request, "resolver_match", None)
    page = (match.view_name or match.func.__name__) if match else "no page"
    return f"{getattr(record, 'status_code', '')} {getattr(request, 'method', '')} {page}".strip()


def frames(exc_info: Any) -> list[str]:
    """The kind of an exception and where it happened."""
    kind, _, trace = exc_info
    where = [f"\n  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)]
    return [f" {kind.__name__}" if kind else "", *where]


def without_words(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The same for exceptions logged by structlog."""
    exc_info = event.pop("exc_info", None)
    if isinstance(exc_info, BaseException):
        event["error"] = "".join(frames((type(exc_info), exc_info, exc_info.__traceback__)))
    return event


def configure() -> dict[str, Any]:
    """Sets structlog up and returns Django's LOGGING."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            without_words,
            refuse_protected,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"frames": {"()": "config.logging.Frames"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "frames"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
    }
