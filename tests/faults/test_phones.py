"""A bad evening for one phone while a real show is on air: what the platform recorded has no more than slate. Long: soak.

The camera on air goes through `tests/relay.py`: bursts, a tunnel of 20 s, another address watched for a minute, another
phone. The judges are the platform's recording and its key frames, not our own counters.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import psutil
import pytest

from demo.cast import Browser, administrator, engage
from demo.equipment import Equipment
from demo.script import BENCH
from demo.stage import Stage
from tests.broadcaster.studio.clips import clip
from tests.broadcaster.studio.conftest import Phone
from tests.house import House
from tests.platforms import Server, judge, rtmp_servers
from tests.relay import Faults, Relay, candidate, without_candidates

DELAY_S = 2.0
BURST = Faults(latency_ms=20, jitter_ms=50, loss=0.30)
RADIO = Faults(latency_ms=20, jitter_ms=50, loss=0.10, reorder=0.05)


class OnAir:
    """A house on air whose camera `BENCH` is our phone behind the relay."""

    def __init__(self, house: House, stage: Stage, platform: Server, episode: str) -> None:
        self.house, self.stage, self.platform, self.episode = house, stage, platform, episode
        self.token = ""
        self.phones: list[Phone] = []
        self.relays: list[Relay] = []

    async def bind(self) -> None:
        """As a phone does it, with the director's yes."""
        code = await self.director("/api/v1/join-codes", {"camera": BENCH, "replace": True})
        browser = Browser(self.house.base_url)
        await browser.open("/crew")
        joined = await browser.post("/api/v1/join", {"code": code["code"], "device_id": "a-real-phone"})
        await browser.close()
        self.token = str(joined["token"])

    async def director(self, path: str, body: dict[str, object]) -> dict[str, object]:
        return await self.stage.person("director").post(path, body)

    async def publish(self, film: Path) -> Relay:
        """A new session of the bound device; answers its way."""
        phone = await Phone.start(clip=str(film))
        self.phones.append(phone)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/sdp"}
        async with httpx.AsyncClient(trust_env=False) as http:
            made = await http.post(
                f"{self.house.base_url}/whip/{BENCH}", content=without_candidates(phone.offer), headers=headers
            )
        assert made.status_code == 201, made.text
        relay = Relay(candidate(made.text))
        self.relays.append(relay)
        phone.order(answer=relay.through(made.text))
        await self.until("live")
        return relay

    async def until(self, state: str, within_s: float = 40) -> float:
        """Seconds until the studio says so of the camera."""
        began = time.monotonic()
        async with asyncio.timeout(within_s):
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    studio = (await self.stage.person("director").get("/api/v1/studio"))["studio"] or {"cameras": []}
                    if any((each["camera"], each["state"]) == (BENCH, state) for each in studio["cameras"]):
                        return round(time.monotonic() - began, 2)
                await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def on_air(folder: Path, clips: Path) -> AsyncIterator[OnAir]:
    with rtmp_servers(folder / "platform", 1) as (platform,):
        house = House(folder / "house", playout__delay_s=DELAY_S)
        await asyncio.to_thread(house.start, 120)
        equipment, kept = Equipment(house.var / "demo"), folder / "accounts.json"
        show: OnAir | None = None
        try:
            known = administrator(house.config, kept, env=house.env)
            stage = Stage(house.base_url, await engage(house.base_url, known, kept), equipment, clips)
            await stage.open()
            episode = (await stage.prepare((platform.url("show"),)))["episode"]
            show = OnAir(house, stage, platform, episode)
            await show.bind()
            yield show
        finally:
            for phone in show.phones if show else ():
                await phone.stop()
            for relay in show.relays if show else ():
                relay.stop()
            await equipment.stop()
            for each in house.family():
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_the_platform_never_notices_more_than_slate(
    tmp_path: Path, clips: Path, record_property: Callable[[str, object], None]
) -> None:
    async with on_air(tmp_path, clips) as show:
        relay = await show.publish(clip(clips))
        await show.director(f"/api/v1/episodes/{show.episode}/live", {"delay_s": DELAY_S})
        await show.director("/api/v1/studio/take", {"source": BENCH})
        await asyncio.sleep(6)
        for _ in range(3):
            relay.faults = BURST
            await asyncio.sleep(2)
            relay.faults = Faults()
            await asyncio.sleep(2)
        relay.faults = RADIO
        await asyncio.sleep(10)
        relay.faults = Faults(dark=True)
        record_property("stalled_after_s", await show.until("stalled"))
        record_property("lost_after_s", await show.until("lost"))
        await asyncio.sleep(17)
        relay.faults = Faults()
        record_property("back_after_s", await show.until("live"))
        relay.move()
        for _ in range(60):
            await asyncio.sleep(1)
            await show.until("live", 5)
        relay.faults = Faults(dark=True)
        await show.until("lost")
        await show.publish(clip(clips, grey=140))
        await asyncio.sleep(8)
        assert (await show.stage.person("director").get("/api/v1/studio"))["studio"]["on_air"] == BENCH
        (recorded,) = show.platform.received("show")
        seen = judge(recorded)
        for times in (seen.video, seen.audio):
            steps = [b - a for a, b in itertools.pairwise(times)]
            assert min(steps) >= 0
            assert max(steps) < 0.6, "a hole"
        record_property("recorded_s", round(seen.video[-1] - seen.video[0], 1))
        assert seen.video[-1] - seen.video[0] > 110
        assert abs(seen.video[-1] - seen.audio[-1]) < 0.5
