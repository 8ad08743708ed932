"""A film for air. In: any file a camera or an editor makes. Out: H.264 and AAC as the programme has them, a poster.

Decoded, turned upright, fitted and encoded once beforehand, so that on air it costs no more than a camera. Frames
come at an even rate; sound is 48 kHz stereo without holes. What the file says of its length is not believed.
"""

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.stream import Disposition

from broadcaster.clips.rules import FORMATS, Film, Refused, refusal
from broadcaster.clips.steady import Steady
from broadcaster.encoders import AAC_SAMPLES, SAMPLE_RATE
from broadcaster.studio.program.planes import Fitter, blank, views

_OPEN = {"protocol_whitelist": "file", "format_whitelist": ",".join(FORMATS)}
_HOLE = SAMPLE_RATE // 10
_POSTER_S, _POSTER_WIDTH = 1.0, 320
_STILL = (72, 28)
_COVER = Disposition.attached_pic
_TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


def probe(path: Path) -> Film:
    """What the file says of itself. Raises Refused `unreadable`."""
    try:
        with av.open(f"file:{path}", options=_OPEN) as container:
            video = _moving(container)
            return Film(
                seconds=(container.duration or 0) / av.time_base,
                width=video.width if video else 0,
                height=video.height if video else 0,
                has_sound=bool(container.streams.audio),
            )
    except (av.FFmpegError, OSError, ValueError):
        raise Refused("unreadable") from None


