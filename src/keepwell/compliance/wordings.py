"""Every night the published consent texts are compared with the activity log; what differs is an officer's task."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access import texts
from keepwell.access.models import ConsentText
from keepwell.base.actor import Actor, Role
from keepwell.tasks import actions as tasks
from keepwell.tasks import kinds
from keepwell.tasks.asks import For
from keepwell.tasks.models import Task

ALTERED = kinds.kind(
    "consent_text.altered",
    _("Version %(version)s of a consent text is not what was published: tell the security officer, ask patients anew"),
    icon="triangle-alert",
    page="consent-text",
)


def compare(*, by: Actor) -> int:
    """Compares every published text of this practice, and raises what is due. How many differ.

    Run again, it finds its own tasks by their keys and raises nothing twice; what is as published again takes its
    task away.
    """
    found = texts.altered(by=by)
    texts.compared(str(len(found)), by=by)
    versions = dict(ConsentText.objects.filter(id__in=found).values_list("id", "version"))
    for text, version in versions.items():
        tasks.raise_task(
            ALTERED, by=by, goes_to=For(role=Role.PRIVACY_OFFICER), urgent=True, key=_key(text), origin=ALTERED,
            origin_id=text, version=version,
        )  # fmt: skip
    wanted = {_key(text) for text in found}
    open_keys = Task.objects.filter(kind=ALTERED, settled_at=None).order_by("id").values_list("key", flat=True)
    tasks.obsolete(*(key for key in open_keys if key not in wanted), by=by)
    return len(found)


def _key(text: UUID) -> str:
    return f"{ALTERED}:{text}"
