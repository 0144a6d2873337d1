"""What the pages of services, hours and time off ask."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.base.places import US_TIME_ZONES
from keepwell.base.refusal import Refusal
from keepwell.patients.forms import Asking, text
from keepwell.scheduling import words
from keepwell.scheduling.models import HealthcareService, WeeklyHours
from keepwell.scheduling.providers import providers
from keepwell.scheduling.setting import Hours

MODALITIES = {kind: said for kind, (said, _icon) in words.MODALITIES.items()}
LEADS = {0: _("none"), 60: _("1 hour"), 120: _("2 hours"), 240: _("4 hours"), 1440: _("1 day"), 2880: _("2 days"),
         10080: _("1 week")}  # fmt: skip
DAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip
SPANS = 4
"""How many spans of hours one day takes on the page."""


def number(label: Any, hint: Any = "", least: int = 0) -> forms.IntegerField:
    """A small whole number."""
    return forms.IntegerField(label=label, help_text=hint, min_value=least, max_value=10_000)


def date(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    """A day, from the browser's own calendar."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, help_text=hint, required=required, widget=widget)


def time(label: Any) -> forms.TimeField:
    """An o'clock, or nothing."""
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, required=False, widget=widget)


class ServiceForm(Asking):
    """What can be booked, and by which rules."""

    name = text(_("Name"), required=True, most=80, hint=_("As patients read it. Name no diagnosis or specialty."))
    minutes = number(_("Minutes"), least=1)
    before_minutes = number(_("Minutes kept free before"))
    after_minutes = number(_("Minutes kept free after"))
    grid_minutes = number(_("Begins every … minutes"), least=1)
    modalities = forms.MultipleChoiceField(label=_("How you meet"), choices=list(MODALITIES.items()), required=False)
    clinical = forms.BooleanField(label=_("Clinical"), required=False)
    seats = number(_("Patients at once"), _("More than one makes a group visit."), least=1)
    lead_minutes = forms.TypedChoiceField(label=_("Booked at least this long ahead"), coerce=int)
    horizon_days = number(_("Booked at most this many days ahead"), least=1)
    who = forms.MultipleChoiceField(label=_("Who offers it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leads: dict[int, Any] = dict(LEADS)
        if (known := self.initial.get("lead_minutes")) is not None and known not in leads:
            leads[known] = _("%(count)s minutes") % {"count": known}
        self.fields["lead_minutes"].choices = list(leads.items())  # type: ignore[attr-defined]
        self.fields["who"].choices = [(str(m.id), m.name) for m in providers()]  # type: ignore[attr-defined]

    def rules(self) -> dict[str, Any]:
        """The columns besides name and minutes."""
        return {name: self.cleaned_data[name] for name in RULES}

    def whom(self) -> list[UUID]:
        return [UUID(chosen) for chosen in self.cleaned_data["who"]]


RULES = (
    "before_minutes", "after_minutes", "grid_minutes", "modalities", "clinical", "seats", "lead_minutes",
    "horizon_days",
)  # fmt: skip


def initial_of(service: HealthcareService | None, who: list[UUID]) -> dict[str, Any]:
    """What the form starts with; a new service as most are."""
    row = service or HealthcareService(name="", minutes=30, modalities=["video"])
    return {n: getattr(row, n) for n in ("name", "minutes", *RULES)} | {"who": [str(w) for w in who]}


class CalendarForm(Asking):
    """In which zone somebody's hours are told, and how many visits a day they take."""

    time_zone = text(_("Time zone"), required=True, most=64, list="zones")
    max_a_day = forms.IntegerField(label=_("Visits a day at most"), required=False, help_text=_("Empty: no limit."))


class WeekForm(Asking):
    """A usual week: up to four spans a day, from a day on."""

    from_day = date(_("From this day on"))

    def __init__(self, *args: Any, week: list[WeeklyHours] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday in range(1, 8):
            known = [row for row in week or () if row.weekday == weekday]
            for at in range(SPANS):
                row = known[at] if at < len(known) else None
                for end, said in (("opens", _("from")), ("closes", _("until"))):
                    field = time(f"{DAYS[weekday - 1]}, {said}")
                    field.initial = getattr(row, end) if row else None
                    self.fields[f"d{weekday}_{at}_{end}"] = field

    def days(self) -> list[tuple[Any, list[tuple[Any, Any]], bool]]:
        """Each day's name, its boxes two by two, and whether more than two spans are shown."""
        return [(DAYS[d - 1], pairs := self._pairs(d), any(self._filled(*p) for p in pairs[2:])) for d in range(1, 8)]

    def _pairs(self, weekday: int) -> list[tuple[Any, Any]]:
        return [(self[f"d{weekday}_{n}_opens"], self[f"d{weekday}_{n}_closes"]) for n in range(SPANS)]

    def _filled(self, opens: Any, closes: Any) -> bool:
        return bool(opens.value() or closes.value())

    def week(self) -> list[Hours]:
        """What was typed. Half a span is refused at its day."""
        found: list[Hours] = []
        for weekday in range(1, 8):
            for at in range(SPANS):
                opens, closes = (self.cleaned_data.get(f"d{weekday}_{at}_{end}") for end in ("opens", "closes"))
                if opens and closes:
                    found.append((weekday, opens, closes))
                elif opens or closes:
                    raise Refusal("HOURS_HALF", field=f"day{weekday}", day=DAYS[weekday - 1])
        return found

    def refuse(self, refusal: Refusal) -> None:
        """A day's refusal stands at its first box."""
        if refusal.field and refusal.field.startswith("day") and refusal.field[3:].isdigit():
            refusal.field = f"d{refusal.field[3:]}_0_opens"
        super().refuse(refusal)


class DaysForm(Asking):
    """Days on which the week does not hold: closed, or open besides."""

    works = forms.ChoiceField(label=_("What"), choices=[("", _("Time off")), ("1", _("Extra hours"))], required=False)
    name = text(_("Called"), most=80, hint=_("Everybody who books can read this. Write no names of patients."))
    from_day = date(_("First day"))
    until_day = date(_("Last day"), _("Empty: one day."), required=False)
    opens = time(_("From"))
    closes = time(_("Until"))

    def between(self) -> tuple[dt.time, dt.time] | None:
        opens, closes = self.cleaned_data["opens"], self.cleaned_data["closes"]
        if bool(opens) != bool(closes):
            raise Refusal("HOURS_HALF", field="closes", day=self.cleaned_data["from_day"].isoformat())
        return (opens, closes) if opens else None

    def last(self) -> dt.date:
        until: dt.date = self.cleaned_data["until_day"] or self.cleaned_data["from_day"]
        return until


class HolidayForm(DaysForm):
    """A day nobody works."""

    name = text(_("Called"), required=True, most=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["works"]


ZONES = US_TIME_ZONES
