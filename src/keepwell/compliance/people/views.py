"""The list of people, and one person's page with everything that was done about their access."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keepwell.access import clearance
from keepwell.access.models import Departure, Grant, Membership
from keepwell.access.pages import page
from keepwell.access.policy import MAY_DO, Can, may
from keepwell.access.words import role_word
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.compliance import activity
from keepwell.compliance.people import roster
from keepwell.ledger import queries
from keepwell.ledger.asking import Question

HERE = ("active", "waiting", "invited", "leaving", "suspended")


def actor_of(request: HttpRequest) -> Actor:
    by: Actor = request.actor  # type: ignore[attr-defined]
    return by


@require_GET
@page(Can.SEE_PEOPLE, purpose=Purpose.HCOMPL)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, narrowed by what stands in the address."""
    by = actor_of(request)
    everybody = roster.everybody(by)
    show, role = request.GET.get("show", ""), request.GET.get("role", "")
    lines = [line for line in everybody if _fits(line, show, role)]
    context = {
        "lines": lines,
        "states": roster.STATES,
        "tones": roster.TONES,
        "shown": _states(everybody, show, role),
        "roles": _roles(everybody, show, role),
        "invites": may(by, Can.MANAGE_ACCESS),
    }
    return render(request, "people/people.html", context)


def _fits(line: roster.Line, show: str, role: str) -> bool:
    return (line.state in HERE if show not in roster.STATES else line.state == show) and role in ("", line.role)


def _states(lines: list[roster.Line], show: str, role: str) -> list[tuple[str, str, bool]]:
    found = {line.state for line in lines}
    chips = [("", _("Everybody here")), *((s, str(words)) for s, words in roster.STATES.items() if s in found)]
    return [(words, _address(s, role), s == (show if show in roster.STATES else "")) for s, words in chips]


def _roles(lines: list[roster.Line], show: str, role: str) -> list[tuple[str, str, bool]]:
    found = sorted({(line.role, line.role_name) for line in lines})
    return [(_("Any role"), _address(show, ""), not role)] + [(w, _address(show, r), r == role) for r, w in found]


def _address(show: str, role: str) -> str:
    said = urlencode({k: v for k, v in (("show", show), ("role", role)) if v})
    return f"{reverse('people')}?{said}" if said else reverse("people")


@require_GET
@page(Can.SEE_PEOPLE, purpose=Purpose.HCOMPL)
def person(request: HttpRequest, member: UUID) -> HttpResponse:
    """One person here: what they may do, how they came by it, and everything that was done about it."""
    by, found = actor_of(request), member_of(member)
    came = Grant.objects.select_related("asked_by", "approved_by", "proved_by").filter(membership=found).first()
    rows = queries.ask(Question(subjects=(member,)), by).rows
    names = activity.Names(rows, by)
    context = {
        "member": found,
        "state": roster.state(found),
        "states": roster.STATES,
        "tones": roster.TONES,
        "role": role_word(found.role),
        "kind": clearance.words(clearance.KINDS, found.kind),
        "factors": roster.factors_of([found.person_id]).get(found.person_id, ()),
        "last": queries.last_active([found.id], by).get(found.id),
        "came": came,
        "proof": clearance.words(clearance.PROOFS, came.proof) if came and came.proof else "",
        "may": sorted(MAY_DO.get(Role(found.role), frozenset())),
        "others": _others(found),
        "departure": Departure.objects.filter(member=found).order_by("asked_at").last(),
        "role_word": role_word,
        "history": [activity.line(row, names) for row in rows],
        "manages": may(by, Can.MANAGE_ACCESS),
        "vouches": may(by, Can.APPROVE_ACCESS),
        "reads": may(by, Can.READ_LEDGER),
    }
    return render(request, "people/person.html", context)


def member_of(member: UUID) -> Membership:
    """A member of this practice. Raises Refusal NOT_FOUND."""
    found = Membership.objects.select_related("person", "manager").filter(id=member).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found


def _others(member: Membership) -> list[Membership]:
    """The same person's other places at this practice, now and before."""
    return list(Membership.objects.filter(person_id=member.person_id).exclude(id=member.id).order_by("starts_at"))
