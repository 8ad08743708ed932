"""`python -m broadcaster.playout.slate_encode`: slate and black, coded once. In: settings, a picture. Out: a file.

`--encode JSON --out FILE [--picture PNG | --bars]`. Without a picture, or with one that cannot be read, it draws a
plain one of its own: a dark ground with a horizon, which says "we are still here" in no language. `--bars` is a test
signal: colour bars over grain that moves, because only a picture that fills the programme's rate proves that the rate
arrives.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import av
import msgspec
import numpy as np

from broadcaster.encoders import AAC_SAMPLES, SAMPLE_RATE, open_audio, open_video
from broadcaster.playout.slate import Slate, Unit
from runtime.settings.model import Encode

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SILENT_FRAMES = 8
_GROUND, _LINE = (18, 24, 32), (70, 120, 150)


def plain(width: int, height: int) -> "NDArray[np.uint8]":
    """Our own picture, RGB."""
    image = np.empty((height, width, 3), np.uint8)
    image[:] = _GROUND
    horizon, thick = height * 3 // 5, max(2, height // 180)
    image[horizon : horizon + thick, width // 8 : width * 7 // 8] = _LINE
    return image


def bars(width: int, height: int, index: int) -> av.VideoFrame:
    """The test signal's frame: bars above, moving grain below."""
    colours = [
        (235, 235, 235),
        (235, 235, 16),
        (16, 235, 235),
        (16, 235, 16),
        (235, 16, 235),
        (235, 16, 16),
        (16, 16, 235),
    ]
    image = np.empty((height, width, 3), np.uint8)
    for at, colour in enumerate(colours):
        image[:, at * width // len(colours) : (at + 1) * width // len(colours)] = colour
    below = height * 2 // 3
    grain = np.random.default_rng(index).integers(16, 236, ((height - below) // 4 + 1, width // 4 + 1), np.uint8)
    image[below:] = np.kron(grain, np.ones((4, 4), np.uint8))[: height - below, :width, None]
    return av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")


def picture_of(path: Path | None, width: int, height: int) -> av.VideoFrame:
    """The picture at `path` in the programme's size, or the plain one."""
    if path:
        try:
            with av.open(str(path)) as source:
                frame = next(source.decode(video=0))
                return frame.reformat(width=width, height=height, format="yuv420p")
        except (av.FFmpegError, OSError, StopIteration) as error:
            print(f"the slate's picture cannot be read: {error}", file=sys.stderr)  # noqa: T201 - the child's log
    return av.VideoFrame.from_ndarray(plain(width, height), format="rgb24").reformat(format="yuv420p")


def encode(settings: Encode, picture: Path | None, *, moving: bool = False) -> Slate:
    """Two groups of pictures, the slate (the test signal with `moving`) and black, and a steady frame of silence."""
    audio, wide, high = open_audio(settings), settings.width, settings.height
    still, dark = picture_of(picture, wide, high), black_of(wide, high)
    extradata, units = group(settings, lambda index: bars(wide, high, index) if moving else still)
    _, black = group(settings, lambda _index: dark)
    return Slate(
        fps=settings.fps,
        video_extradata=extradata,
        audio_extradata=audio.extradata or b"",
        units=units,
        black=black,
        silence=_silence(audio),
    )


def group(settings: Encode, frame_at: Callable[[int], av.VideoFrame]) -> tuple[bytes, tuple[Unit, ...]]:
    """The encoder's extradata, and one group of pictures that shows these frames."""
    video = open_video(settings)
    units: list[Unit] = []
    for index in range(max(1, round(settings.keyframe_s * settings.fps))):
        frame = frame_at(index)
        frame.pts = index
        # A decoded picture says it is a keyframe, and the encoder would believe it every time.
        frame.pict_type = av.video.frame.PictureType.NONE
        units.extend(Unit(key=packet.is_keyframe, data=bytes(packet)) for packet in video.encode(frame))
    units.extend(Unit(key=packet.is_keyframe, data=bytes(packet)) for packet in video.encode(None))
    return video.extradata or b"", tuple(units)


def black_of(width: int, height: int) -> av.VideoFrame:
    """Black in the limited range."""
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = 16
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def _silence(audio: av.AudioCodecContext) -> bytes:
    made: list[bytes] = []
    for index in range(_SILENT_FRAMES):
        frame = av.AudioFrame.from_ndarray(np.zeros((2, AAC_SAMPLES), np.float32), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = SAMPLE_RATE, index * AAC_SAMPLES
        made.extend(bytes(packet) for packet in audio.encode(frame))
    return made[-1]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m broadcaster.playout.slate_encode")
    parser.add_argument("--encode", required=True, help="settings.encode as JSON")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--bars", action="store_true")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(argv)
    made = encode(Encode.model_validate_json(args.encode), args.picture, moving=args.bars)
    part = args.out.with_suffix(".part")
    part.write_bytes(msgspec.msgpack.encode(made))
    part.replace(args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
