"""Signs checkpoints of the record log. In: the store, a key file. Out: a signed note per interval with news.

The key lies under `var/secrets`. Before the first checkpoint of a run the whole log is walked: a log that no longer
matches what was signed before is never signed again.
"""

from collections.abc import AsyncIterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from evidence import note
from evidence.merkle import Frontier, leaf_hash
from evidence.note import Checkpoint
from evidence.tables import CheckpointRow
from runtime.clock import Clock
from store import LogBroken, Store, log
from store.secrets_box import key_from

_BY = "desk"


def signing_key(secrets: Path) -> Ed25519PrivateKey:
    """The log's key, made at first use."""
    return Ed25519PrivateKey.from_private_bytes(key_from(secrets / "evidence.key"))


def leaf_of(seq: int, utc_ns: int, content: bytes) -> bytes:
    """A record's leaf hash: its place, its time and its salted content hash."""
    return leaf_hash(seq.to_bytes(8, "big") + utc_ns.to_bytes(8, "big") + content)


async def leaves(session: AsyncSession, *, after: int = 0, upto: int | None = None) -> AsyncIterator[bytes]:
    """Leaf hashes of the records, in order."""
    async for record in log.rows(session, after=after, upto=upto):
        yield leaf_of(record.seq, record.utc_ns, record.hash)


class Keeper:
    """Makes checkpoints."""

    def __init__(self, store: Store, clock: Clock, key: Ed25519PrivateKey, every_s: float) -> None:
        self._store = store
        self._clock = clock
        self._key = key
        self._every_s = every_s
        self._frontier: Frontier | None = None
        self.public_key = note.public_bytes(key)
        self.log_name = note.log_name(self.public_key)

    async def run(self) -> None:
        """A checkpoint whenever there is news, until cancelled. Raises LogBroken, and then signs nothing any more."""
        while True:
            await self.checkpoint()
            await self._clock.sleep(self._every_s)

    async def checkpoint(self) -> str:
        """The newest signed note, made now if records came since; empty for an empty log. Raises LogBroken."""
        async with self._store.read() as session:
            if self._frontier is None:
                self._frontier = await self._audited(session)
            grown = self._frontier
            async for leaf in leaves(session, after=grown.size):
                grown = grown.with_leaf(leaf)
            newest = await _newest(session)
        if grown.size == 0:
            return ""
        if newest is not None and newest.size == grown.size:
            return newest.note
        made = Checkpoint(self.log_name, grown.size, grown.root(), self._clock.utc_ns())
        signed = note.sign(made, self._key)
        async with self._store.work(_BY) as work:
            work.session.add(
                CheckpointRow(size=made.size, utc_ns=made.utc_ns, root=made.root, peaks=grown.to_bytes(), note=signed)
            )
        self._frontier = grown
        return signed

    async def _audited(self, session: AsyncSession) -> Frontier:
        """Walk the log: its chain holds, and it is what the newest checkpoint signed."""
        await log.verify(session)
        newest, grown = await _newest(session), Frontier()
        async for leaf in leaves(session, upto=newest.size if newest else 0):
            grown = grown.with_leaf(leaf)
        if newest and (grown.size != newest.size or grown.root() != newest.root):
            raise LogBroken(newest.size, "not what was signed")
        return grown


async def _newest(session: AsyncSession) -> CheckpointRow | None:
    return await session.scalar(select(CheckpointRow).order_by(CheckpointRow.size.desc()).limit(1))
