"""What happens to agreements: recorded, checked clause by clause, signed, in force, renewed, broken, ended, closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from keepwell.access.models import Practice
from keepwell.base import clock
from keepwell.base.actor import Actor, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.outbound.agreements import today_at
from keepwell.outbound.models import Agreement, ClauseCheck, Coverage, Paper, Vendor, VendorService
from keepwell.outbound.vendors import days, pauses
from keepwell.outbound.vendors.clauses import clauses, needed
from keepwell.outbound.vendors.whom import who
from keepwell.vault.phi import PhiClass

OFFICE = PhiClass.OFFICE
LONGEST_REPORT = 60
"""Days in law for a business associate to report a breach (45 CFR § 164.410(b))."""
LONG_REPORT = 10
"""Above so many days the privacy officer has to accept it: the practice's own 60 days run meanwhile."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed: from when, until when or with which contract, and within how many days breaches are told."""

    starts_on: dt.date
    ends_on: dt.date | None = None
    with_service: bool = False
    renews_itself: bool = False
    report_days: int = 3

    def checked(self) -> Terms:
        """Raises Refusal BAA_REPORT_OVER_60, AGREEMENT_ENDLESS, DATES_REVERSED."""
        if self.report_days > LONGEST_REPORT or self.report_days < 0:
            raise Refusal("BAA_REPORT_OVER_60", field="report_days")
        if self.ends_on is None and not self.with_service:
            raise Refusal("AGREEMENT_ENDLESS", field="ends_on")
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise Refusal("DATES_REVERSED", field="ends_on")
        return self


@action("agreement.recorded")
def record(
    vendor: Vendor, terms: Terms, covers: Mapping[UUID, Iterable[PhiClass]], *, by: Actor, drafted: bool = False
) -> Agreement:
    """An agreement with a vendor and the services it covers. It does not count before it is checked and signed.

    One drafted here has every clause in it already: found by Keepwell, and still for a person to confirm.
    Raises Refusal BAA_REPORT_OVER_60, AGREEMENT_ENDLESS, DATES_REVERSED, DATE_FAR, AGREEMENT_COVERS_NOTHING.
    """
    said = terms.checked()
    for field in ("starts_on", "ends_on"):
        days.to_come(getattr(said, field), field, today_at(_practice(by)))
    services = list(VendorService.objects.filter(vendor=vendor, id__in=list(covers), ended_at=None).order_by("id"))
    if not services:
        raise Refusal("AGREEMENT_COVERS_NOTHING", field="covers")
    row = Agreement(
        vendor=vendor, starts_on=said.starts_on, ends_on=said.ends_on, with_service=said.with_service,
        renews_itself=said.renews_itself, report_days=said.report_days, drafted=drafted, added_by_id=who(by),
    )  # fmt: skip
    row.save(force_insert=True)
    for service in services:
        Coverage(agreement=row, service=service, classes=sorted(covers[service.id])).save(force_insert=True)
    ClauseCheck.objects.bulk_create(
        ClauseCheck(agreement=row, clause=code, found=drafted and clause.need != "part2")
        for code, clause in clauses().items()
    )
    return row


@action("agreement.clauses_checked", seals={OFFICE})
def check_clauses(agreement: Agreement, said: Mapping[str, tuple[bool, str]], *, by: Actor) -> int:
    """A person looked for clauses in an agreement, and says of each whether it is there and where. Returns how many."""
    rows = list(ClauseCheck.objects.filter(agreement=agreement, clause__in=list(said)).order_by("id"))
    if len(rows) != len(said):
        raise Refusal("CHOICE_UNKNOWN", field="clause")
    for row in rows:
        found, where = said[row.clause]
        row.found, row.where, row.confirmed_by_id, row.confirmed_at = found, where or None, who(by), clock.now()
        row.save(update_fields=["found", "where", "confirmed_by", "confirmed_at"])
    pauses.look(by=by)
    return len(rows)


