"""What agreeing to a restriction asks (45 CFR § 164.522(a))."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.access.forms_roles import MomentField, people
from keepwell.access.models import Membership
from keepwell.access.policy import MAY_SEE
from keepwell.access.words import ABOUT_PATIENTS, CLASSES, role_word
from keepwell.base import clock
from keepwell.base.actor import Role
from keepwell.base.refusal import Refusal
from keepwell.patients.forms import Asking
from keepwell.vault.phi import PhiClass

LONGEST = 500
BINDING = tuple(dict.fromkeys(role for role, _purpose in MAY_SEE if role is not Role.SYSTEM))
HOW = {"asked": _("The patient asked for it"), "agreed": _("The patient agreed to it")}
TOWARD = {
    "paid": _("The health plan: they paid in full (we must agree)"),
    "plan": _("The health plan"),
    "related": _("Family and friends"),
    "outside": _("Anybody outside"),
}
"""To whom nothing is disclosed. What was paid in full has to be agreed to (45 CFR § 164.522(a)(1)(vi))."""


class RestrictionForm(Asking):
    """Whom it shuts out, of what, since what was said, until when."""

    whom = forms.ChoiceField(label=_("Who may not see it"))
    classes = forms.MultipleChoiceField(
        label=_("What they may not see"),
        required=False,
        choices=[(c.value, CLASSES[c]) for c in ABOUT_PATIENTS if c is not PhiClass.PSYCHOTHERAPY],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everything, if you tick nothing."),
    )
    terms = forms.CharField(
        label=_("What was agreed"),
        max_length=LONGEST,
        help_text=_("For everybody who has to keep to it: no clinical detail."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    wording = forms.CharField(
        label=_("In the patient's words"),
        required=False,
        max_length=LONGEST,
        help_text=_("Read only by who looks after them."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    until = MomentField(label=_("Until"), required=False, help_text=_("Until it is ended, if you leave it empty."))

    def __init__(self, *args: Any, members: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(f"role:{r}", _("Every %(role)s") % {"role": role_word(r)}) for r in BINDING]
        nobody = ("", _("Everybody who does not look after them"))
        self.fields["whom"].required = False
        toward = [(f"toward:{key}", words) for key, words in TOWARD.items()]
        self.fields["whom"].choices = [nobody, *roles, *people(members), *toward]  # type: ignore[attr-defined]

    def clean_until(self) -> dt.datetime | None:
        until: dt.datetime | None = self.cleaned_data["until"]
        if until is not None and until <= clock.now():
            self.refuse(Refusal("DATES_CROSSED", field="until"))
        return until

    def bound_to(self) -> dict[str, Any]:
        """The member or the role it names, for the action; neither for everybody without a care relation."""
        whom = self.cleaned_data["whom"]
        if whom == "toward:paid":
            return {"toward": "plan", "paid_in_full": True}
        if whom.startswith("toward:"):
            return {"toward": whom.removeprefix("toward:")}
        if whom.startswith("role:"):
            return {"role": whom.removeprefix("role:")}
        return {"member": UUID(whom)} if whom else {}
