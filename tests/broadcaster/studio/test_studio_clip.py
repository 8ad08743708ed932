"""A film on air: cued at its first frame, played from it with its sound, followed by what was there; also by a new studio."""

import asyncio
import signal
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from broadcaster.clips.make import Maker, probe
from episodes.commands import Cue, Done, Snapshot, Take
from episodes.shot import SoundPlan
from runtime.bus.protocol import Refused
from runtime.media import clip_file, clip_poster
from tests.broadcaster.studio.clips import clip
from tests.broadcaster.studio.conftest import House, until
from tests.broadcaster.studio.films import film
from tests.broadcaster.studio.judge import beeps_ns, flashes_ns, seen

SECONDS = 5


async def take(house: House, source: str, **more: str) -> None:
    await house.bus.request("studio.take", Take(command_id="t", source=source, **more), Done)


def ready(house: House, tmp_path: Path, clip_id: str) -> None:
    """Made ready as the desk's child makes it."""
    uploaded = film(tmp_path / "uploaded.mp4", seconds=SECONDS)
    folder = house.places.clips
    maker = Maker((640, 360), 30, 900, lambda _: None)
    seconds = maker.make(uploaded, clip_file(folder, clip_id), clip_poster(folder, clip_id))
    assert seconds == pytest.approx(SECONDS, abs=0.1)
    made = probe(clip_file(folder, clip_id))
    assert (made.width, made.height, made.has_sound) == (640, 360, True)


@pytest.fixture
def keyframe_s() -> float:
    return 0.5


async def test_a_film_plays_from_its_start_and_gives_the_picture_back(
    house: House, clips: Path, tmp_path: Path
) -> None:
    ready(house, tmp_path, "a")
    with pytest.raises(Refused, match="no_clip"):
        await take(house, "clip:b")
    with pytest.raises(Refused, match="no_clip"):
        await take(house, "clip:../../etc/passwd")
    await house.camera("one", clip=str(clip(clips, grey=60)))
    await take(house, "one")
    await house.bus.request("studio.cue", Cue(command_id="c", source="clip:a"), Done)
    await until(lambda: house.status.clips and house.status.cued == "clip:a")
    cued = house.status.clips[0]
    assert (cued.clip_id, cued.playing, cued.left_s) == ("a", False, cued.seconds)
    # A new key frame is near when the film begins: its first pictures are seen.
    await until(lambda: house.video()[-1].key)
    house.packets.clear()
    began = time.monotonic()
    await take(house, "clip:a")
    assert time.monotonic() - began < 0.25, "a cued film is on air at once"
    await until(lambda: house.status.on_air == "clip:a" and house.status.clips[0].playing)
    assert 0 < house.status.clips[0].left_s <= SECONDS
    assert house.status.heard == "clip:a"
    await until(lambda: house.status.on_air == "one", SECONDS + 3)
    await asyncio.sleep(0.5)
    _played_whole_and_in_step(house)
    await _again_from_the_start_then_slate(house)
    await _a_new_studio_goes_on(house, clips)


def _played_whole_and_in_step(house: House) -> None:
    pictures = seen(house.video())
    numbers = [p.number for p in pictures if p.number is not None and p.middle > 100]
    numbers = [n for n in numbers if n < 30 * SECONDS]
    rising = [(a, b) for a, b in pairwise(numbers) if b >= a]
    assert len(rising) >= len(numbers) - 3, "it plays forward"
    assert max(numbers) >= 30 * SECONDS - 8, "to its end"
    sound = [packet for packet in house.packets if packet.kind == "audio"]
    beeps = beeps_ns(house.start, sound)
    flashes = flashes_ns([p for p in pictures if p.packet.mono_ns < pictures[-1].packet.mono_ns - 2_000_000_000])
    offsets = [min((beep - flash for beep in beeps), key=abs) / 1e6 for flash in flashes]
    assert len(offsets) >= 3
    assert -40 < median(offsets) < 60, f"a film's sound meets its picture: {offsets}"


async def _again_from_the_start_then_slate(house: House) -> None:
    await take(house, "clip:a", then="slate")
    await until(lambda: house.status.on_air == "clip:a" and house.status.clips[0].playing)
    assert house.status.clips[0].left_s > SECONDS - 2
    # Cued while it plays, it plays on; taken while it plays, it begins again and nothing else is seen meanwhile.
    await asyncio.sleep(1.5)
    await house.bus.request("studio.cue", Cue(command_id="c", source="clip:a"), Done)
    await until(lambda: house.status.clips[0].left_s < SECONDS - 1.4)
    house.packets.clear()
    await take(house, "clip:a", then="slate")
    await until(lambda: house.status.clips[0].left_s > SECONDS - 1)
    await until(lambda: house.status.on_air == "slate", SECONDS + 3)


async def _a_new_studio_goes_on(house: House, clips: Path) -> None:
    """Where the film would be by now; and one that is over is followed by what follows it."""
    house.snapshot = Snapshot(
        seq=7, episode_id="e", records=(), source="clip:a", cameras=("one",), sound=SoundPlan(),
        taken_utc_ns=time.time_ns(),
    )  # fmt: skip
    await house.end(signal.SIGKILL)
    for phone in house.phones:
        await phone.stop()
    await house.launch()
    await until(lambda: house.status.on_air == "clip:a" and house.status.clips, 5)
    assert house.status.clips[0].left_s < SECONDS - 0.5
    await until(lambda: house.status.on_air == "slate", SECONDS)
    assert house.status.airing == ()