@action("agreement.signed", seals={OFFICE})
def sign(
    agreement: Agreement, ours: dt.date | None, theirs: dt.date | None, signers: str = "", file: Paper | None = None,
    *, by: Actor,
) -> Agreement:  # fmt: skip
    "When each side signed, who did, and the signed file. Raises Refusal SIGNED_LATER, DATE_FAR."
    today = today_at(_practice(by))
    if any(day is not None and day > today for day in (ours, theirs)):
        raise Refusal("SIGNED_LATER", field="ours")
    days.past(ours, "ours", today)
    days.past(theirs, "theirs", today)
    agreement.signed_by_us_on, agreement.signed_by_them_on, agreement.signers = ours, theirs, signers or None
    agreement.file = file or agreement.file
    agreement.save(update_fields=["signed_by_us_on", "signed_by_them_on", "signers", "file"])
    pauses.look(by=by)
    return agreement


@action("agreement.report_accepted")
def accept_report(agreement: Agreement, *, by: Actor) -> Agreement:
    "The privacy officer accepts that breaches are told later than after ten days. Raises Refusal BAA_REPORT_LONG."
    if by.role is not Role.PRIVACY_OFFICER:
        raise Refusal("BAA_REPORT_LONG", n=agreement.report_days)
    agreement.report_accepted_by_id, agreement.report_accepted_at = who(by), clock.now()
    agreement.save(update_fields=["report_accepted_by", "report_accepted_at"])
    return agreement


@action("agreement.activated")
def activate(agreement: Agreement, *, by: Actor) -> Agreement:
    """An agreement counts from now on.

    Raises Refusal VENDOR_REFUSES_BAA, BAA_NOT_COUNTERSIGNED, AGREEMENT_FILE_MISSING, BAA_CLAUSE_MISSING,
    BAA_CLAUSE_UNCONFIRMED, BAA_REPORT_LONG.
    """
    if agreement.vendor.signs == Vendor.Signs.REFUSES:
        raise Refusal("VENDOR_REFUSES_BAA", vendor=agreement.vendor.name)
    if agreement.signed_by_us_on is None or agreement.signed_by_them_on is None:
        raise Refusal("BAA_NOT_COUNTERSIGNED", vendor=agreement.vendor.name)
    if agreement.file_id is None:
        raise Refusal("AGREEMENT_FILE_MISSING")
    refuse_clauses(agreement)
    if agreement.report_days > LONG_REPORT and agreement.report_accepted_at is None:
        raise Refusal("BAA_REPORT_LONG", n=agreement.report_days)
    agreement.active_at = agreement.reviewed_at = clock.now()
    agreement.active_by_id = who(by)
    agreement.save(update_fields=["active_at", "active_by", "reviewed_at"])
    pauses.look(by=by)
    return agreement


@action("agreement.reviewed")
def review(agreement: Agreement, *, by: Actor) -> Agreement:
    """A person went through the clauses of an agreement in force again, as a renewal needs.

    Raises Refusal BAA_CLAUSE_MISSING, BAA_CLAUSE_UNCONFIRMED.
    """
    refuse_clauses(agreement, since=agreement.active_at)
    agreement.reviewed_at = clock.now()
    agreement.save(update_fields=["reviewed_at"])
    return agreement


@action("agreement.renewed")
def renew(agreement: Agreement, ends_on: dt.date, *, by: Actor) -> Agreement:
    """An agreement goes on until a later day. Its clauses were looked at in the last 90 days of the old term.

    Raises Refusal BAA_AUTO_RENEW_UNREVIEWED, DATES_REVERSED, DATE_FAR, AGREEMENT_OVER.
    """
    _refuse_over(agreement)
    if agreement.ends_on is None or ends_on <= agreement.ends_on:
        raise Refusal("DATES_REVERSED", field="ends_on")
    days.to_come(ends_on, "ends_on", today_at(_practice(by)))
    opens = agreement.ends_on - dt.timedelta(days=90)
    if agreement.reviewed_at is None or agreement.reviewed_at.date() < opens:
        raise Refusal("BAA_AUTO_RENEW_UNREVIEWED", vendor=agreement.vendor.name)
    agreement.ends_on = ends_on
    agreement.save(update_fields=["ends_on"])
    pauses.look(by=by)
    return agreement


