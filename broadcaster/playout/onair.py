"""One episode on air. In: the studio's packets, the records' places, a person's wishes. Out: everything public.

The frame's way: `take` (to the master recording at once, to the delay) → timeline → `step` → outputs and HLS. Nothing
here waits for anybody: each destination is a process behind a bounded pipe.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from broadcaster import feed
from broadcaster.feed import Frame, ToPlaylist
from broadcaster.nal import parameter_sets
from broadcaster.packets import Packet
from broadcaster.playout.air import AirPacket, Shows
from broadcaster.playout.alarms import Alarms
from broadcaster.playout.cuts import Cuts
from broadcaster.playout.editing import Editing
from broadcaster.playout.form import Form
from broadcaster.playout.hls.playlist import target_s
from broadcaster.playout.hls_feed import HlsFeed
from broadcaster.playout.outputs import Outputs
from broadcaster.playout.pace import Pace
from broadcaster.playout.position import Position
from broadcaster.playout.renditions import Renditions, wanted_by
from broadcaster.playout.saved import Saved
from broadcaster.playout.slate import Slate
from broadcaster.playout.timeline import Timeline
from broadcaster.playout.timelines import MAIN, Timelines
from broadcaster.recording import Recording, RecordingEvent
from episodes.commands import OutputSpec
from episodes.edits import Edit
from runtime.clock import Clock
from runtime.log import get
from runtime.media import MediaStore
from runtime.places import Places
from runtime.settings import Settings
from runtime.supervise import supervise
from runtime.threads import NamedExecutor

_log = get("air")
_NS = 1_000_000_000
_STEP_S = 0.02
_CALM_STEP_S = 0.2
_CATCHING_UP_STEP_S = 0.1
LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an episode needs of the room it is in."""

    settings: Settings
    places: Places
    clock: Clock
    alarms: Alarms
    changed: Callable[[], None]
    disk: NamedExecutor
    renditions: Renditions


PLAYERS_BEHIND = 3
"""Target durations between the end of the playlist and what a player shows."""


