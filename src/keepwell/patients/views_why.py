"""Why can I see this? What the policy decides with, in words; and for officers, who else can see it and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keepwell.access import in_force, policy, relations
from keepwell.access.models import Membership
from keepwell.access.pages import page
from keepwell.access.persons import persons
from keepwell.access.policy import MAY_SEE, NEEDS_RELATION, Can
from keepwell.access.relations import Path
from keepwell.access.words import ABOUT_PATIENTS, CLASSES, DUTIES, PURPOSES, hat_word, role_word
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.patients import flags
from keepwell.patients.excerpts import Header
from keepwell.patients.views import actor_of
from keepwell.patients.views_restrictions import header_of, known
from keepwell.vault.phi import PhiClass


@dataclass(frozen=True, slots=True)
class Way:
    """One way by which a patient reaches somebody, in words."""

    who: str
    basis: str
    team: str
    duty: str
    of: str
    path: Path


@require_GET
@page(Can.FIND_PATIENTS, purpose=Purpose.TREAT)
def why(request: HttpRequest, patient: UUID) -> HttpResponse:
    """What I may see of this patient, what not, and by which work."""
    by, records = actor_of(request), persons([patient])[patient]
    known(patient)
    chart = header_of(patient, by)
    paths = relations.paths(records)
    reviews = policy.may(by, Can.REVIEW_ACCESS)
    shown = {
        "patient": patient,
        "header": chart.one(Header) if chart else None,
        "role": hat_word(by),
        "purpose": PURPOSES[by.purpose],
        "classes": _classes(by, patient),
        "mine": _ways([path for path in paths if path.member == by.id]),
        "emergencies": list(in_force.lasting(by.id, records)),
        "others": _ways(paths) if reviews else None,
        "roles": _roles() if reviews else None,
        "flags": flags.of(patient, by=by),
    }
    return render(request, "patients/why.html", shown)


def _classes(by: Actor, patient: UUID) -> list[tuple[Any, bool, Refusal | None]]:
    """Each class: its words, whether it needs a relation, and why it stays closed, if it does."""
    told = [c for c in ABOUT_PATIENTS if c is not PhiClass.PART2 or c in policy.visible(by)]
    return [(CLASSES[c], c in NEEDS_RELATION, policy.refused(by, [c], [patient]).get(patient)) for c in told]


def _ways(paths: Iterable[Path]) -> list[Way]:
    found = list(paths)
    wanted = {path.member for path in found} | {path.of for path in found if path.of}
    lasts = Q(ends_at=None) | Q(ends_at__gt=clock.now())
    members = {m.id: m for m in Membership.objects.filter(lasts, id__in=wanted).order_by("id")}
    ways = [
        Way(
            f"{members[path.member].name} · {role_word(members[path.member].role)}",
            path.basis_word,
            path.team,
            str(DUTIES[path.duty]) if path.duty else "",  # type: ignore[index]
            members[path.of].name if path.of in members else "",
            path,
        )
        for path in found
        if path.member in members
    ]
    return sorted(ways, key=lambda way: way.who)


def _roles() -> list[tuple[str, list[Any]]]:
    """What each role sees of every patient without looking after them, whoever holds it."""
    held = Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now())).values_list("role", flat=True)
    seen: dict[Role, set[PhiClass]] = {}
    for (role, _purpose), classes in MAY_SEE.items():
        if role is not Role.SYSTEM and role in set(held):
            seen.setdefault(role, set()).update(classes - NEEDS_RELATION)
    return [(role_word(role), [CLASSES[c] for c in ABOUT_PATIENTS if c in seen[role]]) for role in seen]
