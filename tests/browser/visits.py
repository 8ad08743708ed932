"""Visits of several people to one desk. In: a served desk, a browser. Out: pages whose scripts must not fail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page

from tests.browser.conftest import Served, sign_in

PHONE = {"width": 360, "height": 740}


@asynccontextmanager
async def visit(browser: Browser, served: Served, path: str, *, login: str = "", **context: Any) -> AsyncIterator[Page]:
    """A browser of one's own on `path`. A script's error or a breach of the CSP fails the test."""
    opened = await browser.new_context(
        **{"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1280, "height": 860}} | context
    )
    page = await opened.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    try:
        if login:
            await sign_in(page, served, login)
        await page.goto(f"{served.url}{path}")
        yield page
    finally:
        await opened.close()
    assert faults == []


async def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(await page.evaluate("() => document.documentElement.scrollWidth - innerWidth"))
