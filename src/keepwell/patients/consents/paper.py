"""Consents held on paper, from a list: read, judged row by row, written down at once, taken out again if wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from keepwell import charts
from keepwell.access import consenting
from keepwell.access.consenting import Answer
from keepwell.access.models import Consent, How
from keepwell.base import clock, dates, text
from keepwell.base.actor import Actor
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.base.tables.matching import Field, Matcher, folded
from keepwell.base.tables.reading import read
from keepwell.charts import finding
from keepwell.ledger.actions import action
from keepwell.patients.consents import picture
from keepwell.patients.excerpts import Listed
from keepwell.patients.excerpts_calls import PaperRows
from keepwell.patients.models import PaperLoad
from keepwell.vault.blind import Findable
from keepwell.vault.phi import PhiClass

Kind, State = Consent.Kind, PaperLoad.State
MOST = 2000
STEP = 200
LONGEST = 120

FIELDS = (
    Field("number", _("Record number"), ("record number", "record", "mrn", "chart number", "numero de expediente")),
    Field("what", _("What they signed"), ("consent", "kind", "form", "document", "consentimiento", "formulario")),
    Field("day", _("Signed on"), ("date", "signed", "signed on", "date signed", "fecha")),
    Field("where", _("Where the paper is"), ("source", "where", "location", "folder", "origen", "carpeta")),
)
MATCHER = Matcher(FIELDS)

MEANS: dict[str, tuple[str, str, str]] = {
    "telehealth": (Kind.TELEHEALTH, "", ""),
    "telesalud": (Kind.TELEHEALTH, "", ""),
    "privacy notice": (Kind.NOTICE, "", ""),
    "notice of privacy practices": (Kind.NOTICE, "", ""),
    "npp": (Kind.NOTICE, "", ""),
    "aviso de privacidad": (Kind.NOTICE, "", ""),
    "text reminders": (Kind.REACH, Topic.APPOINTMENTS, Channel.SMS),
    "texts about care": (Kind.REACH, Topic.CARE, Channel.SMS),
    "email reminders": (Kind.REACH, Topic.APPOINTMENTS, Channel.EMAIL),
    "email about care": (Kind.REACH, Topic.CARE, Channel.EMAIL),
    "call reminders": (Kind.REACH, Topic.APPOINTMENTS, Channel.VOICE),
}
"""What stands in a list, in folded words. Marketing and releases are signed one by one, with their elements."""


def called() -> list[tuple[str, list[str]]]:
    """What a list may bring, each with the words it may stand under."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for words, meaning in MEANS.items():
        found.setdefault(meaning, []).append(words)
    return [(picture.named(*meaning), words) for meaning, words in found.items()]


def send(file: BinaryIO, *, by: Actor) -> PaperLoad:
    """Reads and judges a list. Nothing counts yet. Raises the refusals of reading, PAPER_COLUMNS_MISSING."""
    table = read(file, MATCHER.known)
    at = {name: i for i, name in enumerate(MATCHER.guess(table.headers)) if name}
    if missing := [field.label for field in FIELDS[:3] if field.name not in at]:
        raise Refusal("PAPER_COLUMNS_MISSING", needed=", ".join(map(str, missing)), field="list")
    said: list[list[Any]] = []
    for row in table.rows:
        if len(said) == MOST:
            raise Refusal("TABLE_TOO_LONG", limit=MOST)
        said.append([row.number, *(row.cells[at[f.name]].strip() if f.name in at else "" for f in FIELDS)])
    return _checked(_judged(said, by), by=by)


@action("paper_consents.checked", seals={PhiClass.IDENTITY})
def _checked(rows: list[list[Any]], *, by: Actor) -> PaperLoad:
    "A list of consents held on paper was read and judged; nothing of it counts yet."
    bad = sum(1 for row in rows if row[-1])
    load = PaperLoad(rows=rows, good=len(rows) - bad, bad=bad, sent_by=by.id, sent_at=clock.now())
    load.save(force_insert=True)
    return load


def rows_of(load: PaperLoad, *, by: Actor) -> list[list[Any]]:
    """The rows as they were judged: number in the file, record number, what, day, where, patient, code of a refusal."""
    chart = charts.open(by.practice, PaperRows, by=by, listed=True)
    found = chart.all(PaperRows, PaperLoad.objects.filter(id=load.id).order_by("id")).get(by.practice, [])
    return list(found[0].rows or []) if found else []


