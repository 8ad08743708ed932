"""The public programme. In: packets, moments of CLOCK_MONOTONIC. Out: packets for the public, without a hole. Pure.

A packet is public at `mono_ns + delay`; times out are on the same clock. What is missing is filled with slate and
silence, so picture and sound each run on from frame to frame whatever the studio does. The programme comes back at a
keyframe only, and so does a changed delay: a longer one plays on to the next keyframe and shows slate until that is
due again; a shorter one plays on until the first keyframe that the new delay makes due. Nothing repeats and nothing
runs backwards.

What a person removes never comes out, whenever it arrives: what is older plays on, then slate until what follows is
due. A KILL is black and silence at once; what was made before it is restored stays out, so the delay is honoured anew.
"""

from typing import Literal

from broadcaster.packets import Packet
from broadcaster.playout.air import AirPacket, Shows
from broadcaster.playout.delay import DelayBuffer
from broadcaster.playout.slate import Filler, Slate, Unit

# A hole longer than this is slate, a shorter one a frame that stands a little longer.
HOLE_NS = 500_000_000
# How far a programme without delay may be put back when its packets keep coming late.
MOST_SLIP_NS = 3_000_000_000
# Slate made up for in one step after this process itself stood still.
_MOST_STEP_NS = 2_000_000_000

Mode = Literal["slate", "program"]


