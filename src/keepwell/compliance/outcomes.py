"""How things ended, in words: a refusal's own message, a page that could not be answered, a fault."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.base.refusal import catalogue

STATUSES = {
    "400": gettext_lazy("the page could not read what was sent"),
    "403": gettext_lazy("the page was refused"),
    "404": gettext_lazy("there was no such page"),
    "405": gettext_lazy("the page does not take this"),
    "409": gettext_lazy("something else stood in the way, and nothing was changed"),
    "410": gettext_lazy("what was asked for is gone"),
    "422": gettext_lazy("something in the form was not right, and nothing was changed"),
    "429": gettext_lazy("there were too many attempts"),
}
_OTHERS = {
    "ok": gettext_lazy("as intended"),
    "found": gettext_lazy("differences were found"),
    "signed_out": gettext_lazy("signed out"),
    "ended_by_owner": gettext_lazy("ended from another device"),
    "moved_on": gettext_lazy("somebody else signed in here"),
}


def outcome_words(outcome: str) -> str:
    """How an entry ended, in words; the code itself is shown beside them for whoever looks it up."""
    if outcome in _OTHERS or outcome in STATUSES:
        return str(_OTHERS.get(outcome) or STATUSES[outcome])
    if outcome in catalogue():
        return _(catalogue()[outcome].message).format_map(defaultdict(lambda: "…")).rstrip(".")
    if outcome.isdecimal():
        return _("the page failed and nothing was changed") if outcome >= "500" else _("the page was refused")
    return _("stopped by a fault: {code}").format(code=outcome.replace("_", " "))
