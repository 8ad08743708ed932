"""Platforms fail in every way there is, several at once, while a show goes on: each alone, the others never notice.

One real playout process, real workers, real RTMP servers (nginx) behind peers that misbehave. The judge is what the
good platforms recorded, frame by frame, and when it arrived: after a stall of some seconds a recording can look perfect.
"""

import asyncio
import contextlib
import itertools
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from episodes.commands import OutputSpec, PushTried, SetOutputs, TryOutput
from episodes.outputs import OutputPolicy
from episodes.status import OutputStatus
from runtime.bus import Refused
from tests.broadcaster.playout.conftest import Ear, settings_for, slate_cache, var  # noqa: F401 - fixtures
from tests.broadcaster.playout.material import FRAME_NS
from tests.broadcaster.playout.test_on_air import seamless
from tests.broadcaster.playout.test_restart import Process, playout
from tests.faults.peer import Peer, Peers
from tests.platforms import Server, free_port, judge, rtmp_servers

FRAME_S = FRAME_NS / 1e9
WEDGED_S = 4.0
KEY = "live-key-4711?token=abcdef"
_turns = itertools.count(1)


@dataclass
class Show:
    """A playout on air and the platforms around it."""

    process: Process
    ear: Ear
    log: Path
    servers: list[Server]
    peers: Peers
    specs: dict[str, OutputSpec]

    async def set(self, *specs: OutputSpec) -> None:
        """These outputs beside those there are."""
        self.specs |= {spec.output_id: spec for spec in specs}
        command = SetOutputs(command_id=f"set-{next(_turns)}", outputs=tuple(self.specs.values()))
        await self.ear.ask("playout.outputs", command)

    def of(self, name: str) -> OutputStatus:
        return self.ear.output(name)

    def ever(self, name: str) -> list[OutputStatus]:
        """All that was said of one output."""
        return [each for status in self.ear.statuses for each in status.outputs if each.output_id == name]

    def workers(self) -> list[psutil.Process]:
        found = []
        for child in self.process.children():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                if "broadcaster.worker" in child.cmdline():
                    found.append(child)
        return found

    def holds(self) -> tuple[int, float]:
        """Descriptors and MB of the playout process."""
        process = psutil.Process(self.process.process.pid)
        return process.num_fds(), process.memory_info().rss / 2**20


def output(name: str, url: str, **more: object) -> OutputSpec:
    policy = OutputPolicy(grace_s=0.5, retry_first_s=0.5, retry_most_s=1.0, **more.pop("policy", {}))
    return OutputSpec(output_id=name, name=name, url=url, on=True, policy=policy, **more)


@pytest.fixture
def peers() -> Iterator[Peers]:
    with Peers() as made:
        yield made


@pytest.fixture
def platforms(tmp_path: Path) -> Iterator[list[Server]]:
    with rtmp_servers(tmp_path / "platforms", 4) as servers:
        yield servers


@contextlib.asynccontextmanager
async def on_air(
    var: Path,  # noqa: F811 - the fixture
    folder: Path,
    platforms: list[Server],
    peers: Peers,
) -> AsyncIterator[tuple[Show, Peer]]:
    """Two good platforms on air: one behind a peer that notes when what arrived."""
    log = folder / "playout.log"
    settings = settings_for(var, wedged_s=WEDGED_S, delay_s=1.0)
    async with playout(settings, folder / "config.toml", log) as (process, ear, studio):
        studio.start()
        show = Show(process, ear, log, platforms, peers, {})
        watched = peers.before(platforms[0].port)
        await show.set(output("watched", watched.url(KEY)), output("good", platforms[1].url(KEY)))
        await ear.air("e1", 1.0)
        await ear.until(lambda: all(show.of(name).state == "live" for name in ("watched", "good")))
        await ear.until(lambda: ear.status.public == "program")
        yield show, watched


async def end(show: Show) -> None:
    await show.ear.air("")
    await show.ear.until(lambda: show.ear.status.episode_id == "")


