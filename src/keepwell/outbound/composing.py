"""From a draft, or from a message there is, to what the gate is asked about; and the first way that is clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from keepwell import charts
from keepwell.access import texting
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.sending import Channel, Topic
from keepwell.charts.excerpts import plan
from keepwell.outbound import agreements, gate, reaching, wording
from keepwell.outbound.asks import Draft
from keepwell.outbound.clearance import Cleared, Held
from keepwell.outbound.excerpts import Envelope
from keepwell.outbound.gate import Answer, Leaving
from keepwell.outbound.letters import LETTERS, Paper
from keepwell.outbound.models import Message
from keepwell.outbound.reaching import Point, Reached
from keepwell.outbound.wording import Filling, Said
from keepwell.vault.phi import PhiClass


@dataclass(frozen=True, slots=True, repr=False)
class Composed:
    """One draft with its recipient, its answer and the channel it takes (or would take)."""

    id: UUID
    draft: Draft
    reached: Reached
    answer: Answer
    channel: Channel
    point: Point | None


def compose(drafts: Sequence[Draft], *, by: Actor, ids: Sequence[UUID] = ()) -> list[Composed]:
    """Everything at once: one opening for all patients, one question to the gate for all ways of all drafts."""
    known = list(ids) or [new_id() for _ in drafts]
    people = reaching.patients([d.patient for d in drafts if d.patient], by=by)
    staff = reaching.members([d.member for d in drafts if d.member], by=by)
    reached = [_reached(d, people, staff, by) for d in drafts]
    asked = [
        (at, leaving(known[at], draft, reached[at], way, by=by))
        for at, draft in enumerate(drafts)
        for way in draft.ways
    ]
    answers: dict[int, list[Answer]] = {}
    for (at, _leaving), answer in zip(asked, gate.ask([one for _at, one in asked], by=by), strict=True):
        answers.setdefault(at, []).append(answer)
    return [_chosen(known[at], draft, reached[at], answers[at]) for at, draft in enumerate(drafts)]


def again(rows: Sequence[Message], *, by: Actor) -> list[Composed]:
    """The same for messages there are: where their recipients are reached now, and what the gate says now."""
    given = [m.whose for m in rows if m.to_unknown or (m.patient_id and Channel.FAX in m.ways)]
    opened = charts.open(given, Envelope, by=by).all(Envelope, Message.objects.order_by("id")) if given else {}
    kept = {e.pk: e.to for found in opened.values() for e in found if e.to}
    numbers = {pk: to["at"] for pk, to in kept.items() if to.get("given")}
    drafts = [
        Draft(
            m.template,
            m.patient_id,
            m.member_id,
            kept[m.id]["at"] if m.to_unknown else "",
            tuple(Channel(way) for way in m.ways),
            paper=Paper("", ()) if m.is_letter else None,
            number=numbers.get(m.id, ""),
            topic=Topic(m.topic),
        )
        for m in rows
    ]
    return compose(drafts, by=by, ids=[m.id for m in rows])


def _reached(draft: Draft, people: dict[UUID, Reached], staff: dict[UUID, Reached], by: Actor) -> Reached:
    if draft.address:
        return reaching.somebody(draft.address, draft.ways, by=by)
    return people[draft.patient] if draft.patient else staff[draft.member]  # type: ignore[index]


def leaving(id: UUID, draft: Draft, reached: Reached, way: Channel, *, by: Actor) -> Leaving:
    """What the gate is asked of one way of one draft."""
    point = point_of(draft, reached, way)
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
        draft.number,
        _classes(draft),
    )


def point_of(draft: Draft, reached: Reached, way: Channel) -> Point | None:
    """The address for one way: a fax number that was given, or the recipient's own."""
    if draft.number:
        return Point(None, draft.number) if way is Channel.FAX else None
    return reached.points.get(way)


def said(draft: Draft, reached: Reached, way: Channel, *, by: Actor) -> Said:
    """The literal words of a notice by this way; of a letter, what its cover says: nothing of it."""
    filled = filling(reached, by=by)
    if draft.paper is not None:
        return Said("", "")
    return wording.render(wording.of(draft.template), draft.closed(), filled, way)


def filling(reached: Reached, *, by: Actor) -> Filling:
    """Who writes, and to whom, for the words of a notice."""
    writes = reaching.sender(by)
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


def _classes(draft: Draft) -> frozenset[PhiClass]:
    letter = LETTERS.get(draft.template) if draft.paper else None
    inside = frozenset().union(*(plan(e).classes for e in letter.excerpts)) if letter else frozenset()
    return agreements.REACHES | inside


def _chosen(id: UUID, draft: Draft, reached: Reached, answers: list[Answer]) -> Composed:
    """The first way that is clear; if none is, the first way and why not."""
    answer = next((a for a in answers if isinstance(a, Cleared)), answers[0])
    soon = [a for a in answers if isinstance(a, Held) and a.until]
    if isinstance(answer, Held) and soon and answer.until is None:
        answer = soon[0]
    return Composed(id, draft, reached, answer, answer.channel, point_of(draft, reached, answer.channel))
