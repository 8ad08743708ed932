"""Our own endpoint for the suites. In: a running house. Out: planned cameras and a token for each, got as a phone gets it."""

import asyncio
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.cast import Account, Browser, administrator
from tests.house import House

CAMERAS = ("one", "two")
PHONE = "three"
"""A camera that nobody holds until a page joins."""
PASSWORD = "interop interop"


@dataclass(frozen=True)
class Ours:
    house: House
    tokens: dict[str, str]
    turn_log: Path

    @property
    def base_url(self) -> str:
        return self.house.base_url

    async def code_url(self, camera: str) -> str:
        """What a phone scans."""
        boss = Browser(self.base_url)
        await boss.sign_in(Account("boss", "沈舟", (), PASSWORD))
        code = await boss.post("/api/v1/join-codes", {"camera": camera, "replace": True})
        await boss.close()
        return f"{self.base_url}/crew#join={code['code']}"

    async def until(self, camera: str, state: str, within_s: float = 40) -> dict[str, Any]:
        """The camera's words once it is in that state."""
        boss = Browser(self.base_url)
        await boss.sign_in(Account("boss", "沈舟", (), PASSWORD))
        try:
            async with asyncio.timeout(within_s):
                while True:
                    studio = (await boss.get("/api/v1/studio"))["studio"] or {"cameras": []}
                    for each in studio["cameras"]:
                        if (each["camera"], each["state"]) == (camera, state):
                            return each
                    await asyncio.sleep(0.2)
        finally:
            await boss.close()


async def prepare(house: House, turn_log: Path) -> Ours:
    """An administrator makes a producer who directs too; they plan an episode and bind a device to each camera."""
    known = administrator(house.config, house.folder / "accounts.json", env=house.env)
    admin, boss = Browser(house.base_url), Browser(house.base_url)
    await admin.sign_in(known["admin"])
    body = {"login": "boss", "name": "沈舟", "password": PASSWORD, "roles": ["producer", "director"]}
    await admin.post("/api/v1/users", body)
    await boss.sign_in(Account("boss", "沈舟", (), PASSWORD))
    slot = {"name": "开门见光", "agency": "江北市市场监督管理局", "weekday": 3, "starts": "19:00", "minutes": 90}
    await boss.post("/api/v1/programmes", slot)
    starts = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).isoformat(timespec="seconds")
    plan = {"number": 1, "title": "晚市", "theme": "晚市", "starts": starts, "cameras": [*CAMERAS, PHONE]}
    await boss.post("/api/v1/episodes", plan)
    tokens = {}
    for camera in CAMERAS:
        code = await boss.post("/api/v1/join-codes", {"camera": camera})
        phone = Browser(house.base_url)
        await phone.open("/crew")
        joined = await phone.post("/api/v1/join", {"code": code["code"], "device_id": f"interop-{camera}"})
        tokens[camera] = str(joined["token"])
        await phone.close()
    await admin.close()
    await boss.close()
    return Ours(house, tokens, turn_log)