def untouched(show: Show, watched: Peer, last_s: float) -> None:
    """The good platforms have every frame, in order, and had them in time."""
    for server in show.servers[:2]:
        path = max(server.received("live-key-4711"), key=lambda each: each.stat().st_size)
        seamless(path, most_gap_s=0.06)
        found = judge(path)
        assert len(found.video) == pytest.approx(found.video[-1] / FRAME_S, abs=3), "no frame is missing"
        assert found.video[-1] >= last_s
        assert found.audio[-1] == pytest.approx(found.video[-1], abs=0.3)
    for name in ("watched", "good"):
        assert {each.tries for each in show.ever(name) if each.state == "live"} == {1}, "one connection all the time"
        assert len({each.dropped_frames for each in show.ever(name) if each.state == "live"}) == 1, "none since then"
    arrivals = [at for at, _ in watched.arrived()]
    gaps = [after - before for before, after in itertools.pairwise(arrivals)]
    assert max(gaps) < 3, "it arrived as it was made, not after a stall"


def no_secret(show: Show) -> None:
    said = show.log.read_text("utf-8", "replace") + repr(show.ear.statuses) + repr(show.ear.alarms)
    assert "an output failed" in said
    assert "live-key" not in said
    assert "abcdef" not in said


def reasons(show: Show, name: str) -> set[str]:
    return {each.reason for each in show.ever(name)}


@pytest.mark.timeout(240)
async def test_seven_platforms_fail_at_once_and_two_never_notice(
    var: Path,  # noqa: F811 - the fixture
    tmp_path: Path,
    platforms: list[Server],
    peers: Peers,
    record_property: Callable[[str, object], None],
) -> None:
    await seven_faults(var, tmp_path, platforms, peers, record_property, away_s=6.0, hang_s=0.0, settle_s=0.0)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_seven_platforms_fail_for_a_long_time(
    var: Path,  # noqa: F811 - the fixture
    tmp_path: Path,
    platforms: list[Server],
    peers: Peers,
    record_property: Callable[[str, object], None],
) -> None:
    """The frozen server hangs longer than any buffer on the way could hide; the absent one returns after a minute."""
    await seven_faults(var, tmp_path, platforms, peers, record_property, away_s=60.0, hang_s=90.0, settle_s=30.0)


async def seven_faults(
    var: Path,  # noqa: F811 - the fixture
    folder: Path,
    platforms: list[Server],
    peers: Peers,
    record_property: Callable[[str, object], None],
    *,
    away_s: float,
    hang_s: float,
    settle_s: float,
) -> None:
    frozen, absent = platforms[2], platforms[3]
    absent.stop()
    async with on_air(var, folder, platforms, peers) as (show, watched):
        ear, began = show.ear, time.monotonic()
        before = show.holds()
        resets, hangs, mute, slow = (peers.before(platforms[1].port) for _ in range(4))
        mute.be("hang")
        slow.be("slow", bytes_per_s=600_000 / 8 / 10)
        expired = peers.refusing("key expired")
        await show.set(
            output("frozen", frozen.url(KEY)),
            output("absent", absent.url(KEY)),
            output("resets", resets.url("other-1")),
            output("hangs", hangs.url("other-2")),
            output("mute", mute.url("other-3")),
            output("slow", slow.url("other-4")),
            output("expired", expired.url("other-5")),
        )
        await ear.until(lambda: all(show.of(name).state == "live" for name in ("frozen", "resets", "hangs")))
        stopped = time.monotonic()
        with frozen.frozen():
            resets.be("reset")
            hangs.be("hang")
            await ear.until(lambda: "wedged" in reasons(show, "frozen") & reasons(show, "hangs"))
            record_property("wedged_noticed_after_s", round(time.monotonic() - stopped, 1))
            assert "stalled" in {each.state for each in show.ever("hangs")}, "nothing is live without proof"
            await ear.until(lambda: "reset" in reasons(show, "resets"))
            await ear.until(lambda: "timeout" in reasons(show, "mute"))
            await ear.until(lambda: "slow" in reasons(show, "slow"))
            await ear.until(lambda: any(each.says == "key expired" for each in show.ever("expired")))
            await asyncio.sleep(max(0.0, stopped + max(away_s, hang_s) - time.monotonic()))
            assert reasons(show, "absent") == {"", "refused"}
        codes = {(alarm.code, alarm.about) for alarm in ear.alarms}
        assert {
            ("output_failing", name) for name in ("frozen", "absent", "resets", "hangs", "mute", "expired")
        } <= codes
        assert ("output_slow", "slow") in codes
        for peer in (resets, hangs, mute, slow):
            peer.be("pass")
        absent.start()
        healed = ("frozen", "absent", "resets", "hangs", "mute", "slow")
        await ear.until(lambda: all(show.of(name).state == "live" for name in healed))
        assert show.of("expired").state != "live"
        await asyncio.sleep(1.0 + settle_s)
        # Only the two are wanted any more: nobody else leaves anything behind.
        show.specs = {name: spec for name, spec in show.specs.items() if name in {"watched", "good"}}
        await show.set()
        await ear.until(lambda: len(ear.status.outputs) == 2)
        await ear.until(lambda: len(show.workers()) == 2)
        await asyncio.sleep(0.5)
        after = show.holds()
        record_property("fds_and_mb_before", before)
        record_property("fds_and_mb_after", after)
        assert after[0] <= before[0] + 2
        assert after[1] <= before[1] + 40
        lasted = time.monotonic() - began
        await end(show)
    untouched(show, watched, lasted)
    no_secret(show)
    (back,) = absent.received("live-key-4711")
    seamless(back, most_gap_s=0.06)


