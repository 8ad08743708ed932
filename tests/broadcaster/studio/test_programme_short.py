"""A machine that is short: the real programme and encoders, and a painter that takes too long. Sound never notices."""

import time

import numpy as np

from broadcaster.packets import Packet
from broadcaster.studio.encode.audio import AudioEncoder
from broadcaster.studio.encode.keyframes import KeyBudget
from broadcaster.studio.encode.video import VideoEncoder
from broadcaster.studio.program.planes import Planes
from broadcaster.studio.program.runner import Programme
from broadcaster.studio.program.sound import Mixer
from broadcaster.studio.program.switch import Switch
from overlay.scene import Scene
from runtime.settings.model import Settings
from tests.broadcaster.studio.judge import gaps_ns

BLOCK_NS = {21_333_333, 21_333_334}


class Painter:
    """What the compositor is to the programme; each frame costs `cost_s` of this thread."""

    drawn_seq = 0

    def __init__(self) -> None:
        self.cost_s = 0.0

    def draw(self, planes: Planes, scene: Scene, now_utc_ns: int) -> None:
        assert scene.seq <= now_utc_ns
        end = time.monotonic() + self.cost_s
        while time.monotonic() < end:
            np.copyto(planes[0], planes[0])


def until(found, seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def test_frames_yield_before_sound_and_come_back() -> None:
    settings = Settings(encode={"width": 320, "height": 180, "video_kbps": 300})
    packets: list[Packet] = []
    painter, switch = Painter(), Switch()
    video = VideoEncoder(settings.encode, KeyBudget(2_000_000_000), packets.append)
    programme = Programme(settings, switch, painter, video, lambda _: None)
    mixer = Mixer(time.monotonic_ns(), programme.lag_ns)
    audio = AudioEncoder(settings.encode, mixer, lambda: ("", "", 0), packets.append, lambda _: None)
    for part in (video, audio, programme):
        part.start()
    try:
        until(lambda: programme.fps(time.monotonic_ns()) > 27)
        assert not programme.short
        painter.cost_s = 0.055
        until(lambda: programme.fps_wanted == 15)
        steady = programme.counts.late
        until(lambda: programme.fps(time.monotonic_ns()) < 16.5)
        assert programme.short
        time.sleep(1)
        assert programme.counts.late - steady < 8, "what is left out is not late"
        painter.cost_s = 0.0
        until(lambda: programme.fps_wanted == 30)
        until(lambda: programme.fps(time.monotonic_ns()) > 25)
    finally:
        for part in (programme, audio, video):
            part.stop()
            part.join()
    sound = [packet for packet in packets if packet.kind == "audio"]
    assert set(gaps_ns(sound)) <= BLOCK_NS, "sound is on its grid without a hole"
    span = sound[-1].mono_ns - sound[0].mono_ns
    assert span > 10_000_000_000
    pictures = [packet for packet in packets if packet.kind == "video"]
    assert min(gaps_ns(pictures)) > 0
    assert max(gaps_ns(pictures)) < 500_000_000, "a frame stands a little longer, and no slate comes"
