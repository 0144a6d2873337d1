"""Pages of the activity log, for officers and auditors."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from keepwell.access.models import Membership
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.compliance import activity
from keepwell.ledger import queries
from keepwell.ledger.queries import Question

KINDS = ("open", "find", "deny", "action", "sign_in", "disposal")


@page(Can.READ_LEDGER, purpose=Purpose.HCOMPL)
def log(request: HttpRequest) -> HttpResponse:
    "Who did what, newest first, narrowed by what stands in the address."
    by: Actor = request.actor  # type: ignore[attr-defined]
    question = _question(request.GET)
    rows = queries.ask(question, by)
    shown, more = rows[: queries.PAGE], len(rows) > queries.PAGE
    names = activity.Names(shown, by)
    narrowed_to = activity.patient_names([question.subject], by) if question.subject else {}
    return render(
        request,
        "compliance/activity.html",
        {
            "lines": [activity.line(row, names) for row in shown],
            "kinds": KINDS,
            "question": question,
            "narrowed_to": narrowed_to.get(question.subject) if question.subject else None,
            "staff": list(Membership.objects.order_by("name").values_list("id", "name", "role")),
            "role_word": activity.role_word,
            "later": _with(request, before=shown[-1].at.isoformat()) if more else None,
        },
    )


@page(Can.READ_LEDGER, purpose=Purpose.HCOMPL)
def entry(request: HttpRequest, entry: UUID) -> HttpResponse:
    "One entry in full: what was on the screen and how it ended."
    by: Actor = request.actor  # type: ignore[attr-defined]
    row = queries.one(entry, by)
    names = activity.Names([row], by)
    return render(
        request,
        "compliance/entry.html",
        {
            "row": row,
            "line": activity.line(row, names),
            "role": activity.role_word(row.role),
            "classes": activity.class_words(row.classes),
            "patients": activity.patient_names(row.subjects, by),
        },
    )


def _question(asked: Any) -> Question:
    return Question(
        actor=_uuid(asked.get("who")),
        subject=_uuid(asked.get("patient")),
        before=_moment(asked.get("before")),
        kind=asked.get("kind", "") if asked.get("kind") in KINDS else "",
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _moment(text: str | None) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text.replace(" ", "+")) if text else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _with(request: HttpRequest, **changed: str) -> str:
    query = request.GET.copy()
    for name, value in changed.items():
        query[name] = value
    return f"{reverse('activity')}?{query.urlencode()}"
