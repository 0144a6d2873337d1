"""@excerpt: a frozen dataclass naming the columns one page needs; its field list is its minimum-necessary statement."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Never, TypeVar, dataclass_transform

from django.db import models

from keepwell.practices.models import subject_column
from keepwell.vault.fields import SealedField
from keepwell.vault.phi import PhiClass

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """How an excerpt is read: its model, whose rows, which columns, which classes that takes."""

    name: str
    model: type[models.Model]
    of: str
    columns: tuple[str, ...]
    sealed: tuple[tuple[int, SealedField[Any, Any]], ...]
    classes: frozenset[PhiClass]
    order: tuple[str, ...]
    says: str


PLANS: dict[type[Any], Plan] = {}


@dataclass_transform(frozen_default=True)
def excerpt(
    model: type[models.Model], *, of: str | None = None, sorted_by: tuple[str, ...] = ("pk",)
) -> Callable[[type[T]], type[T]]:
    """`of` is the column that holds whom a row is about; by default the model's own subject column."""

    def decorate(cls: type[T]) -> type[T]:
        frozen = dataclasses.dataclass(frozen=True, slots=True, repr=False)(cls)
        frozen.__repr__ = frozen.__str__ = lambda self: f"<{cls.__name__}>"  # type: ignore[method-assign]
        frozen.__reduce__ = frozen.__reduce_ex__ = _never  # type: ignore[method-assign]
        PLANS[frozen] = _plan(frozen, model, of or subject_column(model), sorted_by)
        return frozen

    return decorate


def _plan(cls: type[Any], model: type[models.Model], of: str, order: tuple[str, ...]) -> Plan:
    names = tuple(f.name for f in dataclasses.fields(cls))
    fields = [model._meta.pk if n == "pk" else model._meta.get_field(n) for n in names]
    sealed = tuple((i, f) for i, f in enumerate(fields) if isinstance(f, SealedField))
    columns = tuple(getattr(f, "attname", n) for f, n in zip(fields, names, strict=True))
    says = (cls.__doc__ or "").strip()
    return Plan(
        f"{model._meta.app_label}.{cls.__name__}",
        model,
        of,
        columns,
        sealed,
        frozenset(f.phi for _, f in sealed),
        order,
        says,
    )


def plan(cls: type[Any]) -> Plan:
    """The plan of an excerpt. Raises TypeError for a class that is none."""
    try:
        return PLANS[cls]
    except KeyError:
        raise TypeError(f"{cls!r} is not an excerpt") from None


def _never(self: Any, *_: Any) -> Never:
    raise TypeError(f"{self!r} was opened for one request and is not kept")
