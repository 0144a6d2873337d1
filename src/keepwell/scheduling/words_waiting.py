"""The clinic's words for requests, the waitlist and the change policy."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from keepwell.scheduling.models import BookingRequest, ChangePolicy, FreedTime, Lapse, Offer, WaitlistEntry

R, W, O, F = BookingRequest.Status, WaitlistEntry.Status, Offer.Status, FreedTime.Why  # noqa: E741 - four short names

WEEKDAYS = {1: _("Monday"), 2: _("Tuesday"), 3: _("Wednesday"), 4: _("Thursday"), 5: _("Friday"), 6: _("Saturday"),
            7: _("Sunday")}  # fmt: skip
PARTS = {"": _("Any"), "morning": _("Morning"), "afternoon": _("Afternoon"), "evening": _("Evening")}
PRIORITIES = {
    WaitlistEntry.Priority.URGENT: _("Urgent"),
    WaitlistEntry.Priority.SOON: _("Soon"),
    WaitlistEntry.Priority.ROUTINE: _("Routine"),
}
VIAS = {
    BookingRequest.Via.PHONE: _("On the phone"),
    BookingRequest.Via.DESK: _("At the desk"),
    BookingRequest.Via.MESSAGE: _("By message"),
    BookingRequest.Via.ONLINE: _("Online"),
}
REQUESTS = {
    R.PROPOSED: (_("To answer"), "circle-dashed", "look"),
    R.BOOKED: (_("Booked"), "calendar-check", "good"),
    R.WAITLIST: (_("On the waitlist"), "hourglass", ""),
    R.DECLINED: (_("Declined"), "ban", ""),
    R.WITHDRAWN: (_("Withdrawn"), "undo-2", ""),
}
"""Status of a request → its word, drawing and tone."""

WHYS = {
    BookingRequest.Why.NO_TIME: _("No time that suits"),
    BookingRequest.Why.NOT_OFFERED: _("Not offered here"),
    BookingRequest.Why.NOT_LICENSED: _("Nobody is licensed where they are"),
    BookingRequest.Why.ELSEWHERE: _("Better seen elsewhere"),
    BookingRequest.Why.NOT_REACHED: _("Could not be reached"),
    BookingRequest.Why.TWICE: _("Asked twice"),
    BookingRequest.Why.OTHER: _("Something else"),
}
OFFERS = {
    O.STANDING: (_("Asked"), "phone-outgoing", "look"),
    O.ACCEPTED: (_("Took it"), "calendar-check", "good"),
    O.DECLINED: (_("Turned it down"), "x", ""),
    O.UNANSWERED: (_("No answer"), "phone-missed", ""),
    O.WITHDRAWN: (_("Withdrawn"), "undo-2", ""),
}
FREED = {
    F.CANCELLED: _("A visit was cancelled"),
    F.MOVED: _("A visit was moved"),
    F.GIVEN_BACK: _("Time off ended early"),
}
NEXT_STEPS = {
    ChangePolicy.NextStep.SHOW: _("Only see it"),
    ChangePolicy.NextStep.CALL: _("Call the day before"),
    ChangePolicy.NextStep.CONFIRM: _("Ask them to confirm before the time is kept"),
    ChangePolicy.NextStep.PROVIDER: _("Talk with the provider first"),
}
LAPSES = {Lapse.Kind.NO_SHOW: _("Did not come"), Lapse.Kind.LATE: _("Cancelled late")}
WAIVED = {
    Lapse.Why.ILL: _("Ill"),
    Lapse.Why.EMERGENCY: _("An emergency"),
    Lapse.Why.TECHNICAL: _("Technical trouble"),
    Lapse.Why.OUR_FAULT: _("Our mistake"),
    Lapse.Why.NO_REMINDER: _("No reminder reached them"),
    Lapse.Why.OTHER: _("Something else"),
}
"""Why what was noted does not count."""
