"""Officer and operator sign on one phone; the operator opens the QR code's link on their own, objects and sends a picture;
legal answers; the officer who was sent verifies. As people do it, in Chromium."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from api.deeds import findings, rectified
from api.deeds.doing import System
from episodes.events import FindingVerified, OperatorAsked, RecordServed
from episodes.people import Role
from store import log
from store.people import accounts
from tests.api.test_photo_strip import jpeg
from tests.browser.conftest import PASSWORD, Served, axe
from tests.browser.stage import set_stage
from tests.browser.visits import PHONE, overflow, visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
NAME, STATEMENT = "何记蔬菜档", "票据在家里，明天补交。"


async def draw(page: Page) -> None:
    """A name with the finger."""
    await page.locator("#sign-pad").scroll_into_view_if_needed()
    box = await page.locator("#sign-pad svg").bounding_box()
    assert box
    await page.mouse.move(box["x"] + 40, box["y"] + box["height"] * 0.7)
    await page.mouse.down()
    for x, y in ((80, 0.3), (120, 0.7), (170, 0.35), (220, 0.65)):
        await page.mouse.move(box["x"] + x, box["y"] + box["height"] * y, steps=4)
    await page.mouse.up()


async def both_sign(page: Page) -> str:
    """From the list of findings to the operator's link."""
    await page.click(".view:not([hidden]) [data-to=records]")
    await page.click("#records [data-draw='A12档']")
    await page.fill("#draw-entity", NAME)
    await page.fill("#draw-grid", "临江一格")
    assert await axe(page) == []
    await page.click("#draw-form button")
    await expect(page.locator("#sign-paper")).to_contain_text("没有进货查验记录")
    await expect(page.locator("#serve")).to_be_disabled()
    await page.click("[data-sign=me]")
    await page.click("#sign-form .btn.main")
    await expect(page.locator("#signed-officers")).to_have_text("chen")
    await page.click("[data-sign=second]")
    await page.fill("#second-name", "zhou")
    await page.fill("#second-password", PASSWORD)
    await page.click("#sign-form .btn.main")
    await expect(page.locator("#signed-officers")).to_have_text("chen、zhou")
    await page.click("[data-sign=operator]")
    await page.fill("#sign-name", "何阿珍")
    await page.fill("#sign-statement", STATEMENT)
    await page.click("#sign-form .btn.main")
    await expect(page.locator("#sign-problem")).to_be_visible()
    await draw(page)
    assert await axe(page) == []
    await page.click("#sign-form .btn.main")
    await expect(page.locator("#signed-operator")).to_have_text("何阿珍")
    await page.click("#serve")
    await expect(page.locator("#handed-qr svg")).to_be_visible()
    assert await axe(page) == []
    assert await overflow(page) <= 0
    return await page.locator("#handed-link").get_attribute("href") or ""


async def the_operator_asks(page: Page, link: str, picture: Path) -> None:
    """By the link: reads, objects, sends a picture. Its key goes with no address."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(link)
    for text in (STATEMENT, NAME):
        await expect(page.locator("#mine")).to_contain_text(text)
    await page.fill("#ask-words", "票据已找到，请复核。")
    await page.click("#ask-form button")
    await expect(page.locator(".asked")).to_contain_text("票据已找到")
    await page.set_input_files("input[data-side=after]", picture)
    await expect(page.locator(".shots figcaption")).to_have_text("待审")
    await expect(page.locator(".shots img")).to_have_attribute("src", re.compile("^blob:"))
    await page.locator(".shots img").evaluate("image => image.decode()")
    assert await axe(page) == []
    assert await overflow(page) <= 0
    key = link.partition("#k=")[2]
    assert len(key) > 40
    assert not [url for url in asked if key in url.partition("#")[0]]


async def legal_answers(page: Page, request_id: str) -> None:
    """The request answered in words, the picture accepted."""
    await page.fill(f"#a-{request_id}", "已复核，票据齐全。")
    await page.click(f"[data-deed$='{request_id}/answer'] .btn.main")
    await expect(page.locator("[data-live=records]")).to_contain_text("没有待答复的要求")
    await page.locator("details summary", has_text=NAME).click()
    await page.click("button:text-is('采用')")
    await expect(page.locator(".shots figcaption")).to_contain_text("已采用")
    assert await axe(page) == []
    await page.set_viewport_size(PHONE)
    assert await overflow(page) <= 0


async def test_a_record_is_signed_served_asked_about_and_rectified(
    served: Served, browser: Browser, tmp_path: Path
) -> None:
    desk = served.desk
    await set_stage(desk, past=False)
    for login, role in (("chen", Role.OFFICER), ("zhou", Role.OFFICER), ("he", Role.LEGAL)):
        await served.add(login, role)
    await findings.open_finding(
        desk, System(), episode_id="now", key_item=True, where="A12档", sentence="没有进货查验记录"
    )
    async with desk.store.read() as session:
        ids = {each.login: each.user_id for each in await accounts(session)}
    await rectified.set_grid(desk, System(), grid="临江一格", officer=ids["zhou"])
    async with visit(browser, served, "/crew", login="chen", viewport=PHONE) as page:
        link = await both_sign(page)
    assert [each.how for each in await events(desk, RecordServed)] == ["signed"]

    picture = tmp_path / "整改后.jpg"
    picture.write_bytes(jpeg(640, 480, comment=b"SECRET PLACE"))
    async with visit(browser, served, "/", viewport=PHONE) as page:
        await the_operator_asks(page, link, picture)
        (request,) = await events(desk, OperatorAsked)
        async with visit(browser, served, "/records", login="he") as legal:
            await legal_answers(legal, request.request_id)
        await page.reload()
        await expect(page.locator(".asked")).to_contain_text("已复核，票据齐全。")

    async with visit(browser, served, "/follow-ups", login="zhou", viewport=PHONE) as page:
        await expect(page.locator("[data-check]")).to_have_count(1)
        assert await axe(page) == []
        assert await overflow(page) <= 0
        await page.click("[data-check] [value=no]")
        await expect(page.locator("[data-check] .problem")).to_be_visible()
        await page.click("[data-check] [value=yes]")
        await expect(page.locator("[data-live=follow-ups]")).to_contain_text("已核验整改")
    assert len(await events(desk, FindingVerified)) == 1
    async with visit(browser, served, "/served") as page:
        await expect(page.locator("#served-problem")).to_contain_text("二维码")


async def events(desk, *kinds):
    async with desk.store.read() as session:
        return [record.event for record in await log.read(session, kinds=kinds)]
