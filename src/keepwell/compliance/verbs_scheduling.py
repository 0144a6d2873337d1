"""What happens to services, hours, licenses and appointments, in words: before a name, and without one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SCHEDULING = {
    "calendar_feed.fetched": (_("read a provider's calendar of"), _("read a provider's calendar from outside")),
    "calendar_feed.made": (_("made a private calendar address at"), _("made a private calendar address")),
    "calendar_feed.revoked": (_("ended a private calendar address at"), _("ended a private calendar address")),
    "day_sheet.printed": (_("printed a day sheet with"), _("printed a day sheet")),
    "numbers.exported": (_("downloaded counts of visits of"), _("downloaded counts of visits")),
    "patient.located": (_("asked where the patient is:"), _("asked where a patient is")),
    "prescribing.basis_recorded": (
        _("wrote down on what a remote prescription rests for"),
        _("wrote down on what a remote prescription rests"),
    ),
    "change_policy.set": (_("set the policy on cancelling of"), _("set the policy on cancelling and not coming")),
    "freed_time.closed": (_("stopped offering a freed time of"), _("stopped offering a time that came free")),
    "visit.consent_holder": (_("wrote down who will be present with"), _("wrote down who will be present")),
    "visit_rules.set": (_("set the rules for visits of"), _("set the rules for visits")),
}
