"""A message's way as people go it: viewers write, two moderators decide by keyboard, a question reaches the picture."""

import pytest
from playwright.async_api import Browser, Page

from episodes.people import Role
from tests.api.air import on_air, release
from tests.browser.conftest import Served, axe
from tests.browser.visits import PHONE, overflow, visit


@pytest.fixture
async def air(served: Served) -> Served:
    await served.add("ann", Role.MODERATOR)
    await served.add("bob", Role.MODERATOR)
    await on_air(served.desk)
    return served


async def say(page: Page, text: str, name: str = "", *, question: bool = False) -> None:
    """As a viewer does. Their own message stands there, dashed, before anybody approved it."""
    if name:
        await page.fill("#chat-name", name)
    if question:
        await page.click("#ask-open")
    await page.fill("#chat-text", text)
    await page.keyboard.press("Enter")
    await page.locator("#chat-mine .wait", has_text=text).wait_for()


async def selected(page: Page, text: str) -> None:
    """The moderator's page has come to this item."""
    await page.locator(".it.sel", has_text=text).wait_for()


async def test_from_the_viewer_past_the_moderator_to_everybody(air: Served, browser: Browser) -> None:
    async with (
        visit(browser, air, "/") as one,
        visit(browser, air, "/", viewport=PHONE) as two,
        visit(browser, air, "/moderate", login="ann") as ann,
    ):
        await ann.get_by_text("没有待审").wait_for()
        assert await axe(ann) == []
        await say(one, "这个市场我天天来", "小满")
        assert "审核中，目前只有你看得到" in await one.inner_text("#chat-mine")
        await selected(ann, "这个市场我天天来")
        assert await two.locator("text=这个市场我天天来").count() == 0

        await ann.keyboard.press("a")
        await two.locator("#chat-log .msg", has_text="这个市场我天天来").wait_for(state="attached")
        await one.locator("#chat-log .msg", has_text="这个市场我天天来").wait_for()
        await one.wait_for_selector("#chat-mine .wait", state="detached")
        await ann.get_by_text("等待中位数").wait_for()
        assert "小满" in await one.inner_text("#chat-log")

        await ann.keyboard.press("z")
        await selected(ann, "这个市场我天天来")
        await one.wait_for_selector("#chat-log .msg", state="detached")
        await ann.keyboard.press("r")
        await one.get_by_text("没有通过审核，不会显示").wait_for()
        assert await axe(one) == []


async def test_a_fresh_page_equals_a_page_that_heard_the_news(air: Served, browser: Browser) -> None:
    async with visit(browser, air, "/") as stale, visit(browser, air, "/moderate", login="ann") as ann:
        for number, text in enumerate(("第一句话", "第二句话", "第三句话")):
            item = await air.desk.chat.post(f"v{number}", f"网友{number}", text, question=False)
            await air.desk.chat.decide(item.message_id, "approve", "ann")
        undone = await air.desk.chat.post("v9", "网友9", "要撤回的", question=False)
        await air.desk.chat.decide(undone.message_id, "approve", "ann")
        await air.desk.chat.undo(undone.message_id, "ann")
        await stale.locator("#chat-log .msg", has_text="第三句话").wait_for()
        await stale.locator("#chat-log .msg", has_text="要撤回的").wait_for(state="detached")
        await ann.get_by_text("要撤回的").first.wait_for()
        read = "() => [...document.querySelectorAll('#chat-log .msg')].map((one) => one.textContent.trim())"
        async with visit(browser, air, "/") as fresh:
            assert await stale.evaluate(read) == await fresh.evaluate(read)


async def test_a_question_goes_to_the_picture_and_the_page_waits_for_it(air: Served, browser: Browser) -> None:
    async with visit(browser, air, "/") as viewer, visit(browser, air, "/moderate", login="ann") as ann:
        await say(viewer, "测出阳性的能退吗？", "丁香", question=True)
        await selected(ann, "测出阳性的能退吗")
        await ann.keyboard.press("a")
        await ann.locator(".asked li", has_text="初筛，非最终结论").wait_for()
        await ann.keyboard.press("s")
        await ann.locator(".asked li.on").wait_for()
        assert await axe(ann) == []
        assert await viewer.locator('[data-live="questions"] .q').count() == 0, "the picture has not reached it"
        await release(air.desk)
        await viewer.locator('[data-live="questions"] .onair', has_text="正在现场回答").wait_for()
        assert "初筛，非最终结论" in await viewer.inner_text('[data-live="questions"]')
        await viewer.get_by_text("你的提问正在现场回答").wait_for()
        await ann.keyboard.press("c")
        await ann.locator(".asked li.on").wait_for(state="detached")
        await release(air.desk)
        await viewer.locator('[data-live="questions"]', has_text="已答").wait_for()


async def test_two_moderators_never_do_the_same_item(air: Served, browser: Browser) -> None:
    first = await air.desk.chat.post("v1", "甲", "第一条评论", question=False)
    await air.desk.chat.post("v2", "乙", "是不是临江海鲜酒楼？", question=False)
    async with visit(browser, air, "/moderate", login="ann") as ann:
        await selected(ann, "第一条评论")
        async with visit(browser, air, "/moderate", login="bob") as bob:
            await selected(bob, "临江海鲜酒楼")
            await bob.get_by_text("ann正在看").wait_for()
            await bob.click(f'[data-item="{first.message_id}"] .open')
            await selected(bob, "第一条评论")
            await bob.keyboard.press("r")
            await bob.get_by_text("同事正在看这一条").first.wait_for()
            await ann.keyboard.press("a")
            await selected(bob, "临江海鲜酒楼")
            assert await bob.locator("text=第一条评论").count() <= 1, "only in what was said around"

            await bob.keyboard.press("a")
            await bob.get_by_text("等另一位审核员").first.wait_for()
            await selected(ann, "bob已放行，还要你这一票")
            await ann.keyboard.press("a")
            await ann.get_by_text("没有待审").wait_for()


async def test_a_report_is_split_off_in_private(air: Served, browser: Browser) -> None:
    text = "B12档后面的冰柜每天半夜换标签，我亲眼看见的"
    async with (
        visit(browser, air, "/") as viewer,
        visit(browser, air, "/") as other,
        visit(browser, air, "/moderate", login="ann", viewport=PHONE) as ann,
    ):
        await say(viewer, text, "半夏")
        await selected(ann, "像举报")
        assert await ann.is_disabled('[data-act="approve"]')
        await ann.keyboard.press("a")
        assert await overflow(ann) <= 0
        assert await axe(ann) == []
        await ann.keyboard.press("t")
        await viewer.get_by_text("走加密通道说").wait_for()
        assert text not in await viewer.inner_text("body")
        await ann.get_by_text("没有待审").wait_for()
        assert text not in await ann.inner_text("body")
        assert "加密通道说，件件" not in await other.inner_text("#talk")
        assert await axe(viewer) == []
        await viewer.click("a[data-forget]")
        await viewer.wait_for_url("**/tip")
        await viewer.go_back()
        assert await viewer.locator("[data-forget]").count() == 0


async def test_on_a_narrow_phone_in_both_languages(air: Served, browser: Browser) -> None:
    item = await air.desk.chat.post("v1", "小满", "长" * 200, question=False)
    await air.desk.chat.decide(item.message_id, "approve", "ann")
    for locale in ("zh-CN", "en"):
        async with visit(browser, air, "/", viewport=PHONE, locale=locale) as phone:
            await phone.click("#tab-talk")
            assert await overflow(phone) <= 0
            assert await axe(phone) == []
