"""Settings: which version this installation is of, and what `keepwell update` has to say. For officers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from keepwell.access.pages import page
from keepwell.access.policy import Can, may
from keepwell.base.actor import Actor, Purpose
from keepwell.ledger import updates
from keepwell.operations import versions
from keepwell.operations.versions import Standing

SAID = {
    "unfinished": _("An update of this installation began and did not finish. Whoever runs it should run it again."),
    "mixed": _("This installation is between two versions. Whoever runs it should install the newer one."),
    "older": _("The data is of a newer version than the program. Whoever runs it should install that version."),
    "behind": _("The program is newer than the data it works on. Whoever runs it should finish the update."),
    "restart": _("Another version is running than is installed. Whoever runs it should restart Keepwell."),
    "newer": _("A newer version lies ready to be installed."),
    "unlooked": _("Nobody has looked for a newer version for 90 days."),
    "current": _("Everything is of one version."),
}
ALARMING = frozenset({"unfinished", "mixed", "older", "behind"})
HAPPENED = {
    updates.BEGAN: _("An update began"),
    updates.DONE: _("Updated and proven"),
    updates.FAILED: _("An update failed; everything is as it was"),
    updates.TAKEN_BACK: _("An update was taken back"),
    updates.LOOKED_FOR: _("Somebody looked for a newer version"),
}


@require_GET
@page(Can.APPROVE_ACCESS, purpose=Purpose.HSYSADMIN)
def version(request: HttpRequest) -> HttpResponse:
    """The version, how program and data stand to each other, the last updates."""
    found = versions.standing(settings.PLACES)
    return render(request, "version.html", {"found": found, **told(found), "happened": _happened(found)})


def told(found: Standing) -> dict[str, Any]:
    """The state in words, and whether it is a trouble."""
    return {"words": SAID[found.state], "alarming": found.state in ALARMING, "state": found.state}


def for_officers(by: Actor) -> dict[str, Any] | None:
    """What Today tells those who approve access; nothing while everything is of one version."""
    if not may(by, Can.APPROVE_ACCESS):
        return None
    found = told(versions.standing(settings.PLACES))
    return None if found["state"] == "current" else found


def _happened(found: Standing) -> list[tuple[Any, Any, str]]:
    which = [one.detail.get("to") or one.detail.get("from") or "" for one in found.updates]
    return [(one.at, HAPPENED[one.verb], str(to)) for one, to in zip(found.updates, which, strict=True)]
