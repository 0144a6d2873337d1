"""Which emergency accesses the officers hear of at once. Every one of them is in the weekly review as well."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keepwell.access import notices
from keepwell.access.models import EmergencyAccess, Membership, Restriction, Vip
from keepwell.access.persons import persons
from keepwell.base import clock
from keepwell.base.actor import Actor, Role

OFFICERS = (Role.PRIVACY_OFFICER, Role.SECURITY_OFFICER)
BULK = 3
"""Patients of one member within an hour."""
WITHIN = dt.timedelta(hours=1)

Asked = Callable[[UUID, UUID], bool]
VISITS: list[Asked] = []
"""What floors above know: whether a member has a visit with a patient now."""


def visits(asked: Asked) -> Asked:
    """A floor's own answer to "is there a visit?", asked with the member and the patient."""
    VISITS.append(asked)
    return asked


WORDS = {
    "restricted": _("against a restriction the patient asked for"),
    "part2": _("with records of a substance use program"),
    "vip": _("to the chart of a person who needs special care"),
    "bulk": _("to the third chart within an hour"),
    "no_visit": _("without a visit"),
}
"""Why officers are told at once, the gravest first."""

USED = {
    "restricted": notices.kind(
        "emergency.restricted", _("%(who)s used emergency access against a restriction the patient asked for."),
        icon="siren", page="review", alarming=True,
    ),
    "part2": notices.kind(
        "emergency.part2", _("%(who)s used emergency access and may have opened records of a substance use program."),
        icon="siren", page="review", alarming=True,
    ),
    "vip": notices.kind(
        "emergency.vip", _("%(who)s used emergency access to the chart of a person who needs special care."),
        icon="siren", page="review", alarming=True,
    ),
    "bulk": notices.kind(
        "emergency.bulk", _("%(who)s used emergency access to a third chart within an hour."),
        icon="siren", page="review", alarming=True,
    ),
    "no_visit": notices.kind(
        "emergency.no_visit", _("%(who)s used emergency access without a visit."),
        icon="siren", page="review", alarming=True,
    ),
}  # fmt: skip


def needed(patient: UUID, part2: bool, by: Actor) -> list[str]:
    """Why officers must hear of this emergency at once, gravest first; nothing, and the weekly review is enough.

    A visit is why most emergencies need nobody's attention: it is itself on record. Where no floor knows of visits
    there is none, so every emergency is told at once.
    """
    records = persons([patient])[patient]
    known = {
        "restricted": _lasting(Restriction, records),
        "part2": part2,
        "vip": _lasting(Vip, records),
        "bulk": len(_recent(by) - set(records)) >= BULK - 1,
        "no_visit": not any(asked(by.id, record) for record in records for asked in VISITS),
    }
    return [why for why in WORDS if known[why]]


def _recent(by: Actor) -> set[UUID]:
    began = EmergencyAccess.objects.filter(member_id=by.id, starts_at__gt=clock.now() - WITHIN)
    return set(began.order_by("patient_id").values_list("patient_id", flat=True))


def _lasting(model: type[Restriction] | type[Vip], records: Iterable[UUID]) -> bool:
    at = clock.now()
    lasting = Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))
    rows: Any = model.objects
    return bool(rows.filter(lasting, patient_id__in=list(records)).exists())


def sound(access: EmergencyAccess, *, by: Actor) -> None:
    """Tells the officers, if there is a reason to. Nobody is told of their own."""
    if access.alarms:
        who = Membership.objects.get(id=by.id)
        notices.tell(officers(but=who.person_id), USED[access.alarms[0]], by=by, about=access.id, who=who.name)


def officers(*, but: UUID | None = None) -> list[UUID]:
    """Every privacy and security officer here, except one person."""
    at = clock.now()
    rows = Membership.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), role__in=OFFICERS)
    others = rows.exclude(person_id=but) if but else rows
    return list(others.order_by("id").values_list("id", flat=True))
