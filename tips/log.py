"""Appending to the tips' chain and signing its head. In: an open writing session. Out: links, checkpoints."""

import os
import secrets
from pathlib import Path

import msgspec
from nacl.signing import SigningKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tips.chain import GENESIS, Fact, Kind, Link, canonical, link
from tips.tables import LinkRow


class Checkpoint(msgspec.Struct, frozen=True):
    """The chain's size and head under the tips' own Ed25519 key: all that the main log ever learns."""

    size: int
    head: str
    signature: str


async def _head(session: AsyncSession) -> tuple[int, str]:
    row = await session.scalar(select(LinkRow).order_by(LinkRow.seq.desc()).limit(1))
    return (row.seq, row.hash) if row else (0, GENESIS)


async def append(
    session: AsyncSession, utc_ns: int, kind: Kind, *, tip_id: str = "", by: str = "", detail: str = ""
) -> Link:
    """One more fact, in the transaction of what it tells."""
    seq, head = await _head(session)
    fact = Fact(seq=seq + 1, utc_ns=utc_ns, kind=kind, tip_id=tip_id, by=by, detail=detail)
    made = link(head, fact, secrets.token_hex(16))
    session.add(LinkRow(seq=fact.seq, body=canonical(fact), salt=made.salt, hash=made.hash))
    await session.flush()
    return made


async def links(session: AsyncSession) -> list[Link]:
    """The whole chain, to be checked by `tips.chain.first_broken`."""
    rows = await session.scalars(select(LinkRow).order_by(LinkRow.seq))
    return [Link(msgspec.json.decode(row.body, type=Fact), row.salt, row.hash) for row in rows]


def signing_key(secrets_dir: Path) -> SigningKey:
    """The tips' own signing key, made at first use and kept beside the other secrets."""
    path = secrets_dir / "tips-sign.key"
    try:
        return SigningKey(path.read_bytes())
    except FileNotFoundError:
        key = SigningKey.generate()
        secrets_dir.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(bytes(key))
        return key


def signed_bytes(size: int, head: str) -> bytes:
    """What the signature covers."""
    return f"daylight tips checkpoint 1 {size} {head}".encode()


async def checkpoint(session: AsyncSession, key: SigningKey) -> Checkpoint:
    size, head = await _head(session)
    return Checkpoint(size, head, key.sign(signed_bytes(size, head)).signature.hex())
