"""The embedded server's configuration, written anew at each start from this one page."""

from __future__ import annotations

from collections.abc import Sequence

from keepwell.operations.places import APPLICATION, OWNER, SEQUENCER

SUPERUSER = "postgres"

SETTINGS = {
    # Reachable only through the socket: there is no port to find.
    "listen_addresses": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # A prepared transaction would hold the ledger's horizon open across restarts.
    "max_prepared_transactions": "0",
    "idle_in_transaction_session_timeout": "5min",
    # Statements, parameters and the DETAIL of an error can hold values: none of them reach the log.
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "track_activity_query_size": "100",
    # A week of logs, then each day's file is written over.
    "logging_collector": "on",
    "log_filename": "postgres-%a.log",
    "log_file_mode": "0600",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
}

# For a server that lives as long as one test run: what it loses in a power cut nobody misses.
THROWAWAY = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "4GB",
             "shared_buffers": "256MB", "autovacuum_naptime": "10min"}  # fmt: skip


def settings_file(own: dict[str, str], *, throwaway: bool) -> str:
    """postgresql.conf."""
    chosen = SETTINGS | (THROWAWAY if throwaway else {}) | own
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in chosen.items()]
    return "# Keepwell writes this file at each start.\n" + "\n".join(lines) + "\n"


def access_file() -> str:
    """pg_hba.conf: who may connect, and by what proof. Whoever is not named here is refused.

    The owner and the superuser prove who they are by the operating system, so there is no password to steal;
    the two roles that serve requests prove it by a generated password and can never come in by `peer`.
    """
    return (
        "# Keepwell writes this file at each start.\n"
        f"local all {SUPERUSER} peer map=keepwell\n"
        f"local all {OWNER} peer map=keepwell\n"
        f"local all {APPLICATION} scram-sha-256\n"
        f"local all {SEQUENCER} scram-sha-256\n"
    )


def names_file(os_users: Sequence[str]) -> str:
    """pg_ident.conf: which operating-system users are the owner."""
    pairs = [f'keepwell "{name}" {role}' for name in os_users for role in (SUPERUSER, OWNER)]
    return "# Keepwell writes this file at each start.\n" + "\n".join(pairs) + "\n"


def initdb_options(major: int, *, throwaway: bool) -> list[str]:
    """How a new cluster is made: text sorts by code point everywhere, pages carry checksums."""
    locale = (
        ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        if major >= 17
        else ["--lc-collate=C", "--lc-ctype=C.UTF-8"]
    )
    return [
        f"--username={SUPERUSER}", "--encoding=UTF8", *locale, "--data-checksums", "--no-instructions",
        "--auth-local=peer", "--auth-host=reject", *(["--no-sync"] if throwaway else []),
    ]  # fmt: skip