@pytest.mark.timeout(240)
async def test_policies_spare_addresses_and_test_pushes_on_air(
    var: Path,  # noqa: F811 - the fixture
    tmp_path: Path,
    platforms: list[Server],
    peers: Peers,
) -> None:
    async with on_air(var, tmp_path, platforms, peers) as (show, watched):
        ear, began = show.ear, time.monotonic()
        dead = f"rtmp://127.0.0.1:{free_port()}/live/{KEY}"
        spared, mended = platforms[2], platforms[3]
        breaks = peers.before(mended.port)
        await show.set(
            output("spared", dead, spare_url=spared.url(KEY), policy={"spare_after": 2}),
            output("limited", dead, policy={"tries_most": 2}),
            output("window", breaks.url(KEY), policy={"resume_s": 2.0}),
        )
        # The spare address takes over by itself, and stays.
        await ear.until(lambda: show.of("spared").state == "live" and show.of("spared").use == "spare")
        assert ("output_spare", "spared") in {(alarm.code, alarm.about) for alarm in ear.alarms}
        # So many tries, then a person; whose press begins anew.
        await ear.until(lambda: show.of("limited").state == "given_up")
        assert show.of("limited").reason == "tries"
        await show.set(output("limited", mended.url("limited-key"), policy={"tries_most": 2}, turn=1))
        await ear.until(lambda: show.of("limited").state == "live")
        # Reconnect now: the platform sees a broken line, and nobody publishes twice.
        await show.set(output("limited", mended.url("limited-key"), policy={"tries_most": 2}, turn=2))
        await ear.until(lambda: show.of("limited").state == "connecting" or show.of("limited").tries == 1)
        await ear.until(lambda: show.of("limited").state == "live" and len(mended.received("limited-key")) >= 2)
        assert not [each for each in show.ever("limited") if "lready" in each.says]
        # A changed name or policy, or the other address, disturbs nobody.
        await show.set(output("good", platforms[1].url(KEY), spare_url=spared.url("new"), policy={"tries_most": 9}))
        # Past the platform's window a second broadcast would begin: it waits for a person.
        await ear.until(lambda: show.of("window").state == "live")
        breaks.be("reset")
        await ear.until(lambda: show.of("window").state == "given_up")
        assert show.of("window").reason == "window"
        # A test push: of a good address, of a wrong one, and never of what is on air.
        tried = await ear.bus.request("playout.try", trial("t1", spared.url("trial")), PushTried, timeout_s=60)
        assert tried.ok, tried
        assert tried.acked_bytes > 100_000, "it fills the programme's rate of 600 kb/s"
        (recorded,) = spared.received("trial")
        assert judge(recorded).codecs == ("aac", "h264")
        banned = peers.refusing("Operation not permitted")
        refused = await ear.bus.request("playout.try", trial("t2", banned.url(KEY)), PushTried, timeout_s=60)
        assert (refused.ok, refused.reason, refused.says) == (False, "rejected", "Operation not permitted")
        with pytest.raises(Refused, match="on_air"):
            await ear.bus.request("playout.try", trial("good", platforms[1].url(KEY)), PushTried, timeout_s=60)
        assert ear.output("spared").use == "spare"
        lasted = time.monotonic() - began
        await end(show)
        assert await show.process.end(signal.SIGTERM) == 0
    untouched(show, watched, lasted)
    no_secret(show)


def trial(name: str, url: str) -> TryOutput:
    return TryOutput(command_id=f"try-{next(_turns)}", output=output(name, url), seconds=2.0)
