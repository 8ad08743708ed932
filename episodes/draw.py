"""The draw: which bytes are hashed, which ticket is lowest, which step comes when. In: pool, value, shares. Out: order.

Source: domain rules 1 and 7. The exact bytes are fixed in docs/protocol/draw.md, one text line per hash, so that
`printf` and `sha256sum` give the same figures. An entity of weight w holds w tickets; each is sealed in a leaf of its
own, so the public pool tells neither names nor weights, and a ticket is a hash over seed, stratum and leaf.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Literal, NamedTuple, overload

import msgspec

from runtime.problems import UserProblem
from runtime.words import N_

Purpose = Literal["targets", "officers"]
Route = Literal["double_random", "public_vote", "proposal", "complaint_lead"]
Outcome = Literal["sealed", "revealed", "passed", "again"]
"""What became of a ticket: waits for its door, was revealed, gave way, or was a further ticket of one drawn before."""
AbortReason = Literal["pool_wrong", "share_lost", "value_missing", "episode_off", "other"]
PassReason = Literal["closed", "gone", "unsafe", "not_reached", "aborted"]

MOST_WEIGHT = 16
_HEX64 = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_MOST_NAME = 200
_DIGEST = 32
_TAG = "daylight.draw."


class State(StrEnum):
    """Where a draw stands."""

    PREPARED = "prepared"
    COMMITTED = "committed"
    VALUED = "valued"
    DRAWN = "drawn"
    DISCLOSED = "disclosed"
    ABORTED = "aborted"


Step = Literal["join", "value", "draw", "disclose", "abort"]
MOVES: dict[tuple[State, Step], State] = {
    (State.PREPARED, "join"): State.COMMITTED,
    (State.COMMITTED, "value"): State.VALUED,
    (State.VALUED, "draw"): State.DRAWN,
    (State.DRAWN, "disclose"): State.DISCLOSED,
    (State.PREPARED, "abort"): State.ABORTED,
    (State.COMMITTED, "abort"): State.ABORTED,
    (State.VALUED, "abort"): State.ABORTED,
    (State.DRAWN, "abort"): State.ABORTED,
}
_WHY_NOT: dict[Step, str] = {
    "join": N_("这次抽取的两半密钥已经定下，或抽取已结束。"),
    "value": N_("现在不能填公开随机数：要先由两人各存一半密钥。"),
    "draw": N_("现在不能抽：要先填公开随机数，再由两人各交一半密钥。"),
    "disclose": N_("还没有抽取，或已经公开。"),
    "abort": N_("这次抽取已经结束，不能再作废。"),
}


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may be drawn. Only id and name go into a leaf; the rest stays with staff."""

    id: str
    name: str
    stratum: str = ""
    weight: int = 1
    place: str = ""
    address: str = ""
    licence: str = ""
    because: str = ""


class Ticket(NamedTuple):
    """A line of the sealed pool under a seed; the lowest `hash` wins."""

    hash: str
    leaf: str


def next_state(state: State, step: Step) -> State:
    """The state after `step`. Raises UserProblem `draw_state`."""
    try:
        return MOVES[state, step]
    except KeyError:
        raise UserProblem("draw_state", _WHY_NOT[step], 409) from None


def line_hash(kind: str, *fields: str) -> str:
    """Hex SHA-256 of `daylight.draw.<kind>.v1`, the fields, single spaces between, and a newline."""
    return hashlib.sha256(f"{_TAG}{kind}.v1 {' '.join(fields)}\n".encode()).hexdigest()


def checked(candidate: Candidate) -> Candidate:
    """A candidate whose bytes are unambiguous. Raises UserProblem, which never says the name."""
    if not _ID.fullmatch(candidate.id):
        raise UserProblem("candidate_id", "编号只能用字母、数字和 . _ : -，最多64位。", 422)
    name = candidate.name
    if not name or name != name.strip() or len(name) > _MOST_NAME or not name.isprintable():
        raise UserProblem("candidate_name", "名称要有，不超过200字，不能有换行或控制字符。", 422)
    if not 1 <= candidate.weight <= MOST_WEIGHT:
        raise UserProblem("candidate_weight", "权重要在1到%(most)s之间。", 422, most=MOST_WEIGHT)
    return candidate


def salt_of(key: str, candidate_id: str, n: int) -> str:
    """The salt of one ticket's leaf, from the draw's key: whoever holds the key can make every leaf again."""
    return line_hash("salt", key, str(n), candidate_id)


def leaf_of(salt: str, candidate_id: str, name: str) -> str:
    """The sealed form of one ticket: opened by salt, id and name, it tells no number and no weight."""
    return line_hash("leaf", salt, candidate_id, name)


def leaves_of(key: str, candidate: Candidate) -> tuple[str, ...]:
    """As many as its weight."""
    return tuple(leaf_of(salt_of(key, candidate.id, n), candidate.id, candidate.name) for n in range(candidate.weight))


