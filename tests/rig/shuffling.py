"""An order nobody asked for is no order: rows of an unordered queryset come shuffled, so nothing can lean on them."""

from __future__ import annotations

import os
import random
from typing import Any

from django.db.models import QuerySet

SEED = int(os.environ.get("KEEPWELL_TEST_SHUFFLE") or random.SystemRandom().randrange(10**6))
_rows = random.Random(SEED)
_fetch_all = QuerySet._fetch_all


def start() -> None:
    """From now on in this process."""
    QuerySet._fetch_all = _fetched  # type: ignore[method-assign, assignment]


def _fetched(queryset: Any) -> None:
    fresh = queryset._result_cache is None
    _fetch_all(queryset)
    if fresh and not queryset.ordered:
        _rows.shuffle(queryset._result_cache)
