"""Tasks: the lists, one task beside them, and what can be done about it in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from keepwell.access import policy
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Purpose
from keepwell.base.refusal import Refusal
from keepwell.patients.views import actor_of, chart_of
from keepwell.tasks import actions, lines, lists
from keepwell.tasks.forms import ChangeForm, ForForm, TaskForm
from keepwell.tasks.models import Task

TITLES = {
    "mine": _("Mine"),
    "pools": _("To be taken"),
    "asked": _("Asked of others"),
    "all": _("Everybody's"),
    "done": _("Done"),
}


@require_GET
@page(Can.WORK_ON_TASKS, purpose=Purpose.TREAT)
def tasks(request: HttpRequest) -> HttpResponse:
    """What I am to do, what my pools are to take, what I asked of others, everybody's for some, and what is done."""
    by = actor_of(request)
    shows = [name for name in TITLES if name != "all" or policy.may(by, Can.SEE_ALL_TASKS)]
    show = request.GET.get("show", "mine")
    show = show if show in shows else "mine"
    found = lists.page(show, by, _number(request.GET.get("page", "1")))
    shown = {
        "show": show,
        "title": TITLES[show],
        "filters": [(TITLES[name], f"{reverse('tasks')}?show={name}", name == show) for name in shows],
        "listed": found,
        "lines": lines.lines(found.rows, by),
        "undo": lists.just_done(by, actions.UNDO),
        "form": TaskForm(by=by),
        "finds": policy.may(by, Can.FIND_PATIENTS),
        "here": request.get_full_path(),
    }
    return render(request, "tasks/tasks.html", shown)


@require_GET
@page(Can.WORK_ON_TASKS, purpose=Purpose.TREAT)
def task(request: HttpRequest, task: UUID) -> HttpResponse:
    """One task with what was said about it: beside the list, or as a page of its own."""
    return _task(request, lists.seen(task, actor_of(request)))


def _task(request: HttpRequest, row: Task, refused: Any = None, status: int = 200) -> HttpResponse:
    by = actor_of(request)
    line, spoken = lines.whole(row, by)
    shown = {
        "line": line,
        "spoken": spoken,
        "row": row,
        "comment_error": refused,
        "over": ForForm(by=by, prefix="over"),
        "change": ChangeForm(by=by, fixed=bool(row.kind), initial=_start(row, line.words), prefix="change"),
        "chart_of": chart_of,
        "here": reverse("task", args=[row.id]),
    }
    beside = request.headers.get("HX-Request") == "true"
    return render(request, "tasks/beside.html" if beside else "tasks/task.html", shown, status=status)


def _start(row: Task, words: str) -> dict[str, Any]:
    local = timezone.localtime(row.due_at) if row.due_at else None
    urgent = row.priority == Task.Priority.URGENT
    return {"title": words, "due_on": row.due_on, "due_time": local and local.time(), "urgent": urgent}


def _act(action: Callable[..., Any]) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """A page that does one thing to one task and goes back to where it was asked for."""

    @require_POST
    @page(Can.WORK_ON_TASKS, purpose=Purpose.TREAT)
    def act(request: HttpRequest, task: UUID) -> HttpResponse:
        by = actor_of(request)
        action(lists.seen(task, by), by=by)
        return back(request)

    act.__name__, act.__doc__ = action.__name__, action.__doc__
    return act


done, cancel, reopen, claim = map(_act, (actions.done, actions.cancel, actions.reopen, actions.claim))


@require_POST
@page(Can.WORK_ON_TASKS, purpose=Purpose.TREAT)
def hand_over(request: HttpRequest, task: UUID) -> HttpResponse:
    """Somebody else is to do it."""
    by = actor_of(request)
    row, form = lists.seen(task, by), ForForm(request.POST, by=by, prefix="over")
    if not form.is_valid():
        raise Refusal("TASK_FOR_NOBODY")
    actions.hand_over(row, form.whom(), by=by)
    return back(request)


@require_POST
@page(Can.WORK_ON_TASKS, purpose=Purpose.TREAT)
def change(request: HttpRequest, task: UUID) -> HttpResponse:
    """Said anew: what, how urgent, until when. Who may not read the words changes none."""
    by = actor_of(request)
    row = lists.seen(task, by)
    form = ChangeForm(request.POST, by=by, fixed=bool(row.kind), prefix="change")
    if not row.kind and not lines.lines([row], by)[0].words:
        raise Refusal("POLICY_DENY", rule=gettext("your role does not include what this task says"))
    if not form.is_valid():
        return _task(request, row, status=422)
    actions.change(row, form.asks(), by=by)
    return HttpResponseRedirect(reverse("task", args=[task]))


@require_POST
@page(Can.WORK_ON_TASKS, purpose=Purpose.TREAT)
def comment(request: HttpRequest, task: UUID) -> HttpResponse:
    """Something said about it."""
    by = actor_of(request)
    row = lists.seen(task, by)
    try:
        actions.comment(row, request.POST.get("said", ""), by=by)
    except Refusal as refusal:
        if refusal.field != "words":
            raise
        return _task(request, row, refusal, refusal.status)
    return HttpResponseRedirect(reverse("task", args=[task]))


def back(request: HttpRequest) -> HttpResponse:
    """To the page a button was on, if it is one of ours; otherwise to the tasks."""
    asked = request.POST.get("back", "")
    ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return HttpResponseRedirect(asked if ours else reverse("tasks"))


def _number(typed: str) -> int:
    return min(int(typed[:6]), 1000) if typed.isdecimal() and typed.isascii() and int(typed[:6]) > 0 else 1
