"""Every other type: a name and a date, so that it has its line in the timeline. Its body is kept whole."""

from __future__ import annotations

from keepwell.fhir import labels
from keepwell.fhir.mapping.measured import number
from keepwell.fhir.mapping.reading import Reading
from keepwell.records import heads

_WHEN = (
    "effectiveDateTime", "effectivePeriod.start", "occurrenceDateTime", "occurrencePeriod.start",
    "performedDateTime", "performedPeriod.start", "onsetDateTime", "started", "period.start",
    "billablePeriod.start", "servicedDate", "start", "date", "authoredOn", "authored", "dateAsserted",
    "recordedDate", "recorded", "issued", "created", "sent", "received",
)  # fmt: skip
_UNTIL = (
    "effectivePeriod.end", "occurrencePeriod.end", "performedPeriod.end", "period.end", "billablePeriod.end", "end",
)  # fmt: skip


def anything(r: Reading) -> heads.Head:
    coded = r.coded("code")
    coded["title"] = coded["title"] or labels.label(r.resource)
    return heads.Head(
        **coded, when=r.moment(*_WHEN), until=r.moment(*_UNTIL), status=r.code("status"), encounter=r.link("encounter")
    )


def financial(r: Reading) -> heads.Financial:
    total = r.inner("total") if isinstance(r.resource.get("total"), dict) else r.first("total").inner("amount")
    insurer = r.inner("insurer").called() or r.first("insurance").inner("coverage").called()
    return heads.Financial(
        title=r.words("type"), code=r.code("type"), when=r.moment(*_WHEN), until=r.moment(*_UNTIL),
        status=r.code("status"), use=r.text("use"), amount=number(total.resource.get("value")),
        currency=total.text("currency"), insurer=insurer,
    )  # fmt: skip
