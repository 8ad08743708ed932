"""An episode on air, with real platforms: everything arrives, trouble stays where it is, the connection survives all."""

import asyncio
import functools
import itertools
import json
import socket
import subprocess
import time
from pathlib import Path

import pytest

from episodes.commands import Done, SetAir
from runtime.bus import Refused
from tests.broadcaster.playout.conftest import running, settings_for
from tests.broadcaster.playout.disks import fill, small_disk
from tests.broadcaster.playout.material import FRAME_NS
from tests.platforms import free_port, judge

FRAME_S = FRAME_NS / 1e9


def seamless(path: Path | str, *, most_gap_s: float = 0.05) -> None:
    """H.264 and AAC, a keyframe every 2 s at most, neither stream with a hole or a step back."""
    found = judge(path)
    assert found.codecs == ("aac", "h264")
    assert found.errors == ""
    for times in (found.video, found.audio):
        steps = [after - before for before, after in itertools.pairwise(times)]
        assert min(steps) > 0
        assert max(steps) < most_gap_s
    assert max(after - before for before, after in itertools.pairwise(found.keys)) <= 2.05


async def test_four_platforms_hls_and_master_get_all_of_it(var, platforms):
    servers = platforms(4)
    async with running(settings_for(var)) as rig:
        ear = rig.ear
        assert ear.status.public == "off"
        rig.studio.start()
        await asyncio.sleep(1)
        assert rig.playlist == ""
        await ear.outputs({f"p{n}": server.url() for n, server in enumerate(servers)})
        await asyncio.sleep(0.5)
        assert not any(server.received() for server in servers), "off air nothing is public"
        await ear.air("e1", 1.0)
        await ear.until(lambda: all(output.state == "live" for output in ear.status.outputs))
        await ear.until(lambda: ear.status.public == "program")
        live_from = time.monotonic()
        seq = rig.studio.seq = (await ear.record()).seq + 10
        await ear.until(lambda: ear.positions and ear.positions[-1].seq >= seq)
        await asyncio.sleep(max(0.0, 6 - (time.monotonic() - live_from)))
        assert all(output.acked_bytes > 50_000 and output.kbps > 50 for output in ear.status.outputs)
        assert ear.status.recording
        text = rig.playlist
        await ear.air("")
        await ear.until(lambda: ear.status.episode_id == "")
        await ear.until(lambda: "#EXT-X-ENDLIST" in rig.playlist)
    counts = set()
    for server in servers:
        (path,) = server.received()
        seamless(path)
        found = judge(path)
        counts.add(len(found.video))
        assert len(found.video) == pytest.approx(found.video[-1] / FRAME_S, abs=3), "no frame is missing"
    assert max(counts) - min(counts) <= 61, "the four differ at most by the group they joined in"
    assert text.count("#EXT-X-DISCONTINUITY\n") == 0
    assert "#EXT-X-TARGETDURATION:2" in text
    seamless(rig.places.hls / "live" / "program.m3u8")
    (master,) = (rig.places.media / "e1" / "master").glob("*.mp4")
    assert len(judge(master).video) > 6 * 30
    index = [json.loads(line) for line in (master.parent / "index.jsonl").read_text().splitlines()]
    assert [line["what"] for line in index] == ["segment", "closed"]


