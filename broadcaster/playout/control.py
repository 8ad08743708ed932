"""On air and off. In: what a person wants. Out: one episode on air, or none.

It remembers what is on air: after a sudden end it resumes outputs, HLS and recording by itself, with the desk dead or
alive. Ended in good order it goes off air, and only a person puts it back.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from broadcaster.playout.alarms import Alarms
from broadcaster.playout.cuts import recall
from broadcaster.playout.form import Form
from broadcaster.playout.memory import Memory
from broadcaster.playout.onair import OnAir, Surroundings
from broadcaster.playout.renditions import Renditions, wanted_by
from broadcaster.playout.slate import Slate
from episodes.commands import OutputSpec
from runtime.bus.protocol import Refused
from runtime.clock import Clock
from runtime.log import get
from runtime.media import MediaStore
from runtime.places import Places
from runtime.settings import Settings
from runtime.supervise import supervise
from runtime.threads import NamedExecutor

_log = get("control")
_NS = 1_000_000_000
_RECORDS = 1000


class Control:
    """Holds the episode on air. `tasks` outlives every episode."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        alarms: Alarms,
        memory: Memory,
        tasks: asyncio.TaskGroup,
        changed: Callable[[], None],
        disk: NamedExecutor,
        renditions: Renditions,
    ) -> None:
        self.air: OnAir | None = None
        self._records: deque[tuple[int, int]] = deque(maxlen=_RECORDS)
        self._around = Surroundings(
            settings=settings,
            places=Places(settings.server.var),
            clock=clock,
            alarms=alarms,
            changed=changed,
            disk=disk,
            renditions=renditions,
        )
        self._memory = memory
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None
        renditions.ready = self._rendition_ready
        self._next: tuple[OutputSpec, ...] = ()
        self._slate: Slate
        self._form: Form

    def use(self, slate: Slate, form: Form) -> None:
        """The slate to fill holes with, from now on."""
        self._slate, self._form = slate, form
        if self.air:
            self.air.timelines.main.filler.renew(slate)

    def _rendition_ready(self) -> None:
        if self.air:
            self.air.settle()

    async def resume(self) -> None:
        """Go on with what was on air when the process died."""
        if not await self._memory.recall():
            return
        saved = self._memory.saved
        _log.warning("back on air after a sudden end", episode=saved.episode_id, outputs=len(self._memory.wanted))
        air = await self._go()
        if saved.ending:
            # What was still to drain is lost with the delay's memory: close what is open.
            air.cut_short()

    async def air_episode(self, episode_id: str, delay_s: float) -> None:
        """Put it on air, or only change the delay when it is. Raises Refused."""
        air, ending = self.air, self._memory.saved.ending
        if air and air.episode_id == episode_id and not ending:
            await self.delay(delay_s)
            return
        if air and not ending:
            raise Refused("on_air", air.episode_id)
        if air and self._task:
            _log.warning("the next episode cuts the end of the last one short", last=air.episode_id)
            air.cut_short()
            await asyncio.wait([self._task])
        clock = self._around.clock
        mono_ns = clock.mono_ns()
        self._memory.update(
            episode_id=episode_id,
            delay_ns=round(delay_s * _NS),
            air_from_ns=mono_ns,
            utc_offset_ns=clock.utc_ns() - mono_ns,
            ending=False,
        )
        await self._go()
        await self._memory.flush()

    async def end(self) -> None:
        """Let the delay drain, then close."""
        if self.air and not self._memory.saved.ending:
            self._memory.update(ending=True)
            self.air.end()
            self._around.changed()
            await self._memory.flush()

    async def delay(self, delay_s: float) -> None:
        """Change the delay, on air or for the next time."""
        self._memory.update(delay_ns=round(delay_s * _NS))
        if self.air:
            self.air.timelines.set_delay(self._memory.saved.delay_ns)
        self._around.changed()
        await self._memory.flush()

    async def outputs(self, outputs: tuple[OutputSpec, ...]) -> None:
        """These outputs, and no others. While an end drains they are the next episode's, unless they are the same."""
        if self.air and self._memory.saved.ending:
            self._next = outputs
            draining = {spec.output_id for spec in self._memory.wanted}
            same = tuple(spec for spec in outputs if spec.output_id in draining)
            if same:
                self.air.want(same)
        else:
            if self.air:
                self.air.want(outputs)
            self._memory.want(outputs)
        self._around.renditions.want(wanted_by(outputs))
        self._around.changed()
        await self._memory.flush()

    async def leave(self) -> None:
        """The process ends in good order: off air, and not back by itself."""
        if self._task and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])
        self._memory.update(episode_id="", ending=False)
        await self._memory.flush()

    def heard(self, seq: int, utc_ns: int) -> None:
        """A record was made; the one that opens an episode comes before it is on air."""
        self._records.append((seq, utc_ns))
        if self.air:
            self.air.position.heard(seq, utc_ns)

    async def _go(self) -> OnAir:
        around, saved = self._around, self._memory.saved
        path = MediaStore(around.places.media).edits(saved.episode_id)
        edits = await recall(path, around.disk, around.alarms)
        self.air = OnAir(around, self._slate, self._form, saved, edits)
        for seq, utc_ns in self._records:
            self.air.position.heard(seq, utc_ns)
        around.renditions.want(wanted_by(self._memory.wanted))
        self.air.want(self._memory.wanted)
        self._task = self._tasks.create_task(self._be_on_air(self.air), name="on air")
        self._around.changed()
        _log.info("on air", episode=self.air.episode_id, delay_s=self._memory.saved.delay_ns / _NS)
        return self.air

    async def _be_on_air(self, air: OnAir) -> None:
        await supervise("on air", air.run)
        # The next episode's outputs are for a person to choose, who may have done so already.
        self._memory.want(self._next)
        self._next = ()
        self._memory.update(episode_id="", ending=False, public_seq=air.position.seq, spared=())
        self.air = None
        self._around.changed()
        _log.info("off air", episode=air.episode_id)
