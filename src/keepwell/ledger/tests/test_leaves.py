"""A leaf is what COPY BINARY sends, and its bytes read back as the entry."""

from __future__ import annotations

import pytest

from keepwell.ledger.leaves import leaf_hash_of, microseconds, moment, parse
from keepwell.ledger.merkle import leaf_hash
from keepwell.ledger.tests.desk import Desk, rows_made_by_hand


def test_a_leaf_is_the_schema_version_and_the_row(kept: Desk):
    row = rows_made_by_hand(kept.owner)[0]
    assert leaf_hash_of(row) == leaf_hash(b"\x01" + row)


def test_bytes_that_are_no_entry_are_refused(kept: Desk):
    row = rows_made_by_hand(kept.owner)[0]
    forever = b"\0\0\0\x08\x7f" + b"\xff" * 7
    for broken in (b"", row[:-1], row + b"x", b"\0\1" + row[2:], row[:42] + forever + row[54:]):
        with pytest.raises(ValueError, match=r"."):
            parse(broken)


def test_times_go_both_ways():
    for count in (0, 1, -1, 10**15, microseconds(moment(7 * 10**14))):
        assert microseconds(moment(count)) == count
