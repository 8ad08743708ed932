"""The bundle: public records with their proofs in one JSON file. In: the store, or a file. Out: the file, or a report.

It holds only what the public may know. `check` needs nothing else: no database, no network, none of our accounts.
"""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from episodes.events import EpisodeWentLive
from episodes.record import content_hash, event_from
from evidence import merkle, note
from evidence.keeper import Keeper, leaf_of, leaves
from store import LogBroken, Store, log
from store.withheld import withheld

MOST_BYTES = 256 * 1024 * 1024


class Proven(msgspec.Struct, frozen=True, kw_only=True):
    """One public record. `payload` is its canonical JSON as text; `path` leads from its leaf to the root."""

    seq: int
    utc_ns: int
    payload: str
    salt: bytes
    hash: bytes
    path: tuple[bytes, ...]


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """The file."""

    format: Literal["daylight.bundle.v1"] = "daylight.bundle.v1"
    public_key: bytes
    checkpoint: str
    records: tuple[Proven, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was checked. `problems` is empty when everything holds."""

    log: str = ""
    size: int = 0
    utc_ns: int = 0
    records: int = 0
    public_key: str = ""
    problems: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.problems


async def _rehearsals(session: AsyncSession) -> frozenset[str]:
    """Episodes that were only practised: nothing in them happened."""
    records = await log.read(session, kinds=(EpisodeWentLive,))
    return frozenset(
        each.event.episode_id for each in records if isinstance(each.event, EpisodeWentLive) and each.event.rehearsal
    )


async def make(store: Store, keeper: Keeper, *, upto: int, episode_id: str | None = None) -> bytes:
    """The bundle of public records with seq ≤ `upto`: what the public clock released. Raises LogBroken."""
    signed = await keeper.checkpoint()
    if not signed:
        raise LogBroken(0, "there is no record yet")
    checkpoint = note.verify(signed, keeper.public_key)
    async with store.read() as session:
        tree = merkle.Tree([leaf async for leaf in leaves(session, upto=checkpoint.size)])
        if tree.root() != checkpoint.root:
            raise LogBroken(checkpoint.size, "not what was signed")
        proven = []
        hidden, practised = await withheld(session), await _rehearsals(session)
        async for record in log.rows(session, upto=min(upto, checkpoint.size)):
            if record.payload is None or record.salt is None or episode_id not in (None, record.episode_id):
                continue
            if record.seq in hidden or record.episode_id in practised:
                continue
            if event_from(record.payload).audience != "public":
                continue
            proven.append(
                Proven(
                    seq=record.seq,
                    utc_ns=record.utc_ns,
                    payload=record.payload.decode(),
                    salt=record.salt,
                    hash=record.hash,
                    path=tree.inclusion(record.seq - 1),
                )
            )
    bundle = Bundle(public_key=keeper.public_key, checkpoint=signed, records=tuple(proven))
    return msgspec.json.format(msgspec.json.encode(bundle), indent=1)


def check_file(path: Path, *, public_key: bytes | None = None) -> Report:
    """Check a bundle file. Without `public_key` the one in the file is believed: compare it with the published one."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return Report(problems=(f"{path}: larger than {MOST_BYTES // 2**20} MiB",))
        return check(path.read_bytes(), public_key=public_key)
    except OSError as error:
        return Report(problems=(f"{path}: {error.strerror}",))


def check(body: bytes, *, public_key: bytes | None = None) -> Report:
    """Check a bundle: its signature, each record's hash, each record's place in the tree."""
    try:
        bundle = msgspec.json.decode(body, type=Bundle)
    except msgspec.MsgspecError as error:
        return Report(problems=(f"not a bundle: {error}",))
    shown = base64.b64encode(bundle.public_key).decode()
    if public_key is not None and public_key != bundle.public_key:
        return Report(public_key=shown, problems=("signed by another key than the one given",))
    try:
        checkpoint = note.verify(bundle.checkpoint, bundle.public_key)
    except note.BadNote as bad:
        return Report(public_key=shown, problems=(f"checkpoint: {bad}",))
    return Report(
        log=checkpoint.log,
        size=checkpoint.size,
        utc_ns=checkpoint.utc_ns,
        records=len(bundle.records),
        public_key=shown,
        problems=_problems(bundle.records, checkpoint),
    )


def _problems(records: Sequence[Proven], checkpoint: note.Checkpoint) -> tuple[str, ...]:
    problems, last = [], 0
    for record in records:
        if record.seq <= last:
            problems.append(f"record {record.seq}: out of order")
        last = max(last, record.seq)
        if why := _why_not(record, checkpoint):
            problems.append(f"record {record.seq}: {why}")
    return tuple(problems)


def _why_not(record: Proven, checkpoint: note.Checkpoint) -> str:
    payload = record.payload.encode()
    if content_hash(record.salt, payload) != record.hash:
        return "its words are not those that were recorded"
    if not 0 < record.seq <= checkpoint.size or not 0 <= record.utc_ns < 2**63:
        return "it is not in the log that was signed"
    leaf = leaf_of(record.seq, record.utc_ns, record.hash)
    if not merkle.is_included(leaf, record.seq - 1, checkpoint.size, record.path, checkpoint.root):
        return "it is not in the log that was signed"
    try:
        if event_from(payload).audience != "public":
            return "it is no public fact"
    except msgspec.MsgspecError:
        return "it is no event of ours"
    return ""
