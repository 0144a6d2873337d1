"""One's own calendar elsewhere: its private address, what answers at it, and the file of one appointment."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell import charts
from keepwell.access import policy, throttle
from keepwell.access.actions import system_actor
from keepwell.access.pages import page, public
from keepwell.access.pending import address, told
from keepwell.access.policy import Can
from keepwell.access.throttle import By
from keepwell.base import clock
from keepwell.base.actor import Actor, Purpose
from keepwell.base.refusal import Refusal
from keepwell.ledger.doorway import present
from keepwell.patients.excerpts import NameTag
from keepwell.patients.views import actor_of
from keepwell.scheduling import feeds, ics
from keepwell.scheduling.forms_feed import RulesForm
from keepwell.scheduling.models import Appointment, Schedule
from keepwell.vault.phi import PhiClass

BACK, AHEAD = dt.timedelta(days=14), dt.timedelta(days=180)
MOST = 1000


@require_GET
@page(Can.SEE_SCHEDULE, purpose=Purpose.HOPERAT)
def mine(request: HttpRequest) -> HttpResponse:
    """Whether one's calendar can be read elsewhere, since when, and when it last was."""
    by = actor_of(request)
    shown = {
        "feed": feeds.of(by.id),
        "gives_visits": Schedule.objects.filter(practitioner_id=by.id).exists(),
        "initials": feeds.rules().initials,
        "link": "",
    }
    return render(request, "scheduling/feed.html", shown)


@require_POST
@page(Can.SEE_SCHEDULE, purpose=Purpose.HOPERAT, fresh=True)
def make(request: HttpRequest) -> HttpResponse:
    """A new address, shown this once. The one before it ends."""
    by = actor_of(request)
    made, token = feeds.make(by=by)
    link = request.build_absolute_uri(reverse("calendar-feed", args=[token]))
    shown = {"feed": made, "gives_visits": True, "initials": feeds.rules().initials, "link": link}
    return render(request, "scheduling/feed.html", shown)


@require_POST
@page(Can.SEE_SCHEDULE, purpose=Purpose.HOPERAT)
def revoke(request: HttpRequest) -> HttpResponse:
    """It no longer works, from now on."""
    by = actor_of(request)
    feeds.revoke(by.id, by=by)
    return HttpResponseRedirect(reverse("my-feed"))


@require_GET
@public("a calendar program shows the private address it was given; whoever shows none gets nothing")
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """One practitioner's visits as iCalendar. Addresses that are none are counted, and told to the house."""
    found = feeds.known(token)
    if found is None:
        with told(request, "calendar"):
            throttle.count(By.ADDRESS, address(request))
            raise Refusal("FEED_UNKNOWN")
    with present(system_actor(found.practice, Purpose.HOPERAT)) as by:
        feeds.refuse_resting(found)
        feeds.fetched(found, by=by)
        body = _visits(found.practitioner, by)
    answer = HttpResponse(body, content_type=ics.TYPE)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _visits(practitioner: UUID, by: Actor) -> bytes:
    """Names are opened only where an officer allowed initials, and each time that is on record."""
    now = clock.now()
    rows = Appointment.objects.select_related("service").filter(
        practitioner_id=practitioner, starts_at__gte=now - BACK, starts_at__lt=now + AHEAD
    )
    listed = list(rows.exclude(status="entered-in-error").order_by("starts_at", "id")[:MOST])
    allowed = listed and feeds.rules().initials
    return ics.feed(listed, _initials({row.patient_id for row in listed}, practitioner, by) if allowed else {})


def _initials(whom: set[UUID], practitioner: UUID, by: Actor) -> dict[UUID, str]:
    """Of those whose names the practitioner may read: a restriction on them holds here too (45 CFR § 164.522(a))."""
    closed = policy.refused(feeds.reader(practitioner, by), {PhiClass.IDENTITY}, sorted(whom))
    readable = sorted(whom - set(closed))
    tags = charts.open(readable, NameTag, by=by, listed=True, partly=True).each(NameTag) if readable else {}
    return {who: f"{tag.given_name[:1]}{tag.family_name[:1]}".upper() for who, tag in tags.items()}


@require_GET
@page(Can.SEE_SCHEDULE, purpose=Purpose.HOPERAT)
def one(request: HttpRequest, appointment: UUID) -> HttpResponse:
    """The file of one appointment, to hand over: it says when, and nothing else."""
    found = Appointment.objects.select_related("service").filter(id=appointment).first()
    if found is None:
        raise Refusal("NOT_FOUND")
    answer = HttpResponse(ics.of_one(found), content_type=ics.TYPE)
    answer.headers["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return answer


@require_http_methods(["GET", "POST"])
@page(Can.SET_VISIT_RULES, purpose=Purpose.HOPERAT)
def rules(request: HttpRequest) -> HttpResponse:
    """What an officer decides: initials in calendars outside, and until when the DEA flexibility runs."""
    known = feeds.rules()
    start = {"flexibility_ends": known.flexibility_ends, "initials": known.initials}
    form = RulesForm(request.POST if request.method == "POST" else None, initial=start)
    if form.is_valid():
        try:
            feeds.set_rules(form.cleaned_data["flexibility_ends"], form.cleaned_data["initials"], by=actor_of(request))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return HttpResponseRedirect(reverse("visit-rules"))
    days = (known.flexibility_ends - clock.now().date()).days
    return render(request, "scheduling/rules.html", {"form": form, "days": days}, status=422 if form.is_bound else 200)
