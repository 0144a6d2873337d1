"""Today: one column of what needs me. Later floors add their rows; officers see refusals, everybody their patients."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config import version
from keepwell import charts
from keepwell.access import notices
from keepwell.access.pages import page
from keepwell.access.policy import Can, may, visible
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.compliance import activity
from keepwell.ledger import queries
from keepwell.ledger.asking import Question
from keepwell.messaging import lines as threads
from keepwell.messaging import lists as inbox
from keepwell.outbound import outbox
from keepwell.outbound.agreements import PAUSES
from keepwell.outbound.vendors import showing
from keepwell.patients import lists
from keepwell.patients.excerpts import NameTag
from keepwell.patients.views import chart_of
from keepwell.records import documents as tray
from keepwell.scheduling import to_call, visits_now
from keepwell.scheduling.views_calendar import undoing
from keepwell.tasks import lines
from keepwell.tasks import lists as lists_of_tasks
from keepwell.tasks.actions import UNDO
from keepwell.vault.phi import PhiClass

SHOWN = 6
LOOK_BACK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Group:
    """Some patients of mine under one heading, and where all of them are."""

    which: str
    patients: tuple[tuple[UUID, NameTag], ...]
    more: bool


@page(Can.SEE_TODAY, purpose=Purpose.HOPERAT)
def today(request: HttpRequest) -> HttpResponse:
    """What needs me now, the patients I was with, and the patients I look after."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    refusals = refused_lately(by) if may(by, Can.READ_LEDGER) else []
    finds = may(by, Can.FIND_PATIENTS) and PhiClass.IDENTITY in visible(by)
    groups = patient_groups(by) if finds else []
    shown = {"told": told(by), "refusals": refusals, "groups": groups, "chart_of": chart_of, "now": clock.now()}
    return render(request, "today.html", shown | todo(by) | visiting(by) | calling(by) | came_in(by) | held_back(by))


def held_back(by: Actor) -> dict[str, Any]:
    """Messages that wait for a person; and what carries nothing now, for who calls people instead."""
    waiting, more = outbox.waiting(by, SHOWN)
    stopped = may(by, Can.FIND_PATIENTS) and any(line.code in PAUSES for line, _others in waiting)
    return {"waiting": waiting, "more_waiting": more, "paused": showing.paused(by) if stopped else []}


def visiting(by: Actor) -> dict[str, Any]:
    """Who waits and who is about to come, and what I noted about a visit a moment ago."""
    visits, _more = visits_now.of(by, SHOWN)
    changed = undoing(by) if may(by, Can.BOOK_APPOINTMENTS) else {"undo": None, "did": "", "sends": []}
    return {"visits": visits, "changed": changed, "books_visits": may(by, Can.BOOK_APPOINTMENTS)}


def came_in(by: Actor) -> dict[str, Any]:
    """Who waits for an answer of mine or of my pools, and how many papers wait to be sorted."""
    mail = threads.lines(inbox.waiting(by, SHOWN), by) if may(by, Can.WORK_IN_INBOX) else []
    return {"mail": mail, "papers": may(by, Can.SORT_DOCUMENTS) and tray.waits()}


def calling(by: Actor) -> dict[str, Any]:
    """How many patients with a visit soon may not be reminded by a message, for who calls them."""
    calls = may(by, Can.BOOK_APPOINTMENTS) and may(by, Can.RECORD_CONSENTS)
    return {"to_call": to_call.to_dial(by) if calls else 0}


def todo(by: Actor) -> dict[str, Any]:
    """The tasks I am to do first, what I settled a moment ago, and for officers what is amiss with the version."""
    amiss = {"version": version.for_officers(by)}
    if not may(by, Can.WORK_ON_TASKS):
        return amiss | {"tasks": [], "more_tasks": False, "undo": None}
    tasks, more = lines.todo(by, SHOWN)
    return amiss | {"tasks": tasks, "more_tasks": more, "undo": lists_of_tasks.just_done(by, UNDO)}


def told(by: Actor) -> list[notices.Told]:
    """What Keepwell has to tell the actor and they have not seen."""
    return [notices.told(notice, by) for notice in notices.waiting(by)]


def refused_lately(by: Actor) -> list[activity.Line]:
    """Openings that were refused this week: each is somebody's mistake, a missing care team or a look too many."""
    rows = queries.ask(Question(kind="deny", since=clock.now() - LOOK_BACK), by).rows[:SHOWN]
    names = activity.Names(rows, by)
    return [activity.line(row, names) for row in rows]


def patient_groups(by: Actor) -> list[Group]:
    """Recently opened and looked after, in one opening."""
    pages = {"recent": lists.recent(by), "mine": lists.mine(by)}
    wanted = dict.fromkeys(p for found in pages.values() for p in found.patients[:SHOWN])
    tags = charts.open(wanted, NameTag, by=by, listed=True, partly=True).each(NameTag) if wanted else {}
    return [
        Group(which, _tagged(found.patients[:SHOWN], tags), found.more or len(found.patients) > SHOWN)
        for which, found in pages.items()
    ]


def _tagged(patients: Iterable[UUID], tags: dict[UUID, NameTag]) -> tuple[tuple[UUID, NameTag], ...]:
    return tuple((p, tags[p]) for p in patients if p in tags)
