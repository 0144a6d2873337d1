"""Reminders and lists of visits in words: before a name, and without one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

WAITING = {
    "reminder_rule.ended": (_("ended a rule about reminders of"), _("ended a rule about reminders")),
    "reminder_rule.set": (_("set a rule about reminders of"), _("set a rule about reminders")),
    "reminders.worked_out": (_("worked out what is sent about visits of"), _("worked out what is sent about visits")),
    "visit_list.advanced": (_("did a piece of a list of visits of"), _("did a piece of a list of visits")),
    "visit_list.continued": (_("set going again a list of visits of"), _("set a list of visits going again")),
    "visit_list.discarded": (_("took off the disk a list of visits of"), _("took a list of visits off the disk")),
    "visit_list.expired": (_("took old lists of visits off the disk of"), _("took old lists of visits off the disk")),
    "visit_list.judged": (_("checked rows of a list of visits of"), _("checked rows of a list of visits")),
    "visit_list.matched": (_("said what a list of visits holds of"), _("said what a list of visits holds")),
    "visit_list.opened": (_("read a list of visits of"), _("read a list of visits")),
    "visit_list.rechecked": (_("read again a list of visits of"), _("read a list of visits again")),
    "visit_list.sent": (_("sent a list of visits of"), _("sent a list of visits")),
    "visit_list.settled": (
        _("noted what became of rows of a list of"),
        _("noted what became of rows of a list"),
    ),
    "visit_list.started": (_("let a list of visits be booked at"), _("let a list of visits be booked")),
    "visit_list.taken_back": (_("took back visits from a list of"), _("took back visits from a list")),
    "visit_list.undo_asked": (_("asked to undo a list of visits of"), _("asked to undo a list of visits")),
}
