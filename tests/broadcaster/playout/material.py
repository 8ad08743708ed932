"""Programme material for playout's tests: a real encoder's packets, made once and replayed on any clock."""

import functools
import itertools
import math
from collections.abc import Iterator

import av
import msgspec
import numpy as np

from broadcaster.encoders import AAC_SAMPLES, SAMPLE_RATE, open_audio, open_video
from broadcaster.packets import Packet, StreamStart
from runtime.settings.model import Encode

ENCODE = Encode(width=640, height=360, fps=30, video_kbps=600, keyframe_s=2.0)
FRAME_NS = 1_000_000_000 // ENCODE.fps
AUDIO_NS = AAC_SAMPLES * 1_000_000_000 // SAMPLE_RATE
NS = 1_000_000_000


@functools.cache
def loop_of(seconds: int = 4, encode: Encode = ENCODE) -> tuple[StreamStart, tuple[Packet, ...]]:
    """A few seconds of moving picture and a tone, times from 0, in order."""
    video, audio = open_video(encode), open_audio(encode)
    packets: list[Packet] = []
    chance = np.random.default_rng(1)
    for index in range(seconds * encode.fps):
        # Grain, as of a camera in a dim kitchen: without it the packets would be unlike real ones, all tiny.
        plane = chance.integers(90, 130, (encode.height * 3 // 2, encode.width), np.uint8)
        at = (index * 7) % (encode.width - 60)
        plane[40:120, at : at + 60] = 220
        frame = av.VideoFrame.from_ndarray(plane, format="yuv420p")
        frame.pts = index
        packets.extend(
            Packet(
                kind="video",
                mono_ns=index * NS // encode.fps,
                duration_ns=NS // encode.fps,
                key=coded.is_keyframe,
                scene_seq=0,
                data=bytes(coded),
            )
            for coded in video.encode(frame)
        )
    for index in range(seconds * SAMPLE_RATE // AAC_SAMPLES):
        tone = np.sin((np.arange(AAC_SAMPLES) + index * AAC_SAMPLES) * 2 * math.pi * 440 / SAMPLE_RATE) * 0.2
        sound = av.AudioFrame.from_ndarray(np.stack([tone, tone]).astype(np.float32), format="fltp", layout="stereo")
        sound.sample_rate, sound.pts = SAMPLE_RATE, index * AAC_SAMPLES
        packets.extend(
            Packet(
                kind="audio", mono_ns=index * AUDIO_NS, duration_ns=AUDIO_NS, key=True, scene_seq=0, data=bytes(coded)
            )
            for coded in audio.encode(sound)
        )
    start = StreamStart(
        epoch=1,
        width=encode.width,
        height=encode.height,
        fps=encode.fps,
        video_extradata=video.extradata or b"",
        audio_extradata=audio.extradata or b"",
    )
    return start, tuple(sorted(packets, key=lambda packet: packet.mono_ns))


def programme(from_ns: int, *, seconds: int = 4, encode: Encode = ENCODE) -> Iterator[Packet]:
    """The loop again and again, beginning at `from_ns`, each loop at a keyframe."""
    _, packets = loop_of(seconds, encode)
    for turn in itertools.count():
        shift = from_ns + turn * seconds * NS
        for packet in packets:
            yield msgspec.structs.replace(packet, mono_ns=packet.mono_ns + shift)
