"""What the pages of the recovery kit ask."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.access.forms_roles import Refusable
from keepwell.access.recovery import LEAST

_TYPED = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


class PieceForm(Refusable):
    """A group of the printed code, typed back."""

    piece = forms.CharField(label=_("That group"), max_length=20, widget=forms.TextInput(attrs=_TYPED))


class KitForm(Refusable):
    """The code on the paper, whose sign-in is set up anew, and why."""

    code = forms.CharField(
        label=_("Code on the paper"),
        max_length=120,
        widget=forms.TextInput(attrs=_TYPED | {"autofocus": True}),
        help_text=_("Six groups of five. Capitals and gaps do not matter."),
    )
    email = forms.CharField(
        label=_("E-mail of the administrator who is let in"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    line = forms.CharField(
        label=_("Who you are, and why nobody can sign in"),
        min_length=LEAST,
        max_length=300,
        help_text=_("One line for the record, at least ten characters."),
    )
