"""The Merkle tree over the ledger, in the shape of RFC 6962 § 2.1, and its proofs.

Nothing here touches the database. A tree is appended to through its frontier (at most one hash for each bit of its
size); a proof is made by asking `fetch(level, index)` for whole subtrees of 2**level leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

Fetch = Callable[[int, int], bytes]
Keep = Callable[[int, int, list[bytes]], None]

EMPTY_ROOT = sha256().digest()


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf: a 0x00 byte first, so that no node can pass for a leaf."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: a 0x01 byte first."""
    return sha256(b"\x01" + left + right).digest()


def parents(row: Sequence[bytes]) -> list[bytes]:
    """One row of a tree from the row beneath it. A last hash without a partner is left out."""
    return [sha256(b"\x01" + row[i] + row[i + 1]).digest() for i in range(0, len(row) - 1, 2)]


class Frontier:
    """The right edge of a tree: enough to append to it and to know its root, whatever its size."""

    def __init__(self, size: int = 0, fetch: Fetch | None = None) -> None:
        """An empty tree, or one of `size` leaves whose subtrees `fetch` knows."""
        self.size = size
        self._edge: list[bytes | None] = []
        for level in range(size.bit_length()):
            whole = size >> level & 1
            self._edge.append(fetch(level, (size >> level) - 1) if whole and fetch else None)

    def extend(self, leaves: Sequence[bytes], keep: Keep | None = None) -> None:
        """Append leaf hashes. `keep(level, first, hashes)` is told every subtree completed on the way."""
        row, level, first = list(leaves), 0, self.size
        self.size += len(row)
        while row:
            if level == len(self._edge):
                self._edge.append(None)
            waiting = self._edge[level]
            if waiting is not None:
                row = [waiting, *row]
            self._edge[level] = row[-1] if len(row) % 2 else None
            row, level, first = parents(row), level + 1, first >> 1
            if keep and row:
                keep(level, first, row)

    def root(self) -> bytes:
        """The root of the tree as it is now (RFC 6962 § 2.1, MTH)."""
        root: bytes | None = None
        for whole in self._edge:
            if whole is not None:
                root = whole if root is None else node_hash(whole, root)
        return EMPTY_ROOT if root is None else root


# ── Making proofs ────────────────────────────────────────────────────────────────────────────────────────────────────


def subtree(start: int, end: int, fetch: Fetch) -> bytes:
    """The root over the leaves [start, end), where `start` is where such a subtree may begin."""
    width = end - start
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return fetch(level, start >> level)
    middle = start + _left_width(width)
    return node_hash(subtree(start, middle, fetch), subtree(middle, end, fetch))


def inclusion(index: int, size: int, fetch: Fetch) -> list[bytes]:
    """What shows that leaf `index` is in the tree of `size` leaves (RFC 6962 § 2.1.1), lowest first."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _left_width(end - start)
        if index < middle:
            path.append(subtree(middle, end, fetch))
            end = middle
        else:
            path.append(subtree(start, middle, fetch))
            start = middle
    return path[::-1]


def consistency(old: int, new: int, fetch: Fetch) -> list[bytes]:
    """What shows that the tree of `old` leaves is the beginning of the tree of `new` (RFC 6962 § 2.1.2)."""
    if not 0 < old <= new:
        raise ValueError(f"a tree of {old} is not the beginning of one of {new}")
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _left_width(end - start)
        if old <= middle:
            path.append(subtree(middle, end, fetch))
            end = middle
        else:
            path.append(subtree(start, middle, fetch))
            start, whole = middle, False
    return path[::-1] if whole else [subtree(start, end, fetch), *path[::-1]]


def _left_width(width: int) -> int:
    """The largest power of two smaller than `width`."""
    return 1 << (width - 1).bit_length() - 1


# ── Checking proofs ──────────────────────────────────────────────────────────────────────────────────────────────────


def root_of_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to, or None if it cannot be one (RFC 9162 § 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    here, last, root = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            root = node_hash(beside, root)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            root = node_hash(root, beside)
        here, last = here >> 1, last >> 1
    return root if last == 0 else None


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a consistency proof holds (RFC 9162 § 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = _from_old(old, old_root, path)
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = next(steps, None)
    if first is None:
        return False
    was = now = first
    for beside in steps:
        if last == 0:
            return False
        if here & 1 or here == last:
            was, now = node_hash(beside, was), node_hash(beside, now)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            now = node_hash(now, beside)
        here, last = here >> 1, last >> 1
    return last == 0 and was == old_root and now == new_root


def _from_old(old: int, old_root: bytes, path: Sequence[bytes]) -> Iterator[bytes]:
    """The hashes of a proof; a tree of a power of two of leaves begins with its own root, which is not sent."""
    if path and old & (old - 1) == 0:
        yield old_root
    yield from path
