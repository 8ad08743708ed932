"""DUMP and KILL with real packets, platforms, HLS and master: a planted card is found nowhere but in the master."""

import asyncio
import time
from pathlib import Path

import pytest

from broadcaster import edits as disk
from episodes.commands import Dump, Kill, Restore
from runtime.bus import Refused
from tests.broadcaster.playout.conftest import Rig, running, settings_for
from tests.broadcaster.playout.material import seen_in
from tests.broadcaster.playout.test_on_air import seamless
from tests.faults.peer import Peers
from tests.platforms import Server, judge

PORTRAIT = "portrait-540"


async def plant(rig: Rig, seconds: float) -> None:
    """A card on the programme for so long, and a little less than a group of pictures of ordinary programme after."""
    rig.studio.card = True
    await asyncio.sleep(seconds + 2)
    rig.studio.card = False


def whole_hls(var: Path) -> list[list[Path]]:
    """Every segment there is, each run behind its init segment."""
    folder = var / "hls" / "live"
    inits = sorted(folder.glob("*-init.mp4"))
    return [[init, *sorted(folder.glob(f"{init.name.removesuffix('init.mp4')}*.m4s"))] for init in inits]


async def test_a_dumped_card_is_nowhere_but_in_the_master(var, platforms):
    servers: list[Server] = platforms(2)
    async with running(settings_for(var, hls_window=30)) as rig:
        ear = rig.ear
        with pytest.raises(Refused, match="off_air"):
            await ear.edit(Dump)
        rig.studio.sides = (PORTRAIT,)
        rig.studio.start()
        urls = {f"p{n}": server.url() for n, server in enumerate(servers)}
        await ear.outputs(urls, rendition={"p1": PORTRAIT})
        await ear.air("e1", 2.5)
        await ear.until(lambda: ear.status.public == "program" and all(o.state == "live" for o in ear.status.outputs))
        took_s = await dump_all(rig, var)
        await dump_the_last_second(rig)
        nowhere_in_hls(var)
        black_s = await kill_without_a_studio(rig)
        assert {output.tries for output in ear.status.outputs} == {1}
        assert ear.status.renditions == (PORTRAIT,)
        assert "format_mismatch" not in {alarm.code for alarm in ear.alarms}, "every slate is coded as its picture is"
        await ear.air("")
        await ear.until(lambda: ear.status.episode_id == "", 60)
    for server, size in zip(servers, [(640, 360), (540, 960)], strict=True):
        (recorded,) = server.received()
        seamless(recorded)
        assert judge(recorded).size == size
        seen = seen_in(recorded)
        assert (seen.red, seen.tones) == (0, 0)
        assert seen.black / 30 > black_s - 1, "black within a second"
        assert seen.frames > 12 * 30
    nowhere_in_hls(var)
    masters = [seen_in(path) for path in sorted((var / "media" / "e1" / "master").glob("*.mp4"))]
    assert sum(master.red for master in masters) >= 1.5 * 30, "the master keeps all"
    assert sum(master.tones for master in masters) > 50
    assert took_s < 2, f"answered after {took_s:.3f} s"


def nowhere_in_hls(var: Path) -> None:
    runs = [seen_in(*run) for run in whole_hls(var) if len(run) > 1]
    assert sum(run.frames for run in runs) > 3 * 30
    assert sum(run.red + run.tones for run in runs) == 0


async def dump_all(rig: Rig, var: Path) -> float:
    """A card is on its way; how long the answer took."""
    ear = rig.ear
    await plant(rig, 0.3)
    pressed = time.monotonic()
    done = await ear.edit(Dump, command_id="dump-1")
    took_s = time.monotonic() - pressed
    assert done.durable
    assert disk.read(var / "media" / "e1" / "edits.jsonl") == (done.edit,)
    assert await ear.edit(Dump, command_id="dump-1") == done, "once"
    await ear.until(lambda: ear.status.public == "slate")
    assert ear.status.why == "dump"
    assert ear.status.edits == (done.edit,)
    await ear.until(lambda: ear.status.public == "program")
    assert time.monotonic() - pressed > 2.4, "slate until the delay is full again"
    return took_s


async def dump_the_last_second(rig: Rig) -> None:
    """What is older plays on."""
    ear = rig.ear
    await asyncio.sleep(0.5)
    await ear.edit(Dump, seconds=0.7)
    await asyncio.sleep(0.3)
    assert ear.status.public == "program"
    await ear.until(lambda: ear.status.public == "slate")
    await ear.until(lambda: ear.status.public == "program")


