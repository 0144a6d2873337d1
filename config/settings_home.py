"""Settings: every page where something about you, your people or the practice is set, in one list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from keepwell.access.pages import page
from keepwell.access.policy import Can, may
from keepwell.base.actor import Actor, Purpose


@dataclass(frozen=True, slots=True)
class Place:
    """One page of settings: its address's name, its words, its drawing, and what a role must be able to do."""

    page: str
    label: Any
    says: Any
    icon: str
    can: Can


GROUPS: tuple[tuple[Any, tuple[Place, ...]], ...] = (
    (
        _("You"),
        (
            Place(
                "your-sign-in",
                _("Where you are signed in"),
                _("Your sessions, and how to end one you do not recognize."),
                "shield-check",
                Can.MANAGE_OWN_SIGN_IN,
            ),
            Place(
                "your-factors",
                _("How you sign in"),
                _("Your passkeys, your password, your authenticator app and your recovery codes."),
                "key-round",
                Can.MANAGE_OWN_SIGN_IN,
            ),
            Place(
                "this-device",
                _("This device"),
                _("Register the computer or phone in front of you, and say how it is kept."),
                "laptop",
                Can.MANAGE_OWN_SIGN_IN,
            ),
            Place(
                "my-activity",
                _("My activity"),
                _("What you opened, changed and were refused, as it is on record."),
                "scroll-text",
                Can.READ_OWN_ACTIVITY,
            ),
        ),
    ),
    (
        _("People and access"),
        (
            Place(
                "people",
                _("People"),
                _("Who works here, in what role, and how their access began and ends."),
                "users",
                Can.SEE_PEOPLE,
            ),
            Place(
                "access-reviews",
                _("Access reviews"),
                _("Managers confirm what each of their people may do."),
                "clipboard-check",
                Can.SEE_PEOPLE,
            ),
            Place(
                "roles",
                _("What each role may see and do"),
                _("The table that decides, and roles of our own."),
                "table-properties",
                Can.MANAGE_OWN_SIGN_IN,
            ),
            Place(
                "care-teams",
                _("Care teams and cover"),
                _("Who looks after the same patients, who stands in, who is on call."),
                "users-round",
                Can.MANAGE_CARE_TEAMS,
            ),
            Place(
                "programs",
                _("Programs"),
                _("What else calls Keepwell, with which tokens, and until when."),
                "terminal",
                Can.MANAGE_ACCESS,
            ),
            Place(
                "alternates",
                _("Alternates"),
                _("Who looks at what an officer did, was granted or opened."),
                "user-round-check",
                Can.MANAGE_ACCESS,
            ),
            Place(
                "devices",
                _("Devices and sessions"),
                _("Which computers and phones work is done on, who is signed in, and when sessions lock."),
                "monitor-smartphone",
                Can.MANAGE_DEVICES,
            ),
        ),
    ),
    (
        _("Scheduling"),
        (
            Place(
                "schedule-setup",
                _("Services and hours"),
                _("What can be booked, with whom, when, and the days nobody works."),
                "calendar-cog",
                Can.MANAGE_SCHEDULES,
            ),
            Place(
                "licenses",
                _("Licenses"),
                _("Which provider may treat patients in which state, and until when."),
                "map-pinned",
                Can.SEE_LICENSES,
            ),
            Place(
                "reminders",
                _("Reminders"),
                _("When patients are written to about visits, in sentences."),
                "bell",
                Can.MANAGE_SCHEDULES,
            ),
            Place(
                "change-policy",
                _("Cancelling and not coming"),
                _("How early, what counts, what staff do then, and how long a freed time is held."),
                "calendar-x",
                Can.MANAGE_SCHEDULES,
            ),
            Place(
                "my-feed",
                _("Your calendar elsewhere"),
                _("Your visits in your own calendar program, without names."),
                "calendar-sync",
                Can.SEE_SCHEDULE,
            ),
            Place(
                "visit-rules",
                _("Rules for visits"),
                _("Until when controlled substances may be prescribed remotely, and what calendars outside may show."),
                "scale",
                Can.SET_VISIT_RULES,
            ),
        ),
    ),
    (
        _("Practice"),
        (
            Place(
                "carriers",
                _("Carriers"),
                _("Through whom e-mail, texts and faxes leave, and under which name we write."),
                "plug",
                Can.MANAGE_CARRIERS,
            ),
            Place(
                "wordings",
                _("What messages say"),
                _("Every fixed wording with its version, in English and Spanish."),
                "message-square-text",
                Can.MANAGE_CARRIERS,
            ),
            Place(
                "vendors",
                _("Vendors"),
                _("Who works for us from outside, under which agreement, and what may go to them."),
                "handshake",
                Can.SEE_VENDORS,
            ),
            Place(
                "consent-texts",
                _("Consent texts"),
                _("The words patients agree to, and the notice of privacy practices."),
                "file-pen-line",
                Can.APPROVE_CONSENT_TEXTS,
            ),
            Place(
                "transparency",
                _("Transparency pack"),
                _("What Keepwell itself answers to the questions we ask of vendors, read from this system."),
                "scan-eye",
                Can.SEE_VENDORS,
            ),
            Place(
                "support-access",
                _("Support access"),
                _("Whether whoever runs this installation needs your approval to come in."),
                "life-buoy",
                Can.MANAGE_ACCESS,
            ),
            Place(
                "single-sign-on",
                _("Single sign-on"),
                _("Your people sign in with an account of your own sign-in service."),
                "log-in",
                Can.MANAGE_ACCESS,
            ),
            Place(
                "recovery-kit",
                _("Recovery kit"),
                _("A sealed code on paper, for the day nobody can sign in any more."),
                "printer",
                Can.MANAGE_ACCESS,
            ),
            Place(
                "inbox-rules",
                _("Inbox"),
                _("How soon messages are answered, who is told when nobody read one, and ready-made replies."),
                "inbox",
                Can.MANAGE_INBOX,
            ),
            Place(
                "set-up",
                _("Before the first patient"),
                _("What has to be in place: hours, officers, a second administrator, a recovery kit, hosting."),
                "list-checks",
                Can.MANAGE_ACCESS,
            ),
        ),
    ),
    (
        _("This installation"),
        (
            Place(
                "version",
                _("Version and updates"),
                _("Which version this is, whether a newer one lies ready, and what became of the last updates."),
                "package-check",
                Can.APPROVE_ACCESS,
            ),
        ),
    ),
)
"""What there is to set, in the order people look for it. A group with nothing for a role is not shown."""


@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN)
def home(request: HttpRequest) -> HttpResponse:
    """What this role may set."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    mine = [(title, [place for place in places if may(by, place.can)]) for title, places in GROUPS]
    return render(request, "settings.html", {"groups": [(title, places) for title, places in mine if places]})
