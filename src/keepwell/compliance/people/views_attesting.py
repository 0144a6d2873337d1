"""Access reviews on screen: starting one, what a manager looks at, and the record of a round."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access.models import AccessReview, Attestation, Membership
from keepwell.access.pages import page
from keepwell.access.policy import Can, may, visible
from keepwell.access.words import role_word
from keepwell.base import clock
from keepwell.base.actor import Actor, Custom, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.compliance.people import recertify, roster
from keepwell.compliance.people.views import actor_of
from keepwell.compliance.verbs import class_words
from keepwell.ledger import queries
from keepwell.patients.forms import Asking, choice


class StartForm(Asking):
    """By when."""

    days = choice(_("Everybody is looked at"), recertify.DAYS, required=True)


@require_http_methods(["GET", "POST"])
@page(Can.SEE_PEOPLE, purpose=Purpose.HCOMPL)
def rounds(request: HttpRequest) -> HttpResponse:
    """Every round there was, and starting one."""
    by = actor_of(request)
    form = StartForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = 422
        if not may(by, Can.APPROVE_ACCESS):
            raise Refusal("ACCESS_DENIED", permission=Can.APPROVE_ACCESS)
        if form.is_valid():
            review = recertify.start(int(form.cleaned_data["days"]), by=by)
            return HttpResponseRedirect(reverse("access-review", args=[review.id]))
    found = list(AccessReview.objects.select_related("started_by").order_by("-started_at"))
    done = Counter(Attestation.objects.exclude(outcome="").values_list("review_id", flat=True))
    every = Counter(Attestation.objects.values_list("review_id", flat=True))
    context = {
        "form": form,
        "rounds": [(each, done[each.id], every[each.id]) for each in found],
        "starts": may(by, Can.APPROVE_ACCESS) and all(each.closed_at for each in found),
        "days_left": _days_left,
    }
    return render(request, "people/rounds.html", context, status=status)


@require_GET
@page(Can.SEE_PEOPLE, purpose=Purpose.HCOMPL)
def record(request: HttpRequest, review: UUID) -> HttpResponse:
    """The record of one round: each place, what was decided, by whom and when."""
    by, found = actor_of(request), _review(review)
    near = ("member__custom", "reviewer", "decided_by")
    lines = list(Attestation.objects.select_related(*near).filter(review=found).order_by("member__name", "id"))
    counted = Counter(one.outcome for one in lines if one.outcome)
    context = {
        "review": found,
        "lines": [(one, worked_as(one.member)) for one in lines],
        "counted": [(words, counted[outcome]) for outcome, words in recertify.OUTCOMES.items() if counted[outcome]],
        "outcomes": recertify.OUTCOMES,
        "done": sum(counted.values()),
        "waits": found.closed_at is None and bool(recertify.waiting(found, by)),
        "days_left": _days_left(found),
        "ends": found.due_at + recertify.GRACE,
        "now": clock.now(),
    }
    return render(request, "people/round.html", context)


@require_GET
@page(Can.WORK_ON_TASKS, purpose=Purpose.HOPERAT)
def attest(request: HttpRequest, review: UUID) -> HttpResponse:
    """Whose access waits for me: what they may do, when they were last here, and what becomes of it."""
    return _asked(request, _review(review))


@require_POST
@page(Can.WORK_ON_TASKS, purpose=Purpose.HOPERAT)
def decide(request: HttpRequest, one: UUID) -> HttpResponse:
    """Kept, to be changed, or ended."""
    near = ("review", "member__person", "reviewer")
    found = Attestation.objects.select_related(*near).filter(id=one).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    try:
        recertify.decide(found, request.POST.get("outcome", ""), by=actor_of(request))
    except Refusal as refusal:
        if refusal.code != "LAST_OF_OFFICE":
            raise
        return _asked(request, found.review, refusal, refusal.status)
    return HttpResponseRedirect(reverse("attest", args=[found.review_id]))


def _asked(
    request: HttpRequest, review: AccessReview, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    by = actor_of(request)
    mine = recertify.waiting(review, by) if review.closed_at is None else []
    members = [one.member for one in mine]
    factors, last = roster.factors_of(m.person_id for m in members), queries.last_active((m.id for m in members), by)
    total = Attestation.objects.filter(review=review).count()
    context = {
        "review": review,
        "cards": [
            _card(one, by.practice, factors.get(one.member.person_id, ()), last.get(one.member_id)) for one in mine
        ],
        "decisions": recertify.DECISIONS,
        "total": total,
        "done": total - Attestation.objects.filter(review=review, outcome="").count(),
        "days_left": _days_left(review),
        "ends": review.due_at + recertify.GRACE,
        "refusal": refusal,
    }
    return render(request, "people/attest.html", context, status=status)


def _card(one: Attestation, practice: UUID, factors: tuple[str, ...], last: Any) -> dict[str, Any]:
    member = one.member
    can, sees = granted(member, practice)
    return {
        "one": one,
        "member": member,
        "role": worked_as(member),
        "can": can,
        "sees": sees,
        "factors": factors,
        "last": last,
        "manager": one.reviewer,
    }


def worked_as(member: Membership) -> str:
    """The role somebody works in, with the practice's own name for it where there is one."""
    words = role_word(member.role)
    return f"{member.custom.name} ({words})" if member.custom else words


def granted(member: Membership, practice: UUID) -> tuple[list[Can], str]:
    """What somebody may do, and which protected classes they see for any purpose, as the policy decides it now."""
    own = member.custom
    custom = Custom(own.id, own.name, frozenset(own.adds), frozenset(own.drops)) if own else None
    hats = [Actor(member.id, practice, Role(member.role), each, custom=custom) for each in Purpose]
    return [can for can in Can if may(hats[0], can)], class_words(sorted(frozenset().union(*map(visible, hats))))


def _review(review: UUID) -> AccessReview:
    found = AccessReview.objects.select_related("started_by").filter(id=review).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found


def _days_left(review: AccessReview) -> int:
    return (review.due_at - clock.now()).days
