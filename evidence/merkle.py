"""RFC 6962's Merkle tree, pure. In: leaves in order. Out: roots, inclusion proofs, consistency proofs, their checks.

A leaf is hashed with the prefix 0, an inner node with 1, so neither can stand for the other. `Frontier` grows a tree
without keeping it: the roots of its perfect subtrees, largest first.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

HASH_BYTES = 32
EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def root(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    return Tree(hashes).root()


class Tree:
    """A whole tree over leaf hashes; perfect subtrees are computed once, so a proof costs log² steps."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self.size = len(hashes)
        self._levels = [list(hashes)]
        while len(below := self._levels[-1]) > 1:
            pairs = zip(below[::2], below[1::2], strict=False)
            self._levels.append([node_hash(left, right) for left, right in pairs])

    def root(self) -> bytes:
        return self._over(0, self.size) if self.size else EMPTY

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        """The audit path of leaf `index`, from the leaf upwards."""
        if not 0 <= index < self.size:
            raise ValueError(f"{index} of {self.size}")
        path: list[bytes] = []
        begin, end = 0, self.size
        while end - begin > 1:
            middle = begin + _split(end - begin)
            path.append(self._over(middle, end) if index < middle else self._over(begin, middle))
            begin, end = (begin, middle) if index < middle else (middle, end)
        return tuple(reversed(path))

    def consistency(self, first: int) -> tuple[bytes, ...]:
        """The proof that the tree over the first `first` leaves is a beginning of this one."""
        if not 0 < first <= self.size:
            raise ValueError(f"{first} of {self.size}")
        proof: list[bytes] = []
        begin, end = 0, self.size
        while first != end:
            middle = begin + _split(end - begin)
            if first <= middle:
                proof.append(self._over(middle, end))
                end = middle
            else:
                proof.append(self._over(begin, middle))
                begin = middle
        if begin:
            # The old tree's last part is none of its perfect subtrees that the verifier knows already.
            proof.append(self._over(begin, end))
        return tuple(reversed(proof))

    def _over(self, begin: int, end: int) -> bytes:
        size = end - begin
        if size & (size - 1) == 0 and begin % size == 0:
            return self._levels[size.bit_length() - 1][begin // size]
        middle = begin + _split(size)
        return node_hash(self._over(begin, middle), self._over(middle, end))


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Whether the leaf hash stands at `index` of the tree of `size` leaves with root `expected` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, computed = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            computed = node_hash(step, computed)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            computed = node_hash(computed, step)
        position, last = position >> 1, last >> 1
    return last == 0 and computed == expected


def is_consistent(first: int, first_root: bytes, size: int, size_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of `size` only added to the tree of `first` (RFC 9162, 2.1.4.2)."""
    if first == size:
        return not proof and first_root == size_root
    if not 0 < first < size or not proof:
        return False
    steps = list(proof) if first & (first - 1) else [first_root, *proof]
    position, last = first - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, step)
        position, last = position >> 1, last >> 1
    return last == 0 and old == first_root and new == size_root


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree of `size` leaves by the roots of its perfect subtrees, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def with_leaf(self, leaf: bytes) -> "Frontier":
        """The tree with one more leaf hash."""
        peaks, rest, grown = list(self.peaks), self.size, leaf
        while rest & 1:
            grown = node_hash(peaks.pop(), grown)
            rest >>= 1
        return Frontier(self.size + 1, (*peaks, grown))

    def root(self) -> bytes:
        """The tree's root."""
        if not self.peaks:
            return EMPTY
        folded = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            folded = node_hash(peak, folded)
        return folded

    def to_bytes(self) -> bytes:
        return b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, size: int, peaks: bytes) -> "Frontier":
        """What `to_bytes` wrote. Raises ValueError when the size does not fit."""
        if len(peaks) != size.bit_count() * HASH_BYTES:
            raise ValueError(f"{len(peaks)} bytes for {size} leaves")
        return cls(size, tuple(peaks[at : at + HASH_BYTES] for at in range(0, len(peaks), HASH_BYTES)))
