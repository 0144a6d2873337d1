"""What verification can find, by name, and what each finding means."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

KEPT = 20
"""Examples kept of each kind; all are counted."""


class Code(StrEnum):
    """Every kind of finding."""

    ENTRY_ALTERED = "ENTRY_ALTERED"
    ENTRY_MISSING = "ENTRY_MISSING"
    ENTRY_UNSEQUENCED = "ENTRY_UNSEQUENCED"
    ENTRY_BACKDATED = "ENTRY_BACKDATED"
    ENTRY_OUT_OF_ORDER = "ENTRY_OUT_OF_ORDER"
    ENTRY_CLOCK = "ENTRY_CLOCK"
    ENTRY_FORGED = "ENTRY_FORGED"
    LEAF_GAP = "LEAF_GAP"
    LEAF_MISLABELLED = "LEAF_MISLABELLED"
    NODE_WRONG = "NODE_WRONG"
    ROOT_MISMATCH = "ROOT_MISMATCH"
    CHECKPOINT_MALFORMED = "CHECKPOINT_MALFORMED"
    CHECKPOINT_UNSIGNED = "CHECKPOINT_UNSIGNED"
    CHECKPOINT_MISSING = "CHECKPOINT_MISSING"
    CHECKPOINT_BACKWARDS = "CHECKPOINT_BACKWARDS"
    KEY_OUT_OF_TERM = "KEY_OUT_OF_TERM"
    KEYS_BROKEN = "KEYS_BROKEN"
    LEDGER_TRUNCATED = "LEDGER_TRUNCATED"
    LEDGER_REWRITTEN = "LEDGER_REWRITTEN"
    LEDGER_REPLACED = "LEDGER_REPLACED"
    ANCHOR_MISSING = "ANCHOR_MISSING"
    ANCHOR_DAMAGED = "ANCHOR_DAMAGED"
    ANCHOR_BEHIND = "ANCHOR_BEHIND"
    SEQUENCER_BEHIND = "SEQUENCER_BEHIND"


MEANING = {
    Code.ENTRY_ALTERED: "An entry is not what it was when it was put in order.",
    Code.ENTRY_MISSING: "An entry that was put in order is gone.",
    Code.ENTRY_UNSEQUENCED: "An entry stands where the ledger was already complete, and was never put in order.",
    Code.ENTRY_BACKDATED: "An entry came in after the ledger had promised to be complete up to its time.",
    Code.ENTRY_OUT_OF_ORDER: "An entry does not stand in the order of its transaction.",
    Code.ENTRY_CLOCK: "The time inside an entry's id and the database's time for it are far apart.",
    Code.ENTRY_FORGED: "An entry was not written by a process that holds the practice's keys.",
    Code.LEAF_GAP: "Numbers are missing from the order.",
    Code.LEAF_MISLABELLED: "A leaf's own columns do not say what its entry says.",
    Code.NODE_WRONG: "A kept subtree is not the hash of its leaves.",
    Code.ROOT_MISMATCH: "The leaves do not lead to the root that was signed.",
    Code.CHECKPOINT_MALFORMED: "A checkpoint cannot be read, or its columns do not say what was signed.",
    Code.CHECKPOINT_UNSIGNED: "A checkpoint carries no good signature by a known key.",
    Code.CHECKPOINT_MISSING: "A checkpoint that was anchored is gone from the database, or a number is left out.",
    Code.CHECKPOINT_BACKWARDS: "A checkpoint is smaller or earlier than the one before it.",
    Code.KEY_OUT_OF_TERM: "A checkpoint was signed with a key that had been replaced, or was not in use yet.",
    Code.KEYS_BROKEN: "The signing keys do not vouch for each other.",
    Code.LEDGER_TRUNCATED: "A signed checkpoint counts more entries than there are.",
    Code.LEDGER_REWRITTEN: "The leaves do not lead to a root that was anchored outside the database.",
    Code.LEDGER_REPLACED: "This is not the ledger, or not the keys, that the anchor knows.",
    Code.ANCHOR_MISSING: "The anchor has nothing, and the database says that it was given checkpoints.",
    Code.ANCHOR_DAMAGED: "Part of the anchor cannot be read or is out of order.",
    Code.ANCHOR_BEHIND: "The anchor lacks a checkpoint that the database says it was given.",
    Code.SEQUENCER_BEHIND: "Entries have been waiting for minutes to be put in order.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where."""

    code: Code
    facts: dict[str, object]

    def __str__(self) -> str:
        where = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        return f"{self.code}: {MEANING[self.code]}{f' ({where})' if where else ''}"


@dataclass(slots=True)
class Findings:
    """Everything found: all counted, the first few of each kind kept."""

    counts: Counter[Code] = field(default_factory=Counter)
    kept: list[Finding] = field(default_factory=list)

    def add(self, code: Code, **facts: object) -> None:
        self.counts[code] += 1
        if self.counts[code] <= KEPT:
            self.kept.append(Finding(code, facts))

    @property
    def codes(self) -> set[Code]:
        return set(self.counts)

    def of(self, code: Code) -> list[Finding]:
        return [finding for finding in self.kept if finding.code == code]
