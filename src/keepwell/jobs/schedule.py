"""What Keepwell does by itself: room in the ledger ahead of time, the nightly reconciliation, old lists taken away."""

from __future__ import annotations

from django.conf import settings
from procrastinate.contrib.django import app

from keepwell.access import maintenance, programs
from keepwell.base.actor import Purpose
from keepwell.compliance import wordings
from keepwell.compliance.exports import actions as exports
from keepwell.compliance.people import departures, dormant, recertify
from keepwell.ledger import wire
from keepwell.ledger.doorway import present
from keepwell.ledger.reconcile import reconcile
from keepwell.messaging import overdue
from keepwell.operations import backups
from keepwell.outbound.vendors import clocks, pauses
from keepwell.patients.movein import actions as movein
from keepwell.privacy import pairing
from keepwell.scheduling import licenses, offering

MONTHS_AHEAD = 3


@app.periodic(cron="10 2 * * *")
@app.task(name="keepwell.partitions", queue="keepwell")
def partitions(timestamp: int = 0) -> int:
    """Partitions of the ledger for the months to come; there is a default one should this ever not run."""
    return int(wire.rows("default", "SELECT custody.make_partitions(%s)", MONTHS_AHEAD)[0][0])


@app.periodic(cron="40 2 * * *")
@app.task(name="keepwell.backup_keys", queue="keepwell")
def expire_backup_keys(timestamp: int = 0) -> int:
    """Keys of records leave backups after a week. How many backups."""
    return backups.expire(settings.PLACES)


@app.periodic(cron="*/5 * * * *")
@app.task(name="keepwell.departures", queue="keepwell")
def end_access(timestamp: int = 0) -> int:
    """What is left of the access of people who left, in every practice. The count of those still open."""
    still = 0
    for practice in maintenance.practices():
        with present(practice.actor("ending access")) as by:
            still += departures.due(by=by)
    return still


@app.periodic(cron="10 3 * * *")
@app.task(name="keepwell.dormant", queue="keepwell")
def suspend_unused(timestamp: int = 0) -> int:
    """Accounts nobody used for ninety days are suspended, in every practice. How many."""
    found = 0
    for practice in maintenance.practices():
        with present(practice.actor("unused accounts")) as by:
            found += dormant.suspend_unused(by=by)
    return found


@app.periodic(cron="15 3 * * *")
@app.task(name="keepwell.access_reviews", queue="keepwell")
def end_unconfirmed(timestamp: int = 0) -> int:
    """Access that nobody confirmed in an access review ends, in every practice. How many places."""
    ended = 0
    for practice in maintenance.practices():
        with present(practice.actor("access reviews")) as by:
            ended += recertify.overdue(by=by)
    return ended


@app.periodic(cron="20 6 * * *")
@app.task(name="keepwell.tokens", queue="keepwell")
def remind_of_tokens(timestamp: int = 0) -> int:
    """Tells who answers for a program that a token of it ends soon."""
    told = 0
    for practice in maintenance.practices():
        with present(practice.actor("tokens that end")) as by:
            told += programs.remind(by=by)
    return told


@app.periodic(cron="30 5 * * *")
@app.task(name="keepwell.licenses", queue="keepwell")
def remind_of_licenses(timestamp: int = 0) -> int:
    """Asks providers to renew the licenses that end within 60, 30 and 7 days, in every practice. How many new tasks."""
    asked = 0
    for practice in maintenance.practices():
        with present(practice.actor("licenses that end")) as by:
            asked += licenses.remind(by=by)
    return asked


@app.periodic(cron="0 6 * * *")
@app.task(name="keepwell.agreements", queue="keepwell")
def remind_of_agreements(timestamp: int = 0) -> int:
    """Asks for what ends with a vendor within 90, 60, 30 and 7 days, in every practice. How many new tasks."""
    asked = 0
    for practice in maintenance.practices():
        with present(practice.actor("agreements that end")) as by:
            asked += clocks.run(by=by)
    return asked


@app.periodic(cron="*/10 * * * *")
@app.task(name="keepwell.pauses", queue="keepwell")
def look_for_pauses(timestamp: int = 0) -> int:
    """Tells at once of a channel that a date has paused or cleared, in every practice. How many began or ended."""
    changed = 0
    for practice in maintenance.practices():
        with present(practice.actor("channels that carry")) as by:
            changed += pauses.look(by=by)
    return changed


@app.periodic(cron="*/5 * * * *")
@app.task(name="keepwell.disclosures", queue="keepwell")
def pair_disclosures(timestamp: int = 0) -> int:
    """What was sent is written down as what left, in every practice. How much."""
    paired = 0
    for practice in maintenance.practices():
        with present(practice.actor("what was sent").for_purpose(Purpose.HOPERAT, "what was sent")) as by:
            paired += pairing.run(by=by)
    return paired


@app.periodic(cron="40 2 * * *")
@app.task(name="keepwell.reconcile", queue="keepwell")
def reconcile_all(timestamp: int = 0) -> int:
    """Every practice's protected values against its ledger. What differs is recorded; the count is the job's answer."""
    wrong = 0
    for practice in maintenance.practices():
        with present(practice.actor("nightly reconciliation")) as by:
            wrong += len(reconcile(by))
    return wrong


@app.periodic(cron="50 3 * * *")
@app.task(name="keepwell.consent_texts", queue="keepwell")
def compare_texts(timestamp: int = 0) -> int:
    """Every practice's published consent texts against its ledger. How many are not what was published."""
    wrong = 0
    for practice in maintenance.practices():
        with present(practice.actor("published consent texts")) as by:
            wrong += wordings.compare(by=by)
    return wrong


@app.periodic(cron="20 3 * * *")
@app.task(name="keepwell.lists", queue="keepwell")
def lists(timestamp: int = 0) -> int:
    """Patient lists that were sent long ago go off the disk, in every practice; how many."""
    gone = 0
    for practice in maintenance.practices():
        with present(practice.actor("old patient lists")) as by:
            gone += movein.expire(by=by)
    return gone


@app.periodic(cron="*/30 * * * *")
@app.task(name="keepwell.exports", queue="keepwell")
def old_exports(timestamp: int = 0) -> int:
    """Exports of the activity log whose day is over go off the disk, in every practice; how many."""
    gone = 0
    for practice in maintenance.practices():
        with present(practice.actor("old exports")) as by:
            gone += exports.expire(by=by)
    return gone


@app.periodic(cron="*/5 * * * *")
@app.task(name="keepwell.unread", queue="keepwell")
def tell_of_unread(timestamp: int = 0) -> int:
    """Tells a named person of messages nobody has read in time, in every practice; how many."""
    told = 0
    for practice in maintenance.practices():
        with present(practice.actor("unread messages")) as by:
            told += overdue.escalate(by=by)
    return told


@app.periodic(cron="* * * * *")
@app.task(name="keepwell.waitlist", queue="keepwell")
def offer_freed_times(timestamp: int = 0) -> int:
    """Times that came free go to whoever waits next, and offers that ran out to the one after, in every practice."""
    made = 0
    for practice in maintenance.practices():
        with present(practice.actor("offers from the waitlist")) as by:
            made += offering.round_of_offers(by=by)
    return made
