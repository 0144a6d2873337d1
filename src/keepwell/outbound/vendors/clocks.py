"""Before an agreement, an attestation or a cure runs out somebody is asked: 90, 60, 30 and 7 days ahead, each once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access.models import Practice
from keepwell.base.actor import Actor, Role
from keepwell.outbound.agreements import ended_on, today_at
from keepwell.outbound.models import Agreement, Assurance
from keepwell.outbound.vendors import pauses
from keepwell.tasks import actions as tasks
from keepwell.tasks import kinds
from keepwell.tasks.asks import For
from keepwell.tasks.models import Task

AHEAD = (7, 30, 60, 90)
"""Days before the end, nearest first."""

ENDS = kinds.kind(
    "agreement.ends",
    _("Renew or replace the agreement with %(vendor)s: it ends on %(day)s"),
    icon="file-clock",
    page="agreement",
)
EVIDENCE = kinds.kind(
    "assurance.ends",
    _("Ask %(vendor)s for new evidence: what vouches for them ends on %(day)s"),
    icon="badge-check",
    page="vendor",
)
CURE = kinds.kind(
    "agreement.cure",
    _("Has %(vendor)s mended what they broke? The day for it is %(day)s"),
    icon="triangle-alert",
    page="agreement",
)
EXIT = kinds.kind(
    "agreement.exit",
    _("Get proof from %(vendor)s of what became of our data"),
    icon="archive",
    page="agreement",
)


@dataclass(frozen=True, slots=True)
class Clock:
    """Something of a vendor that runs out on a day, and the task that says so."""

    kind: str
    row: UUID
    page: UUID
    vendor: str
    ends: dt.date

    def key(self, step: int) -> str:
        return f"{self.kind}:{self.row}:{self.ends}:{step}"


def run(*, by: Actor) -> int:
    """Raises what is due in this practice, takes away what is over, and looks for pauses. How many new tasks.

    Run again, it finds its own tasks by their keys and raises nothing twice.
    """
    today = today_at(Practice.objects.get(id=by.practice))
    running = [*_agreements(), *_evidence()]
    _forget(running, by)
    raised = sum(_raised(one, today, by) for one in running)
    pauses.look(by=by)
    return raised


def _agreements() -> list[Clock]:
    counted = Agreement.objects.filter(active_at__isnull=False, exit_closed_at=None).select_related("vendor")
    found = []
    for row in counted.order_by("id"):
        end = ended_on(row)
        if row.terminated_on is not None:
            found.append(Clock(EXIT, row.id, row.id, row.vendor.name, row.terminated_on))
        elif end is not None:
            found.append(Clock(ENDS, row.id, row.id, row.vendor.name, end))
        if row.cure_by and not row.cured_on and not row.kept_at and row.terminated_on is None:
            found.append(Clock(CURE, row.id, row.id, row.vendor.name, row.cure_by))
    return found


def _evidence() -> list[Clock]:
    """The newest attestation of each kind: an older one that ends is not missed."""
    given = Assurance.objects.filter(withdrawn_at=None, vendor__ended_at=None).select_related("vendor")
    newest = {(row.vendor_id, row.kind): row for row in given.order_by("ends_on", "id")}
    return [
        Clock(EVIDENCE, row.id, row.vendor_id, row.vendor.name, row.ends_on)
        for row in newest.values()
        if row.kind != Assurance.Kind.VERIFICATION
    ]


def _raised(one: Clock, today: dt.date, by: Actor) -> int:
    left = (one.ends - today).days
    step = next((days for days in AHEAD if left <= days), None)
    if step is None or Task.objects.filter(key=one.key(step)).exists():
        return 0
    tasks.obsolete(*(one.key(days) for days in AHEAD if days > step), by=by)
    tasks.raise_task(
        one.kind, by=by, goes_to=For(role=Role.PRIVACY_OFFICER), due=one.ends, urgent=step == AHEAD[0],
        key=one.key(step), origin=one.kind, origin_id=one.page, vendor=one.vendor, day=one.ends.isoformat(),
    )  # fmt: skip
    return 1


def _forget(running: list[Clock], by: Actor) -> None:
    """Tasks of what was renewed, mended, closed or replaced meanwhile."""
    wanted = {one.key(days) for one in running for days in AHEAD}
    kinds_here = (ENDS, EVIDENCE, CURE, EXIT)
    open_keys = Task.objects.filter(kind__in=kinds_here, settled_at=None).order_by("id").values_list("key", flat=True)
    tasks.obsolete(*(key for key in open_keys if key not in wanted), by=by)