class Timeline:
    """From `start_ns` on, `step(now)` answers what has become due."""

    def __init__(
        self,
        slate: Slate,
        start_ns: int,
        delay_ns: int,
        buffer: DelayBuffer | None = None,
        *,
        air_from_ns: int | None = None,
    ) -> None:
        self.filler = Filler(slate)
        self.mode: Mode = "slate"
        self.buffer = buffer or DelayBuffer()
        self.late = 0
        # What was made before this moment is nobody's business; after a restart it lies before `start_ns`.
        self._air_from_ns = start_ns if air_from_ns is None else air_from_ns
        self._end_ns: int | None = None
        self._delay_ns = delay_ns
        self._wanted_ns = delay_ns
        self._slip_ns = 0
        self._video_ns = start_ns
        self._audio_ns = start_ns
        self._earliest_ns = start_ns
        # The programme time from which on nothing has been handed out.
        self._unsent_ns = self._air_from_ns

    # -- what may be asked

    @property
    def delay_ns(self) -> int:
        """What holds the programme back now; `wanted_ns` is where it is going."""
        return self._delay_ns

    @property
    def wanted_ns(self) -> int:
        return self._wanted_ns

    @property
    def out_ns(self) -> int:
        """Everything before this moment has been handed out."""
        return min(self._video_ns, self._audio_ns)

    @property
    def unsent_ns(self) -> int:
        """Programme time: nothing of this moment or later has been handed out."""
        held = [queue[0].mono_ns for queue in (self.buffer.video, self.buffer.audio) if queue]
        return max(self._unsent_ns, min([self._video_ns - self._delay_ns, *held]))

    @property
    def slate(self) -> Slate:
        return self.filler.slate

    @property
    def drained(self) -> bool:
        """After `end`: the public has seen all of it."""
        return self._end_ns is not None and self.out_ns >= self._end_ns + self._delay_ns

    # -- what may be told

    def put(self, packet: Packet) -> bool:
        """Take one packet from the studio; False when it is not for the public, or there is no room."""
        if packet.mono_ns < self._air_from_ns or (self._end_ns is not None and packet.mono_ns >= self._end_ns):
            return False
        return self.buffer.put(packet)

    def set_delay(self, delay_ns: int) -> None:
        """Change the delay; it takes effect at a keyframe. While the end drains, it stays."""
        if self._end_ns is None:
            self._wanted_ns = delay_ns
            self._slip_ns = 0

    def kill(self, from_ns: int) -> None:
        """Black and silence now; programme from `from_ns` on is removed until `restore`."""
        self.buffer.remove(from_ns, None)
        self.filler.turn(black=True)
        self._to_slate()

    def restore(self, to_ns: int) -> None:
        """The slate again, then what is made from `to_ns` on, each when it is due."""
        self.buffer.close(to_ns)
        self.filler.turn(black=False)

    def end(self, now_ns: int) -> None:
        """Nothing made after `now_ns` becomes public; what was made before drains."""
        if self._end_ns is None:
            self._end_ns = max(now_ns, self._air_from_ns)
            self._wanted_ns, self._slip_ns = self._delay_ns, 0

    def step(self, now_ns: int) -> list[AirPacket]:
        """Everything that has become due, picture and sound in order of their times."""
        out: list[AirPacket] = []
        while True:
            first_video = self._video_ns <= self._audio_ns
            made = self._video(now_ns) if first_video else self._audio(now_ns)
            if made is None:
                # The one behind waits for the studio; the other may go on, as far as its own patience allows.
                made = self._audio(now_ns) if first_video else self._video(now_ns)
            if made is None:
                return out
            out.append(made)

    # -- picture

    def _video(self, now_ns: int) -> AirPacket | None:
        if self.mode == "program":
            self._change_delay()
        if self.mode == "program":
            made = self._programme(now_ns)
            if made or self.mode == "program":
                return made
        return self._slate(now_ns)

    def _programme(self, now_ns: int) -> AirPacket | None:
        video = self.buffer.video
        if video:
            due_ns = video[0].mono_ns + self._delay_ns
            if due_ns - self._video_ns <= HOLE_NS:
                return self._air(self.buffer.take(video)) if due_ns <= self._pace(now_ns) else None
            self._to_slate()
        elif now_ns - self._video_ns >= self._patience():
            self._to_slate()
        return None

    def _air(self, packet: Packet) -> AirPacket:
        out_ns = max(packet.mono_ns + self._delay_ns, self._earliest_ns)
        self._after(out_ns, packet.duration_ns)
        self._unsent_ns = packet.mono_ns + 1
        return self._picture(out_ns, packet, packet.duration_ns, packet.scene_seq)

    def _picture(self, out_ns: int, coded: Packet | Unit, duration_ns: int, scene_seq: int | None) -> AirPacket:
        return AirPacket(
            kind="video",
            out_ns=out_ns,
            duration_ns=duration_ns,
            key=coded.key,
            scene_seq=scene_seq,
            delay_ns=self._delay_ns,
            shows=self._shows(scene_seq),
            data=coded.data,
        )

    def _shows(self, scene_seq: int | None) -> Shows:
        if scene_seq is not None:
            return "program"
        return "black" if self.filler.black else "slate"

    def _after(self, out_ns: int, duration_ns: int) -> None:
        self._video_ns = out_ns + duration_ns
        # The programme's clock breathes with the camera's: a frame may follow a little early, never backwards.
        self._earliest_ns = out_ns + duration_ns // 2

    def _to_slate(self) -> None:
        self.mode = "slate"
        self.filler.restart()

    def _slate(self, now_ns: int) -> AirPacket | None:
        self._delay_ns = self._goal()
        # Without this, a studio that sends no keyframe fills us up.
        self.late += self.buffer.drop_before(self._video_ns - self._delay_ns - MOST_SLIP_NS)
        frame_ns = self.slate.frame_ns
        # A key that comes too late for its time is let go, unless there is no delay that could have saved it.
        key = self.buffer.first_key(self._video_ns - frame_ns // 2 - self._delay_ns) or self._slip()
        if key:
            due_ns = key.mono_ns + self._delay_ns
            if due_ns <= self._video_ns + frame_ns // 2:
                if due_ns > now_ns:
                    return None
                return self._resume(key)
        if self._video_ns + self._patience() > now_ns:
            return None
        if now_ns - self._video_ns > _MOST_STEP_NS + self._patience():
            # We stood still ourselves: what nobody was sent needs no filling.
            self._video_ns = self._audio_ns = self._earliest_ns = now_ns - self._patience()
        return self._fill()

    def _fill(self) -> AirPacket:
        unit, out_ns = self.filler.unit(), self._video_ns
        self._after(out_ns, self.slate.frame_ns)
        return self._picture(out_ns, unit, self.slate.frame_ns, None)

    def _resume(self, key: Packet) -> AirPacket:
        self.late += self.buffer.drop_before(key.mono_ns)
        self.mode = "program"
        return self._air(self.buffer.take(self.buffer.video))

    def _slip(self) -> Packet | None:
        """Without a delay, late packets could never return: put the programme back by what they are late."""
        if self._delay_ns - self._slip_ns >= HOLE_NS or not self.buffer.video:
            return None
        newest = next((packet for packet in reversed(self.buffer.video) if packet.key), None)
        if newest is None:
            return None
        late_ns = self._video_ns - newest.mono_ns - self._delay_ns
        if self._slip_ns + late_ns > MOST_SLIP_NS:
            return None
        self._slip_ns += late_ns
        self._delay_ns += late_ns
        return newest

    # -- delay

    def _goal(self) -> int:
        return self._wanted_ns + self._slip_ns

    def _patience(self) -> int:
        """How long after its moment a packet may still come: with a delay, it would be here already."""
        return 0 if self.filler.black else max(0, HOLE_NS - self._delay_ns)

    def _pace(self, now_ns: int) -> int:
        """How far the programme may be handed out: on the way to a short delay it waits for packets to come."""
        if self._goal() < self._delay_ns:
            return now_ns - max(0, HOLE_NS - self._goal())
        return now_ns

    def _change_delay(self) -> None:
        goal, video = self._goal(), self.buffer.video
        if goal == self._delay_ns or not video:
            return
        if goal > self._delay_ns:
            if video[0].key:
                self._delay_ns = goal
                self._to_slate()
            return
        key = self.buffer.first_key(self._earliest_ns - goal)
        if key and video[0].mono_ns + self._delay_ns + self.slate.frame_ns // 2 >= key.mono_ns + goal:
            self.late += self.buffer.drop_before(key.mono_ns)
            self._delay_ns = goal

    # -- sound

    def _audio(self, now_ns: int) -> AirPacket | None:
        audio, half_ns = self.buffer.audio, self.slate.sound_ns // 2
        while audio and audio[0].mono_ns + self._delay_ns < self._audio_ns - half_ns and not self._ahead(audio[0]):
            self.buffer.take(audio)
        if self.mode == "program" and audio and audio[0].mono_ns + self._delay_ns <= self._audio_ns + half_ns:
            if self._audio_ns > self._pace(now_ns):
                return None
            packet = self.buffer.take(audio)
            return self._sound(packet.data, packet.scene_seq)
        wait_ns = 0 if self.mode == "program" and audio else self._patience()
        # Sound follows the picture: past the picture's own moment nobody knows yet whether it is slate.
        if self._audio_ns + wait_ns > self._pace(now_ns) or self._audio_ns > self._video_ns:
            return None
        return self._sound(self.slate.silence, None)

    def _ahead(self, packet: Packet) -> bool:
        """A longer delay will want this one again."""
        return packet.mono_ns + self._goal() >= self._audio_ns

    def _sound(self, data: bytes, scene_seq: int | None) -> AirPacket:
        # Sound runs on a grid of whole frames: a packet moves to its slot by less than half a frame.
        out_ns, self._audio_ns = self._audio_ns, self._audio_ns + self.slate.sound_ns
        return AirPacket(
            kind="audio",
            out_ns=out_ns,
            duration_ns=self.slate.sound_ns,
            key=True,
            scene_seq=scene_seq,
            delay_ns=self._delay_ns,
            shows=self._shows(scene_seq),
            data=data,
        )
