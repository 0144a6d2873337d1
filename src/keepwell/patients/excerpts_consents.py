"""What pages about consents show: who said or signed what, and how somebody asked to be reached."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from keepwell.access.models import Authorization, ConfidentialRequest, Consent
from keepwell.charts import excerpt


@excerpt(Consent, sorted_by=("given_at", "id"))
class GivenConsent:
    "One yes or no of a patient and what proves it: who said or signed it, in which words."

    pk: UUID
    kind: str
    topic: str
    channel: str
    agreed: bool
    how: str
    given_at: dt.datetime
    ended_at: dt.datetime | None
    said: dict[str, Any] | None


@excerpt(Authorization, sorted_by=("signed_at", "id"))
class SignedTerms:
    "The elements of a signed authorization: who discloses to whom, why, until when, who signed (45 CFR § 164.508(c))."

    pk: UUID
    kind: str
    signed_at: dt.datetime
    ended_at: dt.datetime | None
    terms: dict[str, Any]


@excerpt(Authorization, sorted_by=("signed_at", "id"))
class SignedWhat:
    "What an authorization lets go, in words: those who look after the patient read them."

    pk: UUID
    what: str | None


@excerpt(ConfidentialRequest, sorted_by=("starts_at", "id"))
class AskedReach:
    "How somebody asked to be reached, in their words (45 CFR § 164.522(b))."

    pk: UUID
    channels: list[str]
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    wording: str | None
