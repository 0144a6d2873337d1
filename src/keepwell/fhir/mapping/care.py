"""CarePlan, Goal and Encounter (R4 §§ 9.5, 9.6, 8.11)."""

from __future__ import annotations

from keepwell.fhir import labels
from keepwell.fhir.mapping.reading import Reading
from keepwell.records import heads


def plan(r: Reading) -> heads.CarePlan:
    title = r.text("title") or next(filter(None, (labels.words(c.resource) for c in r.each("category"))), "")
    return heads.CarePlan(
        title=title or r.text("description"), when=r.moment("period.start", "created"), until=r.moment("period.end"),
        status=r.text("status"), encounter=r.link("encounter"), intent=r.text("intent"),
        activities=tuple(dict.fromkeys(filter(None, map(_activity, r.each("activity"))))),
        addresses=tuple(dict.fromkeys(filter(None, (a.called() for a in r.each("addresses"))))),
        goals=tuple(filter(None, (r.place.id_of(g.text("reference")) for g in r.each("goal")))),
    )  # fmt: skip


def _activity(a: Reading) -> str:
    detail = a.inner("detail")
    return detail.words("code") or detail.text("description") or a.inner("reference").called()


def goal(r: Reading) -> heads.Goal:
    return heads.Goal(
        **r.coded("description"), when=r.moment("startDate", "statusDate"), status=r.text("lifecycleStatus"),
        achievement=r.code("achievementStatus"), due=next((t.moment("dueDate") for t in r.each("target")), ""),
    )  # fmt: skip


def encounter(r: Reading) -> heads.Encounter:
    who = (p.inner("individual").called() for p in r.each("participant"))
    types = ({"title": labels.words(t.resource), **_coding(t)} for t in r.each("type"))
    return heads.Encounter(
        **next(types, {"title": r.words("serviceType")}), when=r.moment("period.start"), until=r.moment("period.end"),
        status=r.text("status"), kind=r.code("class"), reason=r.reasons(), practitioner=next(filter(None, who), ""),
        place=r.inner("serviceProvider").called(),
    )  # fmt: skip


def _coding(concept: Reading) -> dict[str, str]:
    first = next(iter(labels.codings(concept.resource)), {})
    return {"code": labels.tidy(first.get("code")), "system": labels.tidy(first.get("system"))}
