"""The programme's sound. In: Opus packets of wanted cameras, who is on air. Out: 1024-sample blocks on a gapless grid.

Sound follows the picture: a block for programme time T holds what was captured `lag` before T, where `lag` is how far
the picture on screen lies behind its own capture. A cut is a crossfade of ten milliseconds; without a camera the
track goes on in silence.
"""

import threading
from collections.abc import Callable
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from broadcaster.encoders import AAC_SAMPLES
from broadcaster.studio.frames import EncodedFrame
from broadcaster.studio.ingest.camera import Camera
from broadcaster.studio.program.ring import RATE, Block, SoundRing, crossfade
from broadcaster.studio.threads import Mailbox

_BOUND = 100
_FADE = RATE // 100
_S = 1_000_000_000
_BLOCK_NS = AAC_SAMPLES * _S // RATE
HOLD_NS = 12_000_000
"""A block is made this long after its last sample's programme time, so that packets on their way still count."""
_EARLY_NS, _LATE_NS = 15_000_000, 40_000_000
_SPARE_NS = 5_000_000


class CameraSound:
    """One wanted camera's sound; fed on the event loop, read on the sound thread."""

    def __init__(self, camera: Camera, lag_ns: Callable[[], float]) -> None:
        self._lag_ns = lag_ns
        self._box: Mailbox[EncodedFrame] = Mailbox(_BOUND, f"sound {camera.name}")
        self._end_tap = camera.tap(self._feed)
        self._codec: av.AudioCodecContext | None = None
        self._session = 0
        self._offset_ns = 0
        self._need_ns = 0.0
        self.ring = SoundRing()
        self.errors = 0

    def stop(self) -> None:
        self._end_tap()
        self._box.close()

    def _feed(self, frame: EncodedFrame) -> None:
        if frame.kind == "audio":
            self._box.put(frame)

    def pull(self) -> None:
        """Decode what has come. Sound thread."""
        for frame in self._box.take_all():
            if self._codec is None or frame.session != self._session:
                self._codec, self._session = _open(), frame.session
                self.ring = SoundRing()
            self._decode(self._codec, frame)

    def _decode(self, codec: av.AudioCodecContext, frame: EncodedFrame) -> None:
        packet = av.Packet(frame.data)
        try:
            decoded = codec.decode(packet)
        except av.FFmpegError:
            self.errors += 1
            return
        position = frame.rtp_ts
        for piece in decoded:
            samples = _stereo(piece)
            self.ring.write(position, samples)
            position += samples.shape[1]
        self._offset_ns = frame.mono_ns - frame.rtp_ts * _S // RATE
        waited = frame.arrival_ns - frame.mono_ns
        self._need_ns = waited if waited > self._need_ns else 0.995 * self._need_ns + 0.005 * waited

    def read(self, programme_ns: int, count: int) -> Block:
        """What belongs to programme time `programme_ns`."""
        lag = self._lag_ns()
        # So far behind, the block's last sample has arrived when the block is made.
        need = self._need_ns + _SPARE_NS - HOLD_NS
        behind = max(lag - _EARLY_NS, min(lag + _LATE_NS, max(lag, need)))
        wanted = (programme_ns - behind - self._offset_ns) * RATE / _S
        return self.ring.read(wanted, count)


class Mixer:
    """Chooses and joins. `wanted` is changed by the event loop, everything else belongs to the sound thread."""

    def __init__(self, start_ns: int) -> None:
        self._lock = threading.Lock()
        self._sounds: dict[str, CameraSound] = {}
        self._playing = ""
        self._start_ns = start_ns
        self._blocks = 0
        self.level_db = -90.0

    def add(self, name: str, sound: CameraSound) -> None:
        with self._lock:
            self._sounds[name] = sound

    def remove(self, name: str) -> None:
        with self._lock:
            sound = self._sounds.pop(name, None)
        if sound:
            sound.stop()

    @property
    def next_ns(self) -> int:
        """Programme time of the next block's first sample."""
        return self._start_ns + self._blocks * AAC_SAMPLES * _S // RATE

    @property
    def due_ns(self) -> int:
        """When the next block should be made."""
        return self.next_ns + _BLOCK_NS + HOLD_NS

    def block(self, on_air: str) -> Block:
        """The next block."""
        with self._lock:
            sounds = dict(self._sounds)
        for sound in sounds.values():
            sound.pull()
        programme_ns = self.next_ns
        self._blocks += 1
        made = self._read(sounds.get(on_air), programme_ns)
        if on_air != self._playing:
            made = crossfade(self._read(sounds.get(self._playing), programme_ns), made, _FADE)
            self._playing = on_air
        self._measure(made)
        return made

    def _read(self, sound: CameraSound | None, programme_ns: int) -> Block:
        if sound is None:
            return np.zeros((2, AAC_SAMPLES), np.float32)
        return sound.read(programme_ns, AAC_SAMPLES)

    def _measure(self, block: Block) -> None:
        power = float(np.mean(block * block))
        now = 10 * np.log10(power) if power > 1e-9 else -90.0  # noqa: PLR2004 - minus ninety decibels
        self.level_db = max(-90.0, float(now), self.level_db - 1.0)


def _open() -> av.AudioCodecContext:
    context = av.CodecContext.create("libopus", "r")
    assert isinstance(context, av.AudioCodecContext)  # noqa: S101 - narrows the library's union
    context.sample_rate = RATE
    context.layout = "stereo"
    return context


def _stereo(frame: av.AudioFrame) -> Block:
    samples: npt.NDArray[Any] = frame.to_ndarray()
    if samples.dtype == np.int16:
        samples = samples.astype(np.float32) / 32768
    if samples.shape[0] == 1 and frame.layout.nb_channels == 2:  # noqa: PLR2004 - interleaved stereo
        samples = samples.reshape(-1, 2).T
    if samples.shape[0] == 1:
        samples = np.repeat(samples, 2, axis=0)
    return samples.astype(np.float32, copy=False)
