"""How and about what a practice reaches somebody. Consent, the gate and every connector speak of the same two lists."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """The way a message takes. Each but the portal and a person's own call is carried by a vendor."""

    SMS = "sms"
    EMAIL = "email"
    VOICE = "voice"
    FAX = "fax"
    LETTER = "letter"
    PORTAL = "portal"


class Topic(StrEnum):
    """What a message is about, as far as a patient may say yes or no to it (47 CFR § 64.1200, 45 CFR § 164.508(a)(3)).

    `ACCESS` (codes, visit links, same-day changes) is asked for by the patient's own act and knows no quiet hours.
    """

    ACCESS = "access"
    APPOINTMENTS = "appointments"
    CARE = "care"
    BILLING = "billing"
    PRACTICE = "practice"
    EDUCATION = "education"
    MARKETING = "marketing"


BOUND_BY_HOURS = frozenset({Topic.EDUCATION, Topic.MARKETING})
"""What may not come at night where the recipient is (47 CFR § 64.1200(c)(1))."""
