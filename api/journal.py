"""Tells the other rooms what was recorded. In: commits of the store. Out: `RecordMade` on `records`, `desk.snapshot`.

Published in `seq` order and only after the commit. The head is said again every second, so a room that missed the last
record (it was restarting, or the desk died between commit and publication) sees the gap; hearing a `seq` twice is
normal. Staff facts travel as a bare `seq`.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from episodes.commands import RecordMade, Snapshot, SnapshotAsked
from episodes.shot import Mix, SoundPlan
from runtime.bus.protocol import Bus
from store import Store, log
from store.episodes import current, live
from store.mixing import mix_of

SAY_AGAIN_S = 1.0
SUBJECT = "records"
CHUNK = 500


def for_others(record: RecordMade) -> RecordMade:
    """The record as other rooms may know it: a staff fact is only its place in the log."""
    if record.event is None or record.event.audience == "public":
        return record
    return msgspec.structs.replace(record, event=None)


def _taken(mix: Mix) -> dict[str, Any]:
    """The last shot and the sound, as a snapshot says them."""
    shot = {name: getattr(mix.shot, name) for name in ("source", "layout", "second", "reason", "then")}
    return {**shot, "back": mix.back, "taken_utc_ns": mix.taken_utc_ns, "frozen": mix.frozen, "sound": mix.sound}


class Journal:
    """The outbox's reader."""

    def __init__(
        self,
        store: Store,
        bus: Bus,
        away: Callable[[], tuple[str, ...]] = tuple,
        held: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        self._store = store
        self._bus = bus
        self._away, self._held = away, held
        self._wake = asyncio.Event()
        self._begun = False
        self.seq = 0
        """The last record published."""
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Publish and answer until cancelled."""
        if not self._begun:
            async with self._store.read() as session:
                # The last one again: the desk may have died between its commit and its publication.
                self.seq = max((await log.head(session)).seq - 1, 0)
            self._begun = True
        self._store.listeners.append(self._recorded)
        try:
            async with self._bus.respond("desk.snapshot", SnapshotAsked, self.snapshot):
                self.listening.set()
                await self._publish_for_ever()
        finally:
            self._store.listeners.remove(self._recorded)

    async def snapshot(self, _: SnapshotAsked) -> Snapshot:
        """The live episode's public facts; off air only the cameras of the next episode."""
        async with self._store.read() as session:
            head = await log.head(session)
            episode = await live(session)
            if episode is None:
                coming = await current(session)
                cameras = tuple(coming.cameras) if coming else ()
                return Snapshot(
                    seq=head.seq,
                    episode_id="",
                    records=(),
                    source="slate",
                    cameras=cameras,
                    away=self._away(),
                    held=self._held(),
                    sound=mix_of(coming).sound if coming else SoundPlan(),
                )
            mix = mix_of(episode)
            records = await log.read(session, upto=head.seq, episode_id=episode.id)
            return Snapshot(
                seq=head.seq,
                episode_id=episode.id,
                records=tuple(r for r in records if r.event is not None and r.event.audience == "public"),
                cameras=tuple(episode.cameras),
                away=self._away(),
                held=self._held(),
                **_taken(mix),
            )

    def _recorded(self, _: tuple[RecordMade, ...]) -> None:
        self._wake.set()

    async def _publish_for_ever(self) -> None:
        last: RecordMade | None = None
        while True:
            self._wake.clear()
            async with self._store.read() as session:
                records = await log.read(session, after=self.seq, limit=CHUNK)
            for record in records or ((last,) if last else ()):
                last = for_others(record)
                await self._bus.publish(SUBJECT, last)
                self.seq = last.seq
            if len(records) < CHUNK:
                await self._pause()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(SAY_AGAIN_S):
                await self._wake.wait()
        except TimeoutError:
            return
