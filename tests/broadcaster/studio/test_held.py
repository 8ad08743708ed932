"""拒绝拍摄 where frames come in: the picture, the sound and every monitor end, the original goes on; 切走我 ends all."""

import pytest

from broadcaster.studio.field import Field
from broadcaster.studio.frames import EncodedFrame
from broadcaster.studio.ingest.camera import Cameras
from episodes.commands import SetCameras
from episodes.shot import SLATE, Shot


class Switch:
    """What is on air, and what was taken."""

    def __init__(self, on_air: str) -> None:
        self.on_air, self.cued, self.pending = Shot(source=on_air), "bench", None

    def take(self, shot: Shot, *_: object) -> None:
        self.on_air = shot

    def cue(self, source: str) -> None:
        self.cued = source


@pytest.mark.parametrize(
    ("told", "programme", "original", "state"),
    [({}, 1, 1, "lost"), ({"held": ("bench",)}, 0, 1, "held"), ({"away": ("bench",)}, 0, 0, "away")],
    ids=["free", "held", "away"],
)
async def test_a_held_camera_reaches_its_original_alone(
    told: dict[str, tuple[str, ...]], programme: int, original: int, state: str
) -> None:
    cameras, switch = Cameras(stall_s=2.0, most=4), Switch("bench")
    camera = cameras.named("bench")
    seen: list[str] = []
    camera.tap(lambda _: seen.append("programme"))
    camera.tap(lambda _: seen.append("original"), original=True)
    camera.sessions = 1
    await Field(cameras, switch, lambda: None).hear(SetCameras(command_id="c", cameras=("bench", "door"), **told))
    camera.frame(EncodedFrame("video", "vp8", b"x", key=True, rtp_ts=0, mono_ns=0, arrival_ns=0, session=1))
    assert (seen.count("programme"), seen.count("original")) == (programme, original)
    assert camera.state(0, 0) == state
    shut = bool(told)
    assert (switch.on_air.source, switch.cued) == ((SLATE, SLATE) if shut else ("bench", "bench"))