async def kill_without_a_studio(rig: Rig) -> float:
    """Black, with the connections kept, also while the studio is dead; how long it was black."""
    ear = rig.ear
    await rig.studio.kill()
    killed = time.monotonic()
    await ear.edit(Kill)
    await ear.until(lambda: ear.status.public == "black")
    assert ear.status.why == "kill"
    rig.studio.start()
    await asyncio.sleep(2)
    assert ear.status.public == "black"
    black_s = time.monotonic() - killed
    edit = (await ear.edit(Restore, reason="清场了")).edit
    assert not edit.stands
    with pytest.raises(Refused, match="not_killed"):
        await ear.edit(Restore)
    await ear.until(lambda: ear.status.public == "program")
    return black_s


def newest_run(rig: Rig) -> str:
    """The init segment that the end of the list belongs to."""
    return rig.playlist.rsplit("#EXT-X-MAP:URI=", 1)[-1].splitlines()[0]


async def test_listed_segments_are_taken_back(var):
    async with running(settings_for(var, hls_window=30)) as rig:
        ear, folder = rig.ear, var / "hls" / "live"
        rig.studio.start()
        await ear.air("e1", 0.0)
        await ear.until(lambda: rig.playlist.count("#EXTINF") >= 2)
        kept = next(line for line in rig.playlist.splitlines() if line.endswith(".m4s"))
        await asyncio.sleep(1)
        await plant(rig, 2)
        await ear.until(lambda: any(seen_in(*run).red for run in whole_hls(var) if len(run) > 1))
        edit = (await ear.edit(Dump, seconds=4.5)).edit
        assert edit.recalled
        await ear.until(lambda: "#EXT-X-GAP" in rig.playlist and not rig.playlist.endswith("#EXT-X-GAP\n"))
        gone = [path.name.removesuffix(".gone") for path in folder.glob("*.gone")]
        assert gone
        assert not any((folder / name).exists() for name in gone)
        assert kept not in gone
        numbers = rig.playlist.count("#EXTINF")
        await ear.until(lambda: rig.playlist.count("#EXTINF") > numbers)
        assert sum(seen_in(*run).red for run in whole_hls(var) if len(run) > 1) == 0
        # KILL takes back everything that is listed, and black is there within a second or so.
        before, pressed = newest_run(rig), time.monotonic()
        await ear.edit(Kill)
        await ear.until(lambda: newest_run(rig) != before)
        listed_s = time.monotonic() - pressed
        rig_black = [seen_in(*run) for run in whole_hls(var) if len(run) > 1]
        assert all(run.black == run.frames for run in rig_black)
        assert rig_black
    assert listed_s < 5, f"{listed_s:.2f} s"


@pytest.mark.soak
async def test_what_a_stalled_platform_has_not_got_is_never_sent(var, platforms):
    fine, slow = platforms(2)
    with Peers() as peers:
        async with running(settings_for(var, wedged_s=60.0)) as rig:
            ear, peer = rig.ear, peers.before(slow.port)
            rig.studio.start()
            await ear.outputs({"fine": fine.url(), "slow": peer.url()})
            await ear.air("e1", 0.0)
            await ear.until(
                lambda: ear.status.public == "program" and all(o.state == "live" for o in ear.status.outputs)
            )
            peer.be("hang")
            await ear.until(lambda: behind_s(rig, "slow") > 1.5)
            await plant(rig, 0.5)
            await ear.edit(Kill)
            peer.be("pass")
            await ear.until(lambda: ear.output("slow").tries == 2 and ear.output("slow").state == "live")
            assert any(each.reason == "cut" for status in ear.statuses for each in status.outputs)
            assert ear.output("fine").tries == 1
            await ear.air("")
            await ear.until(lambda: ear.status.episode_id == "")
    assert sum(seen_in(path).red for path in fine.received()) > 0, "without a delay it had been sent"
    assert sum(seen_in(path).red for path in slow.received()) == 0


def behind_s(rig: Rig, name: str) -> float:
    """How far the last frame that a worker could write lies back, in seconds."""
    push = rig.room._control.air.outputs._running[name][0]._push
    return (time.monotonic_ns() - push._sent_ns) / 1e9 if push and push._sent_ns else 0.0
