"""The studio, put together. In: settings and a bus. Out: a running studio until it is cancelled.

`Studio` wires the parts in the order a frame moves; `run` opens what has to be closed again.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TypeVar

import cv2
from msgspec.structs import replace

from broadcaster.packets import Packet, StreamStart
from broadcaster.studio.commands import Commands
from broadcaster.studio.encode.audio import AudioEncoder
from broadcaster.studio.encode.keyframes import KeyBudget
from broadcaster.studio.encode.video import VideoEncoder
from broadcaster.studio.field import Field
from broadcaster.studio.ingest import ice
from broadcaster.studio.ingest.camera import Cameras
from broadcaster.studio.ingest.port import Ports
from broadcaster.studio.ingest.whip import Whip
from broadcaster.studio.monitors.whep import Monitors
from broadcaster.studio.originals.shelf import Shelf
from broadcaster.studio.outlet import Outlet
from broadcaster.studio.peers import Sessions
from broadcaster.studio.program.decks import Decks
from broadcaster.studio.program.runner import Programme
from broadcaster.studio.program.scenes import Scenes
from broadcaster.studio.program.shown import Shown
from broadcaster.studio.program.sound import Mixer
from broadcaster.studio.program.switch import Switch
from broadcaster.studio.renditions.split import Split
from broadcaster.studio.status import Reporter
from broadcaster.studio.talk.talkback import SOURCE as TALKBACK
from broadcaster.studio.talk.talkback import Talkback
from episodes.commands import (
    AimTalk,
    Answered,
    Cue,
    Done,
    EndSession,
    Freeze,
    OfferCamera,
    OfferMonitor,
    OfferTalk,
    SetCameras,
    SetSound,
    Snapshot,
    Take,
    Trickle,
    Trickled,
)
from episodes.status import PlayoutStatus, StudioStatus
from overlay.compositor import Compositor
from overlay.scene import Rules
from overlay.theme import DAYLIGHT
from runtime.bus import open_bus
from runtime.bus.protocol import Bus
from runtime.log import get
from runtime.places import Places
from runtime.settings import Settings
from runtime.supervise import supervise
from runtime.threads import NamedExecutor, named_executor

_DECKS_S = 0.1
T = TypeVar("T")
_log = get("studio")


async def run(settings: Settings) -> None:
    """`python -m broadcaster.studio`."""
    places = Places(settings.server.var)
    places.prepare()
    async with open_bus(settings, "studio") as bus:
        await serve(settings, places, bus)


async def serve(settings: Settings, places: Places, bus: Bus) -> None:
    """Everything on `bus`, until cancelled."""
    # The rectangles it blends are small: a pool of threads without names would cost more than it gives.
    cv2.setNumThreads(1)
    ports = Ports(settings.studio.udp_ports)
    ice.install(ice.Network(ports, settings.studio.public_address))
    async with AsyncExitStack() as stack:
        stack.callback(ports.close)
        sessions = await stack.enter_async_context(Sessions())
        sprites = await stack.enter_async_context(named_executor("sprites"))
        studio = Studio(settings, places, bus, sessions, sprites)
        stack.callback(studio.stop)
        await stack.enter_async_context(studio.shelf)
        studio.start()
        for answering in studio.answers():
            await stack.enter_async_context(answering)
        _log.info("studio started", epoch=studio.epoch)
        async with asyncio.TaskGroup() as tasks:
            for name, duty in studio.duties():
                tasks.create_task(supervise(name, duty), name=name)


class Studio:
    """All parts of one studio."""

    def __init__(
        self, settings: Settings, places: Places, bus: Bus, sessions: Sessions, sprites: NamedExecutor
    ) -> None:
        self.epoch = time.time_ns() // 1_000_000
        self._bus, self._sessions = bus, sessions
        self._loop = asyncio.get_running_loop()
        encode, house = settings.encode, settings.studio
        self._cameras = Cameras(house.stall_s, house.max_cameras)
        self._whip = Whip(self._cameras, sessions, house.camera_bitrate_kbps)
        self._switch = Switch(house.take_wait_ms * 1_000_000)
        self._keys = KeyBudget(round(encode.keyframe_s * 1e9))
        self._compositor = Compositor(encode.width, encode.height, DAYLIGHT)
        self._video = VideoEncoder(encode, self._keys, self._from_thread(self._packet))
        self._split = Split(self._compositor, self._video, encode, self._from_thread(self._side_packet), sprites)
        self._programme = Programme(settings, self._switch, self._split, self._split, self._from_thread(self._changed))
        self._mixer = Mixer(time.monotonic_ns(), self._programme.lag_ns)
        self._audio = AudioEncoder(
            encode, self._mixer, self._sounding, self._from_thread(self._packet), self._from_thread(self._opus)
        )
        self._monitors = Monitors(self._cameras, sessions, house.max_monitors, self._keys.wish, self._listen)
        self._outlet = Outlet(places.packets_socket, self._stream_start(settings), self._wish_keys)
        self._decks = Decks(self._cameras, self._switch, self._programme, self._mixer, settings, places.clips)
        self._rules = Rules(place_level=settings.overlay.place_level)
        self._scenes = Scenes(bus, self.epoch, self._split, sprites, self._scene, self._snapshot, self._rules)
        self._commands = Commands(
            self._switch, self._cameras, self._decks, self._mixer, self._scenes, lambda: self._programme.slated,
            epoch=self.epoch, take_wait_ms=house.take_wait_ms,
        )  # fmt: skip
        self.shelf = Shelf(self._cameras, places)
        self._reporter = Reporter(bus, self.status, lambda: self.shelf.trouble, lambda: self._programme.short)
        self._field = Field(self._cameras, self._switch, lambda: self._changed("field"))
        self._talkback = Talkback(sessions, house.max_cameras)

    def start(self) -> None:
        """Start the threads: from here on the programme runs, on slate."""
        for part in (self._video, self._audio, self._programme):
            part.start()

    def stop(self) -> None:
        """Stop and join them, each before the one that reads it."""
        for part in (self._programme, self._audio, self._video):
            part.stop()
            part.join()
        self._split.close()
        self._decks.close()
        self._compositor.close()

    def answers(self) -> tuple[AbstractAsyncContextManager[None], ...]:
        """What the bus may ask of a studio."""
        bus = self._bus
        return (
            bus.respond("studio.whip", OfferCamera, self._whip.offer),
            bus.respond("studio.whep", OfferMonitor, self._watch),
            bus.respond("studio.trickle", Trickle, self._trickle),
            bus.respond("studio.end", EndSession, self._end),
            bus.respond("studio.cue", Cue, self._commands.cue),
            bus.respond("studio.take", Take, self._commands.take),
            bus.respond("studio.freeze", Freeze, self._commands.freeze),
            bus.respond("studio.sound", SetSound, self._commands.sound),
            bus.respond("studio.cameras", SetCameras, self._field.hear),
            bus.respond("studio.talk", OfferTalk, self._talkback.speak),
            bus.respond("studio.talk.aim", AimTalk, self._talkback.aim),
        )

    def duties(self) -> tuple[tuple[str, Callable[[], Awaitable[None]]], ...]:
        """What runs for as long as the studio does; each may fail and begin again without the others."""
        return (
            ("camera feedback", self._whip.run),
            ("talkback", self._talkback.run),
            ("packets to playout", self._outlet.run),
            ("scenes", self._scenes.run),
            ("playout's news", self._hear_playout),
            ("decks", self._keep_decks),
            ("originals", self.shelf.run),
            ("status", self._reporter.run),
        )

    def status(self) -> StudioStatus:
        """What `studio.status` says now."""
        mono_ns, utc_ns = time.monotonic_ns(), time.time_ns()
        shot, frozen_ns = self._switch.on_air, self._switch.frozen_ns
        return StudioStatus(
            epoch=self.epoch,
            ready=self._commands.ready,
            utc_ns=utc_ns,
            on_air=shot.source,
            cued=self._switch.cued,
            scene_seq=self._compositor.drawn_seq,
            fps=self._programme.fps(mono_ns),
            late_frames=self._programme.counts.late,
            level_db=round(self._mixer.level_db, 1),
            cameras=tuple(camera.status(mono_ns, utc_ns) for camera in self._cameras),
            on_screen=self._scenes.on_screen(utc_ns),
            layout=shot.layout,
            second=shot.second,
            reason=shot.reason,
            airing=shot.sources,
            slated=self._programme.slated,
            frozen_s=round((mono_ns - frozen_ns) / 1e9, 1) if frozen_ns else 0.0,
            fps_wanted=self._programme.fps_wanted,
            heard=self._sounding()[0],
            sound=self._mixer.plan,
            clips=self._decks.clips(mono_ns),
            renditions=self._split.status(mono_ns),
            cores=os.cpu_count() or 0,
        )

    async def _trickle(self, message: Trickle) -> Trickled:
        return await self._sessions.trickle(self._sessions.find(message.session_id, message.of), message)

    async def _end(self, message: EndSession) -> Done:
        await self._sessions.end(self._sessions.find(message.session_id, message.of))
        return Done()

    async def _watch(self, message: OfferMonitor) -> Answered:
        asked = self._talkback.listen if message.source == TALKBACK else self._monitors.offer
        return await asked(message)

    async def _hear_playout(self) -> None:
        async with self._bus.subscribe("playout.status", PlayoutStatus, bound=8) as statuses:
            async for status in statuses:
                self.shelf.on_air(status.episode_id)
                await self._scenes.set_rules(replace(self._rules, delay_s=status.delay_s))
                await self._split.want(status.renditions)

    async def _keep_decks(self) -> None:
        while True:
            self._decks.update()
            await asyncio.sleep(_DECKS_S)

    def _packet(self, packet: Packet) -> None:
        self._outlet.put(packet)
        if packet.kind == "video":
            self._monitors.video(packet)

    def _side_packet(self, packet: Packet) -> None:
        self._outlet.put(packet)

    def _wish_keys(self) -> None:
        self._keys.wish()
        self._split.wish_keys()

    def _opus(self, sound: tuple[bytes, int]) -> None:
        self._monitors.opus(*sound)

    def _listen(self, wanted: bool) -> None:
        self._audio.opus_wanted = wanted

    def _sounding(self) -> tuple[str, str, int]:
        """Whose sound is heard, under whose picture, and what the picture has heard."""
        shot = self._switch.on_air
        name = self._mixer.plan.heard(shot)
        # A picture that has stalled is covered, and its sound with it; a chosen microphone elsewhere goes on.
        silent = self._programme.slated and name == shot.source
        return ("" if silent else name), shot.source, self._compositor.drawn_seq

    def _scene(self, shown: Shown) -> None:
        self._programme.shown = shown

    async def _snapshot(self, snapshot: Snapshot) -> None:
        self._field.set(snapshot.cameras, snapshot.away, snapshot.held)
        if not self._commands.ready:
            self._commands.ready = True
            await self._commands.take_again(snapshot)
        self._commands.set_sound(snapshot.sound)
        self._reporter.poke()

    def _changed(self, _what: str) -> None:
        self._decks.update()
        self._reporter.poke()

    def _from_thread(self, deed: Callable[[T], None]) -> Callable[[T], None]:
        """`deed` on the event loop, called from any thread; nothing once the loop has gone."""

        def hand_over(item: T) -> None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(deed, item)

        return hand_over

    def _stream_start(self, settings: Settings) -> StreamStart:
        encode = settings.encode
        return StreamStart(
            epoch=self.epoch,
            width=encode.width,
            height=encode.height,
            fps=encode.fps,
            video_extradata=self._video.extradata,
            audio_extradata=self._audio.extradata,
        )
