"""What the pages of roles, alternates and care teams ask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.access.answers import worded
from keepwell.access.forms import Quiet
from keepwell.access.models import Membership
from keepwell.access.words import role_word
from keepwell.base.actor import Role
from keepwell.base.refusal import Refusal


class Refusable(Quiet):
    """A form that says a refusal at its field, or above them all."""

    def refuse(self, refusal: Refusal) -> None:
        """Puts a refusal where it belongs."""
        at = refusal.field if refusal.field in self.fields else None
        self.add_error(at, forms.ValidationError(worded(refusal), code=refusal.code))


def people(members: Iterable[Membership]) -> list[tuple[str, str]]:
    """Members to choose from, each with the role it is."""
    return [(str(m.id), f"{m.name} · {role_word(m.role)}") for m in members]


class AlternateForm(Refusable):
    """Who stands in for an office."""

    office = forms.ChoiceField(label=_("Office"))
    member = forms.ChoiceField(label=_("Who looks at its holder's own cases"))

    def __init__(self, *args: Any, offices: Iterable[Role], members: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = [(r.value, role_word(r)) for r in offices]  # type: ignore[attr-defined]
        self.fields["member"].choices = people(members)  # type: ignore[attr-defined]


class MomentField(forms.DateTimeField):
    """A day and a time by the clock of the practice."""

    def __init__(self, **kwargs: Any) -> None:
        picker = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=picker, input_formats=["%Y-%m-%dT%H:%M"], **kwargs)


class Dated(Refusable):
    """Somebody, from when until when."""

    member = forms.ChoiceField(label=_("Who"))
    starts = MomentField(label=_("From"), required=False, help_text=_("Now, if you leave it empty."))
    ends = MomentField(label=_("Until"), required=False)

    def __init__(self, *args: Any, members: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = people(members)  # type: ignore[attr-defined]


class StandInForm(Dated):
    """Cover and supervision: somebody instead of, or above, somebody."""

    of = forms.ChoiceField(label=_("For whom"))
    field_order = ("member", "of", "starts", "ends")

    def __init__(self, *args: Any, others: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["of"].choices = list(others)  # type: ignore[attr-defined]


class TeamForm(Refusable):
    """A team's name. It must not say what its patients have: names stand in the clear."""

    name = forms.CharField(
        label=_("Name of the team"), max_length=120, help_text=_("Not a condition: names of teams are not protected.")
    )


class DifferenceForm(Refusable):
    """What a practice's own role adds to the one it is based on, and what it is without."""

    adds = forms.MultipleChoiceField(required=False)
    drops = forms.MultipleChoiceField(required=False)
    name = forms.CharField(label=_("Name of the role"), max_length=60, required=False)

    def __init__(self, *args: Any, adds: Iterable[str], drops: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["adds"].choices = [(each, each) for each in adds]  # type: ignore[attr-defined]
        self.fields["drops"].choices = [(each, each) for each in drops]  # type: ignore[attr-defined]