class Maker:
    """One film."""

    def __init__(self, size: tuple[int, int], fps: int, most_s: float, tell: Callable[[float], None]) -> None:
        self._size, self._fps, self._most_s, self._tell = size, fps, most_s, tell
        self._fitter = Fitter(*size)
        self._samples = 0
        self._shown = 0
        self._zero_s = 0.0

    def make(self, source: Path, out: Path, poster: Path) -> float:
        """Write both files; answers the seconds. Raises Refused."""
        film = probe(source)
        if wrong := refusal(film, self._most_s):
            raise Refused(wrong)
        part = out.with_suffix(".part")
        try:
            with av.open(f"file:{source}", options=_OPEN) as container:
                self._transcode(container, film, part, poster)
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.replace(out)
        except (av.FFmpegError, IndexError, ValueError):
            raise Refused("unreadable") from None
        finally:
            part.unlink(missing_ok=True)
        return self._shown / self._fps

    def _transcode(self, source: av.container.InputContainer, film: Film, part: Path, poster: Path) -> None:
        with av.open(f"file:{part}", "w", format="mp4", options={"movflags": "+faststart"}) as out:
            picture = self._picture(out)
            sound = self._sound(out) if film.has_sound else None
            resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
            self._zero_s = (source.start_time or 0) / av.time_base
            steady: Steady[av.VideoFrame] = Steady(self._fps, self._zero_s)
            still = None if film.width else _still(*self._size)
            for frame in self._frames(source):
                shown = still if isinstance(frame, av.AudioFrame) else self._upright(frame)
                if shown is not None:
                    for due in steady.put(shown, frame.time or 0.0):
                        self._show(out, picture, due, poster, film.seconds)
                if sound is not None and isinstance(frame, av.AudioFrame):
                    self._hear(out, sound, resampler, frame)
            for due in steady.end():
                self._show(out, picture, due, poster, film.seconds)
            if not self._shown:
                raise Refused("no_picture")
            out.mux(picture.encode(None))
            if sound is not None:
                out.mux(sound.encode(None))

    def _frames(self, source: av.container.InputContainer) -> Iterator[av.VideoFrame | av.AudioFrame]:
        moving = _moving(source)
        for packet in source.demux(*([moving] if moving else []), *source.streams.audio[:1]):
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                continue
            for frame in decoded:
                if isinstance(frame, av.VideoFrame | av.AudioFrame):
                    yield frame

    def _upright(self, frame: av.VideoFrame) -> av.VideoFrame:
        turn = _TURNS.get(round(frame.rotation) % 360)
        if turn is None:
            return self._fitter.fit(frame)
        plain = frame.reformat(format="yuv420p")
        turned = blank(plain.height, plain.width) if turn != cv2.ROTATE_180 else blank(plain.width, plain.height)
        for before, after in zip(views(plain), views(turned), strict=True):
            np.copyto(after, cv2.rotate(before, turn)[: after.shape[0], : after.shape[1]])
        return self._fitter.fit(turned)

    def _show(
        self, out: av.container.OutputContainer, stream: av.VideoStream, frame: av.VideoFrame, poster: Path, of_s: float
    ) -> None:
        if self._shown >= self._most_s * self._fps:
            raise Refused("too_long")
        if self._shown in {0, round(_POSTER_S * self._fps)}:
            _write_poster(frame, poster)
        # The same frame may stand for several ticks: the encoder gets one of its own each time.
        ours = blank(*self._size)
        for before, after in zip(views(frame), views(ours), strict=True):
            np.copyto(after, before)
        ours.pts, ours.time_base = self._shown, Fraction(1, self._fps)
        self._shown += 1
        out.mux(stream.encode(ours))
        if self._shown % self._fps == 0 and of_s:
            self._tell(min(1.0, self._shown / self._fps / of_s))

    def _hear(
        self,
        out: av.container.OutputContainer,
        stream: av.AudioStream,
        resampler: av.AudioResampler,
        frame: av.AudioFrame,
    ) -> None:
        """Sound where the file says it belongs: a hole becomes silence, what overlaps goes."""
        hole = round(((frame.time or 0.0) - self._zero_s) * SAMPLE_RATE) - self._samples
        if hole < -_HOLE or self._samples > self._most_s * SAMPLE_RATE:
            return
        while hole > _HOLE and self._samples <= self._most_s * SAMPLE_RATE:
            self._say(out, stream, av.AudioFrame.from_ndarray(np.zeros((2, AAC_SAMPLES), np.float32), "fltp", "stereo"))
            hole -= AAC_SAMPLES
        frame.pts = None
        for piece in resampler.resample(frame):
            self._say(out, stream, piece)

    def _say(self, out: av.container.OutputContainer, stream: av.AudioStream, piece: av.AudioFrame) -> None:
        piece.sample_rate, piece.pts, piece.time_base = SAMPLE_RATE, self._samples, Fraction(1, SAMPLE_RATE)
        self._samples += piece.samples
        out.mux(stream.encode(piece))

    def _picture(self, out: av.container.OutputContainer) -> av.VideoStream:
        stream = out.add_stream("libx264", rate=self._fps)
        stream.width, stream.height = self._size
        stream.pix_fmt, stream.max_b_frames, stream.gop_size = "yuv420p", 0, self._fps
        stream.thread_count = 1
        stream.options = {"preset": "veryfast", "crf": "20"}
        return stream

    def _sound(self, out: av.container.OutputContainer) -> av.AudioStream:
        stream = out.add_stream("aac", rate=SAMPLE_RATE)
        stream.layout, stream.bit_rate = "stereo", 160_000
        return stream


def _moving(source: av.container.InputContainer) -> av.VideoStream | None:
    """The film's picture; the cover of a piece of music is none."""
    return next((each for each in source.streams.video if not each.disposition & _COVER), None)


def _still(width: int, height: int) -> av.VideoFrame:
    """What stands for sound alone: calm and dark, lighter above, so that nobody takes it for a lost signal."""
    frame = blank(width, height)
    luma = views(frame)[0]
    luma[:] = np.linspace(*_STILL, height, dtype=np.float32).astype(np.uint8)[:, None]
    return frame


def _write_poster(frame: av.VideoFrame, poster: Path) -> None:
    high = max(2, frame.height * _POSTER_WIDTH // frame.width // 2 * 2)
    small = frame.reformat(width=_POSTER_WIDTH, height=high, format="bgr24").to_ndarray()
    whole, coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])
    if whole:
        poster.write_bytes(coded.tobytes())
