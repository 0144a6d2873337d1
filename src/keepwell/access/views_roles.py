"""Settings: what each role may see and do, from the policy itself, and the practice's own roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access import custom_roles, policy
from keepwell.access.forms_roles import DifferenceForm
from keepwell.access.models import CustomRole, Membership
from keepwell.access.pages import page
from keepwell.access.policy import MAY_GROW, MAY_SEE, NEEDS_RELATION, Can
from keepwell.access.words import CLASSES, PURPOSES, role_word
from keepwell.base import clock
from keepwell.base.actor import Actor, Custom, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.vault.phi import PhiClass


@require_GET
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN)
def roles(request: HttpRequest) -> HttpResponse:
    """The policy table, role by role: what each sees for which purpose, and what it may do."""
    shown = {
        "sights": [(role, role_word(role), _sights(role)) for role in MAY_GROW],
        "permissions": [(gettext(can), [role_word(r) for r in MAY_GROW if policy.may(r, can)]) for can in Can],
        "needing": [CLASSES[c] for c in PhiClass if c in NEEDS_RELATION],
        "own": [(each, role_word(each.base)) for each in custom_roles.standing()],
        "manages": policy.may(_by(request), Can.MANAGE_ACCESS),
        "previews": policy.may(_by(request), Can.APPROVE_ACCESS),
    }
    return render(request, "access/roles.html", shown)


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN)
def role(request: HttpRequest, role: str) -> HttpResponse:
    """What may this role do? Whoever manages access makes a version of it here."""
    if role not in set(MAY_GROW):
        raise Refusal("NOT_FOUND")
    base, by = Role(role), _by(request)
    form = _form(request, base)
    manages = policy.may(by, Can.MANAGE_ACCESS)
    if request.method == "POST":
        if not manages:
            raise Refusal("ACCESS_DENIED", permission=Can.MANAGE_ACCESS)
        if form.is_valid():
            said = form.cleaned_data
            try:
                made = custom_roles.make(base, said["name"], said["adds"], said["drops"], by=by)
                return HttpResponseRedirect(reverse("own-role", args=[made.id]))
            except Refusal as refusal:
                form.refuse(refusal)
    shown = _about(base, None) | {"form": form, "manages": manages, "own": None, **_offered(base)}
    shown["previews"] = policy.may(by, Can.APPROVE_ACCESS)
    return render(request, "access/role.html", shown, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN, fresh=True)
def own_role(request: HttpRequest, own: UUID) -> HttpResponse:
    """One of the practice's own roles: its difference, and who has it."""
    found = _own(own)
    base = Role(found.base)
    form = _form(request, base)
    if form.is_bound and form.is_valid():
        try:
            custom_roles.change(found, form.cleaned_data["adds"], form.cleaned_data["drops"], by=_by(request))
            return HttpResponseRedirect(reverse("own-role", args=[own]))
        except Refusal as refusal:
            form.refuse(refusal)
    members = Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()), role=base).order_by("name", "id")
    shown = _about(base, found) | {"form": form, "manages": True, "own": found, "members": members, **_offered(base)}
    shown["previews"] = policy.may(_by(request), Can.APPROVE_ACCESS)
    return render(request, "access/role.html", shown, status=422 if form.is_bound else 200)


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN, fresh=True)
def give_role(request: HttpRequest, own: UUID, member: UUID) -> HttpResponse:
    """Somebody gets the role, or goes back to its base."""
    found, who = _own(own), Membership.objects.filter(id=member).first()
    if who is None:
        raise Refusal("NOT_FOUND")
    custom_roles.give(who, found if request.POST.get("give") == "on" else None, by=_by(request))
    return HttpResponseRedirect(reverse("own-role", args=[own]))


@require_POST
@page(Can.MANAGE_ACCESS, purpose=Purpose.HSYSADMIN, fresh=True)
def retire_role(request: HttpRequest, own: UUID) -> HttpResponse:
    """The role is given to nobody any more."""
    custom_roles.retire(_own(own), by=_by(request))
    return HttpResponseRedirect(reverse("roles"))


def _by(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def _own(own: UUID) -> CustomRole:
    found = CustomRole.objects.filter(id=own, retired_at=None).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found


def _form(request: HttpRequest, base: Role) -> DifferenceForm:
    offered = custom_roles.addable(base), custom_roles.droppable(base)
    posted = request.POST if request.method == "POST" else None
    return DifferenceForm(posted, adds=offered[0], drops=offered[1])


def _offered(base: Role) -> dict[str, Any]:
    """What can be ticked, in words."""
    return {
        "addable": [(each, _word(each), "") for each in custom_roles.addable(base)],
        "droppable": [(each, _word(each), "") for each in custom_roles.droppable(base)],
    }


def _about(base: Role, own: CustomRole | None) -> dict[str, Any]:
    """What somebody in this role may see and do, asked of the policy as a request would."""
    custom = own and Custom(own.id, own.name, frozenset(own.adds), frozenset(own.drops))
    who = Actor(UUID(int=0), UUID(int=0), base, Purpose.HOPERAT, custom=custom or None)
    return {
        "base": base,
        "title": own.name if own else role_word(base),
        "base_word": role_word(base),
        "sights": _sights(base, who),
        "may": [gettext(can) for can in Can if policy.may(who, can)],
        "may_not": [gettext(can) for can in Can if not policy.may(who, can)],
        "needing": [CLASSES[c] for c in PhiClass if c in NEEDS_RELATION],
    }


def _sights(role: Role, who: Actor | None = None) -> list[tuple[Any, list[tuple[Any, bool]]]]:
    """Purpose → the classes seen for it, and whether each needs a care relation."""
    by = who or Actor(UUID(int=0), UUID(int=0), role, Purpose.HOPERAT)
    purposes = [purpose for purpose in Purpose if (role, purpose) in MAY_SEE]
    return [
        (
            PURPOSES[purpose],
            [(CLASSES[c], c in NEEDS_RELATION) for c in PhiClass if c in policy.visible(by.for_purpose(purpose))],
        )
        for purpose in purposes
    ]


def _word(each: str) -> str:
    return str(CLASSES[PhiClass(each)]) if each in set(PhiClass) else gettext(each)
