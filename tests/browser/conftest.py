"""A real desk behind uvicorn, and a real Chromium. Shared by every page's browser tests."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from api.app import create_app
from api.auth.accounts import add_user
from api.desk import Desk
from api.opening import open_desk, running
from episodes.people import Role
from runtime.bus.local import LocalBus
from runtime.settings.model import Settings

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
PASSWORD = "晴天也要带一把伞出门"
AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"


@dataclass(frozen=True)
class Served:
    """A desk in this process, reachable over HTTP. `bus` lets a test play the studio and playout."""

    desk: Desk
    url: str
    bus: LocalBus

    async def add(self, login: str, *roles: Role, pin: str = "") -> str:
        """An account with the tests' password."""
        desk = self.desk
        return await add_user(
            desk.store,
            desk.auth.passwords,
            desk.clock,
            login=login,
            name=login,
            password=PASSWORD,
            roles=roles,
            actor="test",
            pin=pin,
        )


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    settings = Settings(server={"var": tmp_path / "var"}, playout={"allow_internal_outputs": True})
    bus = LocalBus()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        async with open_desk(settings, bus.end("desk")) as desk, running(desk):
            config = uvicorn.Config(create_app(desk), lifespan="off", access_log=False, log_config=None)
            server = uvicorn.Server(config)
            task = asyncio.ensure_future(server.serve(sockets=[listening]))
            while not server.started:
                await asyncio.sleep(0.01)
            yield Served(desk, f"http://127.0.0.1:{listening.getsockname()[1]}", bus)
            server.should_exit = True
            await task


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    one = await browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    yield one
    await one.close()


async def sign_in(page: Page, served: Served, login: str) -> None:
    """Through the door like everybody."""
    await page.goto(f"{served.url}/login")
    await page.fill("#login", login)
    await page.fill("#password", PASSWORD)
    await page.click("main button")
    await page.wait_for_load_state()


async def axe(page: Page) -> list[str]:
    """WCAG 2.2 AA violations, one line each. Injected past our CSP, as a reader's tool would be."""
    await page.evaluate(AXE.read_text("utf-8"))
    found = await page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [
        f"{each['id']}: {node['html'][:140]} {(node['any'] or node['all'] or node['none'])[0]['message'][:160]}"
        for each in found["violations"]
        for node in each["nodes"][:4]
    ]
