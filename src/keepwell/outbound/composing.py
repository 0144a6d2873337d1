"""From a draft, or from a message there is, to what the gate is asked about; and the first way that is clear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from keepwell import charts
from keepwell.access import texting
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.sending import Channel, Topic
from keepwell.outbound import agreements, gate, reaching, wording
from keepwell.outbound.asks import Draft, Elsewhere
from keepwell.outbound.clearance import Cleared, Held
from keepwell.outbound.excerpts import Envelope
from keepwell.outbound.gate import Answer, Leaving
from keepwell.outbound.letters import LETTERS, Paper
from keepwell.outbound.models import Message, Sender
from keepwell.outbound.reaching import Point, Reached
from keepwell.outbound.wording import Filling, Said
from keepwell.vault.phi import PhiClass

Tried = tuple[Answer, Point | None]
"""What the gate said of one way to one address."""


@dataclass(frozen=True, slots=True, repr=False)
class Composed:
    """One draft with its recipient, its answer and the channel it takes (or would take)."""

    id: UUID
    draft: Draft
    reached: Reached
    answer: Answer
    channel: Channel
    point: Point | None
    instead_of: Held | None = None
    """Why it does not take a channel it was asked for, when it takes another one."""


def compose(drafts: Sequence[Draft], *, by: Actor, ids: Sequence[UUID] = (), fallback: bool = True) -> list[Composed]:
    """Everything at once: one opening for all patients, one question to the gate for all ways of all drafts."""
    known = list(ids) or [new_id() for _ in drafts]
    people = reaching.patients([d.patient for d in drafts if d.patient], by=by)
    staff = reaching.members([d.member for d in drafts if d.member], by=by)
    reached = [_reached(d, people, staff, by) for d in drafts]
    tried = [
        (at, point, leaving(known[at], draft, reached[at], way, point, by=by))
        for at, draft in enumerate(drafts)
        for way in draft.ways
        for point in points_of(draft, reached[at], way)
    ]
    answers: dict[int, list[Tried]] = {}
    for (at, point, _leaving), answer in zip(tried, gate.ask([one for *_, one in tried], by=by), strict=True):
        answers.setdefault(at, []).append((answer, point))
    made = [_chosen(known[at], draft, reached[at], answers[at]) for at, draft in enumerate(drafts)]
    return _fallen_back(made, by) if fallback else made


SPARE = (Channel.EMAIL, Channel.SMS)
"""What a notice falls back to while its own channel is paused. Post comes too late for most of what notices say."""


def _fallen_back(made: list[Composed], by: Actor) -> list[Composed]:
    """Where nobody may carry a notice, another channel takes it, if the gate clears that one for its reader."""
    stopped = [one for one in made if _spare(one)]
    carried = agreements.carrying(SPARE, by=by) if stopped else frozenset()
    tried = [
        (one, point, leaving(one.id, one.draft, one.reached, way, point, by=by))
        for one in stopped
        for way in _spare(one)
        if way in carried
        for point in points_of(one.draft, one.reached, way)
    ]
    others: dict[UUID, list[Composed]] = {}
    answers = gate.ask([asked for *_, asked in tried], by=by) if tried else []
    for (one, point, _asked), answer in zip(tried, answers, strict=True):
        others.setdefault(one.id, []).append(replace(one, answer=answer, channel=answer.channel, point=point))
    return [instead(one, others.get(one.id, ())) for one in made]


def instead(made: Composed, others: Iterable[Composed]) -> Composed:
    """The same by the first of these other ways that is clear, where its own are paused."""
    ways = _spare(made)
    other = next((o for o in others if o.channel in ways and isinstance(o.answer, Cleared)), None)
    if other is None or not isinstance(made.answer, Held):
        return made
    return replace(made, answer=other.answer, channel=other.channel, point=other.point, instead_of=made.answer)


def _spare(made: Composed) -> list[Channel]:
    paused = isinstance(made.answer, Held) and made.answer.code in agreements.PAUSES
    if not paused or made.draft.patient is None or made.draft.paper or made.draft.elsewhere:
        return []
    return [way for way in SPARE if way not in made.draft.ways and way in made.reached.points]


def again(rows: Sequence[Message], *, by: Actor, fallback: bool = True, only: Channel | None = None) -> list[Composed]:
    """The same for messages there are: where their recipients are reached now, and what the gate says now.

    `only`: asked of this way alone, because it is the one the message is taking.
    """
    given = {m.id: m.whose for m in rows if m.to_unknown or (m.patient_id and Channel.FAX in m.ways)}
    asked = Message.objects.filter(id__in=given).order_by("id")
    opened = charts.open(list(given.values()), Envelope, by=by).all(Envelope, asked) if given else {}
    kept = {e.pk: e.to for found in opened.values() for e in found if e.to}
    given_to = {pk: to for pk, to in kept.items() if to.get("given")}
    drafts = [
        Draft(
            m.template,
            m.patient_id,
            m.member_id,
            kept[m.id]["at"] if m.to_unknown else "",
            (only,) if only else tuple(Channel(way) for way in m.ways),
            paper=Paper("", ()) if m.is_letter else None,
            elsewhere=_elsewhere(m, given_to.get(m.id)),
            topic=Topic(m.topic),
        )
        for m in rows
    ]
    return compose(drafts, by=by, ids=[m.id for m in rows], fallback=fallback and only is None)


def _reached(draft: Draft, people: dict[UUID, Reached], staff: dict[UUID, Reached], by: Actor) -> Reached:
    if draft.address:
        return reaching.somebody(draft.address, draft.ways, by=by)
    return people[draft.patient] if draft.patient else staff[draft.member]  # type: ignore[index]


def leaving(id: UUID, draft: Draft, reached: Reached, way: Channel, point: Point | None, *, by: Actor) -> Leaving:
    """What the gate is asked of one way of one draft."""
    texted = way is Channel.SMS and point is not None
    return Leaving(
        id,
        draft.patient,
        draft.member,
        way,
        draft.about(),
        draft.template,
        draft.paper is not None,
        point.id if point else None,
        point is not None,
        reached.zone,
        texting.digest_of(str(point.value), by=by) if texted and point else None,
        draft.elsewhere.number if draft.elsewhere else "",
        agreements.REACHES | told(draft),
        told(draft),
        draft.elsewhere.right if draft.elsewhere else "",
        draft.elsewhere.authorization if draft.elsewhere else None,
    )


def _elsewhere(message: Message, to: dict[str, Any] | None) -> Elsewhere | None:
    """Who else gets a message there is, as it was asked for."""
    if to is None:
        return None
    return Elsewhere(to["at"], to.get("name", ""), message.right, to.get("why", ""), message.authorization_id)


def points_of(draft: Draft, reached: Reached, way: Channel) -> list[Point | None]:
    """The addresses one way may lead to: a fax number that was given, or the recipient's own; None if there is none."""
    if draft.elsewhere:
        return [Point(None, draft.elsewhere.number) if way is Channel.FAX else None]
    return [*reached.at(way, letter=draft.paper is not None)] or [None]


