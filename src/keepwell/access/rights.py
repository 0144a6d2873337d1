"""By what right something about a patient may be told to somebody: the paragraphs that allow it, in the screen's words.

Whoever discloses says one of these first; the decision (`disclosing`), the gate and the accounting speak of the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Right(models.TextChoices):
    """By what right: the paragraphs of 45 CFR Part 164 that allow a disclosure, and `mistake` where none did."""

    TREATMENT = "treatment"
    PAYMENT = "payment"
    OPERATIONS = "operations"
    INDIVIDUAL = "individual"
    AUTHORIZATION = "authorization"
    INVOLVED = "involved"
    INCIDENTAL = "incidental"
    LIMITED_SET = "limited_set"
    LAW = "law"
    PUBLIC_HEALTH = "public_health"
    ABUSE = "abuse"
    OVERSIGHT = "oversight"
    COURT = "court"
    LAW_ENFORCEMENT = "law_enforcement"
    DECEDENT = "decedent"
    ORGANS = "organs"
    RESEARCH = "research"
    THREAT = "threat"
    GOVERNMENT = "government"
    NATIONAL_SECURITY = "national_security"
    CUSTODY = "custody"
    WORKERS_COMP = "workers_comp"
    HHS = "hhs"
    MISTAKE = "mistake"


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
}
"""Right → its rule. Whatever the law does not take out counts, mistakes above all."""

TPO = frozenset({Right.TREATMENT, Right.PAYMENT, Right.OPERATIONS})
"""Treatment, payment and operations need no authorization (45 CFR § 164.506)."""

LEGAL = frozenset({Right.COURT, Right.LAW_ENFORCEMENT})
"""A proceeding may be against the patient: Part 2 records need more than that (42 CFR § 2.12(d))."""

UNRESTRICTED = frozenset(
    right for right, rule in RULES.items() if right == Right.HHS or rule.citation.startswith("§ 164.512(")
)
"""What no agreed restriction prevents: the Secretary's investigation and all of § 164.512 (§ 164.522(a)(1)(v))."""

NEVER_MEANT = frozenset({Right.INCIDENTAL, Right.LIMITED_SET, Right.MISTAKE})
"""What happens, or holds no names: nobody sends a letter about a patient by these."""

MEANT = tuple(right for right in Right if right not in NEVER_MEANT)
"""The rights somebody may name before something leaves, in the order of the screen."""