def owners_of(key: str, candidates: Iterable[Candidate]) -> dict[str, Candidate]:
    """Whose each leaf is: `leaves_of` of all, with the beginnings hashed once."""
    salting, sealing = hashlib.sha256(f"{_TAG}salt.v1 {key} ".encode()), hashlib.sha256(f"{_TAG}leaf.v1 ".encode())
    owners: dict[str, Candidate] = {}
    for each in candidates:
        tail, ending = f" {each.id}\n".encode(), f" {each.id} {each.name}\n".encode()
        for n in range(each.weight):
            salt, leaf = salting.copy(), sealing.copy()
            salt.update(b"%d" % n + tail)
            leaf.update(salt.hexdigest().encode() + ending)
            owners[leaf.hexdigest()] = each
    return owners


def pool_text(strata: Sequence[str], owners: Mapping[str, Candidate]) -> str:
    """The sealed pool: a line `<number of stratum> <leaf>` per ticket, sorted, each ended by a newline."""
    number = {name: index for index, name in enumerate(strata, 1)}
    return "".join(sorted(f"{number[owner.stratum]} {leaf}\n" for leaf, owner in owners.items()))


def pool_hash(text: str) -> str:
    """What `sha256sum pool.txt` says."""
    return hashlib.sha256(text.encode()).hexdigest()


def share_of(text: str) -> str:
    """Half a secret: 64 hexadecimal digits."""
    plain = text.strip().lower()
    if not _HEX64.fullmatch(plain):
        raise UserProblem("share", "这一半密钥要是64位十六进制数字，请原样粘贴。", 422)
    return plain


def lock_of(share: str) -> str:
    """What is recorded of a share before the draw."""
    return line_hash("share", share)


def secret_of(first: str, second: str) -> str:
    """The secret that two people hold half each of."""
    return line_hash("secret", first, second)


def seed_of(pool: str, value: str, secret: str) -> str:
    """The seed over pool hash, public value and secret."""
    return line_hash("seed", pool, value, secret)


def ticket_of(seed: str, line: str) -> str:
    """The ticket of one line of the pool (without its newline)."""
    return line_hash("ticket", seed, line)


class Order(Sequence[Ticket]):
    """All tickets of one stratum, the winning one first; each is made when it is asked for."""

    def __init__(self, sorted_: list[bytes], prefix: int) -> None:
        self._sorted, self._prefix = sorted_, prefix

    def __len__(self) -> int:
        return len(self._sorted)

    @overload
    def __getitem__(self, at: int) -> Ticket: ...
    @overload
    def __getitem__(self, at: slice) -> "list[Ticket]": ...
    def __getitem__(self, at: int | slice) -> "Ticket | list[Ticket]":
        if isinstance(at, slice):
            return [self._ticket(each) for each in self._sorted[at]]
        return self._ticket(self._sorted[at])

    def _ticket(self, made: bytes) -> Ticket:
        return Ticket(made[:_DIGEST].hex(), made[_DIGEST + self._prefix : -1].decode())


def order_of(pool: str, seed: str, stratum: int) -> Order:
    """The order of one stratum's tickets."""
    head = hashlib.sha256(f"{_TAG}ticket.v1 {seed} ".encode())
    prefix = f"{stratum} ".encode()
    tickets: list[bytes] = []
    for line in pool.encode().splitlines(keepends=True):
        if line.startswith(prefix):
            made = head.copy()
            made.update(line)
            tickets.append(made.digest() + line)
    # Bytes sort five times as fast as pairs of texts, and in the same order: a hash is as long as every other.
    tickets.sort()
    return Order(tickets, len(prefix))


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One ticket that came up: its rank within the stratum, from 1. `again` holds no place, others do."""

    stratum: int
    rank: int
    ticket: str
    leaf: str
    candidate: Candidate
    again: bool


def places(
    order: Sequence[Ticket],
    stratum: int,
    owners: Mapping[str, Candidate],
    *,
    count: int,
    after: int = 0,
    used: frozenset[str] = frozenset(),
) -> tuple[Place, ...]:
    """The next `count` candidates by ticket after rank `after`, with the tickets passed over on the way.

    `used` are ids that came up before. Raises UserProblem `pool_spent` when the pool has no further candidate.
    """
    found: list[Place] = []
    seen, taken = set(used), 0
    for rank in range(after + 1, len(order) + 1):
        if taken == count:
            break
        ticket = order[rank - 1]
        owner = owners[ticket.leaf]
        again = owner.id in seen
        place = Place(stratum=stratum, rank=rank, ticket=ticket.hash, leaf=ticket.leaf, candidate=owner, again=again)
        found.append(place)
        seen.add(owner.id)
        taken += not again
    if taken < count:
        raise UserProblem("pool_spent", "候选已经用完，没有下一个可以替补。", 409)
    return tuple(found)