def said(draft: Draft, reached: Reached, way: Channel, *, by: Actor) -> Said:
    """The literal words of a notice by this way; of a letter, what its cover says: nothing of it."""
    if draft.paper is not None:
        return Said("", "")
    return literal(draft.template, draft.closed(), reached, way, by=by)


def literal(
    template: str, values: Mapping[str, Any], reached: Reached, way: Channel, *, by: Actor, writes: Sender | None = None
) -> Said:
    """The words of a notice to this recipient by this way: the preview, the outbox and every delivery say these."""
    return wording.render(wording.of(template), values, filling(reached, by=by, writes=writes), way)


def reached_now(message: Message, at: str, *, by: Actor) -> Reached:
    """Whom a message there is reaches, as they are reached today."""
    if message.patient_id:
        return reaching.patients([message.patient_id], by=by)[message.patient_id]
    if message.member_id:
        return reaching.members([message.member_id], by=by)[message.member_id]
    return reaching.somebody(at, [Channel(message.channel)], by=by)


def filling(reached: Reached, *, by: Actor, writes: Sender | None = None) -> Filling:
    """Who writes, and to whom, for the words of a notice."""
    writes = writes or reaching.sender(by)
    return Filling(
        writes.neutral or writes.name,
        f"https://{writes.site}" if writes.site else "",
        writes.phone,
        writes.postal,
        reached.first_name,
        reached.zone,
        reached.language,
        reached.level,
    )


def told(draft: Draft) -> frozenset[PhiClass]:
    """What whoever reads a letter is told: the classes of what it was written from."""
    return LETTERS[draft.template].told if draft.paper and draft.template in LETTERS else frozenset()


def _chosen(id: UUID, draft: Draft, reached: Reached, tried: list[Tried]) -> Composed:
    """The first way that is clear; if none is, the first way and why not."""
    answer, point = next((each for each in tried if isinstance(each[0], Cleared)), tried[0])
    soon = [(a, p) for a, p in tried if isinstance(a, Held) and a.until]
    if isinstance(answer, Held) and soon and answer.until is None:
        answer, point = soon[0]
    return Composed(id, draft, reached, answer, answer.channel, point)
