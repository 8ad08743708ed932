"""The tree of RFC 6962: its published vectors, and every proof of every small tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.merkle import EMPTY, Frontier, Tree, is_consistent, is_included, leaf_hash, root

# The eight leaves and roots that the certificate-transparency implementations share as test vectors.
LEAVES = [
    bytes.fromhex(each)
    for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def hashes(count: int) -> list[bytes]:
    return [leaf_hash(str(n).encode()) for n in range(count)]


def test_published_roots() -> None:
    assert root([]) == EMPTY
    for count, expected in enumerate(ROOTS, start=1):
        assert root([leaf_hash(leaf) for leaf in LEAVES[:count]]).hex() == expected


def test_every_leaf_of_every_small_tree_is_proven_and_no_other() -> None:
    for size in range(1, 34):
        leaves = hashes(size)
        tree = Tree(leaves)
        for index, leaf in enumerate(leaves):
            path = tree.inclusion(index)
            assert is_included(leaf, index, size, path, tree.root())
            assert not is_included(leaf_hash(b"other"), index, size, path, tree.root())
            assert not is_included(leaf, (index + 1) % size, size, path, tree.root()) or size == 1
            assert not is_included(leaf, index, size, (*path, EMPTY), tree.root())
            assert not path or not is_included(leaf, index, size, path[:-1], tree.root())
            assert not is_included(leaf, index, 0, path, tree.root())


def test_every_beginning_of_every_small_tree_is_consistent_and_a_changed_one_is_not() -> None:
    for size in range(1, 34):
        leaves = hashes(size)
        tree = Tree(leaves)
        for first in range(1, size + 1):
            proof, before = tree.consistency(first), root(leaves[:first])
            assert is_consistent(first, before, size, tree.root(), proof)
            assert not is_consistent(first, EMPTY, size, tree.root(), proof)
            assert not is_consistent(first, before, size, EMPTY, proof)
            if first < size:
                changed = [*leaves[: first - 1], leaf_hash(b"changed"), *leaves[first:]]
                assert not is_consistent(first, before, size, root(changed), Tree(changed).consistency(first))


def test_proofs_outside_the_tree_are_refused() -> None:
    for ask in (lambda: Tree(hashes(3)).inclusion(3), lambda: Tree(hashes(3)).consistency(0)):
        with pytest.raises(ValueError, match="of 3"):
            ask()


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_frontier_grows_to_the_same_root(before: int, more: int) -> None:
    leaves = hashes(before + more)
    frontier = Frontier()
    for leaf in leaves[:before]:
        frontier = frontier.with_leaf(leaf)
    kept = Frontier.from_bytes(frontier.size, frontier.to_bytes())
    for leaf in leaves[before:]:
        kept = kept.with_leaf(leaf)
    assert kept.root() == root(leaves)


def test_a_frontier_of_the_wrong_size_is_refused() -> None:
    with pytest.raises(ValueError, match="leaves"):
        Frontier.from_bytes(3, bytes(32))
