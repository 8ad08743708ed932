"""Makes films ready for air. In: uploaded files. Out: clips that are ready, or refused with a word; one at a time.

The work is a child's (`python -m broadcaster.clips`): no file is ever decoded in the desk, and what a file breaks
is that child. A desk that was killed goes on with what had come whole.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
from sqlalchemy import select

from episodes.events import ClipAdded
from runtime.channel import Channel, Policy
from runtime.children import Child, python
from runtime.clock import Clock
from runtime.log import get
from runtime.media import clip_file, clip_poster, clip_source
from runtime.settings import Settings
from store import Store
from store.tables.clips import Clip

MOST_WAITING = 16
_PROBE_S = 20.0
_MAKE_PER_S, _MAKE_LEAST_S = 20.0, 120.0
_log = get("clips")


class Said(msgspec.Struct, frozen=True):
    """A line of the child's."""

    film: dict[str, float | bool] | None = None
    done: float | None = None
    made: float | None = None
    refused: str | None = None


class ClipMaker:
    """One at a time: the machine is the show's."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, folder: Path) -> None:
        self._store, self._clock, self._folder = store, clock, folder
        self._encode, self._most_s = settings.encode, settings.studio.clip_most_s
        self._waiting: Channel[str] = Channel(MOST_WAITING, Policy.REFUSE, "clips to make")
        self.done: dict[str, float] = {}
        """How much of each film in the making is made, 0 to 1."""

    async def run(self) -> None:
        """Until cancelled."""
        async with self._store.read() as session:
            left = (await session.scalars(select(Clip.id).where(Clip.state == "making").order_by(Clip.ordinal))).all()
        for clip_id in left:
            await self._make(clip_id)
        async for clip_id in self._waiting:
            await self._make(clip_id)

    def put(self, clip_id: str) -> None:
        """Have it made. Raises ChannelFull."""
        self._waiting.put_nowait(clip_id)

    async def look(self, source: Path) -> str:
        """Why this file cannot go on air, or empty."""
        argv = python("broadcaster.clips", "probe", "--in", str(source), "--most-s", str(self._most_s))
        said = [line async for line in self._child(argv, _PROBE_S)]
        last = said[-1] if said else Said()
        return "" if last.film is not None else (last.refused or "unreadable")

    def forget(self, clip_id: str) -> None:
        """Its files go."""
        for path in (clip_file, clip_poster, clip_source):
            path(self._folder, clip_id).unlink(missing_ok=True)

    async def _make(self, clip_id: str) -> None:
        async with self._store.read() as session:
            row = await session.get(Clip, clip_id)
        if row is None or row.state != "making":
            return
        source = clip_source(self._folder, clip_id)
        size = self._encode
        argv = python(
            "broadcaster.clips", "make", "--in", str(source), "--most-s", str(self._most_s),
            "--out", str(clip_file(self._folder, clip_id)), "--poster", str(clip_poster(self._folder, clip_id)),
            "--width", str(size.width), "--height", str(size.height), "--fps", str(size.fps),
        )  # fmt: skip
        last = Said()
        if source.is_file():
            async for last in self._child(argv, max(_MAKE_LEAST_S, _MAKE_PER_S * self._most_s)):
                if last.done is not None:
                    self.done[clip_id] = last.done
        self.done.pop(clip_id, None)
        await self._keep(clip_id, last)
        source.unlink(missing_ok=True)
        # A child that was killed leaves what it had begun.
        clip_file(self._folder, clip_id).with_suffix(".part").unlink(missing_ok=True)

    async def _keep(self, clip_id: str, said: Said) -> None:
        async with self._store.work("desk") as work:
            row = await work.session.get(Clip, clip_id, with_for_update=True)
            if row is None:
                self.forget(clip_id)
                return
            if said.made is None:
                row.state, row.reason = "refused", said.refused or "unreadable"
                _log.warning("a clip was refused", clip=clip_id, reason=row.reason)
                return
            row.state, row.duration_ms = "ready", round(said.made * 1000)
            work.record(
                ClipAdded(
                    episode_id=row.episode_id,
                    clip_id=clip_id,
                    name=row.name,
                    seconds=round(said.made, 3),
                    by=row.added_by,
                )
            )

    async def _child(self, argv: tuple[str, ...], most_s: float) -> AsyncIterator[Said]:
        child = await Child.start("clip", argv, stdout="pipe")
        try:
            async with asyncio.timeout(most_s):
                while line := await child.stdout.readline():
                    with contextlib.suppress(msgspec.MsgspecError):
                        yield msgspec.json.decode(line, type=Said)
        except (TimeoutError, ValueError):
            _log.warning("the clip's child took too long or talked nonsense")
        finally:
            await child.stop(grace_s=1.0)
