"""What the pages of requests, the waitlist and the change policy ask."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.access.models import Membership, Practice
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.patients import facts
from keepwell.patients.codes import STATES
from keepwell.patients.forms import Asking, choice, day, text
from keepwell.scheduling import asking, policies, waiting
from keepwell.scheduling.asking import Asked, Person
from keepwell.scheduling.models import ChangePolicy, HealthcareService, Offering, WaitlistEntry
from keepwell.scheduling.waiting import Wish
from keepwell.scheduling.words import CAUSES, MODALITIES
from keepwell.scheduling.words_waiting import NEXT_STEPS, PARTS, PRIORITIES, VIAS, WEEKDAYS

ANY = _("Any")


def services(*, groups: bool = True) -> list[tuple[str, str]]:
    """What can be asked for; a group visit is not waited for."""
    held = HealthcareService.objects.filter(ended_at=None, **({} if groups else {"seats": 1})).order_by("name")
    return [(str(i), name) for i, name in held.values_list("id", "name")]


def providers() -> list[tuple[str, str]]:
    """Who offers anything."""
    offering = Offering.objects.filter(ended_at=None).values("practitioner_id")
    rows = Membership.objects.filter(id__in=offering).order_by("name").values_list("id", "name")
    return [(str(i), name) for i, name in rows]


def _date(label: Any, hint: Any = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, help_text=hint, widget=widget)


def _time(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, required=False, widget=widget)


class TimesForm(Asking):
    """Which service, with whom, how and on which days."""

    service = forms.ChoiceField(label=_("Service"))
    state = choice(_("Where the patient will be"), {code: code for code in sorted(STATES)}, blank=_("Not asked"))
    modality = choice(_("How"), {m: words for m, (words, _icon) in MODALITIES.items()}, blank=ANY)
    days = forms.TypedMultipleChoiceField(
        label=_("Days"), choices=[(str(n), words) for n, words in WEEKDAYS.items()], coerce=int, required=False
    )
    from_day = _date(_("Not before"))
    until_day = _date(_("Not after"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = services(groups=isinstance(self, RequestForm))  # type: ignore[attr-defined]

    def times(self) -> dict[str, Any]:
        """What both kinds of wish have in common."""
        said = self.cleaned_data
        same = {name: said[name] for name in ("modality", "state", "from_day", "until_day")}
        return same | {"service": UUID(said["service"]), "days": tuple(said["days"])}


class WaitForm(TimesForm):
    """What somebody waits for."""

    practitioners = forms.MultipleChoiceField(label=_("Providers"), required=False)
    opens = _time(_("From"))
    closes = _time(_("Until"))
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=list(PRIORITIES.items()), coerce=int, initial=WaitlistEntry.Priority.ROUTINE
    )
    notice_hours = forms.IntegerField(
        label=_("Hours they need to get here"), min_value=0, max_value=24 * 14, initial=1,
        help_text=_("Nobody is asked about a time that begins sooner."),
    )  # fmt: skip
    note = text(
        _("Note for whoever calls"), most=waiting.LONGEST,
        hint=_("Everybody at the desk can read this. What belongs in the chart goes there."),
    )  # fmt: skip

    field_order = ("service", "state", "modality", "practitioners", "days", "opens", "closes", "from_day", "until_day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practitioners"].choices = providers()  # type: ignore[attr-defined]

    def wish(self, time_zone: str) -> Wish:
        """What was typed, once it is valid."""
        said = self.cleaned_data
        more = {name: said[name] for name in ("opens", "closes", "priority", "note")}
        who = tuple(UUID(each) for each in said["practitioners"])
        return Wish(
            time_zone=time_zone, practitioners=who, notice_minutes=said["notice_hours"] * 60, **more, **self.times()
        )


def of_entry(entry: WaitlistEntry, note: str) -> dict[str, Any]:
    """What the form of somebody who waits starts with."""
    same = ("state", "modality", "opens", "closes", "from_day", "until_day", "priority", "practitioners")
    said = {name: getattr(entry, name) for name in same}
    hours = -(-entry.notice_minutes // 60)
    return said | {"service": str(entry.service_id), "days": [str(d) for d in entry.days], "note": note,
                   "notice_hours": hours}  # fmt: skip


class RequestForm(TimesForm):
    """What somebody asks for; who they are, if they are no patient here yet."""

    practitioner = forms.ChoiceField(label=_("Provider"), required=False)
    part = forms.ChoiceField(label=_("Time of day"), choices=list(PARTS.items()), required=False)
    words = text(
        _("In their words"), most=asking.LONGEST,
        hint=_("Everybody at the desk can read this. Why they come is asked when the visit is booked."),
    )  # fmt: skip
    via = forms.ChoiceField(label=_("How they asked"), choices=list(VIAS.items()))
    given_name = text(_("Given name"))
    family_name = text(_("Family name"))
    birth_date = day(_("Birth date"), hint=_("Like 01/31/1970 or 31 Jan 1970."))
    phone = text(_("Phone"))
    email = text(_("E-mail"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practitioner"].choices = [("", ANY), *providers()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = cleaned.get("birth_date")
        cleaned["born"] = None
        if typed:
            try:
                cleaned["born"] = facts.day(typed, "birth_date", "BIRTH_DATE_IMPOSSIBLE")
            except Refusal as refusal:
                self.refuse(refusal)
        return cleaned

    def asked(self) -> Asked:
        """What was typed, once it is valid."""
        said = self.cleaned_data
        who = Person(birth_date=said["born"], **{n: said[n] for n in ("given_name", "family_name", "phone", "email")})
        provider = UUID(said["practitioner"]) if said["practitioner"] else None
        more = {name: said[name] for name in ("part", "words", "via")}
        return Asked(practitioner=provider, who=who, **more, **self.times())


class PolicyForm(Asking):
    """The practice's rule of cancelling, moving and not coming."""

    cancel_hours = forms.IntegerField(label=_("Hours before the visit until which a patient may cancel"))
    move_hours = forms.IntegerField(label=_("Hours before the visit until which a patient may move it"))
    counted_causes = forms.MultipleChoiceField(
        label=_("Cancelled later than that, it counts when the reason is"), choices=list(CAUSES.items()),
        required=False, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    limit = forms.IntegerField(label=_("Staff see a flag after so many times"))
    months = forms.IntegerField(label=_("within so many months"))
    next_step = forms.ChoiceField(label=_("What staff do then"), choices=list(NEXT_STEPS.items()))
    offer_minutes = forms.IntegerField(label=_("Minutes a freed time is held for whoever is asked"))
    offer_minutes_soon = forms.IntegerField(label=_("Minutes when it begins within a day"))
    refusal_days = forms.IntegerField(label=_("Days of waiting that one offer turned down counts"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, most in policies.MOST.items():
            self.fields[name].widget.attrs |= {"min": policies.LEAST.get(name, 0), "max": most}


def of_policy(rule: ChangePolicy) -> dict[str, Any]:
    """What its form starts with."""
    return {name: getattr(rule, name) for name in (*policies.MOST, "counted_causes", "next_step")}


def clinic_zone(by: Actor) -> str:
    """The practice's own zone, in which the desk means what it types."""
    return Practice.objects.values_list("time_zone", flat=True).get(id=by.practice)
