"""A platform of the demo: an RTMP server in a process of its own, which takes one publisher after another.

In: `--port`, `--state FILE`. Out: what it received, once a second, as JSON in FILE (`Received`), and its last keyframe
as a small JPEG beside it. The stream's name stands for the key and is never written down.
"""

import argparse
import time
from pathlib import Path

import av
import msgspec
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

_THUMB_HIGH = 180


class Received(msgspec.Struct):
    """What a platform has: counts since it started listening, and whether somebody publishes now."""

    port: int
    publishing: bool = False
    sessions: int = 0
    video_frames: int = 0
    keyframes: int = 0
    audio_frames: int = 0
    received_bytes: int = 0
    last_utc_ns: int = 0


class Platform:
    """One port's receiver."""

    def __init__(self, port: int, state: Path) -> None:
        self._seen = Received(port=port)
        self._state = state
        self._wrote = 0.0

    def serve(self) -> None:
        """Receive for ever; a publisher that goes or breaks makes room for the next."""
        self._write(now=True)
        while True:
            try:
                self._one_publisher()
            except (OSError, ValueError):
                time.sleep(0.2)
            self._seen.publishing = False
            self._write(now=True)

    def _one_publisher(self) -> None:
        url = f"rtmp://127.0.0.1:{self._seen.port}/live"
        with av.open(url, options={"listen": "1", "timeout": "-1"}) as source:
            self._seen.publishing = True
            self._seen.sessions += 1
            for packet in source.demux():
                self._seen.received_bytes += packet.size
                self._seen.last_utc_ns = time.time_ns()
                if isinstance(packet.stream, VideoStream):
                    self._seen.video_frames += 1
                    if packet.is_keyframe and packet.size:
                        self._seen.keyframes += 1
                        self._thumb(packet)
                else:
                    self._seen.audio_frames += 1
                self._write()

    def _thumb(self, packet: "av.Packet[Stream]") -> None:
        for frame in packet.decode():
            if isinstance(frame, VideoFrame):
                half = self._state.with_suffix(".half")
                wide = round(_THUMB_HIGH * frame.width / frame.height / 2) * 2
                picture = frame.reformat(wide, _THUMB_HIGH, format="rgb24").to_ndarray()
                Image.fromarray(picture).save(half, "JPEG", quality=80)
                half.replace(self._state.with_suffix(".jpg"))

    def _write(self, *, now: bool = False) -> None:
        if now or time.monotonic() - self._wrote > 1:
            self._wrote = time.monotonic()
            half = self._state.with_suffix(".half")
            half.write_bytes(msgspec.json.encode(self._seen))
            half.replace(self._state)


def main() -> None:
    """`python -m demo.receiver --port 19351 --state var/demo/platform-1.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    chosen = parser.parse_args()
    chosen.state.parent.mkdir(parents=True, exist_ok=True)
    Platform(chosen.port, chosen.state).serve()


if __name__ == "__main__":
    main()