@action("agreement.breached", seals={OFFICE})
def breached(agreement: Agreement, breached_on: dt.date, breach: str, cure_by: dt.date, *, by: Actor) -> Agreement:
    """A vendor broke a material term and has until a day to cure it (45 CFR § 164.504(e)(1)(ii)).

    Raises Refusal FIELD_EMPTY, DATES_REVERSED, DATE_IN_FUTURE, DATE_FAR, AGREEMENT_OVER.
    """
    _refuse_over(agreement)
    if not breach.strip():
        raise Refusal("FIELD_EMPTY", field="breach")
    if cure_by < breached_on:
        raise Refusal("DATES_REVERSED", field="cure_by")
    days.past(breached_on, "breached_on", today_at(_practice(by)))
    days.to_come(cure_by, "cure_by", today_at(_practice(by)))
    agreement.breached_on, agreement.breach, agreement.cure_by = breached_on, breach.strip(), cure_by
    agreement.cured_on = agreement.kept_at = None
    agreement.save(update_fields=["breached_on", "breach", "cure_by", "cured_on", "kept_at"])
    pauses.look(by=by)
    return agreement


@action("agreement.cured")
def cured(agreement: Agreement, *, by: Actor) -> Agreement:
    "What a vendor broke is mended."
    agreement.cured_on = today_at(_practice(by))
    agreement.save(update_fields=["cured_on"])
    pauses.look(by=by)
    return agreement


@action("agreement.kept", seals={OFFICE})
def keep(agreement: Agreement, because: str, *, by: Actor) -> Agreement:
    "The cure failed, and ending the agreement is not feasible, for a reason that is written down."
    if not because.strip():
        raise Refusal("FIELD_EMPTY", field="because")
    agreement.kept_because, agreement.kept_at = because.strip(), clock.now()
    agreement.save(update_fields=["kept_because", "kept_at"])
    pauses.look(by=by)
    return agreement


@action("agreement.terminated")
def terminate(agreement: Agreement, on: dt.date, *, by: Actor) -> Agreement:
    "An agreement ends on a day, today or later; then nothing goes to the vendor. Raises AGREEMENT_OVER, DATE_FAR."
    _refuse_over(agreement)
    days.to_come(on, "on", today_at(_practice(by)))
    agreement.terminated_on = max(on, today_at(_practice(by)))
    agreement.save(update_fields=["terminated_on"])
    pauses.look(by=by)
    return agreement


@action("agreement.closed", seals={OFFICE})
def close(agreement: Agreement, exit: str, words: str = "", file: Paper | None = None, *, by: Actor) -> Agreement:
    """What became of the data after the end (45 CFR § 164.504(e)(2)(ii)(J)).

    Raises Refusal EXIT_NOT_PROVEN without a certificate, or the letter why it is not feasible; CHOICE_UNKNOWN.
    """
    if exit not in Agreement.Exit.values:
        raise Refusal("CHOICE_UNKNOWN", field="exit")
    if file is None or (agreement.terminated_on is None and not _lapsed(agreement, by)):
        raise Refusal("EXIT_NOT_PROVEN", field="exit_file", vendor=agreement.vendor.name)
    agreement.exit, agreement.exit_words, agreement.exit_file = exit, words or None, file
    agreement.exit_closed_at = clock.now()
    agreement.save(update_fields=["exit", "exit_words", "exit_file", "exit_closed_at"])
    return agreement


def refuse_clauses(agreement: Agreement, since: dt.datetime | None = None) -> None:
    """Raises Refusal BAA_CLAUSE_MISSING or BAA_CLAUSE_UNCONFIRMED (`since`: confirmed after that)."""
    covered = Coverage.objects.filter(agreement=agreement, ended_at=None).order_by("id")
    classes = {c for some in covered.values_list("classes", flat=True) for c in some}
    checks = {row.clause: row for row in ClauseCheck.objects.filter(agreement=agreement)}
    wanted = needed(classes)
    missing = [c.title for c in wanted if c.code not in checks or not checks[c.code].found]
    if missing:
        raise Refusal("BAA_CLAUSE_MISSING", list="; ".join(missing))
    if any(not _confirmed(checks[c.code], since) for c in wanted):
        raise Refusal("BAA_CLAUSE_UNCONFIRMED")


def _confirmed(row: ClauseCheck, since: dt.datetime | None) -> bool:
    return row.confirmed_at is not None and (since is None or row.confirmed_at > since)


def _refuse_over(agreement: Agreement) -> None:
    if agreement.terminated_on is not None:
        raise Refusal("AGREEMENT_OVER", date=f"{agreement.terminated_on:%Y-%m-%d}")


def _lapsed(agreement: Agreement, by: Actor) -> bool:
    return agreement.ends_on is not None and agreement.ends_on < today_at(_practice(by))


def _practice(by: Actor) -> Practice:
    return Practice.objects.get(id=by.practice)
