"""Texts start again: not by a button alone, but because the patient asked, in words that are kept."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from keepwell.access import texting, texts
from keepwell.access.consenting import Answer
from keepwell.access.models import TextKind
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base import clock
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.patients.consents.forms import SaidForm
from keepwell.patients.consents.picture import Kind
from keepwell.patients.consents.showing import language_of, shown
from keepwell.patients.views import actor_of
from keepwell.patients.views_restrictions import speaks_with

NOON = dt.time(12)


class RestartForm(SaidForm):
    """Who asked for texts again, how, and when."""

    on = forms.DateField(label=_("When they asked"), required=False)

    def at(self) -> dt.datetime | None:
        """That day's noon where the practice is; today is now."""
        day: dt.date | None = self.cleaned_data["on"]
        if day is None or day == timezone.localdate():
            return clock.now()
        return timezone.make_aware(dt.datetime.combine(day, NOON))


@require_POST
@page(Can.RECORD_CONSENTS, purpose=Purpose.HOPERAT)
def restart(request: HttpRequest, patient: UUID) -> HttpResponse:
    """They want texts again: what they agreed to, who said so, how and when."""
    by, form = actor_of(request), RestartForm(request.POST)
    speaks_with(patient, by)
    try:
        if not form.is_valid():
            raise Refusal("CHOICE_UNKNOWN", field="on")
        words = texts.required(TextKind.SMS, language_of(patient, by))
        said = Answer(
            kind=Kind.REACH, topic=Topic.APPOINTMENTS, channel=Channel.SMS, text=words, at=form.at(), **form.proof()
        )
        texting.restart_for(patient, said, by=by)
    except Refusal as refusal:
        return shown(request, patient, refusal=refusal)
    return HttpResponseRedirect(reverse("consents", args=[patient]) + "#messages")
