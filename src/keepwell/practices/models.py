"""The practice, and the shape of every row that belongs to one."""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

from django.db import models

from keepwell.base.ids import new_id
from keepwell.practices.presence import current_practice


class Practice(models.Model):
    """A covered entity (45 CFR § 160.103) that uses this installation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=40, unique=True)
    time_zone = models.CharField(max_length=64, default="America/New_York")
    state = models.CharField(max_length=2, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    plain = {"name", "slug", "time_zone", "state", "created_at"}

    @property
    def subject_id(self) -> UUID:
        return self.id


class SubjectKey(models.ForeignKey[Any, Any]):
    """The foreign key to whom a row is about; the row's sealed values are under that subject's keys."""


def subject(to: str = "patients.Patient", **options: Any) -> SubjectKey:
    """`patient = subject()`: whom the row is about. The composite foreign key is made by Protect()."""
    defaults: dict[str, Any] = {"on_delete": models.PROTECT, "related_name": "+", "db_constraint": False}
    return SubjectKey(to, **defaults | options)


class Tenanted(models.Model):
    """A row of one practice. Row security hides every other practice's rows; actions are the only place it changes.

    A subclass says whom a row is about: by a `subject()` key, by `subject_column` ("id" when the row itself is the
    subject), or not at all, which means the practice. `plain` names the columns that are neither sealed nor keys.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    practice = models.ForeignKey(
        Practice, models.PROTECT, default=current_practice, editable=False, related_name="+", db_index=False
    )

    plain: set[str] = set()
    subject_column: str | None = None

    class Meta:
        abstract = True

    @property
    def subject_id(self) -> UUID:
        value: UUID = getattr(self, subject_column(type(self)))
        return value


@cache
def subject_column(model: type[models.Model]) -> str:
    """The column of `model` that holds whom a row is about."""
    declared: str | None = getattr(model, "subject_column", None)
    if declared:
        return declared
    for field in model._meta.concrete_fields:
        if isinstance(field, SubjectKey):
            return field.attname
    return "practice_id"
