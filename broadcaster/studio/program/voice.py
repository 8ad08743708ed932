"""One camera's sound. In: its Opus packets. Out: samples for any moment, as far behind it as the picture is."""

from typing import Any

import av
import numpy as np
import numpy.typing as npt

from broadcaster.studio.frames import EncodedFrame
from broadcaster.studio.ingest.camera import Camera
from broadcaster.studio.program.ring import RATE, Block, SoundRing
from broadcaster.studio.program.sound import HOLD_NS
from broadcaster.studio.threads import Mailbox

_BOUND = 100
_S = 1_000_000_000
_EARLY_NS, _LATE_NS = 15_000_000, 40_000_000
_SPARE_NS = 5_000_000


class CameraVoice:
    """One wanted camera's sound; fed on the event loop, read on the sound thread."""

    def __init__(self, camera: Camera) -> None:
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
        """Decode what has come."""
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
            samples = stereo(piece)
            self.ring.write(position, samples)
            position += samples.shape[1]
        self._offset_ns = frame.mono_ns - frame.rtp_ts * _S // RATE
        waited = frame.arrival_ns - frame.mono_ns
        self._need_ns = waited if waited > self._need_ns else 0.995 * self._need_ns + 0.005 * waited

    def read(self, programme_ns: int, count: int, lag_ns: float) -> Block:
        """What belongs to programme time `programme_ns` under a picture that lies `lag_ns` behind."""
        # So far behind, the block's last sample has arrived when the block is made.
        need = self._need_ns + _SPARE_NS - HOLD_NS
        behind = max(lag_ns - _EARLY_NS, min(lag_ns + _LATE_NS, max(lag_ns, need))) if lag_ns else max(need, 0.0)
        wanted = (programme_ns - behind - self._offset_ns) * RATE / _S
        return self.ring.read(wanted, count)


def _open() -> av.AudioCodecContext:
    context = av.CodecContext.create("libopus", "r")
    assert isinstance(context, av.AudioCodecContext)  # noqa: S101 - narrows the library's union
    context.sample_rate = RATE
    context.layout = "stereo"
    return context


def stereo(frame: av.AudioFrame) -> Block:
    """Two rows of float samples."""
    samples: npt.NDArray[Any] = frame.to_ndarray()
    if samples.dtype == np.int16:
        samples = samples.astype(np.float32) / 32768
    if samples.shape[0] == 1 and frame.layout.nb_channels == 2:  # noqa: PLR2004 - interleaved stereo
        samples = samples.reshape(-1, 2).T
    if samples.shape[0] == 1:
        samples = np.repeat(samples, 2, axis=0)
    return samples.astype(np.float32, copy=False)
