"""Actions: licenses recorded, renewed and withdrawn; and who is told before one ends."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keepwell.access.models import Membership, Practice
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.places import STATES
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.scheduling import wall
from keepwell.scheduling.models import License
from keepwell.tasks import actions as tasks
from keepwell.tasks import kinds
from keepwell.tasks.asks import For
from keepwell.tasks.models import Task
from keepwell.vault.phi import PhiClass

AHEAD = (7, 30, 60)
"""How many days before a license ends somebody is asked to renew it, nearest first."""
ENDS = kinds.kind(
    "license.ends",
    _("Renew the %(state)s license of %(name)s: it ends on %(day)s"),
    icon="map-pinned",
    page="licenses-of",
)


def record_license(
    practitioner: UUID,
    state: str,
    number: str,
    *,
    by: Actor,
    valid_from: dt.date,
    valid_until: dt.date | None = None,
    kind: str = License.Kind.LICENSE,
    compact: str = "",
    evidence: str = "",
) -> License:
    """A practitioner may treat patients who are in a state (state licensure law; varies).

    Raises Refusal TIME_ORDER, STATE_UNKNOWN, FIELD_EMPTY, COMPACT_UNNAMED.
    """
    if valid_until is not None and valid_until < valid_from:
        raise Refusal("TIME_ORDER", field="valid_until")
    if state not in STATES:
        raise Refusal("STATE_UNKNOWN", field="state")
    if not number.strip():
        raise Refusal("FIELD_EMPTY", field="number")
    if kind == License.Kind.COMPACT and not compact:
        raise Refusal("COMPACT_UNNAMED", field="compact")
    row = License(
        practitioner_id=practitioner, state=state, number=number.strip(), kind=kind, compact=compact,
        valid_from=valid_from, valid_until=valid_until, evidence=evidence.strip() or None,
    )  # fmt: skip
    return _recorded(row, by=by)


@action("license.recorded", seals={PhiClass.OFFICE})
def _recorded(row: License, *, by: Actor) -> License:
    "A practitioner may treat patients who are in a state."
    row.save(force_insert=True)
    return row


def renew_license(license: License, valid_until: dt.date, *, by: Actor, evidence: str = "") -> License:
    """A license goes on after the day it ends on; who was asked to renew it need not any more. Raises TIME_ORDER."""
    if license.valid_until is None or valid_until <= license.valid_until:
        raise Refusal("TIME_ORDER", field="valid_until")
    starts = license.valid_until + dt.timedelta(days=1)
    row = License(
        practitioner_id=license.practitioner_id, state=license.state, number=license.number, kind=license.kind,
        compact=license.compact, valid_from=starts, valid_until=valid_until, evidence=evidence.strip() or None,
    )  # fmt: skip
    renewed = _renewed(row, by=by)
    settle(by=by)
    return renewed


@action("license.renewed", seals={PhiClass.OFFICE})
def _renewed(row: License, *, by: Actor) -> License:
    "A license was renewed: it counts from the day after the old one ends."
    row.save(force_insert=True)
    return row


@action("license.withdrawn")
def withdraw_license(license: License, *, by: Actor) -> License:
    "A license counts no more. Visits booked on it are shown as conflicts."
    license.ended_at = clock.now()
    license.save(update_fields=["ended_at"])
    return license


def remind(*, by: Actor) -> int:
    """Asks for the renewal of what ends within 60, 30 and 7 days, each once. How many new tasks."""
    settle(by=by)
    today = _today()
    soon = License.objects.select_related("practitioner").filter(
        ended_at=None, valid_until__range=(today, today + dt.timedelta(days=max(AHEAD)))
    )
    return sum(_reminded(row, today, by) for row in soon.order_by("valid_until", "id") if not _goes_on(row))


def settle(*, by: Actor) -> int:
    """Takes away the tasks of licenses that were renewed, withdrawn or held by somebody who left. How many."""
    asked = list(Task.objects.filter(kind=ENDS, settled_at=None).order_by("id"))
    rows = License.objects.select_related("practitioner").in_bulk([UUID(t.key.split(":")[1]) for t in asked])
    over = [t for t in asked if _need_not(rows[UUID(t.key.split(":")[1])])]
    for task in over:
        tasks.done(task, by=by)
    return len(over)


def _reminded(row: License, today: dt.date, by: Actor) -> int:
    """The task of the nearest step, instead of the step before; in the last week the office is asked too."""
    assert row.valid_until is not None
    if not _works_here(row.practitioner):
        return 0
    left = (row.valid_until - today).days
    step = next(days for days in AHEAD if left <= days)
    last = step == AHEAD[0]
    new = _asked(row, f"license:{row.id}:{step}", For(member=row.practitioner_id), last, by)
    if new:
        before = [f"license:{row.id}:{days}" for days in AHEAD if days > step]
        for earlier in Task.objects.filter(key__in=before, settled_at=None).order_by("id"):
            tasks.cancel(earlier, by=by)
    return new + (_asked(row, f"license:{row.id}:{step}:office", For(role=Role.ADMINISTRATOR), last, by) if last else 0)


def _asked(row: License, key: str, goes_to: For, urgent: bool, by: Actor) -> int:
    if Task.objects.filter(key=key).exists():
        return 0
    assert row.valid_until is not None
    tasks.raise_task(
        ENDS, by=by, goes_to=goes_to, due=row.valid_until, urgent=urgent, key=key,
        origin="license.recorded", origin_id=row.practitioner_id,
        state=row.state, name=row.practitioner.name, day=row.valid_until.isoformat(),
    )  # fmt: skip
    return 1


def _need_not(row: License) -> bool:
    return row.ended_at is not None or _goes_on(row) or not _works_here(row.practitioner)


def _goes_on(row: License) -> bool:
    """Whether the same practitioner may go on in the same state after this license ends."""
    if row.valid_until is None:
        return True
    next_day = row.valid_until + dt.timedelta(days=1)
    others = License.objects.filter(practitioner_id=row.practitioner_id, state=row.state, ended_at=None)
    lasting = Q(valid_until=None) | Q(valid_until__gt=row.valid_until)
    return others.filter(lasting, valid_from__lte=next_day).exclude(id=row.id).exists()


def _works_here(member: Membership) -> bool:
    return member.ends_at is None or member.ends_at > clock.now()


def _today() -> dt.date:
    return wall.day_of(clock.now(), wall.zone(Practice.objects.values_list("time_zone", flat=True).get()))
