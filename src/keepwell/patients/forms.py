"""What the patient pages ask. A form only gathers what was typed; `facts` and `reach` say what is wrong with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keepwell.base.refusal import Refusal
from keepwell.patients import facts
from keepwell.patients.codes import BIRTH_SEXES, GENDERS, LANGUAGES, STATES, US_TIME_ZONES
from keepwell.patients.excerpts import Demography, Whereabouts
from keepwell.patients.facts import LONGEST_NAME, Demographics

NOT_KNOWN = _("Not known")
QUIET = {"autocomplete": "off", "spellcheck": "false"}


class Asking(forms.Form):
    """A form whose errors are named refusals, each at its field, with nothing lost of what was typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def refuse(self, refusal: Refusal) -> None:
        """Puts a refusal where it belongs."""
        said = (gettext(part) for part in (refusal.wording.message, refusal.wording.next_step))
        words = " ".join(said).format_map({"most": "", "count": ""} | refusal.facts)
        self.add_error(
            refusal.field if refusal.field in self.fields else None, forms.ValidationError(words, code=refusal.code)
        )

    def summary(self) -> list[tuple[str, str]]:
        """Every error, with the id of its field."""
        return [line for name, errors in self.errors.items() for line in self._lines(name, map(str, errors))]

    def _lines(self, name: str, errors: Iterable[str]) -> Iterator[tuple[str, str]]:
        for words in errors:
            yield (self[name].id_for_label, f"{self[name].label}: {words}") if name in self.fields else ("", words)

    def codes(self) -> set[str]:
        """The codes of all errors."""
        return {str(e.code) for errors in self.errors.as_data().values() for e in errors}


def text(
    label: Any, *, required: bool = False, hint: Any = "", most: int = LONGEST_NAME, **attrs: Any
) -> forms.CharField:
    """One line."""
    return forms.CharField(
        label=label,
        required=required,
        help_text=hint,
        max_length=most,
        widget=forms.TextInput(attrs=QUIET | attrs),
        error_messages={"required": _("This is empty. Fill it in.")},
    )


def choice(label: Any, options: dict[str, Any], *, required: bool = False, blank: Any = NOT_KNOWN) -> forms.ChoiceField:
    """One of a closed list."""
    choices = list(options.items()) if required else [("", blank), *options.items()]
    return forms.ChoiceField(label=label, choices=choices, required=required)


def day(label: Any, *, required: bool = False, hint: Any = "") -> forms.CharField:
    """A date in any of the ways people type them."""
    return text(label, required=required, hint=hint, most=40, inputmode="text", placeholder="MM/DD/YYYY")


class PersonForm(Asking):
    """Who somebody is."""

    given_name = text(_("Given name"))
    family_name = text(_("Family name"))
    middle_name = text(_("Middle name"))
    preferred_name = text(_("Preferred name"), hint=_("What they like to be called."))
    former_names = text(_("Former names"), hint=_("Separate several with commas."), most=400)
    birth_date = day(_("Birth date"), hint=_("Like 01/31/1970 or 31 Jan 1970."))
    gender = choice(_("Gender"), GENDERS)
    birth_sex = choice(_("Sex at birth"), BIRTH_SEXES)
    pronouns = text(_("Pronouns"))
    language = choice(_("Language"), LANGUAGES)
    state = choice(_("State they live in"), {code: code for code in sorted(STATES)})
    time_zone = choice(
        _("Time zone"), {zone: zone.replace("_", " ") for zone in US_TIME_ZONES}, blank=_("The clinic's")
    )
    record_number = text(_("Record number"), hint=_("Leave empty for a new one."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["birth_date"] = self._day("birth_date", "BIRTH_DATE_IMPOSSIBLE")
        cleaned["deceased_date"] = self._day("deceased_date", "DEATH_DATE_IMPOSSIBLE")
        if not cleaned["birth_date"] and "birth_date" not in self.errors:
            self.refuse(Refusal("BIRTH_DATE_MISSING", field="birth_date"))
        for refusal in facts.problems(self._demographics(cleaned)):
            self.refuse(refusal)
        return cleaned

    def who(self) -> Demographics:
        """What was typed, once it is valid."""
        return self._demographics(self.cleaned_data)

    def _day(self, field: str, impossible: str) -> dt.date | None:
        typed = self.cleaned_data.get(field)
        try:
            return facts.day(typed, field, impossible) if typed else None
        except Refusal as refusal:
            self.refuse(refusal)
            return None

    def _demographics(self, cleaned: dict[str, Any]) -> Demographics:
        plain = {name: cleaned.get(name, "") or "" for name in PLAIN}
        former = (name.strip() for name in (cleaned.get("former_names") or "").split(","))
        return Demographics(
            **plain,
            former_names=tuple(filter(None, former)),
            birth_date=cleaned.get("birth_date"),
            deceased_date=cleaned.get("deceased_date"),
        )


PLAIN = (
    "given_name", "family_name", "middle_name", "preferred_name", "gender", "birth_sex", "pronouns", "language",
    "state", "time_zone", "record_number",
)  # fmt: skip


class EditForm(PersonForm):
    """Changing who somebody is. `version` is what was on the screen."""

    record_number = text(_("Record number"))
    deceased_date = day(_("Date of death"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.initial.get("time_zone")
        if zone and zone not in US_TIME_ZONES:
            self.fields["time_zone"].choices += [(zone, zone.replace("_", " "))]  # type: ignore[attr-defined]


def initial(person: Demography, lives: Whereabouts | None) -> dict[str, Any]:
    """What the edit form starts with."""
    known = {name: getattr(person, name, None) or getattr(lives, name, None) or "" for name in PLAIN}
    days = {name: _typed(getattr(person, name)) for name in ("birth_date", "deceased_date")}
    return known | days | {"former_names": ", ".join(person.former_names or ()), "version": person.version}


def _typed(day_of: dt.date | None) -> str:
    return f"{day_of:%m/%d/%Y}" if day_of else ""
