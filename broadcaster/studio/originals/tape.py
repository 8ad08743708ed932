"""One camera's original. In: its frames. Out: a recording of them, as they came: H.264 or VP8, and Opus.

Always sealed: what a phone films may hold what nobody was meant to see. Times are the phone's own timestamps, anchored
once to our clock: sample-exact, and growing whatever the clock's estimate does. A change of codec or of the phone is a
new recording; the recorder itself begins a new segment when the picture's shape changes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, cast

from broadcaster.packets import Packet
from broadcaster.recording import Picture, Recording, RecordingEvent, Sound
from broadcaster.studio.frames import EncodedFrame
from broadcaster.studio.ingest.camera import Camera
from broadcaster.studio.ingest.timing import RATES
from runtime.channel import Channel, Policy
from runtime.custody.envelope import Custodian

_BOUND = 900
_OFF_NS = 60_000_000
_S = 1_000_000_000
_FRAME_NS = {"video": 33_333_333, "audio": 20_000_000}


class Anchor:
    """One stream's timestamps as monotonic time."""

    def __init__(self) -> None:
        self._offset_ns: int | None = None
        self._last_ns = 0

    def time_ns(self, frame: EncodedFrame) -> int:
        """Of its first sample; grows. Anchored anew when the estimate has moved by more than a few frames."""
        media_ns = frame.rtp_ts * _S // RATES[frame.kind]
        if self._offset_ns is None or abs(media_ns + self._offset_ns - frame.mono_ns) > _OFF_NS:
            self._offset_ns = frame.mono_ns - media_ns
        self._last_ns = max(self._last_ns + 1_000_000, media_ns + self._offset_ns)
        return self._last_ns


class Tape:
    """Records one camera from the moment it is made until `stop`."""

    def __init__(
        self,
        camera: Camera,
        folder: Path,
        custodians: tuple[Custodian, ...],
        on_event: Callable[[RecordingEvent], None],
    ) -> None:
        self._custodians = custodians
        self._camera, self._folder, self._on_event = camera, folder, on_event
        self._frames: Channel[EncodedFrame] = Channel(_BOUND, Policy.DROP_OLDEST, f"original {camera.name}")
        self._end_tap = camera.tap(self._feed, original=True)
        self._recording: Recording | None = None
        self._using: tuple[str, int] = ("", 0)
        self._anchors = {"video": Anchor(), "audio": Anchor()}
        camera.ask_key()

    def stop(self) -> None:
        """No more frames: `run` closes the files and returns."""
        self._end_tap()
        self._frames.close()

    async def run(self) -> None:
        """Until `stop`; the files are closed however it ends."""
        try:
            async for frame in self._frames:
                await self._record(frame)
        finally:
            await self._close()

    def _feed(self, frame: EncodedFrame) -> None:
        if not self._frames.closed:
            self._frames.put_nowait(frame)

    async def _record(self, frame: EncodedFrame) -> None:
        if frame.kind == "video" and (frame.codec, frame.session) != self._using:
            if not frame.key:
                return
            await self._close()
            await self._open(frame)
        if self._recording is None or frame.session != self._using[1]:
            return
        self._recording.put(
            Packet(
                kind=frame.kind,
                mono_ns=self._anchors[frame.kind].time_ns(frame),
                duration_ns=_FRAME_NS[frame.kind],
                key=frame.key,
                scene_seq=0,
                data=frame.data,
            )
        )

    async def _open(self, key: EncodedFrame) -> None:
        codec = cast("Literal['h264', 'vp8']", key.codec)
        self._using = (key.codec, key.session)
        self._anchors = {"video": Anchor(), "audio": Anchor()}
        self._recording = await Recording.open(
            self._folder,
            f"original {self._camera.name}",
            Picture(codec=codec, key_unit=key.data if codec == "h264" else b""),
            Sound(codec="opus") if self._camera.has_sound else None,
            on_event=self._on_event,
            custodians=self._custodians,
        )

    async def _close(self) -> None:
        recording, self._recording = self._recording, None
        if recording is not None:
            await recording.close()
