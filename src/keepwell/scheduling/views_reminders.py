"""Reminders: the practice's rules as sentences, and what is sent about one visit, when, and why not."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients.forms import Asking
from keepwell.patients.views import actor_of
from keepwell.scheduling import messages_of, reminder_rules, sentences
from keepwell.scheduling.forms_waiting import ANY, services
from keepwell.scheduling.models import ReminderRule
from keepwell.scheduling.views_visit import found
from keepwell.scheduling.words import MODALITIES


class RuleForm(Asking):
    """One rule."""

    occasion = forms.ChoiceField(label=_("When"), choices=list(sentences.OCCASIONS.items()), initial="before")
    amount = forms.IntegerField(label=_("How long before"), initial=2, min_value=0, required=False)
    unit = forms.ChoiceField(label=_("Days or hours"), choices=list(sentences.UNITS.items()))
    o_clock = forms.TimeField(
        label=_("At"), required=False, help_text=_("Where the patient is. Empty: at the hour of the visit."),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )  # fmt: skip
    service = forms.ChoiceField(label=_("Service"), required=False)
    modality = forms.ChoiceField(
        label=_("How"), required=False, choices=[("", ANY), *((m, w) for m, (w, _icon) in MODALITIES.items())]
    )
    ways = forms.MultipleChoiceField(label=_("By"), choices=list(sentences.WAYS.items()), initial=["sms", "email"])
    late = forms.ChoiceField(label=_("When its moment has passed"), choices=list(sentences.LATES.items()))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", ANY), *services()]  # type: ignore[attr-defined]

    def rule(self) -> reminder_rules.Rule:
        """What was typed, once it is valid."""
        said = self.cleaned_data
        same = {name: said[name] for name in ("occasion", "unit", "o_clock", "modality", "late")}
        service = UUID(said["service"]) if said["service"] else None
        return reminder_rules.Rule(amount=said["amount"] or 0, service=service, ways=tuple(said["ways"]), **same)


def _of(rule: ReminderRule) -> dict[str, Any]:
    same = ("occasion", "amount", "unit", "o_clock", "modality", "ways", "late")
    return {name: getattr(rule, name) for name in same} | {"service": str(rule.service_id or "")}


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def rules(request: HttpRequest) -> HttpResponse:
    """The rules that hold; below, one more."""
    by, form, status = actor_of(request), RuleForm(request.POST or None), 200
    if request.method == "POST" and "usual" in request.POST:
        reminder_rules.begin_usual(by=by)
        return HttpResponseRedirect(reverse("reminders"))
    if request.method == "POST":
        status = 422
        if form.is_valid() and _saved(form, None, request):
            return HttpResponseRedirect(f"{reverse('reminders')}?saved=1")
    held = [(rule.id, sentences.sentence(rule)) for rule in reminder_rules.standing_rules()]
    shown = {"rules": held, "form": form, "saved": "saved" in request.GET}
    return render(request, "scheduling/reminders.html", shown, status=status)


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def rule(request: HttpRequest, rule: UUID) -> HttpResponse:
    """One rule, changed or ended."""
    row, status = _rule(rule), 200
    form = RuleForm(request.POST or None, initial=_of(row))
    if request.method == "POST":
        status = 422
        if form.is_valid() and _saved(form, row, request):
            return HttpResponseRedirect(f"{reverse('reminders')}?saved=1")
    shown = {"form": form, "row": row, "sentence": sentences.sentence(row)}
    return render(request, "scheduling/reminder.html", shown, status=status)


@require_POST
@page(Can.MANAGE_SCHEDULES, purpose=Purpose.HOPERAT)
def end(request: HttpRequest, rule: UUID) -> HttpResponse:
    """A rule holds no more."""
    reminder_rules.end_rule(_rule(rule), by=actor_of(request))
    return HttpResponseRedirect(f"{reverse('reminders')}?saved=1")


@require_GET
@page(Can.BOOK_APPOINTMENTS, purpose=Purpose.HOPERAT)
def messages(request: HttpRequest, visit: UUID) -> HttpResponse:
    """What was and will be sent about a visit, when, and why not if the gate would hold it now."""
    row = found(visit)
    shown = {"row": row, "lines": messages_of.lines(row, by=actor_of(request))}
    return render(request, "scheduling/messages.html", shown)


def _saved(form: RuleForm, row: ReminderRule | None, request: HttpRequest) -> bool:
    try:
        reminder_rules.set_rule(form.rule(), by=actor_of(request), rule=row)
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    return True


def _rule(rule: UUID) -> ReminderRule:
    row = ReminderRule.objects.select_related("service").filter(id=rule, ended_at=None).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    return row