def take(load: PaperLoad, *, by: Actor) -> int:
    """Writes down everything that was judged good; answers there already stay as they are. How many came."""
    _require(load, State.CHECKED)
    per: dict[UUID, list[Answer]] = {}
    for _number, _record, what, day, where, patient, code in rows_of(load, by=by):
        if not code:
            per.setdefault(UUID(patient), []).append(_answer(what, day, where, load))
    came = 0
    patients = list(per)
    for start in range(0, len(patients), STEP):
        some = tuple(patients[start : start + STEP])
        came += consenting.load(some, per, by=by)
    _moved(load, State.LOADED, by=by)
    return came


def undo(load: PaperLoad, *, by: Actor) -> None:
    """Takes out everything the list brought."""
    _require(load, State.LOADED)
    patients = list(
        Consent.objects.filter(batch=load.id, ended_at=None).values_list("patient_id", flat=True).distinct()
    )
    for start in range(0, len(patients), STEP):
        consenting.unload(tuple(patients[start : start + STEP]), load.id, by=by)
    _moved(load, State.UNDONE, by=by)


def discard(load: PaperLoad, *, by: Actor) -> None:
    """Throws a judged list away."""
    _require(load, State.CHECKED)
    _moved(load, State.DISCARDED, by=by)


@action("paper_consents.moved", seals={PhiClass.IDENTITY})
def _moved(load: PaperLoad, state: str, *, by: Actor) -> None:
    "A list of paper consents was written down, undone or thrown away."
    load.state = state
    if state == State.LOADED:
        load.loaded_at = clock.now()
    if state in (State.DISCARDED, State.UNDONE):
        load.rows = None
    load.save(update_fields=["state", "loaded_at", "rows"] if load.rows is None else ["state", "loaded_at"])


def _require(load: PaperLoad, state: str) -> None:
    if not PaperLoad.objects.select_for_update().filter(id=load.id, state=state).exists():
        raise Refusal("STALE_VERSION")


def _judged(said: Sequence[Sequence[Any]], by: Actor) -> list[list[Any]]:
    known = _patients({str(row[1]) for row in said}, by)
    return [[*row, *_verdict(row, known)] for row in said]


def _verdict(row: Sequence[Any], known: dict[str, UUID]) -> tuple[str, str]:
    """Whose it is, and the code of what is wrong with it."""
    _number, record, what, day, where = row
    if not record or not what or not day:
        return "", "FIELD_EMPTY"
    patient = known.get(text.record_number(record) or "")
    if patient is None:
        return "", "RECORD_NUMBER_UNKNOWN"
    if folded(what) not in MEANS:
        return "", "PAPER_KIND_UNKNOWN"
    if len(where) > LONGEST:
        return "", "TEXT_TOO_LONG"
    days = dates.read(day, dt.date.max)
    if len(days) != 1:
        return "", "DATE_UNCLEAR" if days else "DATE_UNREADABLE"
    return (str(patient), "") if days[0] <= clock.now().date() else ("", "DATE_IN_FUTURE")


def _patients(numbers: Iterable[str], by: Actor) -> dict[str, UUID]:
    """Record number as it is compared → patient, in one recorded search."""
    wanted = [Findable(record_number=number) for number in numbers if text.record_number(number)]
    found = finding.find_alike(wanted, by=by, limit=2 * MOST) if wanted else []
    tags = charts.open(found, Listed, by=by, listed=True, partly=True).each(Listed) if found else {}
    return {text.record_number(tag.record_number) or "": patient for patient, tag in tags.items()}


def _answer(what: str, day: str, where: str, load: PaperLoad) -> Answer:
    kind, topic, channel = MEANS[folded(what)]
    (on,) = dates.read(day, dt.date.max)
    at = min(dt.datetime.combine(on, dt.time(12), dt.UTC), clock.now())
    said = {"where": where} if where else None
    return Answer(kind=kind, topic=topic, channel=channel, how=How.PAPER, source=Consent.Source.PAPER, at=at,
                  said=said, batch=load.id)  # fmt: skip
