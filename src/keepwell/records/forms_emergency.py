"""What emergency access asks: why, in a choice and a line; for substance use records, what 42 CFR § 2.51(c) asks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.access.emergency import LEAST, REASONS, Part2
from keepwell.base.refusal import Refusal
from keepwell.patients.forms import Asking, text

LONGEST = 400
PART2 = ("recipient", "facility", "discloser", "nature")


class EmergencyForm(Asking):
    """Why this is an emergency."""

    reason = forms.ChoiceField(label=_("Why this cannot wait"), choices=list(REASONS.items()), required=False)
    line = text(_("What is happening"), hint=_("One line. It cannot be changed later."), most=LONGEST)
    part2 = forms.BooleanField(required=False)
    no_consent = forms.BooleanField(required=False)
    recipient = text(_("Who treats the patient and receives the records"))
    facility = text(_("Where they work"))
    discloser = text(_("Who gives the records"), hint=_("The person, not the program."))
    nature = text(_("Nature of the emergency"), most=LONGEST)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("reason") and "reason" not in self.errors:
            self.refuse(Refusal("BREAKGLASS_REASON_REQUIRED", field="reason", least=LEAST))
        if len(cleaned.get("line", "")) < LEAST and "line" not in self.errors:
            self.refuse(Refusal("BREAKGLASS_REASON_REQUIRED", field="line", least=LEAST))
        return cleaned

    def asked(self) -> Part2 | None:
        """What § 2.51(c) asks, if records of a substance use program are wanted."""
        said = self.cleaned_data
        return Part2(**{name: said[name] for name in PART2}, no_consent=said["no_consent"]) if said["part2"] else None
