"""The director's commands. In: `studio.cue` and `studio.take`. Out: the switch set, `Done`, or Refused.

Refused: `expired`, `epoch` (meant for another), `starting` (no snapshot yet), `not_live` (nobody is that camera).
"""

import asyncio
import time

from broadcaster.studio.ingest.camera import Cameras
from broadcaster.studio.program.decks import Decks
from broadcaster.studio.program.switch import SLATE, Switch
from episodes.commands import Command, Cue, Done, Take
from runtime.bus.protocol import Refused

_S = 1_000_000_000


class Commands:
    """Answers both."""

    def __init__(self, switch: Switch, cameras: Cameras, decks: Decks, epoch: int, take_wait_ms: int) -> None:
        self._switch, self._cameras, self._decks = switch, cameras, decks
        self._epoch, self._take_wait_ns = epoch, take_wait_ms * 1_000_000
        self.ready = False
        self.taken = False

    async def cue(self, command: Cue) -> Done:
        """Ask for a key frame and decode from it on."""
        self._check(command, command.source)
        self._switch.cue(command.source)
        self._decks.update()
        return Done()

    async def take(self, command: Take) -> Done:
        """Answered once the source is on air, `take_wait_ms` later at most."""
        self._check(command, command.source)
        self.taken = True
        loop, on_air = asyncio.get_running_loop(), asyncio.Event()
        deadline_ns = time.monotonic_ns() + self._take_wait_ns
        self._switch.take(command.source, deadline_ns, lambda: _tell(loop, on_air))
        self._decks.update()
        await on_air.wait()
        return Done()

    def take_again(self, source: str) -> None:
        """After a restart: the last source returns as soon as it has a picture, unless somebody took another."""
        if source and source != SLATE and not self.taken:
            self._switch.take(source, None, lambda: None)
            self._decks.update()

    def _check(self, command: Command, source: str) -> None:
        if command.expires_utc_ns and time.time_ns() > command.expires_utc_ns:
            raise Refused("expired")
        if command.epoch and command.epoch != self._epoch:
            raise Refused("epoch", f"this studio's epoch is {self._epoch}")
        if not self.ready:
            raise Refused("starting")
        if source != SLATE:
            camera = self._cameras.get(source)
            if camera is None or not camera.connected:
                raise Refused("not_live", source)


def _tell(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    loop.call_soon_threadsafe(event.set)
