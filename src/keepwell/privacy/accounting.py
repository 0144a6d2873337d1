"""Whether a disclosure has to be accounted for, and by which sentence of the law: computed, never ticked.

45 CFR § 164.528(a)(1): every disclosure of the six years before the request, except those listed there.
"""

from __future__ import annotations

import datetime as dt

from keepwell.access.rights import RULES as RULES
from keepwell.access.rights import Right

YEARS = 6
"""How far back an accounting goes (45 CFR § 164.528(a)(3))."""

MAY_BE_WITHHELD = frozenset({Right.OVERSIGHT, Right.LAW_ENFORCEMENT})
"""Those agencies may ask to be left out of an accounting for a time (45 CFR § 164.528(a)(2))."""

ORAL = dt.timedelta(days=30)
"""As long as that lasts when they only said so (45 CFR § 164.528(a)(2)(ii)(C))."""

COUNTING = tuple(right for right, rule in RULES.items() if rule.counts)

SUMMED = frozenset(r for r, rule in RULES.items() if rule.counts and rule.citation.startswith("§ 164.512")) | {
    Right.HHS
}
"""What may be summed up when it went to the same recipient for one purpose again (45 CFR § 164.528(b)(3))."""


def since(today: dt.date) -> dt.date:
    """The first day an accounting of today has to cover."""
    leap = today.month == 2 and today.day == 29
    return today.replace(year=today.year - YEARS, day=28 if leap else today.day)
