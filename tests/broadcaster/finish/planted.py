"""A recorded programme with something planted in it: for a while the picture is white and the sound is another tone."""

import math
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np

from broadcaster.encoders import AAC_SAMPLES, SAMPLE_RATE, open_audio, open_video
from broadcaster.packets import Packet
from broadcaster.recording import Picture, Recording, Sound
from runtime.settings.model import Encode

NS = 1_000_000_000
UTC_NS = 1_760_000_000 * NS
ENCODE = Encode(width=320, height=180, fps=30, video_kbps=300, keyframe_s=2.0)
TONE, PLANTED = 440, 3000


def packets(seconds: float, planted: Callable[[float], bool], encode: Encode = ENCODE) -> list[Packet]:
    """Times from 0; `planted(t)` says when it is there."""
    video, audio = open_video(encode), open_audio(encode)
    made: list[Packet] = []
    for index in range(round(seconds * encode.fps)):
        at_s = index / encode.fps
        plane = np.full((encode.height * 3 // 2, encode.width), 128, np.uint8)
        plane[: encode.height] = 235 if planted(at_s) else 40
        frame = av.VideoFrame.from_ndarray(plane, format="yuv420p")
        frame.pts = index
        made += [_packet("video", index * NS // encode.fps, NS // encode.fps, each) for each in video.encode(frame)]
    length_ns = AAC_SAMPLES * NS // SAMPLE_RATE
    for index in range(round(seconds * SAMPLE_RATE / AAC_SAMPLES)):
        times = (np.arange(AAC_SAMPLES) + index * AAC_SAMPLES) / SAMPLE_RATE
        hz = np.where([planted(each) for each in (times[0],)], PLANTED, TONE)
        tone = (np.sin(times * 2 * math.pi * hz) * 0.5).astype(np.float32)
        sound = av.AudioFrame.from_ndarray(np.stack([tone, tone]), format="fltp", layout="stereo")
        sound.sample_rate, sound.pts = SAMPLE_RATE, index * AAC_SAMPLES
        made += [_packet("audio", index * length_ns, length_ns, each) for each in audio.encode(sound)]
    return sorted(made, key=lambda packet: packet.mono_ns)


def _packet(kind, at_ns: int, length_ns: int, coded) -> Packet:
    return Packet(
        kind=kind, mono_ns=at_ns, duration_ns=length_ns, key=coded.is_keyframe, scene_seq=0, data=bytes(coded)
    )


async def recorded(folder: Path, made: list[Packet], utc_ns: int = UTC_NS) -> None:
    """As playout records it: packet times are UTC less `utc_ns`."""
    recording = await Recording.open(folder, "test", Picture(), Sound(), utc_offset_ns=utc_ns)
    for packet in made:
        recording.put(packet)
    await recording.close()


def seen(path: Path) -> tuple[int, int, float]:
    """Frames, white frames, and the share of the planted tone in the sound's energy at its loudest, decoded."""
    white = frames = 0
    sound: list[np.ndarray] = []
    with av.open(str(path)) as file:
        for frame in file.decode(file.streams.video[0], file.streams.audio[0]):
            if isinstance(frame, av.VideoFrame):
                frames += 1
                white += frame.to_ndarray(format="gray").mean() > 120
            else:
                sound.append(frame.to_ndarray()[0])
    return frames, white, _loudest(np.concatenate(sound))


def _loudest(sound: np.ndarray) -> float:
    size = 1024
    blocks = sound[: len(sound) // size * size].reshape(-1, size) * np.hanning(size)
    power = np.abs(np.fft.rfft(blocks)) ** 2
    at = round(PLANTED * size / SAMPLE_RATE)
    return float((power[:, at - 3 : at + 4].sum(axis=1) / (power.sum(axis=1) + 1e-9)).max())
