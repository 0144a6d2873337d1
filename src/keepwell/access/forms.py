"""What the sign-in pages ask."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.access.passwords import LONGEST, SHORTEST


class Quiet(forms.Form):
    """Labels without colons, ids without prefixes, and the browser's own checks first."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})  # type: ignore[arg-type]


class PasswordForm(Quiet):
    """The first step."""

    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=4 * LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    next = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)


class CodeForm(Quiet):
    """Six digits of an authenticator app, or eight of a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "spellcheck": "false"}
        ),
    )


class NewPasswordForm(Quiet):
    """A password of one's own, once: the browser can show what was typed."""

    password = forms.CharField(
        label=_("New password"),
        max_length=4 * LONGEST,
        strip=False,
        help_text=_("At least 12 characters. A short sentence works well; no symbols are needed."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "minlength": SHORTEST, "autofocus": True}),
    )


class UnlockForm(Quiet):
    """What unlocks a session, where to go on, and what was sent while it was locked."""

    password = forms.CharField(
        label=_("Password"),
        max_length=4 * LONGEST,
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    passkey = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)
    next = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
    kept = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, object]:
        """A password or a passkey: nothing at all is not counted as a wrong one."""
        said = super().clean() or {}
        if not said.get("password") and not said.get("passkey"):
            self.add_error("password", _("Type your password, or use a passkey."))
        return said


class NameForm(Quiet):
    """What to call a passkey."""

    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class NewPasskeyForm(NameForm):
    """A name, and what the browser's script brought."""

    passkey = forms.CharField(max_length=20_000, widget=forms.HiddenInput)


class TermsForm(Quiet):
    """Accepting a place to work, and what goes with it."""

    agreed = forms.BooleanField(
        label=_("I will keep what I see at work confidential, and use only my own sign-in."),
        error_messages={"required": _("Without this nobody works here.")},
    )
