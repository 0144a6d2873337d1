"""What the pages of the schedule ask. What is wrong with it is said by the core, by name."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from keepwell.access.models import Membership
from keepwell.base.refusal import Refusal
from keepwell.patients.codes import LANGUAGES
from keepwell.patients.forms import Asking, text
from keepwell.patients.forms_reach import STATE_CHOICES
from keepwell.scheduling import agenda, minors, wall
from keepwell.scheduling.asked import Booking
from keepwell.scheduling.models import AppointmentSeries, HealthcareService, Modality
from keepwell.scheduling.participants import Helps
from keepwell.scheduling.series import Rule
from keepwell.scheduling.words import CAUSES, HELPERS, MODALITIES, SCOPES, UNITS

LONGEST_REASON = 500
DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
TIME = forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": "300"})


class WhenForm(Asking):
    """A time in somebody's calendar, as it stands on the clinic's wall.

    `at` is the instant the calendar offered: it still holds while day and time are as it set them, also in an hour that
    comes twice.
    """

    provider = forms.ChoiceField(label=_("Provider"))
    day = forms.DateField(label=_("Day"), widget=DAY)
    time = forms.TimeField(label=_("Time"), widget=TIME)
    minutes = forms.IntegerField(
        label=_("Minutes"), required=False, widget=forms.NumberInput(attrs={"min": 5, "max": 480, "step": 5})
    )
    at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who = [(str(one.id), one.name) for one in agenda.providers()]
        self.fields["provider"].choices = who  # type: ignore[attr-defined]

    def starts(self) -> dt.datetime:
        """The instant. Raises Refusal HOUR_MISSING, HOUR_TWICE."""
        said, offered = self.cleaned_data, instant_of(self.cleaned_data.get("at", ""))
        if offered and timezone.localtime(offered).replace(tzinfo=None) == dt.datetime.combine(
            said["day"], said["time"]
        ):
            return offered
        return wall.typed(said["day"], said["time"], clinic_zone())

    def whom(self) -> UUID:
        return UUID(self.cleaned_data["provider"])

    @staticmethod
    def of(at: dt.datetime | None, provider: UUID | None, minutes: int | None = None) -> dict[str, Any]:
        """What the form begins with."""
        local = timezone.localtime(at) if at else None
        begun = {"day": local.date(), "time": local.time(), "at": at.isoformat()} if local and at else {}
        return begun | {"provider": str(provider) if provider else None, "minutes": minutes}


class BookForm(WhenForm):
    """A visit to be booked."""

    service = forms.ChoiceField(label=_("Service"))
    how = forms.ChoiceField(label=_("How"))
    state = forms.ChoiceField(
        label=_("Where will you be?"), required=False, choices=[("", _("Not asked yet")), *STATE_CHOICES.items()],
        help_text=_("Ask the patient. The state they are in decides whose license counts."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept with the chart: only those who look after the patient read it."),
    )  # fmt: skip
    overbook = forms.BooleanField(label=_("Book although somebody else has this time"), required=False)
    why = forms.CharField(label=_("Why two at once is right"), required=False, max_length=200)
    holder = forms.ChoiceField(
        label=_("Who comes with this minor?"), required=False,
        choices=[("", _("Choose one")), *((key, words) for key, (words, _about) in minors.BASES.items())],
    )  # fmt: skip
    holder_who = forms.CharField(
        label=_("Who, and what they are to the patient"), required=False, max_length=minors.LONGEST
    )

    every = forms.IntegerField(
        label=_("Every"),
        required=False,
        min_value=1,
        max_value=26,
        widget=forms.NumberInput(attrs={"min": 1, "max": 26}),
    )
    unit = forms.ChoiceField(label=_("Weeks or months"), required=False, choices=list(UNITS.items()))
    until = forms.DateField(
        label=_("Until"), required=False, widget=DAY, help_text=_("Each visit is shown before anything is saved.")
    )

    field_order = (
        "service",
        "how",
        "state",
        "provider",
        "day",
        "time",
        "minutes",
        "at",
        "reason",
        "overbook",
        "why",
        "holder",
        "holder_who",
    )

    def __init__(self, *args: Any, services: list[HealthcareService], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.services = {str(one.id): one for one in services}
        self.fields["service"].choices = [  # type: ignore[attr-defined]
            (key, _("{name}, {minutes} min").format(name=one.name, minutes=one.minutes))
            for key, one in self.services.items()
        ]
        self.fields["how"].choices = [(str(m), MODALITIES[m][0]) for m in Modality]  # type: ignore[attr-defined]

    def rule(self) -> Rule | None:
        """How it comes again, if it does."""
        said = self.cleaned_data
        if not said["until"]:
            return None
        return Rule(said["every"] or 1, said["unit"] or AppointmentSeries.Unit.WEEKS, said["until"])

    def asked(self, hold: UUID | None = None, group: UUID | None = None) -> Booking:
        """The booking. Raises Refusal HOUR_MISSING, HOUR_TWICE, FIELD_EMPTY."""
        said = self.cleaned_data
        why = said["why"].strip() if said["overbook"] else ""
        if said["overbook"] and not why:
            raise Refusal("FIELD_EMPTY", field="why")
        service = self.services[said["service"]]
        minutes = said["minutes"] if said["minutes"] and said["minutes"] != service.minutes else None
        reason = said["reason"].strip() or None
        holder = minors.Holder(said["holder"], said["holder_who"]) if said["holder"] else None
        return Booking(
            service.id, self.whom(), self.starts(), said["how"], said["state"], reason, hold, why, group, minutes,
            holder,
        )  # fmt: skip


class CancelForm(Asking):
    """Why a visit is cancelled, as far as it may stand in the clear; of a series, how many of them."""

    scope = forms.ChoiceField(label=_("Which"), choices=list(SCOPES.items()), required=False)

    cause = forms.ChoiceField(label=_("Why"), choices=list(CAUSES.items()))


class HelperForm(Asking):
    """Who takes part: a colleague, or somebody by name."""

    role = forms.ChoiceField(label=_("As"))
    member = forms.ChoiceField(label=_("Colleague"), required=False)
    name = text(_("Or somebody from outside"))
    language = forms.ChoiceField(label=_("Language"), required=False, choices=[("", "–"), *LANGUAGES.items()])
    reach = text(_("Phone or e-mail"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Membership.objects.filter(ends_at=None).order_by("name", "id").values_list("id", "name")
        self.fields["role"].choices = [(str(r), words) for r, (words, _icon) in HELPERS.items()]  # type: ignore[attr-defined]
        self.fields["member"].choices = [("", "–"), *((str(i), name) for i, name in here)]  # type: ignore[attr-defined]

    def helps(self) -> Helps:
        said = self.cleaned_data
        member = UUID(said["member"]) if said["member"] else None
        return Helps(said["role"], member, said["name"], said["language"], said["reach"])


def instant_of(typed: str) -> dt.datetime | None:
    """An instant as an address has it; nothing if it is none."""
    try:
        at = dt.datetime.fromisoformat(typed.replace(" ", "+")) if typed else None
    except ValueError:
        return None
    return at.astimezone(dt.UTC) if at and at.tzinfo else None


def clinic_zone() -> ZoneInfo:
    """The zone of the clinic's wall."""
    return wall.zone(timezone.get_current_timezone_name())
