"""Whether a disclosure has to be accounted for, and by which sentence of the law: computed, never ticked.

45 CFR § 164.528(a)(1): every disclosure of the six years before the request, except those listed there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from keepwell.privacy.models import Right

YEARS = 6
"""How far back an accounting goes (45 CFR § 164.528(a)(3))."""

MAY_BE_WITHHELD = frozenset({Right.OVERSIGHT, Right.LAW_ENFORCEMENT})
"""Those agencies may ask in writing to be left out of an accounting for a time (45 CFR § 164.528(a)(2))."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a right is called on the screen, which paragraph gives it, and which takes it out of the accounting."""

    words: Any
    citation: str
    left_out: str = ""

    @property
    def counts(self) -> bool:
        return not self.left_out


RULES: dict[str, Rule] = {
    Right.TREATMENT: Rule(_("To treat them"), "§ 164.506(c)(2)", "§ 164.528(a)(1)(i)"),
    Right.PAYMENT: Rule(_("To get paid"), "§ 164.506(c)(3)", "§ 164.528(a)(1)(i)"),
    Right.OPERATIONS: Rule(_("To run the practice"), "§ 164.506(c)(4)", "§ 164.528(a)(1)(i)"),
    Right.INDIVIDUAL: Rule(_("To the patient or their representative"), "§ 164.502(a)(1)(i)", "§ 164.528(a)(1)(ii)"),
    Right.AUTHORIZATION: Rule(_("They signed an authorization"), "§ 164.508", "§ 164.528(a)(1)(iv)"),
    Right.INVOLVED: Rule(_("To family or somebody who helps them"), "§ 164.510(b)", "§ 164.528(a)(1)(v)"),
    Right.INCIDENTAL: Rule(_("Overheard, although we took care"), "§ 164.502(a)(1)(iii)", "§ 164.528(a)(1)(iii)"),
    Right.LIMITED_SET: Rule(_("A limited data set"), "§ 164.514(e)", "§ 164.528(a)(1)(viii)"),
    Right.LAW: Rule(_("A law demands it"), "§ 164.512(a)"),
    Right.PUBLIC_HEALTH: Rule(_("Public health"), "§ 164.512(b)"),
    Right.ABUSE: Rule(_("Abuse, neglect or domestic violence"), "§ 164.512(c)"),
    Right.OVERSIGHT: Rule(_("Health oversight"), "§ 164.512(d)"),
    Right.COURT: Rule(_("A court, or a subpoena"), "§ 164.512(e)"),
    Right.LAW_ENFORCEMENT: Rule(_("Police and law enforcement"), "§ 164.512(f)"),
    Right.DECEDENT: Rule(_("Coroner or funeral director"), "§ 164.512(g)"),
    Right.ORGANS: Rule(_("Organ and tissue donation"), "§ 164.512(h)"),
    Right.RESEARCH: Rule(_("Research without authorization"), "§ 164.512(i)"),
    Right.THREAT: Rule(_("A serious and near threat"), "§ 164.512(j)"),
    Right.GOVERNMENT: Rule(_("Military and other special government functions"), "§ 164.512(k)"),
    Right.NATIONAL_SECURITY: Rule(_("National security"), "§ 164.512(k)(2)", "§ 164.528(a)(1)(vi)"),
    Right.CUSTODY: Rule(_("Prison or lawful custody"), "§ 164.512(k)(5)", "§ 164.528(a)(1)(vii)"),
    Right.WORKERS_COMP: Rule(_("Workers' compensation"), "§ 164.512(l)"),
    Right.HHS: Rule(_("The Secretary of HHS investigates"), "§ 164.502(a)(2)(ii)"),
    Right.MISTAKE: Rule(_("By mistake: no rule allowed it"), "§ 164.402"),
    Right.UNSAID: Rule(_("By fax to somebody else; nobody said by what right"), "§ 164.528(b)"),
}
"""Right → its rule. Whatever the law does not take out counts, mistakes above all."""

COUNTING = tuple(right for right, rule in RULES.items() if rule.counts)


def since(today: dt.date) -> dt.date:
    """The first day an accounting of today has to cover."""
    leap = today.month == 2 and today.day == 29
    return today.replace(year=today.year - YEARS, day=28 if leap else today.day)
