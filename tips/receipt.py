"""A receipt: a public id and words only its holder knows. In: id and words. Out: keys, and what the server may keep.

argon2id turns the words (108 bits at nine words) into 64 bytes: the first 32 prove the holder, the last 32 are the
X25519 secret that the desk's replies are sealed to. The server keeps only SHA-256 of the first half and the public
half of the second. The browser computes the same (web/assets/tips/receipt.ts); without it the server does, in memory.
"""

import re
import secrets
from hashlib import sha256

import msgspec
from argon2.low_level import Type, hash_secret_raw
from pyrage import x25519

from runtime.problems import UserProblem
from tips import words
from tips.bech32 import encode

# OWASP's floor for argon2id; the words themselves carry the strength.
MEMORY_KIB = 19_456
PASSES = 2
LANES = 1
_ID_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID = re.compile(rf"[{_ID_LETTERS}]{{4}}-[{_ID_LETTERS}]{{4}}")
_DOMAIN = b"daylight tip receipt 1 "


class Receipt(msgspec.Struct, frozen=True):
    """Shown once. Its text form hides the words, so that no log can hold them."""

    public_id: str
    indices: tuple[int, ...]

    def __repr__(self) -> str:
        return f"Receipt({self.public_id})"

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(words.word(index) for index in self.indices)


class Keys(msgspec.Struct, frozen=True):
    """What the words turn into. `auth` proves the holder; `identity` opens the desk's replies."""

    auth: str
    identity: str

    def __repr__(self) -> str:
        return "Keys(…)"

    @property
    def recipient(self) -> str:
        return str(x25519.Identity.from_str(self.identity).to_public())

    @property
    def verifier(self) -> str:
        return verifier_of(self.auth)


def new(count: int) -> Receipt:
    """A fresh receipt of `count` words."""
    drawn = ["".join(secrets.choice(_ID_LETTERS) for _ in range(4)) for _ in range(2)]
    return Receipt("-".join(drawn), tuple(secrets.randbelow(words.COUNT) for _ in range(count)))


def read_id(written: str) -> str:
    """A public id as somebody typed it."""
    letters = re.sub(r"[^0-9A-Z]", "", written.upper()[:32])
    public_id = f"{letters[:4]}-{letters[4:]}"
    if not _ID.fullmatch(public_id):
        raise UserProblem("receipt_id", "编号不对，应是八位字母和数字。", 422)
    return public_id


def read(public_id: str, written: str, count: int) -> Receipt:
    """A receipt as somebody typed it."""
    return Receipt(read_id(public_id), words.parse(written, count))


def derive(receipt: Receipt) -> Keys:
    """The keys of a receipt. Slow on purpose: never on the event loop."""
    raw = hash_secret_raw(
        secret=" ".join(receipt.words).encode(),
        salt=sha256(_DOMAIN + receipt.public_id.encode()).digest()[:16],
        time_cost=PASSES,
        memory_cost=MEMORY_KIB,
        parallelism=LANES,
        hash_len=64,
        type=Type.ID,
    )
    return Keys(raw[:32].hex(), encode("AGE-SECRET-KEY-", raw[32:]).upper())


def verifier_of(auth: str) -> str:
    """What the server keeps of `auth`."""
    return sha256(_DOMAIN + auth.encode()).hexdigest()
