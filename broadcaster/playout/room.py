"""The playout room. In: commands and records from the bus, packets from the studio. Out: what is public, and status."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Literal

from broadcaster.nal import parameter_sets
from broadcaster.packets import Packet, StreamStart
from broadcaster.playout.air import Shows
from broadcaster.playout.alarms import Alarms
from broadcaster.playout.control import Control
from broadcaster.playout.form import Form
from broadcaster.playout.link import StudioLink
from broadcaster.playout.memory import Memory
from broadcaster.playout.renditions import Renditions
from broadcaster.playout.saved import Store
from broadcaster.playout.slate import Slate
from broadcaster.playout.slate_source import NoSlate, SlateSource
from broadcaster.playout.trials import Trials
from episodes.commands import (
    Command,
    Done,
    Dump,
    Edited,
    Kill,
    PushTried,
    Restore,
    SetAir,
    SetDelay,
    SetOutputs,
    TryOutput,
)
from episodes.status import OutputStatus, PlayoutStatus, PublicPosition
from runtime.bus.protocol import Bus, Message, Refused
from runtime.clock import Clock, SystemClock
from runtime.log import get
from runtime.places import Places
from runtime.settings import Settings
from runtime.supervise import supervise
from runtime.threads import named_executor

_log = get("playout")
_NS = 1_000_000_000
_STATUS_S = 0.5
_MOST_DELAY_S = 120.0
_MOST_OUTPUTS = 16


class RecordHeard(Message, frozen=True, kw_only=True, tag="RecordMade"):
    """The part of `RecordMade` that playout may know: a place in the log and when it was made."""

    seq: int
    utc_ns: int


class PlayoutRoom:
    """One per process."""

    def __init__(
        self, settings: Settings, bus: Bus, clock: Clock | None = None, source: SlateSource | None = None
    ) -> None:
        self._settings = settings
        self._bus = bus
        self._clock = clock or SystemClock()
        self._source = source or SlateSource(settings)
        self._renditions = Renditions(settings, self._clock, picture=self._source.picture)
        # Milliseconds since 1970: later processes have higher numbers.
        self._epoch = self._clock.utc_ns() // 1_000_000
        self._alarms = Alarms("playout", self._clock)
        self._changed = asyncio.Event()
        self._done: deque[str] = deque(maxlen=256)
        self._said: tuple[str, int] = ("", -1)
        self._slate: Slate
        self._trials: Trials
        self._memory: Memory
        self._control: Control

    async def run(self) -> None:
        """Until cancelled; then everything public is closed in good order."""
        places = Places(self._settings.server.var)
        places.prepare()
        slate, renew = await self._source.first()
        link = StudioLink(places.packets_socket, self._studio_started, self._packet)
        async with named_executor("playout-state") as disk, asyncio.TaskGroup() as tasks:
            delay_ns = round(self._settings.playout.delay_s * _NS)
            self._memory = Memory(Store(places), disk, self._clock, self._alarms, delay_ns)
            self._control = Control(
                self._settings,
                self._clock,
                self._alarms,
                self._memory,
                tasks,
                self._changed.set,
                disk,
                self._renditions,
            )
            self._trials = Trials(self._settings, self._clock)
            self._use(slate)
            await self._control.resume()
            work: dict[str, Callable[[], Awaitable[None]]] = {
                "studio link": link.run,
                "status": self._say_status,
                "records": self._hear_records,
                "alarms": lambda: self._alarms.run(self._bus.publish),
                "memory": self._memory.keep,
                "renditions": self._renditions.run,
            }
            if renew:
                work["slate"] = self._renew_slate
            running = [tasks.create_task(supervise(name, each), name=name) for name, each in work.items()]
            try:
                await self._answer()
            finally:
                await asyncio.shield(self._control.leave())
                for task in running:
                    task.cancel()

    # -- commands

    async def _answer(self) -> None:
        bus = self._bus
        async with (
            bus.respond("playout.air", SetAir, self._set_air),
            bus.respond("playout.delay", SetDelay, self._set_delay),
            bus.respond("playout.outputs", SetOutputs, self._set_outputs),
            bus.respond("playout.dump", Dump, self._edit),
            bus.respond("playout.kill", Kill, self._edit),
            bus.respond("playout.restore", Restore, self._edit),
            bus.respond("playout.try", TryOutput, self._try_output),
        ):
            await asyncio.Event().wait()

    async def _set_air(self, command: SetAir) -> Done:
        if not self._seen(command):
            if command.episode_id:
                _check_delay(command.delay_s)
                await self._control.air_episode(command.episode_id, command.delay_s)
            else:
                await self._control.end()
            self._done.append(command.command_id)
        return Done()

    async def _set_delay(self, command: SetDelay) -> Done:
        if not self._seen(command):
            _check_delay(command.delay_s)
            await self._control.delay(command.delay_s)
            self._done.append(command.command_id)
        return Done()

    async def _set_outputs(self, command: SetOutputs) -> Done:
        if not self._seen(command):
            if len({spec.output_id for spec in command.outputs}) < len(command.outputs):
                raise Refused("twice", "an output_id stands twice")
            if len(command.outputs) > _MOST_OUTPUTS:
                raise Refused("too_many", str(len(command.outputs)))
            await self._control.outputs(command.outputs)
            self._done.append(command.command_id)
        return Done()

    async def _edit(self, command: Dump | Kill | Restore) -> Edited:
        self._seen(command)
        air = self._control.air
        if air is None:
            raise Refused("off_air")
        match command:
            case Dump():
                done = await air.editing.dump(command)
            case Kill():
                done = await air.editing.kill(command)
            case Restore():
                done = await air.editing.restore(command)
        self._changed.set()
        return done

    async def _try_output(self, command: TryOutput) -> PushTried:
        if self._control.air and self._control.air.outputs.pushes(command.output.output_id):
            raise Refused("on_air", command.output.output_id)
        return await self._trials.run(command)

    def _seen(self, command: Command) -> bool:
        """Done before: a repeated question gets the same answer. Raises Refused for one not meant for us now."""
        if command.epoch not in {0, self._epoch}:
            raise Refused("epoch", f"{command.epoch}, not {self._epoch}")
        if command.expires_utc_ns and self._clock.utc_ns() > command.expires_utc_ns:
            raise Refused("expired", command.command_id)
        return command.command_id in self._done

    # -- the studio and the slate

    def _studio_started(self, start: StreamStart) -> None:
        if parameter_sets(start.video_extradata) != parameter_sets(self._slate.video_extradata):
            _log.error("the studio codes otherwise than the slate: splices may break", epoch=start.epoch)
            self._alarms.raise_("format_mismatch", "studio", "warning")
        else:
            self._alarms.clear("format_mismatch", "studio")
        if self._control.air:
            self._control.air.timelines.new_stream()

    def _packet(self, packet: Packet) -> None:
        if self._control.air:
            self._control.air.take(packet)

    def _use(self, slate: Slate) -> None:
        self._slate = slate
        self._control.use(slate, Form.of(slate, self._settings.encode))

    async def _renew_slate(self) -> None:
        """One from the last time may show an old picture: make it anew, for the next hole."""
        if self._control.air:
            # Back after a sudden end: the show first.
            return
        try:
            self._use(await self._source.make())
        except NoSlate as error:
            _log.warning("the slate stays as it is", why=str(error))

    # -- what others hear

    async def _hear_records(self) -> None:
        async with self._bus.subscribe("records", RecordHeard) as records:
            async for record in records:
                self._control.heard(record.seq, record.utc_ns)

    async def _say_status(self) -> None:
        while True:
            self._changed.clear()
            await self._say_position()
            await self._bus.publish("playout.status", self.status())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_STATUS_S):
                    await self._changed.wait()

    async def _say_position(self) -> None:
        air = self._control.air
        if air and air.outputs.spared != self._memory.saved.spared:
            self._memory.update(spared=air.outputs.spared)
        if not air or not air.position.utc_ns or self._said == (air.episode_id, air.position.seq):
            return
        self._said = (air.episode_id, air.position.seq)
        message = PublicPosition(
            seq=air.position.seq, utc_ns=air.position.utc_ns, episode_id=air.episode_id, edits=air.cuts.told()
        )
        await self._bus.publish("playout.position", message)
        self._memory.update(public_seq=message.seq)

    def status(self) -> PlayoutStatus:
        """What is public now."""
        air, saved = self._control.air, self._memory.saved
        public: Literal["off"] | Shows = air.shows if air else "off"
        return PlayoutStatus(
            epoch=self._epoch,
            utc_ns=self._clock.utc_ns(),
            episode_id=air.episode_id if air else "",
            delay_s=saved.delay_ns / _NS,
            filled_s=round(air.filled_s, 2) if air else 0.0,
            public=public,
            public_seq=air.position.seq if air else saved.public_seq,
            recording=bool(air and air.recording),
            outputs=air.outputs.status() if air else self._idle(),
            renditions=tuple(sorted(air.renditions)) if air else (),
            why=air.editing.why() if air and public != "program" else "",
            since_utc_ns=air.since_ns + saved.utc_offset_ns if air else 0,
            edits=air.cuts.told() if air else (),
        )

    def _idle(self) -> tuple[OutputStatus, ...]:
        return tuple(
            OutputStatus(output_id=spec.output_id, name=spec.name, state="stopped") for spec in self._memory.wanted
        )


def _check_delay(delay_s: float) -> None:
    if not 0 <= delay_s <= _MOST_DELAY_S:
        raise Refused("delay", f"{delay_s} is not within 0 and {_MOST_DELAY_S:g} seconds")
