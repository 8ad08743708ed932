"""What is on the picture. In: the desk's snapshot and `records`. Out: the scene for the programme, and the last source.

A starting studio has no scene and stays on slate. A gap in `seq` asks for a snapshot again, and so does an episode
that goes live: facts of it from before this studio's start are in no record it heard. While the desk is away the
present scene stays. A scene is shown once the compositor's own thread has drawn its sprites.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Literal, Protocol

from broadcaster.studio.program.shown import Shown
from episodes.commands import RecordMade, Snapshot, SnapshotAsked
from episodes.events import EpisodeWentLive
from episodes.shot import HoldReason
from overlay.direct import scene_after, scene_at, with_rules
from overlay.named import names
from overlay.scene import Rules, Scene
from runtime.bus.protocol import Bus, BusError
from runtime.log import get
from runtime.threads import NamedExecutor

_AGAIN_S = 0.5
_log = get("studio.scenes")


class Sprites(Protocol):
    """What this needs of `overlay.compositor.Compositor`."""

    def prepare(self, scene: Scene) -> bool:
        """Have what the scene will need drawn, and wait for it for half a second at most."""


class Scenes:
    """Follows the desk."""

    def __init__(
        self,
        bus: Bus,
        epoch: int,
        sprites: Sprites,
        thread: NamedExecutor,
        on_scene: Callable[[Shown], None],
        on_snapshot: Callable[[Snapshot], Awaitable[None]],
        rules: Rules,
    ) -> None:
        self._bus, self._epoch, self._sprites, self._thread = bus, epoch, sprites, thread
        self._on_scene, self._on_snapshot, self._rules = on_scene, on_snapshot, rules
        self._scene: Scene | None = None
        self._reason: HoldReason | Literal[""] = ""
        # Records, the delay and a hold change one scene: each sees what the one before it has made.
        self._turn = asyncio.Lock()

    @property
    def ready(self) -> bool:
        """Whether a snapshot has come."""
        return self._scene is not None

    def on_screen(self, now_utc_ns: int) -> tuple[str, ...]:
        """The graphics visible now, by name."""
        return names(self._scene, now_utc_ns) if self._scene else ()

    async def set_rules(self, rules: Rules) -> None:
        """Playout has told another delay."""
        if rules != self._rules:
            self._rules = rules
            async with self._turn:
                if self._scene is not None:
                    await self._show(with_rules(self._scene, rules))

    async def hold(self, reason: HoldReason | Literal[""]) -> None:
        """Have the hold card of `reason` drawn, and kept in step with the records from now on."""
        async with self._turn:
            if reason != self._reason and self._scene is not None:
                self._reason = reason
                await self._show(self._scene)

    async def run(self) -> None:
        """Subscribe first, then ask: nothing falls between."""
        async with self._bus.subscribe("records", RecordMade) as records:
            await self._begin()
            await self._follow(records)

    async def _follow(self, records: AsyncIterator[RecordMade]) -> None:
        async for record in records:
            scene = self._scene
            if scene is None or record.seq > scene.seq + 1:
                _log.warning("gap in records", has=scene.seq if scene else None, got=record.seq)
                await self._begin()
            elif record.seq == scene.seq + 1:
                async with self._turn:
                    await self._show(scene_after(self._scene or scene, record, time.time_ns()))
                if isinstance(record.event, EpisodeWentLive):
                    await self._begin()

    async def _begin(self) -> None:
        while True:
            try:
                snapshot = await self._bus.request("desk.snapshot", SnapshotAsked(epoch=self._epoch), Snapshot)
            except BusError:
                await asyncio.sleep(_AGAIN_S)
                continue
            # Records heard meanwhile, or a desk that answers from before them, never take the picture back.
            async with self._turn:
                if self._scene is None or snapshot.seq >= self._scene.seq:
                    await self._show(scene_at(snapshot, time.time_ns(), self._rules))
            await self._on_snapshot(snapshot)
            _log.info("snapshot", seq=snapshot.seq, source=snapshot.source)
            return

    async def _show(self, scene: Scene) -> None:
        shown = Shown.of(scene, self._reason)
        self._scene = scene
        for each in shown.scenes:
            await self._thread.run(self._sprites.prepare, each)
        self._on_scene(shown)
