"""What goes out because of a change, in words. Who sends says it here; while nobody does, nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from keepwell.scheduling.models import Appointment

Teller = Callable[[Appointment, str], Iterable[str]]

TELLERS: list[Teller] = []


def teller(says: Teller) -> Teller:
    """Registers who knows what a change sends: asked with the appointment as it stands now and the change's verb."""
    TELLERS.append(says)
    return says


def of(appointment: Appointment, verb: str) -> list[str]:
    """Everything that goes out if a change stays, one sentence each."""
    return [said for says in TELLERS for said in says(appointment, verb)]
