"""The director's commands. In: `studio.cue`, `.take`, `.freeze`, `.sound`. Out: `Done` once it is so, or Refused.

Refused: `expired`, `epoch` (meant for another), `starting` (no snapshot yet), `not_live` (nobody is that camera),
`no_clip` (no such film here), `layout`, `second`, `reason`, `then` (the shot cannot be), `nothing_to_freeze`,
`away` (its holder took it off), `held` (the inspected object to it).
"""

import asyncio
import time
from collections.abc import Callable

from broadcaster.studio.ingest.camera import Cameras
from broadcaster.studio.program.decks import Decks
from broadcaster.studio.program.scenes import Scenes
from broadcaster.studio.program.sound import Mixer
from broadcaster.studio.program.switch import Switch
from episodes.commands import Command, Cue, Done, Freeze, SetSound, Snapshot, Take
from episodes.shot import CARDS, SLATE, Shot, SoundPlan, fault, is_clip
from runtime.bus.protocol import Refused

_S = 1_000_000_000


class Commands:
    """Answers them."""

    def __init__(
        self,
        switch: Switch,
        cameras: Cameras,
        decks: Decks,
        mixer: Mixer,
        scenes: Scenes,
        slated: Callable[[], bool],
        *,
        epoch: int,
        take_wait_ms: int,
    ) -> None:
        self._switch, self._cameras, self._decks, self._mixer, self._scenes = switch, cameras, decks, mixer, scenes
        self._slated, self._epoch, self._take_wait_ns = slated, epoch, take_wait_ms * 1_000_000
        self.ready = False
        self.taken = False

    async def cue(self, command: Cue) -> Done:
        """Ask for a key frame and decode from it on; a clip stands at its first frame. What is on air goes on."""
        if command.source in self._switch.on_air.sources:
            await self._check(command)
            return Done()
        await self._check(command, command.source)
        self._switch.cue(command.source)
        self._decks.update()
        return Done()

    async def take(self, command: Take) -> Done:
        """Answered once the shot is on air, `take_wait_ms` later at most."""
        shot = command.shot
        if wrong := fault(shot):
            raise Refused(wrong)
        await self._check(command, *shot.sources)
        self.taken = True
        if shot.reason:
            await self._scenes.hold(shot.reason)
        loop, on_air = asyncio.get_running_loop(), asyncio.Event()
        deadline_ns = time.monotonic_ns() + self._take_wait_ns
        self._switch.take(shot, deadline_ns, lambda: _tell(loop, on_air), dissolve=command.transition == "dissolve")
        self._decks.update()
        await on_air.wait()
        return Done()

    async def freeze(self, command: Freeze) -> Done:
        """Hold the picture from the next tick on, or let it run."""
        await self._check(command)
        if (command.on and self._slated()) or not self._switch.freeze(time.monotonic_ns(), on=command.on):
            raise Refused("nothing_to_freeze")
        return Done()

    async def sound(self, command: SetSound) -> Done:
        """From the next block on."""
        await self._check(command)
        self.set_sound(command.plan)
        return Done()

    def set_sound(self, plan: SoundPlan) -> None:
        """Whose sound is heard."""
        self._mixer.plan = plan
        self._decks.update()

    async def take_again(self, snapshot: Snapshot) -> None:
        """After a restart: the last shot returns as soon as it has its pictures, unless somebody took another.

        A clip goes on where it would be by now; one that would have ended is followed by what follows it. A picture
        that was frozen stays away: what it hid may still be there.
        """
        shot, back = snapshot.shot, snapshot.back
        if self.taken or shot == Shot() or snapshot.frozen or fault(shot):
            return
        if shot.reason:
            await self._scenes.hold(shot.reason)
        if is_clip(shot.source) and not await self._resume(shot, snapshot.taken_utc_ns):
            shot = Shot(source=shot.then) if shot.then else back
        if is_clip(shot.second) and not await self._decks.open_clip(shot.second):
            shot = Shot(source=shot.source)
        if not self.taken and shot.source != SLATE:
            self._switch.take(shot, None, lambda: None, back=back)
            self._decks.update()

    async def _resume(self, shot: Shot, taken_utc_ns: int) -> bool:
        """Open a clip where it would be by now; False when it is over."""
        since_s = max(0.0, (time.time_ns() - taken_utc_ns) / _S)
        left_s = self._decks.seconds_of(shot.source) - since_s
        return left_s > 0 and await self._decks.open_clip(shot.source, since_s)

    async def _check(self, command: Command, *sources: str) -> None:
        if command.expires_utc_ns and time.time_ns() > command.expires_utc_ns:
            raise Refused("expired")
        if command.epoch and command.epoch != self._epoch:
            raise Refused("epoch", f"this studio's epoch is {self._epoch}")
        if not self.ready:
            raise Refused("starting")
        for source in sources:
            if source in CARDS:
                continue
            if is_clip(source):
                if not await self._decks.open_clip(source):
                    raise Refused("no_clip", source)
                continue
            camera = self._cameras.get(source)
            if camera is None or not camera.connected:
                raise Refused("not_live", source)
            if camera.shut:
                raise Refused(camera.shut, source)


def _tell(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    loop.call_soon_threadsafe(event.set)
