"""A desk in this process behind real HTTP, and Chromium before it. In: settings. Out: a `Site` with its pages."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from api.auth.accounts import add_user
from api.desk import Desk
from api.desk_main import bound, serve
from api.opening import open_desk, running
from episodes.people import Role
from runtime.bus.local import LocalBus
from runtime.settings.model import Settings

PASSWORD = "晴天也要带一把伞出门"
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Site:
    """The desk, its bus, its address, and a browser."""

    desk: Desk
    bus: LocalBus
    url: str
    browser: Browser

    async def person(self, login: str, *roles: Role, name: str = "") -> str:
        """An account of the staff."""
        desk = self.desk
        return await add_user(
            desk.store,
            desk.auth.passwords,
            desk.clock,
            login=login,
            name=name or login,
            password=PASSWORD,
            roles=roles,
            actor="test",
        )

    @contextlib.asynccontextmanager
    async def visit(self, path: str, *, login: str = "", **context: Any) -> AsyncIterator[Page]:
        """A fresh browser on `path`; an error of the page's scripts fails the test."""
        opened: BrowserContext = await self.browser.new_context(base_url=self.url, **{"locale": "zh-CN"} | context)
        page = await opened.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        try:
            if login:
                await page.goto("/login")
                await page.fill("input[name=login]", login)
                await page.fill("input[name=password]", PASSWORD)
                await page.keyboard.press("Enter")
                await page.wait_for_url(lambda url: not url.endswith("/login"))
            await page.goto(path)
            yield page
        finally:
            await opened.close()
        assert faults == []


async def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands."""
    source = AXE.read_text("utf-8")
    await page.evaluate(f"() => {{ {source} }}")
    found = await page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]


async def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(await page.evaluate("() => document.documentElement.scrollWidth - innerWidth"))


@contextlib.asynccontextmanager
async def open_site(folder: Path, **sections: Any) -> AsyncIterator[Site]:
    """Everything real but the studio and playout."""
    settings = Settings(server={"var": folder / "var", "https_port": 0}, **sections)
    bus = LocalBus()
    with bound("127.0.0.1", 0, "server.port") as listening:
        async with open_desk(settings, bus.end("desk")) as desk, running(desk), async_playwright() as play:
            serving = asyncio.ensure_future(serve(desk, listening))
            browser = await play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            try:
                yield Site(desk, bus, f"http://{_address(listening)}", browser)
            finally:
                await browser.close()
                serving.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await serving


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"{host}:{port}"
