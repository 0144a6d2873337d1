"""What a notice of privacy practices has to say (45 CFR § 164.520(b)), part by part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from keepwell.base.refusal import Refusal

HEADERS = {
    "en": (
        "THIS NOTICE DESCRIBES HOW MEDICAL INFORMATION ABOUT YOU MAY BE USED AND DISCLOSED AND HOW YOU CAN GET ACCESS"
        " TO THIS INFORMATION. PLEASE REVIEW IT CAREFULLY."
    ),
    "es": (
        "ESTE AVISO DESCRIBE CÓMO SE PUEDE USAR Y DIVULGAR SU INFORMACIÓN MÉDICA Y CÓMO PUEDE USTED OBTENER ACCESO A"
        " ESTA INFORMACIÓN. LÉALO CON ATENCIÓN."
    ),
}
"""The header, word for word (§ 164.520(b)(1)(i))."""

PARTS = {
    "header": _("The header, word for word"),
    "treatment": _("Treatment, with an example"),
    "payment": _("Payment, with an example"),
    "operations": _("Health care operations, with an example"),
    "other_uses": _("Other uses and disclosures without your permission"),
    "stricter": _("Stricter laws"),
    "authorization": _("Uses that need your written permission"),
    "restrict": _("Your right to ask for restrictions, and when we must agree"),
    "confidential": _("Your right to be reached another way"),
    "access": _("Your right to see and get a copy of your record"),
    "amend": _("Your right to have your record corrected"),
    "accounting": _("Your right to know whom we told"),
    "copy": _("Your right to a paper copy of this notice"),
    "duties": _("Our duties, and what we do after a breach"),
    "complaints": _("Complaints, to us and to the Secretary, without retaliation"),
    "contact": _("Whom to contact"),
    "effective": _("From when this notice holds"),
}
PART2 = "part2"
PART2_WORDS = _("Substance use disorder records (42 CFR Part 2)")
"""Required of whoever holds such records, since 16 February 2026 (§ 164.520(b)(1)(iii)(D))."""


def require_complete(parts: Iterable[Sequence[str]], language: str, *, part2: bool) -> None:
    """Raises Refusal NPP_INCOMPLETE or NPP_PART2_MISSING, naming what is missing."""
    said = {name: words.strip() for name, words in parts}
    missing = [name for name in PARTS if not said.get(name)]
    if " ".join(said.get("header", "").split()) != HEADERS[language] and "header" not in missing:
        missing.insert(0, "header")
    if missing:
        raise Refusal("NPP_INCOMPLETE", parts=", ".join(str(PARTS[name]) for name in missing))
    if part2 and not said.get(PART2):
        raise Refusal("NPP_PART2_MISSING")
