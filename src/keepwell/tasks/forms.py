"""What the pages of tasks ask."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from keepwell.access import able
from keepwell.access.models import CareTeam
from keepwell.access.policy import Can, may
from keepwell.access.words import role_word
from keepwell.base.actor import Actor, Role
from keepwell.patients.forms import Asking, text
from keepwell.tasks.asks import LONGEST, POOLS, Asks, For

ME = "me"


def choices(by: Actor) -> list[tuple[Any, Any]]:
    """Who can be asked: me, a pool, somebody else who works here."""
    here = able.members().exclude(id=by.id).order_by("name", "role")
    staff = [m for m in here if may(Role(m.role), Can.WORK_ON_TASKS)]
    held = {m.role for m in staff} | {by.role}
    pools = [(f"role:{role}", role_word(role)) for role in POOLS if role in held]
    teams = [(f"team:{t.id}", t.name) for t in CareTeam.objects.order_by("name")]
    people = [(f"member:{m.id}", f"{m.name}, {role_word(m.role)}") for m in staff]
    grouped: list[tuple[Any, Any]] = [(ME, _("Me")), (_("Whoever takes it first"), [*pools, *teams])]
    return [*grouped, (_("Somebody"), people)] if people else grouped


def goes_to(chosen: str, by: Actor) -> For:
    """Whom a choice names; the list it comes from was checked by the form."""
    kind, _colon, which = chosen.partition(":")
    if kind == "role":
        return For(role=which)
    if kind == "team":
        return For(team=UUID(which))
    return For(member=UUID(which) if kind == "member" else by.id)


class ForForm(Asking):
    """To whom a task goes."""

    goes_to = forms.ChoiceField(label=_("Who does it"))

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        if "goes_to" in self.fields:
            self.fields["goes_to"].choices = choices(by)  # type: ignore[attr-defined]

    def whom(self) -> For:
        return goes_to(self.cleaned_data["goes_to"], self.by)


class TaskForm(ForForm):
    """What is to be done, by whom, until when."""

    title = text(
        _("What is to be done"), required=True, most=LONGEST,
        hint=_("Everybody at the desk can read this. What belongs in the chart goes there."),
    )  # fmt: skip
    due_on = forms.DateField(
        label=_("Due"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    due_time = forms.TimeField(
        label=_("At"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    urgent = forms.BooleanField(label=_("Urgent"), required=False)

    field_order = ("title", "goes_to", "due_on", "due_time", "urgent")

    def asks(self) -> Asks:
        said = self.cleaned_data
        due: dt.date | dt.datetime | None = said["due_on"]
        if due and said["due_time"]:
            due = timezone.make_aware(dt.datetime.combine(due, said["due_time"]))
        return Asks(said["title"], self.whom(), due, said["urgent"])


class ChangeForm(TaskForm):
    """What of a task may change; to whom it goes is an act of its own, and fixed words stay."""

    def __init__(self, *args: Any, fixed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["goes_to"]
        if fixed:
            del self.fields["title"]

    def whom(self) -> For:
        return For(member=self.by.id)

    def asks(self) -> Asks:
        self.cleaned_data.setdefault("title", "")
        return super().asks()
