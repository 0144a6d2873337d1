"""charts.open: the one way to read protected values. Decide, record, and only then get the keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, TypeVar
from uuid import UUID

from django.db import models

from keepwell.access import policy, vips
from keepwell.access.persons import persons
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.charts.excerpts import Plan, plan
from keepwell.ledger import custody
from keepwell.ledger.entries import Entry, canonical
from keepwell.practices import presence
from keepwell.vault import crypto, files, values
from keepwell.vault.phi import PhiClass

E = TypeVar("E")


def open(
    subjects: UUID | Iterable[UUID], *excerpts: type[Any], by: Actor, listed: bool | None = None, partly: bool = False
) -> Chart:
    """Opens what `excerpts` name of `subjects`, for `by`; one decision, one committed entry, then the keys.

    `listed`: shown as one of a list (the default for several subjects). `partly`: leave out the subjects the policy
    refuses, each recorded as denied, instead of refusing all. Every record of a person merged from several is opened
    and recorded, and read under the id that was asked for.
    Raises Refusal POLICY_DENY, RESTRICTION_BLOCK, AUDIT_UNAVAILABLE.
    """
    whose = (subjects,) if isinstance(subjects, UUID) else tuple(dict.fromkeys(subjects))
    if by != presence.who_is_present():
        raise TypeError("the actor named is not the one present")
    plans = {cls: plan(cls) for cls in excerpts}
    classes = frozenset().union(*(p.classes for p in plans.values()))
    people = persons(whose)
    refused = policy.refused(by, classes, whose, people)
    if refused:
        _deny(refused, plans.values(), classes, by, listed)
        if not partly:
            raise next(iter(refused.values()))
    allowed = {s: s for s in whose if s not in refused}
    for s in tuple(allowed):
        allowed |= {record: s for record in people[s] if record not in allowed}
    if not allowed:
        return Chart({}, plans, {}, None, by, refused)
    entry = Entry(
        "open",
        "chart.opened",
        tuple(sorted(classes)),
        tuple(sorted(p.name for p in plans.values())),
        tuple(allowed),
        len(whose) > 1 if listed is None else listed,
        note=custody.note(by.reason, by),
    )
    opened = custody.open_entry(entry, by)
    if not entry.listed:
        vips.watch(allowed, opened, by=by)
    return Chart(allowed, plans, custody.keys(opened, by) if classes else {}, opened, by, refused)


class Chart:
    """What one opening lets you read. Lives as long as its transaction."""

    def __init__(
        self,
        subjects: dict[UUID, UUID],
        plans: dict[type[Any], Plan],
        keys: custody.Keys,
        entry: UUID | None,
        by: Actor,
        refused: dict[UUID, Refusal],
    ) -> None:
        self.subjects = tuple(dict.fromkeys(subjects.values()))
        self.entry = entry
        self.refused = refused
        self._asked = subjects
        self._plans = plans
        self._keys = keys
        self._by = by

    def __contains__(self, excerpt: object) -> bool:
        """Whether this excerpt was asked for."""
        return excerpt in self._plans

    def __repr__(self) -> str:
        return f"<Chart of {len(self.subjects)}>"

    @property
    def records(self) -> Mapping[UUID, UUID]:
        """Every record that was opened → the id it was asked for under."""
        return self._asked

    def reads(self, excerpt: type[Any]) -> bool:
        """Whether an excerpt was asked for when the chart was opened."""
        return excerpt in self._plans

    def all(self, excerpt: type[E], rows: models.QuerySet[Any] | None = None) -> dict[UUID, list[E]]:
        """Every row of each subject; `rows` narrows or orders them. Subjects without rows are absent.

        Rows of records merged into one person come under the id that was asked for.
        """
        out: dict[UUID, list[E]] = {}
        for subject, opened in self._rows(excerpt, rows):
            out.setdefault(self._asked[subject], []).append(opened)
        return out

    def each(self, excerpt: type[E]) -> dict[UUID, E]:
        """The first row of each subject; of a person merged from several records, that of the record asked for."""
        own: dict[UUID, E] = {}
        others: dict[UUID, E] = {}
        for subject, opened in self._rows(excerpt, None):
            asked = self._asked[subject]
            (own if asked == subject else others).setdefault(asked, opened)
        return others | own

    def one(self, excerpt: type[E]) -> E:
        """The row of the only subject. Raises Refusal NOT_FOUND."""
        for row in self.each(excerpt).values():
            return row
        raise Refusal("NOT_FOUND")

    def stream(self, sealed: BinaryIO, subject: UUID, file: UUID, phi: PhiClass) -> BinaryIO:
        """The plain content of a sealed file of one of the subjects, if its class was opened.

        Raises Refusal KEY_UNAVAILABLE, INTEGRITY_FAILURE.
        """
        key = self._keys.get((subject, phi))
        if key is None:
            raise Refusal("KEY_UNAVAILABLE")
        return files.open_stream(sealed, key, files.place(self._by.practice, subject, file, phi))

    def _rows(self, excerpt: type[E], rows: models.QuerySet[Any] | None) -> Iterator[tuple[UUID, E]]:
        wanted = self._wanted(excerpt)
        found = wanted.model._default_manager.order_by(*wanted.order) if rows is None else rows
        found = found.filter(**{f"{wanted.of}__in": list(self._asked)})
        for subject, row, *columns in found.values_list(wanted.of, "pk", *wanted.columns):
            self._unseal(wanted, subject, row, columns)
            yield subject, excerpt(*columns)

    def _wanted(self, excerpt: type[Any]) -> Plan:
        if excerpt not in self._plans:
            raise TypeError(f"{excerpt.__name__} was not asked for when the chart was opened")
        return self._plans[excerpt]

    def _unseal(self, wanted: Plan, subject: UUID, row: UUID, columns: list[Any]) -> None:
        for at, column in wanted.sealed:
            value = columns[at]
            if value is None:
                continue
            key = self._keys.get((subject, column.phi))
            if key is None:
                raise Refusal("KEY_UNAVAILABLE")
            place = crypto.Place(
                self._by.practice, wanted.model._meta.db_table, str(column.column), row, subject, column.phi
            )
            columns[at] = values.decode(column.kind, crypto.unseal(key, place, value.blob))


def _deny(
    refused: dict[UUID, Refusal], plans: Iterable[Plan], classes: frozenset[Any], by: Actor, listed: bool | None
) -> None:
    codes = sorted({r.code for r in refused.values()})
    custody.record(
        Entry(
            "deny",
            "chart.opened",
            tuple(sorted(classes)),
            tuple(sorted(p.name for p in plans)),
            tuple(refused),
            len(refused) > 1 if listed is None else listed,
            codes[0],
            canonical({"codes": codes}),
            custody.note(by.reason, by),
        ),
        by,
    )
