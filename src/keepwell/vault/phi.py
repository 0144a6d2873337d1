"""The classes of protected health information. Keys, policy and breach letters all speak of these."""

from __future__ import annotations

from enum import StrEnum


class PhiClass(StrEnum):
    """What kind of thing a protected value is. Two laws make the last two stand apart.

    PSYCHOTHERAPY notes: 45 CFR § 164.508(a)(2). PART2 records: 42 CFR Part 2. OFFICE is what a practice writes for
    itself, about no patient: not protected by law, and sealed all the same, so that no free text lies in the clear.
    """

    IDENTITY = "identity"
    CONTACT = "contact"
    COVERAGE = "coverage"
    CLINICAL = "clinical"
    MESSAGE = "message"
    PSYCHOTHERAPY = "psychotherapy"
    PART2 = "part2"
    OFFICE = "office"
