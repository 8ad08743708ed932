"""Studio and playout as the desk meets them: two ends of the same bus that keep what they were told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import msgspec

from episodes.commands import (
    Command,
    Cue,
    Done,
    Dump,
    Edited,
    Freeze,
    Kill,
    PushTried,
    Restore,
    SetAir,
    SetCameras,
    SetDelay,
    SetOutputs,
    SetSound,
    Take,
    TryOutput,
)
from episodes.edits import Edit
from episodes.status import CameraStatus, OutputStatus, PlayoutStatus, PublicPosition, StudioStatus
from runtime.bus.local import LocalBus
from runtime.bus.protocol import Refused
from runtime.clock import Clock


@dataclass
class Rooms:
    """What was told, in order; `say_*` sends what the rooms would say."""

    bus: LocalBus
    clock: Clock
    told: list[Command] = field(default_factory=list)
    playout_epoch: int = 1
    studio_epoch: int = 1
    on_air: str = ""
    draining: bool = False
    delay_s: float = 30.0
    outputs: tuple[OutputStatus, ...] = ()
    cameras: tuple[CameraStatus, ...] = ()
    seq: int = 0
    edits: tuple[Edit, ...] = ()
    refuses: str = ""
    airing: tuple[str, ...] = ()
    tried: PushTried = field(default_factory=lambda: PushTried(ok=True))
    look: Callable[[], Awaitable[None]] | None = None
    """Called when a command arrives, before it is done."""

    async def hear(self, command: Command) -> Done:
        if self.look:
            await self.look()
        if self.refuses:
            raise Refused(self.refuses)
        if isinstance(command, SetCameras):
            # Kept true by itself, beside what people do.
            self.cameras = tuple(
                CameraStatus(
                    camera=name,
                    state="away" if name in command.away else "held" if name in command.held else "waiting",
                )
                for name in command.cameras
            )
            return Done()
        self.told.append(command)
        match command:
            case SetAir(episode_id=""):
                self.draining = bool(self.on_air)
            case SetAir():
                if self.on_air and self.on_air != command.episode_id and not self.draining:
                    raise Refused("on_air", self.on_air)
                self.on_air, self.draining, self.delay_s = command.episode_id, False, command.delay_s
            case SetDelay():
                self.delay_s = command.delay_s
            case SetOutputs():
                self.outputs = tuple(
                    OutputStatus(output_id=spec.output_id, name=spec.name, state="live" if spec.on else "stopped")
                    for spec in command.outputs
                )
        return Done()

    async def edit(self, command: Dump | Kill | Restore) -> Edited:
        """As playout does: the edit stands before it is answered, and is said in every status."""
        if self.refuses:
            raise Refused(self.refuses)
        standing = next((edit for edit in self.edits if edit.stands), None)
        if isinstance(command, Restore):
            done = next((edit for edit in self.edits if edit.restore_id == command.command_id), None)
            if standing is None and done is None:
                raise Refused("not_killed")
            edit = done or self._restored(standing, command)
        else:
            known = next((edit for edit in self.edits if edit.edit_id == command.command_id), None)
            edit = known or self._edit(command)
        self.edits = (*(each for each in self.edits if each.edit_id != edit.edit_id), edit)
        return Edited(edit=edit, durable=True)

    def _restored(self, standing: Edit | None, command: Restore) -> Edit:
        now_ns = self.clock.utc_ns()
        assert standing
        return msgspec.structs.replace(
            standing,
            to_mono_ns=now_ns,
            to_utc_ns=now_ns,
            restore_id=command.command_id,
            restored_utc_ns=now_ns,
            restored_by=command.by,
            restored_reason=command.reason,
        )

    def _edit(self, command: Dump | Kill) -> Edit:
        now_ns, kill = self.clock.utc_ns(), isinstance(command, Kill)
        return Edit(
            edit_id=command.command_id,
            episode_id=self.on_air,
            kind="kill" if kill else "dump",
            from_mono_ns=0,
            to_mono_ns=None if kill else now_ns,
            from_utc_ns=now_ns - 10,
            to_utc_ns=None if kill else now_ns,
            boot="b",
            made_utc_ns=now_ns,
            by=command.by,
            reason=command.reason,
            after_seq=self.seq,
            recalled=kill,
        )

    async def push(self, command: TryOutput) -> PushTried:
        self.told.append(command)
        if self.refuses:
            raise Refused(self.refuses)
        return self.tried

    def heard(self, kind: type[Command]) -> list[Command]:
        return [command for command in self.told if isinstance(command, kind)]

    async def say(self) -> None:
        """Both statuses, as every half second; then the loop turns."""
        await self.bus.end("playout").publish("playout.status", self.playout_status())
        await self.bus.end("studio").publish(
            "studio.status",
            StudioStatus(
                epoch=self.studio_epoch,
                ready=True,
                utc_ns=self.clock.utc_ns(),
                on_air="slate",
                airing=self.airing,
                cued="",
                scene_seq=0,
                fps=30,
                late_frames=0,
                level_db=-20,
                cameras=self.cameras,
                cores=2,
            ),
        )
        await asyncio.sleep(0.02)

    def playout_status(self) -> PlayoutStatus:
        return PlayoutStatus(
            epoch=self.playout_epoch,
            utc_ns=self.clock.utc_ns(),
            episode_id=self.on_air,
            delay_s=self.delay_s,
            filled_s=0,
            public="program" if self.on_air else "off",
            public_seq=self.seq,
            recording=bool(self.on_air),
            outputs=self.outputs,
            edits=self.edits,
        )

    async def shown(self, seq: int, utc_ns: int) -> None:
        """The public's picture has reached `seq`."""
        self.seq = seq
        position = PublicPosition(seq=seq, utc_ns=utc_ns, episode_id=self.on_air, edits=self.edits)
        await self.bus.end("playout").publish("playout.position", position)
        await asyncio.sleep(0)

    async def drained(self) -> None:
        """The delay has run out after an end."""
        self.on_air, self.draining, self.outputs = "", False, ()
        await self.say()

    async def restart_playout(self) -> None:
        """A new playout that knows nothing."""
        self.playout_epoch += 1
        self.on_air, self.draining, self.outputs, self.seq = "", False, (), 0
        await self.say()


@asynccontextmanager
async def played(bus: LocalBus, clock: Clock) -> AsyncIterator[Rooms]:
    rooms = Rooms(bus, clock)
    async with AsyncExitStack() as stack:
        for room, subject, kind in (
            ("playout", "playout.air", SetAir),
            ("playout", "playout.delay", SetDelay),
            ("playout", "playout.outputs", SetOutputs),
            ("studio", "studio.take", Take),
            ("studio", "studio.cue", Cue),
            ("studio", "studio.freeze", Freeze),
            ("studio", "studio.sound", SetSound),
            ("studio", "studio.cameras", SetCameras),
        ):
            await stack.enter_async_context(bus.end(room).respond(subject, kind, rooms.hear))
        for pressed in (Dump, Kill, Restore):
            subject = f"playout.{pressed.__name__.lower()}"
            await stack.enter_async_context(bus.end("playout").respond(subject, pressed, rooms.edit))
        await stack.enter_async_context(bus.end("playout").respond("playout.try", TryOutput, rooms.push))
        yield rooms
