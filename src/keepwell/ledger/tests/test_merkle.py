"""The tree: the shape of RFC 6962, checked against its own definition, its example and another implementation."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from keepwell.ledger.merkle import (
    EMPTY_ROOT,
    Fetch,
    Frontier,
    consistency,
    inclusion,
    is_consistent,
    leaf_hash,
    node_hash,
    root_of_inclusion,
)

LEAVES = [leaf_hash(bytes([n % 256, n // 256])) for n in range(600)]
sizes = st.integers(1, 600)


def by_definition(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 § 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(by_definition(leaves[:k]), by_definition(leaves[k:]))


def whole(leaves: Sequence[bytes]) -> Fetch:
    """Subtrees straight from the leaves."""
    return lambda level, index: by_definition(leaves[index << level : index + 1 << level])


def other_implementation(size: int) -> InmemoryTree:
    tree = InmemoryTree("sha256")
    for n in range(size):
        tree.append_entry(bytes([n % 256, n // 256]))
    return tree


def grown(batches: Sequence[int]) -> Frontier:
    tree = Frontier()
    for count in batches:
        tree.extend(LEAVES[tree.size : tree.size + count])
    return tree


def test_the_empty_tree_has_the_hash_of_nothing():
    assert Frontier().root() == EMPTY_ROOT == sha256(b"").digest()


def test_known_roots_of_certificate_transparency_are_reached():
    """The inputs and roots that the reference implementation of RFC 6962 publishes with its tests."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    roots = {1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
             2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
             8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}  # fmt: skip
    tree = Frontier()
    for size, data in enumerate(inputs, 1):
        tree.extend([leaf_hash(bytes.fromhex(data))])
        assert size not in roots or tree.root().hex() == roots[size]


@given(st.lists(st.integers(0, 90), max_size=7))
def test_the_root_does_not_depend_on_the_batches(batches: list[int]):
    tree = grown(batches)
    assert tree.size == min(sum(batches), len(LEAVES))
    assert tree.root() == by_definition(LEAVES[: tree.size])


@given(st.integers(0, 600), st.integers(0, 300))
def test_a_tree_resumes_from_its_subtrees(size: int, more: int):
    tree = Frontier(size, whole(LEAVES))
    tree.extend(LEAVES[size : size + more])
    assert tree.root() == by_definition(LEAVES[: tree.size])


@given(st.lists(st.integers(1, 90), max_size=7))
def test_every_subtree_is_told_once_when_it_is_complete(batches: list[int]):
    told: dict[tuple[int, int], bytes] = {}

    def keep(level: int, first: int, hashes: list[bytes]) -> None:
        for n, value in enumerate(hashes):
            assert (level, first + n) not in told
            told[level, first + n] = value

    tree = Frontier()
    for count in batches:
        tree.extend(LEAVES[tree.size : tree.size + count], keep)
    complete = {(level, n) for level in range(1, 10) for n in range(tree.size >> level)}
    assert set(told) == complete
    assert all(whole(LEAVES)(level, n) == told[level, n] for level, n in complete)


@given(sizes)
def test_another_implementation_has_the_same_root(size: int):
    assert grown([size]).root() == other_implementation(size).get_root()


@given(sizes, st.data())
def test_another_implementation_makes_the_same_inclusion_proof(size: int, data: st.DataObject):
    index = data.draw(st.integers(0, size - 1))
    theirs = other_implementation(size).prove_inclusion(index + 1)
    assert theirs.path == [LEAVES[index], *inclusion(index, size, whole(LEAVES))]


@given(sizes, st.data())
def test_an_inclusion_proof_leads_to_the_root_and_only_for_its_own_leaf(size: int, data: st.DataObject):
    index = data.draw(st.integers(0, size - 1))
    path = inclusion(index, size, whole(LEAVES))
    root = by_definition(LEAVES[:size])
    assert root_of_inclusion(index, size, LEAVES[index], path) == root
    other = data.draw(st.integers(0, 599).filter(lambda n: n != index))
    assert root_of_inclusion(index, size, LEAVES[other], path) != root
    if other < size:
        assert root_of_inclusion(other, size, LEAVES[index], path) != root