class Bad:
    """A peer that accepts TCP and then does something else."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"rtmp://127.0.0.1:{self.socket.getsockname()[1]}/live/secret-key-1"

    async def run(self) -> None:
        self.socket.setblocking(False)
        held = []
        while True:
            peer, _ = await asyncio.get_running_loop().sock_accept(self.socket)
            if self.kind == "reset":
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                peer.close()
            held.append(peer)


async def test_bad_platforms_say_why_and_harm_nobody(var, platforms):
    (good,) = platforms(1)
    silent, resetting = Bad("silent"), Bad("reset")
    async with running(settings_for(var)) as rig:
        tasks = [asyncio.get_running_loop().create_task(bad.run()) for bad in (silent, resetting)]
        ear = rig.ear
        rig.studio.start()
        urls = {
            "good": good.url(),
            "same": good.url(),
            "refused": f"rtmp://127.0.0.1:{free_port()}/live/secret-key-2",
            "silent": silent.url,
            "reset": resetting.url,
            "unresolved": "rtmp://no-such-host.invalid/live/secret-key-3",
            "file": f"file:{var}/stolen.flv",
        }
        await ear.outputs({"good": urls["good"]})
        await ear.air("e2", 0.0)
        await ear.until(lambda: ear.output("good").state == "live")
        # nginx names a recording by the second: a rejected twin in the same one would truncate it.
        await asyncio.sleep(1.5)
        await ear.outputs(urls)
        wanted = {
            "refused": "refused",
            "silent": "timeout",
            "reset": "reset",
            "unresolved": "unresolved",
            "file": "scheme",
            "same": "rejected",
        }
        seen: dict[str, set[str]] = {name: set() for name in wanted}

        def all_said() -> bool:
            for output in (output for status in ear.statuses for output in status.outputs):
                if output.output_id in seen:
                    seen[output.output_id].add(output.reason)
            return all(wanted[name] in seen[name] for name in wanted)

        await ear.until(all_said)
        assert ear.output("file").state == "refused"
        assert any("Already publishing" in output.says for s in ear.statuses for output in s.outputs)
        await ear.until(lambda: ear.output("refused").tries >= 3)
        assert ear.output("good").tries == 1
        assert not (var / "stolen.flv").exists()
        for status in ear.statuses:
            assert not any("secret-key" in output.says for output in status.outputs)
        await ear.outputs(urls, off=("good",))
        await ear.until(lambda: ear.output("good").state == "stopped")
        await ear.air("")
        await ear.until(lambda: ear.status.episode_id == "")
        for task in tasks:
            task.cancel()
    # A rejected push leaves an empty file behind, too.
    seamless(max(good.received(), key=lambda path: path.stat().st_size))


async def test_stalled_platform_is_wedged_and_comes_back_while_the_other_misses_nothing(var, platforms):
    good, stalled = platforms(2)
    async with running(settings_for(var, wedged_s=2.0)) as rig:
        ear = rig.ear
        rig.studio.start()
        await ear.outputs({"good": good.url(), "stalled": stalled.url()})
        await ear.air("e5", 0.0)
        await ear.until(lambda: all(output.state == "live" for output in ear.status.outputs))
        with stalled.frozen():
            await ear.until(lambda: ear.output("stalled").reason == "wedged")
            await ear.until(lambda: ear.output("stalled").reason == "timeout")
        await ear.until(lambda: ear.output("stalled").state == "live")
        assert ear.output("good").tries == 1
        assert ear.output("good").dropped_frames == 0
        await ear.air("")
        await ear.until(lambda: ear.status.episode_id == "")
    (path,) = good.received()
    seamless(path)
    found = judge(path)
    assert len(found.video) == pytest.approx(found.video[-1] / FRAME_S, abs=3)


async def test_full_disk_is_loud_and_the_show_goes_on(var, platforms):
    (server,) = platforms(1)
    with small_disk(var / "media") as disk:
        async with running(settings_for(var)) as rig:
            ear = rig.ear
            rig.studio.start()
            await ear.outputs({"p": server.url()})
            await ear.air("e6", 0.0)
            await ear.until(lambda: ear.status.recording and ear.output("p").state == "live")
            fill(rig.room._control.air._recording, disk, full=True)
            await ear.until(lambda: any(alarm.code == "disk_full" for alarm in ear.alarms))
            assert not ear.status.recording
            seen_s = time.monotonic()
            await ear.until(lambda: time.monotonic() - seen_s > 1.5)
            assert ear.status.public == "program"
            assert ear.output("p").tries == 1
            fill(rig.room._control.air._recording, disk, full=False)
            await ear.until(lambda: any(alarm.code == "disk_full" and alarm.cleared for alarm in ear.alarms))
            await ear.air("")
            await ear.until(lambda: ear.status.episode_id == "")
    seamless(server.received()[0])


async def test_next_episode_has_its_own_outputs_while_the_last_one_drains(var, platforms):
    (first, second) = platforms(2)
    async with running(settings_for(var)) as rig:
        ear = rig.ear
        rig.studio.start()
        await ear.outputs({"old": first.url()})
        await ear.air("e1", 8.0)
        await ear.until(lambda: ear.output("old").state == "live")
        await ear.air("")
        await ear.outputs({"new": second.url()})
        await asyncio.sleep(0.5)
        assert [output.output_id for output in ear.status.outputs] == ["old"], "nobody else sees the end of the last"
        assert ear.status.episode_id == "e1"
        await ear.air("e2", 0.0)
        await ear.until(lambda: ear.status.episode_id == "e2" and ear.output("new").state == "live")
        assert rig.playlist == "" or "#EXT-X-ENDLIST" not in rig.playlist
        await ear.air("")
        await ear.until(lambda: ear.status.episode_id == "")
    assert len(first.received()) == 1
    assert judge(second.received()[0]).codecs == ("aac", "h264")


async def test_commands_for_another_time_or_process_are_refused(var):
    async with running(settings_for(var)) as rig:
        ear = rig.ear
        ask = functools.partial(ear.bus.request, "playout.air", answer=Done)
        late = SetAir(command_id="late", expires_utc_ns=time.time_ns() - 1, episode_id="e7", delay_s=0)
        other = SetAir(command_id="other", epoch=1, episode_id="e7", delay_s=0)
        wild = SetAir(command_id="wild", episode_id="e7", delay_s=121)
        for command, code in ((late, "expired"), (other, "epoch"), (wild, "delay")):
            with pytest.raises(Refused) as refused:
                await ask(message=command)
            assert refused.value.code == code
        assert ear.status.public == "off"
        good = SetAir(command_id="good", epoch=ear.status.epoch, episode_id="e7", delay_s=0)
        await ask(message=good)
        with pytest.raises(Refused) as refused:
            await ask(message=SetAir(command_id="next", episode_id="e8", delay_s=0))
        assert refused.value.code == "on_air"
        await ear.air("")
        await ear.until(lambda: ear.status.episode_id == "")
        await ask(message=good)
        assert rig.room.status().episode_id == "", "a command is never replayed"


async def test_studio_dies_and_the_platform_never_notices(var, platforms):
    (server,) = platforms(1)
    async with running(settings_for(var)) as rig:
        ear = rig.ear
        rig.studio.start()
        await ear.outputs({"p": server.url()})
        await ear.air("e3", 1.0)
        await ear.until(lambda: ear.status.public == "program")
        await rig.studio.kill()
        await ear.until(lambda: ear.status.public == "slate")
        await asyncio.sleep(1.5)
        rig.studio.start()
        await ear.until(lambda: ear.status.public == "program")
        await ear.delay(3.0)
        await ear.until(lambda: ear.status.public == "slate")
        await ear.until(lambda: ear.status.public == "program")
        await ear.delay(0.0)
        await asyncio.sleep(2.5)
        assert ear.output("p").tries == 1
        assert "#EXT-X-DISCONTINUITY\n" not in rig.playlist
        await ear.air("")
        await ear.until(lambda: ear.status.episode_id == "")
    (path,) = server.received()
    seamless(path)
    # A frame may follow the splice half a frame early: no fixed rate, or ffmpeg would count two at one tick.
    as_it_is = ["-fps_mode", "passthrough", "-enc_time_base", "1:1000"]
    decoded = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, *as_it_is, "-f", "null", "-"], capture_output=True, text=True, check=True
    )
    assert decoded.stderr == "", "the splices decode cleanly"


async def test_public_position_never_runs_ahead(var):
    async with running(settings_for(var)) as rig:
        ear = rig.ear
        rig.studio.start()
        await ear.air("e4", 2.0)
        made_ns: dict[int, int] = {}

        async def record() -> None:
            made = await ear.record()
            made_ns[made.seq] = made.utc_ns
            rig.studio.seq = made.seq

        await record()
        for _ in range(8):
            await asyncio.sleep(0.7)
            await record()
        await rig.studio.kill()
        await record()
        last = rig.studio.seq
        heard: dict[int, int] = {}

        def all_public() -> bool:
            for position in ear.positions:
                heard.setdefault(position.seq, time.time_ns())
            return bool(ear.positions) and ear.positions[-1].seq >= last

        while not all_public():
            await asyncio.sleep(0.02)
        listed = [line for line in rig.playlist.splitlines() if line.startswith("#EXT-X-PROGRAM-DATE-TIME")]
        assert listed
        for position in ear.positions:
            assert position.utc_ns >= made_ns[position.seq] + 2.0e9, "not before the delayed picture"
            assert heard[position.seq] >= position.utc_ns, "not before a player can fetch it"
        assert [p.seq for p in ear.positions] == sorted({p.seq for p in ear.positions})
