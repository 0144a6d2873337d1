"""@action: a named thing that can happen, and the only place rows change."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import models, transaction

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.ledger import custody
from keepwell.ledger.entries import Entry, canonical
from keepwell.practices import presence
from keepwell.practices.models import subject_column
from keepwell.vault import crypto
from keepwell.vault.fields import SealedField, sealer
from keepwell.vault.phi import PhiClass

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Verb:
    """What the catalogue of actions (docs/actions.md) says of one."""

    name: str
    function: str
    about: str | None
    seals: frozenset[PhiClass]
    says: str


VERBS: dict[str, Verb] = {}


def action(
    verb: str, *, about: str | None = None, seals: Iterable[PhiClass] = (), cites: str | tuple[str, ...] = ()
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Names a thing that can happen; runs the function inside its ledger entry, all or nothing.

    `about` names the parameter that says whose rows may change: an id, a row, or several; None means the practice.
    A subject that does not exist yet: let the parameter default to None and a new id is passed in.
    `seals` are the classes the action may write. The keys come through a committed opening like any other.
    `cites` names what stands in the entry itself, such as the hash of a text somebody agreed to.
    """
    sealing, named = frozenset(seals), (cites,) if isinstance(cites, str) else cites

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        if verb in VERBS or "by" not in signature.parameters:
            raise TypeError(f"{verb}: an action has a name of its own and says who does it (by=)")
        VERBS[verb] = Verb(
            verb, f"{function.__module__}.{function.__qualname__}", about, sealing, inspect.getdoc(function) or ""
        )

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            by: Actor = bound.arguments["by"]
            if by != presence.who_is_present():
                raise TypeError(f"{verb}: the actor named is not the one present")
            if about is not None and bound.arguments[about] is None:
                bound.arguments[about] = new_id()
            subjects = subjects_of(bound.arguments[about]) if about else (by.practice,)
            cited = canonical({name: bound.arguments[name] for name in named if bound.arguments[name]})
            with transaction.atomic(), _Act(verb, subjects, sealing, by, cited):
                return function(*bound.args, **bound.kwargs)

        return run

    return decorate


def subjects_of(value: Any) -> tuple[UUID, ...]:
    """The subject ids in what an action's `about` parameter holds. Raises TypeError on anything else."""
    if isinstance(value, UUID):
        return (value,)
    if isinstance(value, models.Model):
        return (getattr(value, subject_column(type(value))),)
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return tuple(dict.fromkeys(one for item in value for one in subjects_of(item)))
    raise TypeError(f"an action is about ids or rows, not {type(value).__name__}")


_acts: ContextVar[tuple[_Act, ...]] = ContextVar("acts", default=())


@dataclass(eq=False)
class _Act:
    """One action while it runs: its entry, the keys it was given, and what it sealed."""

    verb: str
    subjects: tuple[UUID, ...]
    seals: frozenset[PhiClass]
    by: Actor
    cited: str = "{}"
    wrote: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    keys: custody.Keys | None = None

    def __enter__(self) -> _Act:
        entry = Entry(
            "action",
            self.verb,
            tuple(sorted(self.seals)),
            subjects=self.subjects,
            detail=self.cited,
            note=custody.note(self.by.reason, self.by),
        )
        custody.act(entry, self.by)
        self._tokens = _acts.set((*_acts.get(), self)), sealer.set(_seal)
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        acts, sealing = self._tokens
        _acts.reset(acts)
        sealer.reset(sealing)
        if kind is None and self.wrote:
            custody.sealed(Entry("sealed", self.verb, subjects=self.subjects, detail=canonical(self.wrote)), self.by)

    def may_seal(self, subject: UUID, phi: PhiClass) -> bool:
        return phi in self.seals and subject in self.subjects

    def key(self, subject: UUID, phi: PhiClass) -> crypto.ClassKey:
        """The class key, by an opening that is committed before the keys are asked for."""
        if self.keys is None or (subject, phi) not in self.keys:
            self.keys = (self.keys or {}) | self._opened(subject)
        return self.keys[subject, phi]

    def _opened(self, subject: UUID) -> custody.Keys:
        entry = Entry(
            "open", self.verb, tuple(sorted(self.seals)), subjects=self.subjects, listed=len(self.subjects) > 1
        )
        wanted = [(s, c) for s in self.subjects for c in self.seals]
        return custody.keys_for_sealing(custody.open_entry(entry, self.by), wanted, self.by)

    def wrote_value(self, place: crypto.Place, version: int) -> None:
        self.wrote.setdefault(place.table, {}).setdefault(str(place.row), {})[place.column] = version


def _seal(row: models.Model, column: SealedField[Any, Any], plain: bytes | None) -> bytes | None:
    """Seals a value; a value taken away (None) leaves a negative version, so that reconciliation knows it is gone."""
    subject: UUID = getattr(row, subject_column(type(row)))
    for act in reversed(_acts.get()):
        if act.may_seal(subject, column.phi):
            version = clock.microseconds()
            place = crypto.Place(act.by.practice, row._meta.db_table, str(column.column), row.pk, subject, column.phi)
            act.wrote_value(place, version if plain is not None else -version)
            if plain is None:
                return None
            return crypto.seal(act.key(subject, column.phi), place, version, plain)
    raise TypeError(f"{column.label}: no running action seals {column.phi} of this subject")


def key_for_file(subject: UUID, phi: PhiClass) -> crypto.ClassKey:
    """The class key of a subject for sealing a file, inside an action that declares the class."""
    for act in reversed(_acts.get()):
        if act.may_seal(subject, phi):
            return act.key(subject, phi)
    raise TypeError(f"no running action seals {phi} of this subject")
