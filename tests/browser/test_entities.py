"""The businesses' page as a producer uses it: empty, a file checked and brought in, found while typing, one opened."""

from pathlib import Path

from playwright.async_api import Browser, expect

from episodes.people import Role
from tests.api.test_entities import licence, row, table
from tests.browser.conftest import Served, axe
from tests.browser.visits import PHONE, overflow, visit


async def test_a_register_is_checked_brought_in_and_searched(served: Served, browser: Browser, tmp_path: Path) -> None:
    await served.add("gu", Role.PRODUCER)
    await served.add("li", Role.OFFICER)
    file = tmp_path / "登记表.csv"
    rows = [*(row(n) for n in range(1, 61)), row(70, name="老王川菜馆"), row(71, licence="12345")]
    file.write_text(table(*rows), "gb18030")
    async with visit(browser, served, "/produce/entities", login="gu") as page:
        await expect(page.locator("#none")).to_be_visible()
        assert await axe(page) == []
        await page.set_input_files("#file", file)
        await page.keyboard.press("Tab")
        await page.click("#bring button")
        await expect(page.locator("#now-says")).to_have_text("核对完了，还没有导入", timeout=15_000)
        await expect(page.locator("[data-count=added]")).to_have_text("61")
        told = page.locator("#told tr")
        await expect(told).to_have_count(1)
        await expect(told).to_contain_text("63")
        await expect(told).to_contain_text("请核对位数和字母")
        await expect(page.locator("#now-unknown")).to_contain_text("联系人")
        assert await axe(page) == []
        await page.focus("#apply")
        await page.keyboard.press("Enter")
        await expect(page.locator("#now-says")).to_have_text("已导入", timeout=15_000)

        await page.fill("#typed", "lwcc")
        found = page.locator("#rows li")
        await expect(found).to_have_count(1)
        await expect(found).to_contain_text("老王川菜馆")
        await page.fill("#typed", licence(7)[:17])
        await expect(found).to_contain_text("第7餐馆")
        await page.fill("#typed", "没有的店")
        await expect(page.locator("#said")).to_contain_text("没有找到")
        await page.route("**/entities/search", lambda route: route.abort())
        await page.fill("#typed", "老王")
        await expect(page.locator("#find-problem")).to_be_visible()
        await page.unroute("**/entities/search")
        await page.fill("#typed", "老王")
        await page.keyboard.press("Enter")
        await expect(found).to_have_count(1)
        assert "老王" not in page.url
        await found.locator("a").click()
        await expect(page.locator("h1")).to_have_text("老王川菜馆")
        await expect(page.locator(".scales")).to_contain_text("B")
        assert await axe(page) == []
    await _on_a_phone(served, browser)


async def _on_a_phone(served: Served, browser: Browser) -> None:
    async with visit(browser, served, "/produce/entities", login="gu", viewport=PHONE) as page:
        await expect(page.locator("#more")).to_be_visible()
        await page.click("[data-import]")
        await expect(page.locator("#told tr")).to_have_count(1)
        assert await overflow(page) <= 0
        await page.goto(f"{served.url}/produce/entities/1")
        assert await overflow(page) <= 0
    async with visit(browser, served, "/produce/entities", login="li") as page:
        await expect(page.locator("#typed")).to_have_count(0)
