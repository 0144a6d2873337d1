"""How much one file may hold. Each limit is a named refusal, so that memory is bounded whatever arrives."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and counts. `depth` is far beyond real FHIR (about 20) and far below what breaks a parser."""

    file: int = 50 * MEGABYTE
    entry: int = 16 * MEGABYTE
    outside: int = MEGABYTE
    depth: int = 64
    brackets: int = 200_000
    entries: int = 100_000
    pending: int = 200_000
    chunk: int = 256 * 1024


STANDARD = Limits()


def megabytes(size: int) -> str:
    """A limit as people say it."""
    return f"{size // MEGABYTE} MB"
