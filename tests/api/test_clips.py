"""Films for air: uploaded, looked at in a child, made ready, refused in words; a desk with a real child, no mock."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from api.deeds import clips as deeds
from api.deeds import control
from api.desk import Desk
from episodes.commands import Cue, Freeze, SetSound, Take
from episodes.events import ClipAdded, ClipRemoved, PictureFrozen, SoundSet, SourceTaken
from episodes.people import Role
from episodes.shot import Shot, SoundPlan
from episodes.status import StudioStatus
from runtime.media import clip_file, clip_poster, clip_source
from runtime.problems import UserProblem
from runtime.settings.model import Settings
from tests.api.conftest import Browser
from tests.api.stage import DIRECTOR, PRODUCER, Stage
from tests.platforms import judge

MIB = 1024 * 1024


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(server={"var": tmp_path / "var", "max_body_mib": 1}, studio={"clip_most_mib": 2})


def film(path: Path, *more: str) -> Path:
    """A second and a half of bars and a tone, as an editor would send it."""
    given = more or ("-f", "lavfi", "-i", "testsrc2=s=426x240:r=25:d=1.5", "-f", "lavfi", "-i", "sine=440:d=1.5")
    subprocess.run(["ffmpeg", "-v", "error", "-y", *given, "-c:v", "libx264", "-preset", "ultrafast", path], check=True)
    return path


async def until(found: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not found():
            await asyncio.sleep(0.05)


async def add(stage: Stage, episode_id: str, content: bytes, name: str = "回头看") -> str:
    clip_id = f"clip{len(list(stage.desk.places.clips.iterdir()))}"
    clip_source(stage.desk.places.clips, clip_id).write_bytes(content)
    await deeds.add_clip(stage.desk, PRODUCER, episode_id=episode_id, clip_id=clip_id, name=name)
    return clip_id


async def state(stage: Stage, episode_id: str, clip_id: str) -> deeds.ClipView:
    return next(each for each in await deeds.list_clips(stage.desk, episode_id) if each.clip_id == clip_id)


async def test_a_film_is_made_ready_taken_and_removed(stage: Stage, tmp_path: Path) -> None:
    episode_id = await stage.live()
    folder = stage.desk.places.clips
    clip_id = await add(stage, episode_id, film(tmp_path / "a.mkv").read_bytes())
    assert (await state(stage, episode_id, clip_id)).state == "making"
    with pytest.raises(UserProblem, match="no_clip"):
        await control.take(stage.desk, DIRECTOR, source=f"clip:{clip_id}")
    await until(lambda: clip_poster(folder, clip_id).is_file() and not clip_source(folder, clip_id).is_file())
    ready = await state(stage, episode_id, clip_id)
    assert (ready.state, ready.name, ready.source) == ("ready", "回头看", f"clip:{clip_id}")
    assert ready.seconds == pytest.approx(1.5, abs=0.1)
    assert clip_poster(folder, clip_id).read_bytes().startswith(b"\xff\xd8")
    (added,) = await stage.events(ClipAdded)
    assert (added.clip_id, added.by) == (clip_id, "producer")

    await control.cue(stage.desk, DIRECTOR, source=ready.source)
    await control.take(stage.desk, DIRECTOR, source=ready.source, then="cam-1")
    assert (stage.rooms.heard(Cue)[-1].source, stage.rooms.heard(Take)[-1].then) == (ready.source, "cam-1")
    snapshot = await stage.desk.journal.snapshot(None)
    assert snapshot.shot == Shot(source=ready.source, then="cam-1")
    assert snapshot.back == Shot(source="cam-1")
    assert snapshot.taken_utc_ns == stage.clock.utc_ns()

    await on_air(stage, ready.source)
    with pytest.raises(UserProblem, match="clip_on_air"):
        await deeds.remove_clip(stage.desk, PRODUCER, clip_id=clip_id)
    await on_air(stage, "slate")
    await deeds.remove_clip(stage.desk, PRODUCER, clip_id=clip_id)
    assert list(folder.iterdir()) == []
    assert [event.clip_id for event in await stage.events(ClipRemoved)] == [clip_id]


async def on_air(stage: Stage, source: str) -> None:
    said = StudioStatus(
        epoch=1,
        ready=True,
        utc_ns=0,
        on_air=source,
        cued="",
        scene_seq=0,
        fps=30,
        late_frames=0,
        level_db=-20,
        cameras=(),
    )
    await stage.rooms.bus.end("studio").publish("studio.status", said)
    await asyncio.sleep(0.05)


async def test_music_gets_a_still_picture(stage: Stage, tmp_path: Path) -> None:
    """Sound alone, and sound with a cover, which is no film of one frame."""
    episode_id = await stage.planned()
    tone = film(tmp_path / "tone.mp4", "-f", "lavfi", "-i", "sine=440:d=1.5")
    attach = ("-f", "lavfi", "-i", "color=red:s=64x64:d=0.04:r=25", "-map", "0", "-map", "1", "-c:a", "copy")
    as_cover = ("-c:v", "mjpeg", "-disposition:v:0", "attached_pic", "-frames:v", "1", tmp_path / "cover.mp4")
    subprocess.run(["ffmpeg", "-v", "error", "-i", tone, *attach, *as_cover], check=True)
    for file in (tone, tmp_path / "cover.mp4"):
        clip_id = await add(stage, episode_id, file.read_bytes(), "片头音乐")
        while (found := await state(stage, episode_id, clip_id)).state == "making":
            await asyncio.sleep(0.05)
        assert found.state == "ready"
        assert found.seconds == pytest.approx(1.5, abs=0.15)
        made = judge(clip_file(stage.desk.places.clips, clip_id))
        assert made.codecs == ("aac", "h264")
        assert len(made.video) == pytest.approx(45, abs=4)
        assert made.video[-1] == pytest.approx(made.audio[-1], abs=0.1)


SUBTITLES = "MQowMDowMDowMCwwMDAgLS0+IDAwOjAwOjAxLDAwMApoaQo="
BROKEN = b"\x00\x00\x00\x18ftypmp42" + b"\xff" * 5000


@pytest.mark.parametrize(
    ("reason", "content"),
    [
        ("unreadable", BROKEN),
        ("unreadable", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
        ("unreadable", b"ffconcat version 1.0\nfile /etc/passwd\n"),
        ("unreadable", b"<?xml version='1.0'?><MPD><BaseURL>http://127.0.0.1/</BaseURL></MPD>"),
        ("no_picture", ("-f", "srt", "-i", f"data:text/plain;base64,{SUBTITLES}", "-c:s", "mov_text")),
        ("too_long", ("-f", "lavfi", "-i", "color=s=64x64:r=1:d=1000")),
        ("too_short", ("-f", "lavfi", "-i", "color=s=64x64:r=10:d=0.2")),
        ("too_large", ("-f", "lavfi", "-i", "color=s=4100x64:r=2:d=1")),
    ],
)
async def test_what_cannot_go_on_air_is_refused_and_leaves_nothing(
    stage: Stage, tmp_path: Path, reason: str, content: bytes | tuple[str, ...]
) -> None:
    episode_id = await stage.planned()
    sent = content if isinstance(content, bytes) else film(tmp_path / "a.mp4", *content).read_bytes()
    with pytest.raises(UserProblem, match=f"clip_{reason}") as problem:
        await add(stage, episode_id, sent)
    assert problem.value.status == 422
    assert await deeds.list_clips(stage.desk, episode_id) == ()
    assert list(stage.desk.places.clips.iterdir()) == []


async def test_what_breaks_in_the_making_is_told_and_never_ready(stage: Stage, tmp_path: Path) -> None:
    """A file that says it is fine and is not: its head is whole, the rest is noise. And one whose upload was lost."""
    episode_id = await stage.planned()
    shape = ("-f", "lavfi", "-i", "testsrc2=s=426x240:r=25:d=2", "-movflags", "+faststart")
    whole = film(tmp_path / "a.mp4", *shape).read_bytes()
    noisy = await add(stage, episode_id, whole[: len(whole) // 3] + bytes(range(256)) * (len(whole) // 300))
    lost = await add(stage, episode_id, whole)
    # While the first is made the second waits; its file goes meanwhile.
    clip_source(stage.desk.places.clips, lost).unlink()
    async with asyncio.timeout(60):
        while any(each.state == "making" for each in await deeds.list_clips(stage.desk, episode_id)):
            await asyncio.sleep(0.05)
    assert (await state(stage, episode_id, lost)).state == "refused"
    made = await state(stage, episode_id, noisy)
    assert (made.state == "ready") == clip_file(stage.desk.places.clips, noisy).is_file()
    assert not list(stage.desk.places.clips.glob("*.part"))


async def test_an_upload_over_http(desk: Desk, stage: Stage, browser: Browser, add, tmp_path: Path) -> None:
    """Who may, of what kind, how large; what does not come whole leaves nothing."""
    episode_id = await stage.planned()
    await add("gao", Role.PRODUCER)
    content = film(tmp_path / "a.mp4").read_bytes()
    path, more = (
        f"/api/v1/clips?episode_id={episode_id}&name=片头",
        {"content-type": "video/mp4", "accept": "application/json"},
    )
    assert (await browser.http.post(path, content=content, headers=more)).status_code in {401, 403}
    await browser.log_in("gao")
    more["x-csrf-token"] = browser.csrf

    async def send(body: bytes | AsyncIterator[bytes], **headers: str) -> tuple[int, str]:
        answer = await browser.http.post(path, content=body, headers={**more, **headers})
        return answer.status_code, answer.json().get("code", "")

    assert await send(content, **{"content-type": "text/html"}) == (415, "clip_kind")
    assert await send(b"") == (422, "clip_unreadable")
    assert await send(b"not a film" * 100) == (422, "clip_unreadable")
    assert await send(b"x" * (2 * MIB + 1)) == (413, "too_large")
    assert await send(pieces(2 * MIB + 1)) == (413, "too_large")
    assert list(desk.places.clips.iterdir()) == []
    sent = await browser.http.post(path, content=content, headers=more)
    assert sent.status_code == 202
    assert (
        await browser.http.post("/api/v1/clips?episode_id=nobody&name=x", content=content, headers=more)
    ).status_code == 404
    clip_id = sent.json()["clip_id"]
    async with asyncio.timeout(60):
        while True:
            (one,) = (await browser.http.get(f"/api/v1/clips?episode_id={episode_id}")).json()["clips"]
            if one["state"] == "ready":
                break
            await asyncio.sleep(0.05)
    poster = await browser.http.get(f"/api/v1/clips/{clip_id}/poster")
    assert (poster.status_code, poster.headers["content-type"]) == (200, "image/jpeg")
    assert (await browser.http.get("/api/v1/clips/nobody/poster")).status_code == 404
    gone = await browser.http.post(f"/api/v1/clips/{clip_id}/delete", json={}, headers={"x-csrf-token": browser.csrf})
    assert gone.status_code == 200
    assert list(desk.places.clips.iterdir()) == []


async def pieces(size: int) -> AsyncIterator[bytes]:
    """A body that does not say how long it is."""
    for _ in range(0, size, 65536):
        yield b"x" * 65536


async def test_a_take_says_what_is_wrong_with_it_and_keeps_what_is_right(stage: Stage) -> None:
    await stage.live()
    for wrong, more in (
        ("shot_second", {"source": "cam-1", "layout": "two_up"}),
        ("shot_second", {"source": "cam-1", "layout": "pip", "second": "cam-1"}),
        ("shot_layout", {"source": "slate", "layout": "pip", "second": "cam-1"}),
        ("shot_reason", {"source": "hold"}),
        ("shot_then", {"source": "cam-1", "then": "cam-2"}),
        ("no_camera", {"source": "cam-1", "layout": "pip", "second": "cam-9"}),
    ):
        with pytest.raises(UserProblem, match=wrong):
            await control.take(stage.desk, DIRECTOR, **more)
    await control.take(stage.desk, DIRECTOR, source="cam-1", layout="two_up", second="cam-2", transition="dissolve")
    take = stage.rooms.heard(Take)[-1]
    assert (take.shot, take.transition) == (Shot(source="cam-1", layout="two_up", second="cam-2"), "dissolve")
    event = (await stage.events(SourceTaken))[-1]
    assert (event.layout, event.second, event.transition) == ("two_up", "cam-2", "dissolve")
    assert (await stage.desk.journal.snapshot(None)).shot == take.shot
    await control.take(stage.desk, DIRECTOR, source="hold", reason="premises")
    assert (await stage.desk.journal.snapshot(None)).reason == "premises"


async def test_a_freeze_is_recorded_and_ended_by_the_next_take(stage: Stage) -> None:
    await stage.live()
    await control.freeze(stage.desk, DIRECTOR, on=True)
    assert stage.rooms.heard(Freeze)[-1].on
    assert (await stage.desk.journal.snapshot(None)).frozen
    assert [(event.on, event.by) for event in await stage.events(PictureFrozen)] == [(True, "director")]
    await control.take(stage.desk, DIRECTOR, source="cam-2")
    assert not (await stage.desk.journal.snapshot(None)).frozen


async def test_the_sound_is_changed_piece_by_piece_and_says_who_muted(stage: Stage) -> None:
    await stage.live()
    await control.set_sound(stage.desk, DIRECTOR, mic="cam-2")
    await control.set_sound(stage.desk, DIRECTOR, source="cam-1", muted=True)
    await control.set_sound(stage.desk, DIRECTOR, source="cam-2", gain_db=-6)
    plan = SoundPlan(mic="cam-2", muted=("cam-1",), gains_db={"cam-2": -6.0})
    assert stage.rooms.heard(SetSound)[-1].plan == plan
    assert (await stage.desk.journal.snapshot(None)).sound == plan
    await control.set_sound(stage.desk, DIRECTOR, mic="")
    await control.set_sound(stage.desk, DIRECTOR, source="cam-1", muted=False)
    await control.set_sound(stage.desk, DIRECTOR, source="cam-2", gain_db=0)
    assert (await stage.desk.journal.snapshot(None)).sound == SoundPlan()
    assert [event.by for event in await stage.events(SoundSet)] == ["director"] * 6
    changes = ({"mic": "cam-1"}, {"source": "cam-1", "muted": True}, {"source": "cam-2", "gain_db": 3})
    await asyncio.gather(*(control.set_sound(stage.desk, DIRECTOR, **change) for change in changes))
    both = SoundPlan(mic="cam-1", muted=("cam-1",), gains_db={"cam-2": 3.0})
    assert (await stage.desk.journal.snapshot(None)).sound == both, "presses at one moment are all kept"
    assert stage.rooms.heard(SetSound)[-1].plan == both
    for wrong, change in (
        ("no_camera", {"mic": "cam-9"}),
        ("no_camera", {"source": "cam-9", "muted": True}),
        ("sound_source", {"muted": True}),
    ):
        with pytest.raises(UserProblem, match=wrong):
            await control.set_sound(stage.desk, DIRECTOR, **change)
