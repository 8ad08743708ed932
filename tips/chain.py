"""The tips' own log: append-only, salted, hash-chained. In: facts without contents. Out: links anyone can check. PURE.

hash = SHA-256(previous hash ‖ salt ‖ canonical JSON of the fact). A fact names a tip by its internal id only.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Literal

import msgspec

Kind = Literal["key_set", "received", "viewed", "picture_viewed", "replied", "said", "moved", "referred", "answered"]
GENESIS = "0" * 64


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, to which tip, by whom (empty: the reporter). Reporters' times are whole hours."""

    seq: int
    utc_ns: int
    kind: Kind
    tip_id: str = ""
    by: str = ""
    detail: str = ""


class Link(msgspec.Struct, frozen=True):
    """A fact in its place of the chain."""

    fact: Fact
    salt: str
    hash: str


def canonical(fact: Fact) -> bytes:
    """The bytes that are hashed: keys in order, no spaces."""
    return msgspec.json.encode(fact, order="sorted")


def link(previous: str, fact: Fact, salt: str) -> Link:
    """`fact` chained to the hash before it."""
    return Link(fact, salt, sha256(previous.encode() + salt.encode() + canonical(fact)).hexdigest())


def first_broken(links: Iterable[Link]) -> int | None:
    """The sequence number of the first link that does not hold, or None."""
    previous, expected = GENESIS, 1
    for held in links:
        if held.fact.seq != expected or link(previous, held.fact, held.salt).hash != held.hash:
            return expected
        previous, expected = held.hash, expected + 1
    return None