@given(sizes, st.data())
def test_a_lengthened_shortened_or_altered_inclusion_proof_is_refused(size: int, data: st.DataObject):
    index = data.draw(st.integers(0, size - 1))
    path = inclusion(index, size, whole(LEAVES))
    root = by_definition(LEAVES[:size])
    assert root_of_inclusion(index, size, LEAVES[index], [*path, LEAVES[0]]) is None
    if path:
        assert root_of_inclusion(index, size, LEAVES[index], path[:-1]) is None
        spoiled = data.draw(st.integers(0, len(path) - 1))
        path[spoiled] = sha256(path[spoiled]).digest()
        assert root_of_inclusion(index, size, LEAVES[index], path) != root


@given(sizes, sizes)
def test_a_consistency_proof_holds_between_two_roots_of_another_implementation(one: int, two: int):
    old, new = sorted((one, two))
    theirs = other_implementation(new)
    path = consistency(old, new, whole(LEAVES))
    assert is_consistent(old, new, theirs.get_root(old), theirs.get_root(new), path)


@given(sizes, sizes, st.data())
def test_an_altered_consistency_proof_is_refused(one: int, two: int, data: st.DataObject):
    old, new = sorted((one, two))
    path = consistency(old, new, whole(LEAVES))
    roots = by_definition(LEAVES[:old]), by_definition(LEAVES[:new])
    assert not is_consistent(old, new, *roots, [*path, LEAVES[0]])
    assert not is_consistent(old, new, EMPTY_ROOT, roots[1], path)
    assert not is_consistent(old, new, roots[0], EMPTY_ROOT, path)
    if path:
        assert not is_consistent(old, new, *roots, path[:-1])
        spoiled = data.draw(st.integers(0, len(path) - 1))
        path[spoiled] = sha256(path[spoiled]).digest()
        assert not is_consistent(old, new, *roots, path)


@given(st.integers(2, 600), st.data())
def test_no_consistency_proof_makes_a_rewritten_history_pass(new: int, data: st.DataObject):
    old = data.draw(st.integers(1, new - 1))
    rewritten = list(LEAVES[:new])
    rewritten[data.draw(st.integers(0, old - 1))] = leaf_hash(b"another")
    path = consistency(old, new, whole(rewritten))
    assert not is_consistent(old, new, by_definition(LEAVES[:old]), by_definition(rewritten), path)


def test_the_example_of_the_rfc_has_the_paths_it_shows():
    """RFC 6962 § 2.1.3: seven leaves."""
    a, b, c, d, _, _, j = LEAVES[:7]
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(LEAVES[4], LEAVES[5])
    k, l = node_hash(g, h), node_hash(i, j)  # noqa: E741 - the letters of the RFC
    fetch = whole(LEAVES)
    assert inclusion(0, 7, fetch) == [b, h, l]
    assert inclusion(3, 7, fetch) == [c, g, l]
    assert inclusion(4, 7, fetch) == [LEAVES[5], j, k]
    assert inclusion(6, 7, fetch) == [i, k]
    assert consistency(3, 7, fetch) == [c, d, g, l]
    assert consistency(4, 7, fetch) == [l]
    assert consistency(6, 7, fetch) == [i, j, k]


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int):
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion(index, size, whole(LEAVES))
    assert root_of_inclusion(index, size, LEAVES[0], []) is None


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_a_later_tree_is_not_the_beginning_of_an_earlier_one(old: int, new: int):
    with pytest.raises(ValueError, match="not the beginning"):
        consistency(old, new, whole(LEAVES))
    assert not is_consistent(old, new, EMPTY_ROOT, EMPTY_ROOT, [])
