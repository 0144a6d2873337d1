"""The inbox: the lists, one thread beside them with who it is from, and what can be done about it in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access import policy
from keepwell.access.pages import page
from keepwell.access.policy import Can
from keepwell.base.actor import Actor, Purpose
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.messaging import actions, canned, filing, lines, lists, matching, once, replying
from keepwell.messaging.forms import NoteForm, ReplyForm, whom
from keepwell.messaging.incoming import LONGEST
from keepwell.messaging.lines import Whole
from keepwell.messaging.models import Post, Thread
from keepwell.outbound.preview import preview
from keepwell.patients import owners
from keepwell.patients.views import actor_of, chart_of

TITLES = {
    "mine": _("Mine"),
    "pools": _("To be taken"),
    "unknown": _("Unknown senders"),
    "all": _("Everybody's"),
    "closed": _("Closed"),
}
CAUSES = {
    "answered": _("Answered"),
    "no_answer": _("Needs no answer"),
    "not_ours": _("Not for us"),
    "spam": _("Junk"),
}


@require_GET
@page(Can.WORK_IN_INBOX, purpose=Purpose.TREAT)
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, longest first."""
    return render(request, "messaging/inbox.html", _around(request) | {"whole": None})


@require_GET
@page(Can.WORK_IN_INBOX, purpose=Purpose.TREAT)
def thread(request: HttpRequest, thread: UUID) -> HttpResponse:
    """One thread with what was said in it, beside the list it is in."""
    by = actor_of(request)
    row = lists.seen(thread, by)
    return _thread(request, row, _read(lines.whole(row, by), by))


def _read(whole: Whole, by: Actor) -> Whole:
    """Once somebody who may read it has it before them, a thread counts as read."""
    if whole.line.unread and whole.refused is None:
        actions.read(whole.line.row, by=by)
    return whole


def _thread(
    request: HttpRequest,
    row: Thread,
    whole: Whole,
    note: NoteForm | None = None,
    status: int = 200,
    answer: ReplyForm | None = None,
) -> HttpResponse:
    by = actor_of(request)
    shown: dict[str, Any] = {
        "whole": whole,
        "line": whole.line,
        "once": new_id(),
        "note": note or NoteForm(prefix="note"),
        "over": whom(by),
        "causes": CAUSES,
        "here": reverse("thread", args=[row.id]),
        "chart_of": chart_of,
        "finds": (finds := policy.may(by, Can.FIND_PATIENTS)),
        "kin": finds and row.patient_id is None and bool(whole.sender and owners.of(whole.sender, by=by).through),
        **_answering(row, whole, answer, by),
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "messaging/thread.html", shown | {"show": ""}, status=status)
    return render(request, "messaging/inbox.html", _around(request) | shown, status=status)


def _answering(row: Thread, whole: Whole, answer: ReplyForm | None, by: Actor) -> dict[str, Any]:
    """What an answer needs: its form, ready-made words, and what became of those before."""
    messages = [each.message for each in whole.spoken if each.message]
    shown: dict[str, Any] = {"answer": None, "canned": [], "fates": replying.fates(messages)}
    if row.patient_id is None or whole.refused is not None or row.closed_at is not None:
        return shown
    return shown | {"answer": answer or ReplyForm(), "canned": canned.offered(by)}


def _around(request: HttpRequest) -> dict[str, Any]:
    """The lists, and the one that is shown."""
    by = actor_of(request)
    shows = [name for name in TITLES if name != "all" or policy.may(by, Can.SEE_ALL_MESSAGES)]
    show = request.GET.get("show", "")
    show = show if show in shows else "mine" if lists.mine(by).exists() else "pools"
    found = lists.page(show, by, _number(request.GET.get("page", "1")))
    return {
        "show": show,
        "title": TITLES[show],
        "filters": [(TITLES[name], f"{reverse('inbox')}?show={name}", name == show) for name in shows],
        "listed": found,
        "lines": lines.lines(found.rows, by),
        "manages": policy.may(by, Can.MANAGE_INBOX),
    }


def _act(action: Callable[..., Any]) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """A page that does one thing to one thread and goes back to it."""

    @require_POST
    @page(Can.WORK_IN_INBOX, purpose=Purpose.TREAT)
    def act(request: HttpRequest, thread: UUID) -> HttpResponse:
        by = actor_of(request)
        action(lists.seen(thread, by), by=by)
        return HttpResponseRedirect(reverse("thread", args=[thread]))

    act.__name__, act.__doc__ = action.__name__, action.__doc__
    return act


