"""What is unsafe about this installation, named one by one, with what to do about it.

Its findings are evidence for the risk analysis of 45 CFR § 164.308(a)(1)(ii)(A). `keepwell serve` refuses to start
while one of them is fatal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from keepwell.operations.doctor import database, machine, secrets
from keepwell.operations.doctor.findings import Finding, Severity, Situation

__all__ = ["CHECKS", "Finding", "Severity", "Situation", "examine"]

CHECKS: tuple[Callable[[Situation], Iterator[Finding]], ...] = (
    secrets.weak,
    secrets.root_key_missing,
    secrets.readable_by_others,
    secrets.beside_the_data,
    secrets.anchor_beside_the_data,
    machine.debugging,
    machine.any_host_name,
    machine.no_tls,
    machine.no_tls_to_the_database,
    machine.clock_unsynchronised,
    machine.running_as_root,
    machine.one_os_user,
    machine.server_shares_its_user,
    database.out_of_reach,
    database.powerful_application_role,
    database.outdated,
    database.not_durable,
    database.values_in_the_log,
    database.role_settings,
    database.clocks_apart,
    database.schema_behind,
    database.code_older,
    database.update_due,
    database.old_keys_in_backups,
    database.not_reconciled,
)


def examine(situation: Situation) -> list[Finding]:
    """Every finding, the worst first."""
    found = [finding for check in CHECKS for finding in check(situation)]
    return sorted(found, key=lambda finding: list(Severity).index(finding.severity))
