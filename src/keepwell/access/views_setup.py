"""The first page of a fresh installation, and the list of what is needed before the first patient."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from keepwell.access import actions, clearance, credentials, setup
from keepwell.access import welcome as first_page
from keepwell.access.answers import answered
from keepwell.access.forms_setup import ASKED_FOR, PersonForm, PracticeForm, WelcomeForm
from keepwell.access.models import Membership, Person, Practice
from keepwell.access.pages import page, public
from keepwell.access.policy import Can
from keepwell.access.words import role_word
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal


@require_http_methods(["GET", "POST"])
@public("nobody is known before the first practice is made; it answers only the link that set-up printed")
def welcome(request: HttpRequest, text: str) -> HttpResponse:
    """The practice and its first administrator, who then chooses how they sign in."""
    form = WelcomeForm(request.POST or None, initial={"days": ["mon", "tue", "wed", "thu", "fri"]})
    try:
        first_page.check(text)
        if form.is_valid():
            said = form.cleaned_data
            return HttpResponseRedirect(
                first_page.begin(
                    first_page.First(
                        said["practice"],
                        said["time_zone"],
                        tuple(said["states"]),
                        form.hours(),
                        said["owner"],
                        said["email"],
                    )
                )
            )
    except Refusal as refusal:
        return answered(request, "access/welcome.html", None, refusal)
    return answered(request, "access/welcome.html", form)


@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def set_up(request: HttpRequest) -> HttpResponse:
    """What is in place and what is missing; nobody types that something is done."""
    return _page(request)


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def practice(request: HttpRequest) -> HttpResponse:
    """Where and when the practice works."""
    form = PracticeForm(request.POST)
    if not form.is_valid():
        return _page(request, practice_form=form)
    said = form.cleaned_data
    setup.place(said["practice"], said["time_zone"], by=_actor(request))
    setup.describe(said["states"], form.hours(), by=_actor(request))
    return HttpResponseRedirect(reverse("set-up"))


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN, fresh=True)
def people(request: HttpRequest) -> HttpResponse:
    """Somebody takes an office: myself with one button, or somebody who gets a one-time link, shown once."""
    by, office = _actor(request), request.POST.get("office", "")
    if "myself" in request.POST and office in ASKED_FOR:
        setup.refuse_held(Role(office), by)
        mine = Membership.objects.select_related("person").get(id=by.id)
        actions.join(mine.person, Role(office), by=by, name=mine.name)
        return HttpResponseRedirect(reverse("set-up"))
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _page(request, person_form=form)
    try:
        member = _invited(form.cleaned_data, by)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, person_form=form)
    link = request.build_absolute_uri(credentials.make_link(member, by=by))
    return _page(request, link=(member.name, link))


def _invited(said: dict[str, Any], by: Actor) -> Membership:
    """Until the practice is ready; from then on a second person approves whoever takes an office."""
    if setup.ready(by):
        raise Refusal("NOT_FOUND")
    clearance.own_account(said["email"].casefold())
    known = Person.objects.filter(email=said["email"].casefold()).first()
    accepted = known is None or Membership.objects.filter(person=known).exists()
    person = known or actions.add_person(said["email"], said["name"], by=by)
    return actions.join(person, Role(said["office"]), by=by, name=said["name"], accepted=accepted)


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def ready(request: HttpRequest) -> HttpResponse:
    """Everything is in place: patients may come."""
    setup.make_ready(by=_actor(request))
    return HttpResponseRedirect(reverse("set-up"))


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def _page(request: HttpRequest, **shown: Any) -> HttpResponse:
    by = _actor(request)
    said, here = setup.of(by.practice), Practice.objects.get(id=by.practice)
    steps = setup.steps(by)
    forms = {
        "practice_form": PracticeForm(initial=_start(here, said.states, said.hours)),
        "person_form": PersonForm(),
        "link": None,
    }
    standing = {
        "steps": steps,
        "possible": all(step.done for step in steps if step.refusal),
        "ready_at": said.ready_at,
        "said": said,
        "missing": [role for role in (Role.PRIVACY_OFFICER, Role.SECURITY_OFFICER) if _missing(steps, role)],
        "role_word": role_word,
    }
    wrong = any(name.endswith("_form") for name in shown)
    return render(request, "access/set_up.html", forms | standing | shown, status=422 if wrong else 200)


def _missing(steps: list[setup.Step], role: Role) -> bool:
    return any(step.refusal == setup.OFFICERS[role] and not step.done for step in steps)


def _start(here: Practice, states: list[str], hours: dict[str, Any]) -> dict[str, Any]:
    times = {name: dt.time.fromisoformat(hours[at]) for name, at in (("opens", "from"), ("closes", "until")) if hours}
    days = {"days": hours.get("days", ["mon", "tue", "wed", "thu", "fri"])}
    return {"practice": here.name, "time_zone": here.time_zone, "states": states} | times | days