class OnAir:
    """From going on air until everything is closed; `run` belongs into a task of its own."""

    def __init__(self, room: Surroundings, slate: Slate, form: Form, saved: Saved, edits: tuple[Edit, ...]) -> None:
        self._saved = saved
        self.shows: Shows = "slate"
        self.since_ns = room.clock.mono_ns()
        self._pace = Pace(self.since_ns)
        self._room = room
        self._form = form
        main = Timeline(slate, room.clock.mono_ns(), saved.delay_ns, air_from_ns=saved.air_from_ns)
        self.timelines = Timelines(main)
        self.renditions: frozenset[str] = frozenset()
        """Which further ones outputs ask for."""
        self.position = Position(saved.public_seq, saved.utc_offset_ns)
        target = target_s(room.settings.playout.hls_segment_s, room.settings.encode.keyframe_s)
        self._players_behind_ns = PLAYERS_BEHIND * target * _NS
        self.outputs = Outputs(
            self._form_of, room.settings.playout, room.clock, room.changed, room.alarms, saved.spared
        )
        self._hls = HlsFeed(self._to_playlist(), room.clock, self._listed, self._hls_trouble)
        self._recording: Recording | None = None
        self._cut = False
        path = MediaStore(room.places.media).edits(saved.episode_id)
        self.cuts = Cuts(path, edits, room.disk, room.clock, room.alarms)
        self.editing = Editing(
            timelines=self.timelines,
            position=self.position,
            outputs=self.outputs,
            hls=self._hls,
            cuts=self.cuts,
            clock=room.clock,
            saved=saved,
            step=self.step,
        )
        self.editing.again()

    @property
    def episode_id(self) -> str:
        return self._saved.episode_id

    @property
    def recording(self) -> bool:
        return bool(self._recording and self._recording.writing)

    @property
    def _hasty(self) -> bool:
        """Without a delay every millisecond counts; with one, frames go out a few at a time, which costs less."""
        return self.timelines.delay_ns < _NS

    @property
    def _step_s(self) -> float:
        if self._hasty:
            return _STEP_S
        return _CATCHING_UP_STEP_S if self._pace.catching_up else _CALM_STEP_S

    @property
    def filled_s(self) -> float:
        """How much programme is held that the public has not seen."""
        return self.timelines.main.buffer.held_ns() / _NS

    def take(self, packet: Packet) -> None:
        """One packet from the studio."""
        if packet.mono_ns < self._saved.air_from_ns:
            return
        if self._recording and packet.rendition == MAIN:
            self._recording.put(packet)
        if packet.rendition != MAIN and packet.key:
            self._check(packet)
        if not self.timelines.put(packet):
            _log.debug("not held", rendition=packet.rendition)
        if self._hasty:
            self.step()

    def _check(self, packet: Packet) -> None:
        """A rendition must be coded as its slate is, or its splices break."""
        prepared = self._room.renditions.get(packet.rendition)
        if prepared is None:
            return
        if parameter_sets(packet.data) != parameter_sets(prepared.slate.video_extradata):
            self._room.alarms.raise_("format_mismatch", packet.rendition, "warning")
        else:
            self._room.alarms.clear("format_mismatch", packet.rendition)

    def step(self) -> None:
        """Hand out what has become due."""
        for rendition, packet in self.timelines.step(self._pace.until(self._room.clock.mono_ns())):
            self._send(rendition, packet)
        self.outputs.flush()
        self._hls.flush()

    def end(self) -> None:
        """The episode is over: what the public has not seen drains, then everything closes."""
        self.timelines.end(self._room.clock.mono_ns())

    def cut_short(self) -> None:
        """Close now, whatever is left."""
        self._cut = True

    async def run(self) -> None:
        """On air until drained; cancelling closes everything at once."""
        recording = self._recording = await self._record()
        try:
            async with asyncio.TaskGroup() as tasks:
                children = (
                    tasks.create_task(supervise("hls", self._hls.run), name="hls"),
                    tasks.create_task(self.outputs.run(), name="outputs"),
                    tasks.create_task(supervise("edits", self.cuts.keep), name="edits"),
                )
                while not (self.timelines.drained or self._cut):
                    self.step()
                    await self._room.clock.sleep(self._step_s)
                children[1].cancel()
                await self._hls.finish()
                children[0].cancel()
                children[2].cancel()
        finally:
            self._recording = None
            await asyncio.shield(recording.close())

    async def _record(self) -> Recording:
        folder = MediaStore(self._room.places.media).master(self.episode_id)
        return await Recording.open(
            folder,
            "master",
            self._form.picture,
            self._form.sound,
            on_event=self._recording_event,
            clock=self._room.clock,
            utc_offset_ns=self._saved.utc_offset_ns,
        )

    def want(self, outputs: tuple[OutputSpec, ...]) -> None:
        """These outputs, each in its rendition, and no others."""
        self.renditions = wanted_by(outputs)
        self.outputs.want(outputs)
        self.settle()

    def settle(self) -> None:
        """Keep the renditions that run equal to those that are wanted and ready."""
        for name in self.timelines.sides.keys() - self.renditions:
            self.timelines.drop(name)
        for name in self.renditions - self.timelines.sides.keys():
            prepared = self._room.renditions.get(name)
            if prepared:
                self.editing.teach(self.timelines.begin(name, prepared.slate, self._saved.air_from_ns))
        self.outputs.look_again()
        self._room.changed()

    def _form_of(self, rendition: str) -> Form | None:
        if rendition == MAIN:
            return self._form
        prepared = self._room.renditions.get(rendition)
        return prepared.form if prepared else None

    def _send(self, rendition: str, packet: AirPacket) -> None:
        frame = Frame(
            kind=packet.kind,
            time_ns=packet.out_ns,
            duration_ns=packet.duration_ns,
            key=packet.key,
            data=packet.data,
        )
        framed, video_key = feed.encode(frame), packet.kind == "video" and packet.key
        self.outputs.put(framed, video_key=video_key, rendition=rendition)
        if rendition != MAIN:
            return
        self._hls.put(framed, video_key=video_key)
        if packet.kind == "video":
            self.position.aired(packet)
            if packet.shows != self.shows:
                self.shows, self.since_ns = packet.shows, packet.out_ns
                self._room.changed()

    def _listed(self, before_ns: int) -> None:
        # A player starts three target durations behind the end of the list (RFC 8216, 6.3.3): a page that is opened
        # now must not know more than the picture it begins with.
        if self.position.listed(before_ns - self._players_behind_ns):
            self._room.changed()

    def _hls_trouble(self, trouble: bool) -> None:
        if trouble:
            self._room.alarms.raise_("hls_stalled", self.episode_id)
        else:
            self._room.alarms.clear("hls_stalled", self.episode_id)

    def _recording_event(self, event: RecordingEvent) -> None:
        alarms, about = self._room.alarms, f"{self.episode_id}/{event.name}"
        if event.what == "writing":
            for code in ("disk_full", "disk_error", "recording_stalled", "recording_lost"):
                alarms.clear(code, about)
        elif event.what in {"disk_full", "disk_error"}:
            alarms.raise_(event.what, about)
        elif event.what in {"stalled", "lost"}:
            alarms.raise_(f"recording_{event.what}", about)
        self._room.changed()

    def _to_playlist(self) -> ToPlaylist:
        playout = self._room.settings.playout
        return ToPlaylist(
            folder=str(self._room.places.hls / LIVE),
            episode_id=self.episode_id,
            picture=self._form.picture,
            sound=self._form.sound,
            utc_offset_ns=self._saved.utc_offset_ns,
            segment_s=playout.hls_segment_s,
            keyframe_s=self._form.keyframe_s,
            window=playout.hls_window,
        )
