"""What happens around visits, in words: how the sentence goes on before a name, and how it stands without one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

VISITS = {
    "appointment.arrived": (_("noted the arrival of"), _("noted an arrival")),
    "appointment.as_booked": (_("set back to booked a visit of"), _("set a visit back to booked")),
    "appointment.booked": (_("booked a visit for"), _("booked a visit")),
    "appointment.cancelled": (_("cancelled a visit of"), _("cancelled a visit")),
    "appointment.checked_in": (_("checked in"), _("checked a patient in")),
    "appointment.fulfilled": (_("noted that a visit took place of"), _("noted that a visit took place")),
    "appointment.missed": (_("noted a missed visit of"), _("noted a missed visit")),
    "appointment.moved": (_("moved a visit of"), _("moved a visit")),
    "appointment.undone": (_("took back a change to a visit of"), _("took back a change to a visit")),
    "day.excepted": (_("set days off or extra hours at"), _("set days off or extra hours")),
    "day.usual_again": (_("took back days off or extra hours at"), _("took back days off or extra hours")),
    "hours.set": (_("set a provider's usual week at"), _("set a provider's usual week")),
    "license.recorded": (_("recorded a license at"), _("recorded a provider's license")),
    "license.renewed": (_("renewed a license at"), _("renewed a provider's license")),
    "license.withdrawn": (_("withdrew a license at"), _("withdrew a provider's license")),
    "participant.added": (_("added somebody who takes part in a visit of"), _("added somebody to a visit")),
    "participant.removed": (_("removed somebody who took part in a visit of"), _("removed somebody from a visit")),
    "schedule.set_up": (_("set up a provider's calendar at"), _("set up a provider's calendar")),
    "service.ended": (_("ended a service at"), _("ended a service")),
    "service.offered": (_("said who offers a service at"), _("said who offers a service")),
    "service.restored": (_("offered a service again at"), _("offered a service again")),
    "service.set_up": (_("set up a service at"), _("set up a service")),
    "series.booked": (_("booked repeating visits for"), _("booked repeating visits")),
    "series.cancelled": (_("cancelled repeating visits of"), _("cancelled repeating visits")),
    "series.moved": (_("moved repeating visits of"), _("moved repeating visits")),
    "slot.held": (_("held a time in the calendar of"), _("held a time in the calendar")),
    "slot.released": (_("gave back a held time in the calendar of"), _("gave back a held time in the calendar")),
    "offer.accepted": (_("noted that a freed time was taken by"), _("noted that a freed time was taken")),
    "offer.declined": (_("noted that a freed time was turned down by"), _("noted that a freed time was turned down")),
    "offer.made": (_("offered a freed time to"), _("offered a freed time")),
    "offer.unanswered": (_("noted no answer to a freed time from"), _("noted no answer to a freed time")),
    "waitlist.changed": (_("changed what is waited for by"), _("changed what somebody waits for")),
    "waitlist.expired": (_("ended a wait that ran out of"), _("ended a wait that ran out")),
    "waitlist.joined": (_("put on the waitlist"), _("put somebody on the waitlist")),
    "waitlist.left": (_("took off the waitlist"), _("took somebody off the waitlist")),
    "visit.license_choice": (
        _("chose how a visit goes on without a license there, of"),
        _("chose how a visit goes on without a license there"),
    ),
}
