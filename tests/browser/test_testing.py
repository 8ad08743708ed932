"""A producer changes a limit by a table and registers an instrument, by keyboard too; what is wrong is said at its place."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from episodes.house_tables import written
from episodes.limits import SEED
from episodes.people import Role
from tests.browser.conftest import Served, axe
from tests.browser.visits import PHONE, overflow, visit

pytestmark = pytest.mark.browser


async def test_a_limit_is_changed_and_a_key_is_shown_once(served: Served, browser: Browser, tmp_path: Path) -> None:
    await served.add("gu", Role.PRODUCER)
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    wrong.write_text(written("limits", SEED).replace("<=,27,%", "<=,27,mg/kg"), "utf-8")
    right.write_text(written("limits", SEED).replace("<=,27,%", "<=,24,%"), "utf-8")
    async with visit(browser, served, "/produce/testing", login="gu") as page:
        limits = page.locator("form[data-table=limits]")
        await limits.locator("input").set_input_files(wrong)
        await expect(limits.locator(".problem")).to_contain_text("单位mg/kg不对")
        await limits.locator("input").set_input_files(right)
        await expect(page.locator("[data-live=testing]")).to_contain_text("≤24")
        await expect(limits.locator(".problem")).to_be_hidden()
        assert await axe(page) == []
        await page.fill("#dev-id", "NC-0417")
        await page.press("#dev-id", "Enter")
        await expect(page.locator("#key")).to_be_visible()
        key = await page.locator("#key-text").text_content()
        assert key
        assert len(key) == 44
        assert await axe(page) == []
        await page.keyboard.press("Escape")
        await expect(page.locator("[data-live=testing]")).to_contain_text("NC-0417")
        assert key not in await page.content()
        await page.set_viewport_size(PHONE)
        assert await overflow(page) <= 0
