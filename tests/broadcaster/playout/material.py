"""Programme material for playout's tests: a real encoder's packets, made once and replayed on any clock."""

import functools
import io
import itertools
import math
from collections.abc import Callable, Iterator
from pathlib import Path

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
CARD_RED, CARD_HERTZ = 220, 1500


@functools.cache
def loop_of(seconds: int = 4, encode: Encode = ENCODE, *, card: bool = False) -> tuple[StreamStart, tuple[Packet, ...]]:
    """A few seconds of moving picture and a tone, times from 0, in order; as `card` all red, and a tone of its own."""
    video, audio = open_video(encode), open_audio(encode)
    packets: list[Packet] = []
    chance = np.random.default_rng(1)
    for index in range(seconds * encode.fps):
        # Grain, as of a camera in a dim kitchen: without it the packets would be unlike real ones, all tiny.
        plane = chance.integers(90, 130, (encode.height * 3 // 2, encode.width), np.uint8)
        at = (index * 7) % (encode.width - 60)
        plane[40:120, at : at + 60] = 220
        if card:
            plane[encode.height * 5 // 4 :] = CARD_RED
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
        hertz = CARD_HERTZ if card else 440
        tone = np.sin((np.arange(AAC_SAMPLES) + index * AAC_SAMPLES) * 2 * math.pi * hertz / SAMPLE_RATE) * 0.2
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


def programme(
    from_ns: int, *, seconds: int = 4, encode: Encode = ENCODE, card: Callable[[], bool] = bool
) -> Iterator[Packet]:
    """The loop again and again, beginning at `from_ns`, each loop at a keyframe; red from each keyframe that asks so."""
    loops = {shown: loop_of(seconds, encode, card=shown)[1] for shown in (False, True)} if card is not bool else {}
    plain = loops.get(False) or loop_of(seconds, encode)[1]
    red = False
    for turn in itertools.count():
        shift = from_ns + turn * seconds * NS
        for at, packet in enumerate(plain):
            if packet.kind == "video" and packet.key:
                red = card()
            shown = loops[True][at] if red else packet
            yield msgspec.structs.replace(shown, mono_ns=packet.mono_ns + shift)


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a recording: how many frames are red or black, how many sounds are the card's tone."""

    frames: int
    red: int
    black: int
    tones: int


def seen_in(*paths: Path) -> Seen:
    """Decode files that follow one another (an init segment and its segments are one)."""
    whole = io.BytesIO(b"".join(path.read_bytes() for path in paths))
    frames = red = black = tones = 0
    with av.open(whole) as source:
        for frame in source.decode(video=0):
            planes = frame.to_ndarray(format="yuv420p")
            light, reds = planes[: frame.height], planes[frame.height * 5 // 4 :]
            frames += 1
            red += bool(reds.mean() > (CARD_RED + 128) / 2)
            black += bool(light.mean() < 20 and light.max() < 40)
    whole.seek(0)
    with av.open(whole) as source:
        for sound in source.decode(audio=0):
            power = np.abs(np.fft.rfft(sound.to_ndarray()[0]))
            loudest = int(power.argmax()) * SAMPLE_RATE / sound.samples
            tones += bool(power.max() > 5 and abs(loudest - CARD_HERTZ) < 60)
    return Seen(frames=frames, red=red, black=black, tones=tones)
