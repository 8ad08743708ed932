"""A desk in this process with the real studio and playout beside it. In: a folder. Out: a show ready to go on air.

The rooms are processes of their own on the socket bus, as `daylight serve` has them; the desk is here so that a test can
make accounts and read the record.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from playwright.async_api import Browser, Page

from api.app import create_app
from api.auth.tokens import csrf_token
from api.deeds import cameras, episodes
from api.deeds.doing import System
from api.desk import Desk
from api.opening import open_desk, running
from episodes.events import AnyEvent
from episodes.people import Role
from runtime.bus.open import open_bus
from runtime.settings.model import Settings
from store import log
from store.people import account_by_login
from store.tables.people import User
from tests.api.stage import approve
from tests.ready import ready

ROOT = Path(__file__).resolve().parents[2]
PIN = "246813"
CAMERAS = ("全景", "bench")
SLOW_MS = 40_000
"""What two busy cores may take."""


@dataclass
class Show:
    """A desk, its rooms, and one approved episode."""

    desk: Desk
    url: str
    env: dict[str, str]
    folder: Path
    episode: str = ""
    rooms: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def start(self, room: str) -> None:
        with (self.folder / f"{room}.log").open("ab") as out:
            self.rooms[room] = await asyncio.create_subprocess_exec(
                sys.executable, "-m", f"broadcaster.{room}", env=self.env, cwd=ROOT, stdout=out, stderr=out
            )

    async def kill(self, room: str) -> None:
        self.rooms[room].kill()
        await self.rooms[room].wait()

    async def stop(self) -> None:
        for each in self.rooms.values():
            with contextlib.suppress(ProcessLookupError):
                each.send_signal(signal.SIGTERM)
        for each in self.rooms.values():
            try:
                await asyncio.wait_for(each.wait(), 15)
            except TimeoutError:
                each.kill()
                await each.wait()

    async def add(self, login: str, role: Role) -> None:
        """An account; password and PIN are the same, since one slow hash is enough."""
        secret = await self.desk.auth.passwords.hash(PIN)
        async with self.desk.store.work("test") as work:
            work.session.add(
                User(
                    id=login,
                    login=login,
                    name=f"{login}名",
                    roles=[role],
                    password_hash=secret,
                    pin_hash=secret,
                    made_utc_ns=self.desk.clock.utc_ns(),
                )
            )

    async def page_of(self, browser: Browser, login: str, path: str, **context: object) -> Page:
        """Somebody signed in at a page of theirs."""
        async with self.desk.store.read() as session:
            account = await account_by_login(session, login)
        assert account is not None
        opened = await self.desk.auth.sign_in(account, "test")
        made = await browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **context)
        await made.add_cookies([{"name": "daylight", "value": opened.token, "url": self.url}])
        page = await made.new_page()
        page.set_default_timeout(SLOW_MS)
        await page.goto(f"{self.url}{path}")
        assert csrf_token(opened.token) in await page.content()
        return page

    async def phone(self, browser: Browser, camera: str) -> Page:
        """A phone that scanned the camera's code."""
        code = await cameras.create_join_code(self.desk, System(), camera=camera)
        made = await browser.new_context(
            locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
        )
        page = await made.new_page()
        page.set_default_timeout(SLOW_MS)
        await page.goto(f"{self.url}/crew#join={code.code}")
        return page

    async def events(self) -> list[AnyEvent]:
        """What the record holds."""
        async with self.desk.store.read() as session:
            return [each.event for each in await log.read(session) if each.event is not None]


@asynccontextmanager
async def on_stage(folder: Path) -> AsyncIterator[Show]:
    """Open everything; an approved episode with two cameras waits."""
    settings = Settings(
        server={"var": folder / "var"},
        playout={"allow_internal_outputs": True, "delay_s": 2.0},
        encode={"width": 640, "height": 360, "fps": 15, "video_kbps": 600, "preset": "ultrafast"},
    )
    chosen = {
        "SERVER__VAR": settings.server.var,
        "PLAYOUT__ALLOW_INTERNAL_OUTPUTS": "true",
        "PLAYOUT__DELAY_S": settings.playout.delay_s,
        "ENCODE__WIDTH": settings.encode.width,
        "ENCODE__HEIGHT": settings.encode.height,
        "ENCODE__FPS": settings.encode.fps,
        "ENCODE__VIDEO_KBPS": settings.encode.video_kbps,
        "ENCODE__PRESET": settings.encode.preset,
    }
    env = os.environ | {f"DAYLIGHT__{name}": str(value) for name, value in chosen.items()}
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with open_bus(settings, "desk") as bus, open_desk(settings, bus) as desk, running(desk):
            show = Show(desk, url, env, folder)
            config = uvicorn.Config(
                create_app(desk), lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=2
            )
            server = uvicorn.Server(config)
            serving = asyncio.ensure_future(server.serve(sockets=[listening]))
            try:
                await asyncio.gather(show.start("studio"), show.start("playout"))
                show.episode = await _approved(desk)
                await until("both rooms", lambda: desk.rooms.studio and desk.rooms.studio.ready and desk.rooms.playout)
                yield show
            finally:
                await show.stop()
                server.should_exit = True
                await serving


async def _approved(desk: Desk) -> str:
    await episodes.set_programme(
        desk, System(), name="一线直播", agency="江北市市场监管局", weekday=4, starts="19:00", minutes=90
    )
    made = await episodes.plan_episode(
        desk,
        System(user_id="planner", name="planner"),
        number=103,
        title="晚市与后厨",
        theme="晚市",
        starts_utc_ns=desk.clock.utc_ns() + 3_600_000_000_000,
        cameras=CAMERAS,
    )
    await approve(desk, made.episode_id, giver=System(user_id="planner", name="planner"), by=System())
    await ready(desk, made.episode_id)
    return made.episode_id


async def until(what: str, probe, within_s: float = SLOW_MS / 1000) -> None:
    """Wait until `probe()` is true; say what did not come."""
    end = asyncio.get_running_loop().time() + within_s
    while not probe():
        assert asyncio.get_running_loop().time() < end, f"{what} did not come within {within_s:.0f} s"
        await asyncio.sleep(0.1)
