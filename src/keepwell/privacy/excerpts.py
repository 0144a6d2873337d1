"""What the pages of disclosures read."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from keepwell.charts import excerpt
from keepwell.privacy.models import Disclosure


@excerpt(Disclosure, sorted_by=("-disclosed_at", "pk"))
class Told:
    "One line of an accounting: to whom something went, what it was in a few words, and why (45 CFR § 164.528(b)(2))."

    pk: UUID
    disclosed_at: dt.datetime
    recipient: str | None
    address: str | None
    what: str | None
    purpose: str | None
