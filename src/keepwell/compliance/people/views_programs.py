"""Programs: service accounts with one role and one purpose, and their tokens, each shown once."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access import programs
from keepwell.access.models import ApiToken, Membership, Program
from keepwell.access.pages import page
from keepwell.access.policy import MAY_DO, Can
from keepwell.access.words import ROLES, role_word
from keepwell.base import clock
from keepwell.base.actor import Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.compliance.activity import purpose_word
from keepwell.compliance.people.forms import members
from keepwell.compliance.people.views import actor_of
from keepwell.patients.forms import Asking, choice, text

PURPOSES = (Purpose.HOPERAT, Purpose.TREAT, Purpose.HPAYMT, Purpose.HCOMPL)
LASTS = {"30": _("30 days"), "90": _("90 days"), "365": _("a year")}


class ProgramForm(Asking):
    """A new program."""

    name = text(_("Name"), required=True, hint=_("What it is, like “Lab results”."))
    role = choice(_("Role"), {role.value: ROLES[role] for role in programs.ROLES}, required=True)
    purpose = forms.ChoiceField(label=_("Purpose"))
    owner = forms.ChoiceField(label=_("Who answers for it"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = members()[1:]  # type: ignore[attr-defined]
        self.fields["purpose"].choices = [(p.value, purpose_word(p)) for p in PURPOSES]  # type: ignore[attr-defined]


class TokenForm(Asking):
    """A new token: what for, how long, from where."""

    scopes = forms.MultipleChoiceField(label=_("May"), required=False)
    days = choice(_("Lasts"), LASTS, required=True)
    networks = text(_("Only from these addresses"), hint=_("Like 192.0.2.0/24, with commas. Empty: from anywhere."))

    def __init__(self, role: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(can, can) for can in scopes_of(role)]  # type: ignore[attr-defined]


def scopes_of(role: str) -> list[Can]:
    """What a token of this role can be made for."""
    return sorted(MAY_DO[Role(role)] - {Can.USE_API})


@require_GET
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def listed(request: HttpRequest) -> HttpResponse:
    """Every program that works here, and those that did."""
    found = Program.objects.select_related("owner").order_by("ended_at", "name", "id")
    lines = [(each, role_word(each.role), purpose_word(each.purpose)) for each in found]
    return render(request, "people/programs.html", {"lines": lines})


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def begin(request: HttpRequest) -> HttpResponse:
    """A new one."""
    by = actor_of(request)
    form = ProgramForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "people/program_new.html", {"form": form}, status=422 if form.is_bound else 200)
    said = form.cleaned_data
    owner = Membership.objects.get(id=UUID(said["owner"]))
    try:
        made = programs.begin(said["name"], Role(said["role"]), Purpose(said["purpose"]), owner, by=by)
    except Refusal as refusal:
        form.refuse(refusal)
        return render(request, "people/program_new.html", {"form": form}, status=refusal.status)
    return HttpResponseRedirect(reverse("program", args=[made.id]))


@require_GET
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def program(request: HttpRequest, program: UUID) -> HttpResponse:
    """One program, its tokens and when each was last used."""
    found = _program(program)
    return _shown(request, found, TokenForm(found.role))


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN, fresh=True)
def make_token(request: HttpRequest, program: UUID) -> HttpResponse:
    """A token, shown this once."""
    by, found = actor_of(request), _program(program)
    form = TokenForm(found.role, request.POST)
    if not form.is_valid():
        return _shown(request, found, form, 422)
    said = form.cleaned_data
    until = clock.now() + dt.timedelta(days=int(said["days"]))
    networks = [typed for typed in said["networks"].split(",") if typed.strip()]
    try:
        token, words = programs.make_token(found, map(Can, said["scopes"]), until, networks, by=by)
    except Refusal as refusal:
        form.refuse(refusal)
        return _shown(request, found, form, refusal.status)
    return render(request, "people/token.html", {"program": found, "token": token, "words": words})


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def revoke(request: HttpRequest, program: UUID, token: UUID) -> HttpResponse:
    """This token no longer works."""
    found = ApiToken.objects.filter(id=token, program_id=program).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    programs.revoke(found, by=actor_of(request))
    return HttpResponseRedirect(reverse("program", args=[program]))


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def end(request: HttpRequest, program: UUID) -> HttpResponse:
    """The program no longer works here."""
    programs.end(_program(program), by=actor_of(request))
    return HttpResponseRedirect(reverse("programs"))


def _shown(request: HttpRequest, found: Program, form: TokenForm, status: int = 200) -> HttpResponse:
    used = programs.last_used()
    tokens = ApiToken.objects.filter(program=found).order_by("-made_at")
    context = {
        "program": found,
        "role": role_word(found.role),
        "purpose": purpose_word(found.purpose),
        "form": form,
        "scopes": [(can, can, "") for can in scopes_of(found.role)],
        "tokens": [(each, used.get(each.id)) for each in tokens],
        "now": clock.now(),
    }
    return render(request, "people/program.html", context, status=status)


def _program(program: UUID) -> Program:
    found = Program.objects.select_related("owner").filter(id=program).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found
