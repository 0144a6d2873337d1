"""What a task asks, before it is sealed: its words, for whom, until when. It prints nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID

from keepwell.access.models import CareTeam, Membership
from keepwell.base import clock
from keepwell.base.actor import Role
from keepwell.base.refusal import Refusal
from keepwell.tasks.models import Task

LONGEST = 300
POOLS = (
    Role.FRONT_DESK, Role.COORDINATOR, Role.PRACTITIONER, Role.TRAINEE, Role.BILLER, Role.MARKETER,
    Role.PRIVACY_OFFICER, Role.SECURITY_OFFICER, Role.ADMINISTRATOR,
)  # fmt: skip
"""The roles whose members may be asked together."""


@dataclass(frozen=True, slots=True)
class For:
    """Who is to do it: one member, or whoever of a role or a care team takes it first."""

    member: UUID | None = None
    role: str = ""
    team: UUID | None = None

    @classmethod
    def of(cls, whom: Membership | CareTeam | Role) -> Self:
        if isinstance(whom, Role):
            return cls(role=whom)
        return cls(member=whom.id) if isinstance(whom, Membership) else cls(team=whom.id)

    def checked(self) -> Self:
        """Raises Refusal TASK_FOR_NOBODY when it is nobody here, or nobody who works here now."""
        here = (self.member is not None) + bool(self.role) + (self.team is not None) == 1
        if self.member:
            leaves = Membership.objects.filter(id=self.member).values_list("ends_at", flat=True)
            here = here and any(at is None or at > clock.now() for at in leaves)
        if self.team:
            here = here and CareTeam.objects.filter(id=self.team).exists()
        if not here or (self.role and self.role not in POOLS):
            raise Refusal("TASK_FOR_NOBODY", field="goes_to")
        return self

    def columns(self) -> dict[str, Any]:
        status = Task.Status.ACCEPTED if self.member else Task.Status.REQUESTED
        return {"owner_id": self.member, "role": self.role, "team_id": self.team, "status": status}


@dataclass(frozen=True, slots=True, repr=False)
class Asks:
    """What somebody asks to be done."""

    words: str
    goes_to: For
    due: dt.date | dt.datetime | None = None
    urgent: bool = False

    def checked(self) -> Self:
        """The same, trimmed. Raises Refusal FIELD_EMPTY, TEXT_TOO_LONG, TASK_FOR_NOBODY."""
        return replace(self, words=words_of(self.words, "title")).with_somebody()

    def with_somebody(self) -> Self:
        self.goes_to.checked()
        return self

    def plain(self) -> dict[str, Any]:
        """The columns beside the words."""
        instant = self.due if isinstance(self.due, dt.datetime) else None
        day = self.due.date() if isinstance(self.due, dt.datetime) else self.due
        priority = Task.Priority.URGENT if self.urgent else Task.Priority.ROUTINE
        return {"due_on": day, "due_at": instant, "priority": priority}

    def columns(self, patient: UUID | None) -> dict[str, Any]:
        return self.plain() | {"title" if patient else "matter": self.words}

    def anew(self, row: Task) -> dict[str, Any]:
        """What may change of a task; fixed words may not."""
        said = self if row.kind else replace(self, words=words_of(self.words, "title"))
        return self.plain() if row.kind else said.columns(row.patient_id)


def words_of(typed: str, field: str) -> str:
    """Somebody's words, trimmed. Raises Refusal FIELD_EMPTY, TEXT_TOO_LONG."""
    words = typed.strip()
    if not words:
        raise Refusal("FIELD_EMPTY", field=field)
    if len(words) > LONGEST:
        raise Refusal("TEXT_TOO_LONG", field=field, most=LONGEST)
    return words
