"""Inviting somebody, changing a role, and the steps in between: approval, identity, clearance, the one-time link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access import clearance, factors, grants, invitations
from keepwell.access.models import Grant, Practice
from keepwell.access.pages import page
from keepwell.access.policy import Can, may
from keepwell.access.words import role_word
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.compliance.people import inviting
from keepwell.compliance.people.forms import CheckForm, InviteForm, ProofForm, RoleForm
from keepwell.compliance.people.views import actor_of, member_of


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def invite(request: HttpRequest) -> HttpResponse:
    """Ask that somebody new may work here. The answer is the same whoever knows the address elsewhere."""
    by = actor_of(request)
    form = InviteForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "people/invite.html", {"form": form}, status=422 if form.is_bound else 200)
    try:
        grant = grants.ask(form.asked(Practice.objects.get().time_zone), by=by)
    except Refusal as refusal:
        form.refuse(refusal)
        return render(request, "people/invite.html", {"form": form}, status=refusal.status)
    return HttpResponseRedirect(reverse("grant", args=[grant.id]))


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def change(request: HttpRequest, member: UUID) -> HttpResponse:
    """Ask for another role for somebody who is here. The old one ends the moment the new one begins."""
    by, found = actor_of(request), member_of(member)
    start = {"role": found.role, "manager": str(found.manager_id or "")}
    form = RoleForm(request.POST) if request.method == "POST" else RoleForm(initial=start)
    context = {"form": form, "member": found, "role": role_word(found.role)}
    if not form.is_valid():
        return render(request, "people/change.html", context, status=422 if form.is_bound else 200)
    role = Role(form.cleaned_data["role"])
    asked = grants.Asked(
        found.person.email or "", found.name, role, found.kind, clock.now(), form.boss(), replaces=found
    )
    try:
        grant = grants.ask(asked, by=by)
    except Refusal as refusal:
        form.refuse(refusal)
        return render(request, "people/change.html", context, status=refusal.status)
    return HttpResponseRedirect(reverse("grant", args=[grant.id]))


@require_GET
@page(Can.SEE_PEOPLE, purpose=Purpose.HCOMPL)
def grant(request: HttpRequest, grant: UUID) -> HttpResponse:
    """What was asked for somebody, and what is still open."""
    return _shown(request, _grant(grant))


@require_POST
@page(Can.APPROVE_ACCESS, purpose=Purpose.HSYSADMIN, fresh=True)
def approve(request: HttpRequest, grant: UUID) -> HttpResponse:
    """A second person approves."""
    found, by = _grant(grant), actor_of(request)
    return _done(request, found, lambda: grants.approve(found, by=by))


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def prove(request: HttpRequest, grant: UUID) -> HttpResponse:
    """How their identity was checked."""
    found, by, form = _grant(grant), actor_of(request), ProofForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, status=422, proof_form=form)
    return _done(request, found, lambda: grants.prove(found, form.cleaned_data["proof"], by=by))


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def check(request: HttpRequest, grant: UUID) -> HttpResponse:
    """One item of the clearance checklist."""
    found, by = _grant(grant), actor_of(request)
    form = CheckForm(found.role, request.POST)
    if not form.is_valid():
        return _shown(request, found, status=422)
    said = form.cleaned_data
    passed = said["result"] == "passed"
    return _done(request, found, lambda: grants.check(found, said["item"], passed, said["source"], by=by))


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN)
def withdraw(request: HttpRequest, grant: UUID) -> HttpResponse:
    """Not wanted any more."""
    found, by = _grant(grant), actor_of(request)
    return _done(request, found, lambda: grants.withdraw(found, by=by))


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN, fresh=True)
def hand_over(request: HttpRequest, grant: UUID) -> HttpResponse:
    """Everything is in place: the one-time link, by e-mail and shown this once; for a colleague, the role at once."""
    found, by = _grant(grant), actor_of(request)
    try:
        if found.replaces_id is not None:
            place = grants.change_role(found, by=by)
            return HttpResponseRedirect(reverse("person", args=[place.id]))
        grants.invite(found, by=by)
    except Refusal as refusal:
        return _shown(request, found, status=refusal.status, refusal=refusal)
    link = request.build_absolute_uri(invitations.path(found))
    context = {
        "grant": found,
        "link": link,
        "drawing": factors.drawn(link),
        "role": role_word(found.role),
        "mailed": inviting.mailed(found, by=by),
    }
    return render(request, "people/link.html", context)


def _done(request: HttpRequest, found: Grant, step: Callable[[], object]) -> HttpResponse:
    try:
        step()
    except Refusal as refusal:
        return _shown(request, found, status=refusal.status, refusal=refusal)
    return HttpResponseRedirect(reverse("grant", args=[found.id]))


def _shown(request: HttpRequest, found: Grant, *, status: int = 200, **more: Any) -> HttpResponse:
    by: Actor = actor_of(request)
    done = clearance.checks(found)
    context = {
        "grant": found,
        "role": role_word(found.role),
        "kind": clearance.words(clearance.KINDS, found.kind),
        "proof": clearance.words(clearance.PROOFS, found.proof) if found.proof else "",
        "items": [(item, clearance.ITEMS[item], done.get(item)) for item in clearance.needed(found.role)],
        "sources": clearance.SOURCES,
        "proofs": clearance.PROOFS,
        "proof_form": ProofForm(),
        "refusal": None,
        "manages": may(by, Can.MANAGE_ACCESS) and found.closed_at is None,
        "approves": may(by, Can.APPROVE_ACCESS) and found.closed_at is None,
    }
    return render(request, "people/grant.html", context | more, status=status)


def _grant(grant: UUID) -> Grant:
    near = ("asked_by", "approved_by", "proved_by", "manager", "replaces__person", "membership")
    found = Grant.objects.select_related(*near).filter(id=grant).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found
