"""Roles and the database, made on the embedded server or on any server whose administrator we are given.

Safe to run again: what exists is kept, attributes and passwords are set to what they must be.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from keepwell.base.refusal import Refusal
from keepwell.operations.places import APPLICATION, CUSTODIAN, DATABASE, OWNER, SEQUENCER
from keepwell.operations.saying import Say, quiet

NO_POWERS = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"

# What each role may be. The application role is nobody special on purpose: every guard is written against it.
ROLES = {
    CUSTODIAN: f"NOLOGIN {NO_POWERS} NOBYPASSRLS",
    OWNER: f"LOGIN {NO_POWERS} BYPASSRLS",
    APPLICATION: f"LOGIN {NO_POWERS} NOBYPASSRLS NOINHERIT",
    SEQUENCER: f"LOGIN {NO_POWERS} NOBYPASSRLS NOINHERIT",
}


QUIET = {
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}


@dataclass(frozen=True)
class Passwords:
    """The generated passwords of the roles that log in with one. `owner` only where there is no `peer`."""

    application: str
    sequencer: str
    owner: str | None = None

    def of(self, role: str) -> str | None:
        return {APPLICATION: self.application, SEQUENCER: self.sequencer, OWNER: self.owner}.get(role)


def provision(admin: str, passwords: Passwords, *, database: str = DATABASE, say: Say = quiet) -> None:
    """Make the roles and the database. `admin` is a connection string to any database of the server."""
    try:
        with psycopg.connect(admin, autocommit=True) as connection:
            for role, powers in ROLES.items():
                _role(connection, role, powers, passwords.of(role))
            _membership(connection)
            if not _quiet(connection):
                say("The server's log settings are not ours to set: `keepwell doctor` says which of them matter.")
            if _database(connection, database):
                say(f"Made the database {database}.")
        with psycopg.connect(admin, dbname=database, autocommit=True) as connection:
            close_to_public(connection, database)
            _privileges(connection, database)
    except psycopg.errors.InsufficientPrivilege as error:
        raise Refusal("ADMINISTRATOR_NEEDED", why=error.diag.message_primary) from error


def _role(connection: psycopg.Connection, role: str, powers: str, password: str | None) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = sql.SQL("ALTER ROLE" if found else "CREATE ROLE")
    connection.execute(sql.SQL("{} {} " + powers).format(verb, sql.Identifier(role)))
    if password is not None:
        # The server gets the scram verifier, never the password: a statement may end up in somebody's log.
        verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        change = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier))
        connection.execute(change)


def _membership(connection: psycopg.Connection) -> None:
    """The owner may act as custodian (migrations make custody's functions); nobody else is a member of either."""
    connection.execute(f"GRANT {CUSTODIAN} TO {OWNER}")
    stray = connection.execute(
        "SELECT member::regrole::text, roleid::regrole::text FROM pg_auth_members"
        " WHERE roleid IN (%s::regrole, %s::regrole) AND member IN (%s::regrole, %s::regrole)",
        [OWNER, CUSTODIAN, APPLICATION, SEQUENCER],
    ).fetchall()
    for member, role in stray:
        connection.execute(f"REVOKE {role} FROM {member}")


def _quiet(connection: psycopg.Connection) -> bool:
    """Keep what our roles say out of the server's log, whatever its own settings are. False where we may not."""
    try:
        for role in (OWNER, APPLICATION, SEQUENCER):
            for name, value in QUIET.items():
                change = sql.SQL("ALTER ROLE {} SET {} = {}")
                connection.execute(change.format(sql.Identifier(role), sql.Identifier(name), sql.Literal(value)))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def _database(connection: psycopg.Connection, database: str) -> bool:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        return False
    make = "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'"
    connection.execute(sql.SQL(make).format(sql.Identifier(database), sql.Identifier(OWNER)))
    return True


def _privileges(connection: psycopg.Connection, database: str) -> None:
    """Nothing is for everybody: not the schema, and no function that is made later."""
    for statement in (
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT ALL ON SCHEMA public TO {owner}",
        "GRANT USAGE ON SCHEMA public TO {app}, {sequencer}",
        "CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {custodian} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE ON SEQUENCES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {app}",
    ):
        connection.execute(sql.SQL(statement).format(**_names(database)))


def close_to_public(connection: psycopg.Connection, database: str) -> None:
    """Nobody but our roles connects, or makes temporary tables, which can shadow ours.
    A clone does not inherit this from its template."""
    for statement in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {app}, {sequencer}",
        "GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {database} TO {owner}",
    ):
        connection.execute(sql.SQL(statement).format(**_names(database)))


def _names(database: str) -> dict[str, sql.Identifier]:
    names = {"database": database, "owner": OWNER, "custodian": CUSTODIAN, "app": APPLICATION, "sequencer": SEQUENCER}
    return {key: sql.Identifier(name) for key, name in names.items()}