claim, reopen, wait = map(_act, (actions.claim, actions.reopen, actions.wait))
unmatch, file_to_chart = map(_act, (matching.unmatch, filing.file_to_chart))


@require_POST
@page(Can.WORK_IN_INBOX, purpose=Purpose.TREAT)
def close(request: HttpRequest, thread: UUID) -> HttpResponse:
    """It is done, and why."""
    by = actor_of(request)
    actions.close(lists.seen(thread, by), request.POST.get("cause", "answered"), by=by)
    return HttpResponseRedirect(reverse("thread", args=[thread]))


@require_POST
@page(Can.WORK_IN_INBOX, purpose=Purpose.TREAT)
def prioritize(request: HttpRequest, thread: UUID) -> HttpResponse:
    """Urgent, or not after all."""
    by = actor_of(request)
    actions.prioritize(lists.seen(thread, by), "urgent" in request.POST, by=by)
    return HttpResponseRedirect(reverse("thread", args=[thread]))


@require_POST
@page(Can.WORK_IN_INBOX, purpose=Purpose.TREAT)
def hand_over(request: HttpRequest, thread: UUID) -> HttpResponse:
    """Somebody else is to answer it."""
    by = actor_of(request)
    row, form = lists.seen(thread, by), whom(by, request.POST)
    if not form.is_valid():
        raise Refusal("TASK_FOR_NOBODY")
    actions.hand_over(row, form.whom(), by=by)
    still = lists.touchable(Thread.objects.get(id=thread), by)
    return HttpResponseRedirect(reverse("thread", args=[thread]) if still else reverse("inbox"))


@require_POST
@page(Can.WORK_IN_INBOX, purpose=Purpose.TREAT)
def note(request: HttpRequest, thread: UUID) -> HttpResponse:
    """A note for colleagues."""
    by = actor_of(request)
    row, form = lists.seen(thread, by), NoteForm(request.POST, prefix="note")
    if not form.is_valid():
        return _thread(request, row, lines.whole(row, by), form, status=422)
    actions.note(row, form.cleaned_data["words"], by=by, key=once.key(request.POST.get("once", ""), by))
    return HttpResponseRedirect(reverse("thread", args=[thread]) + "#note")


@require_POST
@page(Can.WORK_IN_INBOX, purpose=Purpose.TREAT)
def reply(request: HttpRequest, thread: UUID) -> HttpResponse:
    """An answer: it leaves in ten seconds, or waits in the outbox with its reason."""
    by = actor_of(request)
    row, form = lists.seen(thread, by), ReplyForm(request.POST)
    if not form.is_valid():
        return _thread(request, row, lines.whole(row, by), answer=form, status=422)
    key = once.key(request.POST.get("once", ""), by)
    replying.reply(row, form.cleaned_data["words"], form.ways(), by=by, key=key)
    return HttpResponseRedirect(reverse("thread", args=[thread]))


@require_http_methods(["GET", "POST"])
@page(Can.WORK_IN_INBOX, purpose=Purpose.TREAT)
def leaves(request: HttpRequest, thread: UUID) -> HttpResponse:
    """By which way, carrier and ground an answer would leave now; beside the answer, or as a page of its own.

    Posted, with the words as they would leave: typed words stand in no address.
    """
    by = actor_of(request)
    row = lists.seen(thread, by)
    words = request.POST.get("words", "")[:LONGEST]
    form = ReplyForm(request.POST if request.method == "POST" else request.GET)
    shown = {"leaves": preview(replying.draft(row, words, form.ways(), by=by), by=by), "line": row}
    beside = request.headers.get("HX-Request") == "true"
    return render(request, "messaging/leaves.html" + ("#leaves" if beside else ""), shown)


@require_POST
@page(Can.WORK_IN_INBOX, purpose=Purpose.TREAT)
def undo(request: HttpRequest, thread: UUID, post: UUID) -> HttpResponse:
    """Takes an answer back before it leaves."""
    by = actor_of(request)
    row = Post.objects.filter(id=post, thread_id=lists.seen(thread, by).id).first()
    if row is None:
        raise Refusal("NOT_FOUND")
    replying.undo(row, by=by)
    return HttpResponseRedirect(reverse("thread", args=[thread]))


def _number(typed: str) -> int:
    return min(int(typed[:6]), 1000) if typed.isdecimal() and typed.isascii() and int(typed[:6]) > 0 else 1
