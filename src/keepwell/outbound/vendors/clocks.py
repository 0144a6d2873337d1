"""Before an agreement, an attestation or a cure runs out somebody is asked: 90, 60, 30 and 7 days ahead, each once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell.access.models import Practice
from keepwell.base.actor import Actor, Role
from keepwell.outbound import soundness
from keepwell.outbound.agreements import ended_on, today_at, trouble
from keepwell.outbound.models import Agreement, Assurance, Coverage, Decision, Vendor, VendorService
from keepwell.outbound.vendors import pauses, safeguards
from keepwell.outbound.vendors.actions import KEEPERS
from keepwell.tasks import actions as tasks
from keepwell.tasks import kinds
from keepwell.tasks.asks import For
from keepwell.tasks.models import Task

AHEAD = (7, 30, 60, 90)
"""Days before the end, nearest first."""
PROPOSED = (30,)
"""What is only proposed law is asked for once, and never urgent."""
TO_PROVE = dt.timedelta(days=30)
"""How long after an agreement that simply ran out somebody has to prove what became of the data."""

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
ROOMS = kinds.kind(
    "rooms.evidence",
    _("Ask %(vendor)s who vouches for their rooms (access, environment, surveillance): the evidence ends on %(day)s"),
    icon="server",
    page="vendor",
)
VERIFY = kinds.kind(
    "vendor.verification",
    _("Ask %(vendor)s for their yearly written verification, due on %(day)s. Only proposed law: nothing is paused"),
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
    steps: tuple[int, ...] = AHEAD

    @property
    def binding(self) -> bool:
        """Whether the day is one of law or contract: only then can it be urgent, or overdue."""
        return self.steps is AHEAD

    def key(self, step: int) -> str:
        return f"{self.kind}:{self.row}:{self.ends}:{step}"


def run(*, by: Actor) -> int:
    """Raises what is due in this practice, takes away what is over, and looks for pauses. How many new tasks.

    Run again, it finds its own tasks by their keys and raises nothing twice.
    """
    today = today_at(Practice.objects.get(id=by.practice))
    running = [*_agreements(today), *_evidence(), *_rooms(today), *_verifications(today)]
    _forget(running, by)
    raised = sum(_raised(one, today, by) for one in running)
    pauses.look(by=by)
    return raised


def _agreements(today: dt.date) -> list[Clock]:
    counted = Agreement.objects.filter(active_at__isnull=False, exit_closed_at=None).select_related("vendor")
    rows = list(counted.order_by("id"))
    covered = Coverage.objects.filter(agreement__in=rows, ended_at=None).select_related("agreement__vendor")
    facts = soundness.of(covered.order_by("id"), today)
    in_force = {row.vendor_id for row in rows if not trouble(row, today, facts)}
    found = []
    for row in rows:
        end = ended_on(row)
        if row.terminated_on is not None:
            found.append(Clock(EXIT, row.id, row.id, row.vendor.name, row.terminated_on))
        elif end is not None:
            found.append(Clock(ENDS, row.id, row.id, row.vendor.name, end))
            if end < today and row.vendor_id not in in_force:
                found.append(Clock(EXIT, row.id, row.id, row.vendor.name, end + TO_PROVE))
        if row.cure_by and not row.cured_on and not row.kept_at and row.terminated_on is None:
            found.append(Clock(CURE, row.id, row.id, row.vendor.name, row.cure_by))
    return found


def _evidence() -> list[Clock]:
    """The newest attestation of each kind: an older one that ends is not missed. Rooms have a clock of their own."""
    given = Assurance.objects.filter(withdrawn_at=None, vendor__ended_at=None).select_related("vendor")
    newest = {(row.vendor_id, row.kind): row for row in given.order_by("ends_on", "id")}
    keepers = _keepers()
    return [
        Clock(EVIDENCE, row.id, row.vendor_id, row.vendor.name, row.ends_on)
        for row in newest.values()
        if row.kind != Assurance.Kind.VERIFICATION and not (row.covers and row.vendor_id in keepers)
    ]


def _rooms(today: dt.date) -> list[Clock]:
    """Until when somebody vouches for all three safeguards of the rooms where our data lies (§ 164.310(a)(1))."""
    vendors = Vendor.objects.filter(id__in=_keepers(), ended_at=None).order_by("id")
    ends = safeguards.assured_until(vendors)
    return [Clock(ROOMS, v.id, v.id, v.name, ends.get(v.id, today)) for v in vendors]


def _keepers() -> set[UUID]:
    """Who keeps our data now."""
    used = VendorService.objects.filter(kind__in=KEEPERS, ended_at=None, used_since__isnull=False)
    return set(used.exclude(decision=Decision.NO_PHI).order_by().values_list("vendor_id", flat=True))


def _verifications(today: dt.date) -> list[Clock]:
    """The yearly written verification of every business associate in use (90 FR 898, only proposed)."""
    used = VendorService.objects.filter(
        decision=Decision.BUSINESS_ASSOCIATE, ended_at=None, used_since__isnull=False, vendor__ended_at=None
    ).select_related("vendor")
    vendors = {row.vendor_id: row.vendor for row in used.order_by("vendor_id", "id")}
    due = safeguards.verifications_due(vendors.values())
    return [Clock(VERIFY, v.id, v.id, v.name, due[v.id], PROPOSED) for v in vendors.values()]


def _raised(one: Clock, today: dt.date, by: Actor) -> int:
    left = (one.ends - today).days
    step = next((days for days in one.steps if left <= days), None)
    if step is None or Task.objects.filter(key=one.key(step)).exists():
        return 0
    tasks.obsolete(*(one.key(days) for days in one.steps if days > step), by=by)
    tasks.raise_task(
        one.kind, by=by, goes_to=For(role=Role.PRIVACY_OFFICER), due=one.ends if one.binding else None,
        urgent=one.binding and step == AHEAD[0], key=one.key(step), origin=one.kind, origin_id=one.page,
        vendor=one.vendor, day=one.ends.isoformat(),
    )  # fmt: skip
    return 1


def _forget(running: list[Clock], by: Actor) -> None:
    """Tasks of what was renewed, mended, closed or replaced meanwhile."""
    wanted = {one.key(days) for one in running for days in one.steps}
    kinds_here = (ENDS, EVIDENCE, ROOMS, VERIFY, CURE, EXIT)
    open_keys = Task.objects.filter(kind__in=kinds_here, settled_at=None).order_by("id").values_list("key", flat=True)
    tasks.obsolete(*(key for key in open_keys if key not in wanted), by=by)
