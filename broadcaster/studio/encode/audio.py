"""The sound thread. In: blocks of the mixer, at their time. Out: AAC `Packet`s, and Opus while somebody listens to it.

AAC goes to every output, Opus to monitors of the programme: browsers take no AAC over WebRTC.
"""

import threading
import time
from collections.abc import Callable
from fractions import Fraction

import av
import numpy as np

from broadcaster.encoders import AAC_SAMPLES, SAMPLE_RATE, open_audio
from broadcaster.packets import Packet
from broadcaster.studio.program.ring import Block
from broadcaster.studio.program.sound import Mixer
from broadcaster.studio.threads import Worker
from runtime.settings.model import Encode

_S = 1_000_000_000
_OPUS_SAMPLES = 960
_OPUS_BPS = 96_000
_MOST_BEHIND_NS = 500_000_000
_BEFORE_PICTURES = -10
"""Where we may: when the machine is short, sound is made first."""


class AudioEncoder:
    """Reads the mixer, encodes, hands on."""

    def __init__(
        self,
        encode: Encode,
        mixer: Mixer,
        heard: Callable[[], tuple[str, str, int]],
        out: Callable[[Packet], None],
        opus_out: Callable[[tuple[bytes, int]], None],
    ) -> None:
        self._context = open_audio(encode)
        self._mixer, self._heard, self._out, self._opus_out = mixer, heard, out, opus_out
        self._start_ns = mixer.next_ns
        self._worker = Worker("sound", self._run, nice=_BEFORE_PICTURES)
        self._stopping = threading.Event()
        self._opus: _Opus | None = None
        self._count = 0
        self.opus_wanted = False
        self.extradata = bytes(self._context.extradata or b"")
        self.late = 0

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._stopping.set()

    def join(self) -> None:
        self._worker.join()

    def _run(self) -> None:
        while True:
            wait_ns = self._mixer.due_ns - time.monotonic_ns()
            if self._stopping.wait(max(0, wait_ns) / _S):
                return
            if wait_ns < -_MOST_BEHIND_NS:
                self.late += 1
            source, picture, seq = self._heard()
            self._encode(self._mixer.block(source, picture), seq)

    def _encode(self, block: Block, seq: int) -> None:
        frame = _frame(block, self._count * AAC_SAMPLES)
        self._count += 1
        for packet in self._context.encode(frame):
            mono_ns = self._start_ns + (packet.pts or 0) * _S // SAMPLE_RATE
            duration_ns = AAC_SAMPLES * _S // SAMPLE_RATE
            self._out(
                Packet(
                    kind="audio", mono_ns=mono_ns, duration_ns=duration_ns, key=True, scene_seq=seq, data=bytes(packet)
                )
            )
        if not self.opus_wanted:
            self._opus = None
            return
        self._opus = self._opus or _Opus((self._count - 1) * AAC_SAMPLES)
        for data, at in self._opus.encode(block):
            self._opus_out((data, self._start_ns + at * _S // SAMPLE_RATE))


class _Opus:
    """20 ms packets out of 1024-sample blocks."""

    def __init__(self, position: int) -> None:
        context = av.CodecContext.create("libopus", "w")
        assert isinstance(context, av.AudioCodecContext)  # noqa: S101 - narrows the library's union
        context.sample_rate = SAMPLE_RATE
        context.layout = "stereo"
        context.format = "flt"
        context.bit_rate = _OPUS_BPS
        context.time_base = Fraction(1, SAMPLE_RATE)
        context.options = {"application": "lowdelay", "frame_duration": "20"}
        context.open()
        self._context = context
        self._left: Block = np.zeros((2, 0), np.float32)
        self._position = position

    def encode(self, block: Block) -> list[tuple[bytes, int]]:
        """Packets with the position of their first sample."""
        self._left = np.concatenate([self._left, block], axis=1)
        made: list[tuple[bytes, int]] = []
        while self._left.shape[1] >= _OPUS_SAMPLES:
            piece, self._left = self._left[:, :_OPUS_SAMPLES], self._left[:, _OPUS_SAMPLES:]
            packed = np.ascontiguousarray(piece.T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="flt", layout="stereo")
            frame.sample_rate, frame.pts = SAMPLE_RATE, self._position
            made += [(bytes(packet), self._position) for packet in self._context.encode(frame)]
            self._position += _OPUS_SAMPLES
        return made


def _frame(block: Block, pts: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
    frame.sample_rate = SAMPLE_RATE
    frame.pts = pts
    frame.time_base = Fraction(1, SAMPLE_RATE)
    return frame
