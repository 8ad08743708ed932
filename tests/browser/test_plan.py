"""An episode planned from a template, its list put in order by keys and by hand, two editors, and the list run on /studio."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from api.deeds import episodes
from api.deeds.doing import System
from episodes.events import CueGiven, RunOfShowSet, SegmentBegan, SourceTaken
from episodes.people import Role
from store import log
from tests.api.rooms_played import played
from tests.api.stage import Somebody, approve
from tests.browser.conftest import Served, axe
from tests.browser.visits import PHONE, overflow, visit
from tests.ready import ready

pytestmark = [pytest.mark.browser]
WIDE = {"width": 1440, "height": 900}
TITLES = "#segments > [data-row] > .f.grow input"


async def order(page: Page) -> list[str]:
    return await page.eval_on_selector_all(TITLES, "all => all.map((one) => one.value)")


async def test_a_show_from_template_to_air(served: Served, browser: Browser) -> None:
    desk = served.desk
    for login, roles in (("gu", (Role.PRODUCER,)), ("shen", (Role.DIRECTOR,)), ("li", (Role.OFFICER, Role.CAMERA))):
        await served.add(login, *roles)
    await episodes.set_programme(
        desk, System(), name="一线直播", agency="江北市市场监管局", weekday=4, starts="23:00", minutes=90
    )
    async with visit(browser, served, "/produce", login="gu", viewport=WIDE) as gu:
        await a_template_fills_the_episode_in(gu)
        await people_are_assigned(gu)
        await gu.click("#plan-run a")
        async with visit(browser, served, gu.url.removeprefix(served.url), login="shen", viewport=WIDE) as shen:
            await it_is_put_in_order_by_keys_and_by_hand(gu)
            await the_second_editor_is_told(shen)
            episode = await on_air(served)
            async with played(served.bus, desk.clock) as rooms:
                await rooms.say()
                telling = asyncio.ensure_future(keep_saying(rooms))
                await episodes.go_live(desk, Somebody("gu"), episode_id=episode, source="slate")
                await the_list_runs_on_the_directors_page(shen, served)
                telling.cancel()
        await gu.set_viewport_size(PHONE)
        for path in ("/produce/templates", "/produce/templates/market", "/produce/episodes/1/run", "/produce"):
            await gu.goto(f"{served.url}{path}")
            assert await overflow(gu) <= 0, path
            if path.endswith("/run"):
                assert await axe(gu) == [], path


async def a_template_fills_the_episode_in(page: Page) -> None:
    assert "到次日00:30" in await page.inner_text(".slot.empty")
    await page.click(".slot.empty a")
    await page.select_option("#e-template", "market")
    await expect(page.locator("#e-cameras")).to_have_value("全景，跟拍，快检台，门口")
    await page.fill("#e-title", "晚市")
    await page.click("[data-deed='/api/v1/episodes'] .btn.main")
    await expect(page.locator(".strip li")).to_have_count(8)
    await expect(page.locator(".strip .secret")).to_have_count(2)
    await expect(page.locator("#plan-made")).to_contain_text("农贸市场 · 第1版")
    await expect(page.locator("[aria-labelledby=plan-made]")).to_contain_text(
        "还缺推流地址：新闻客户端、政务网、视频号"
    )
    await expect(page.locator("#crew-missing")).to_contain_text("还差2名执法人员")
    assert await axe(page) == []


async def people_are_assigned(page: Page) -> None:
    await page.click("summary:has-text('排人')")
    for post, person in (("director", "shen"), ("officer", "li"), ("camera", "li")):
        await page.click("[data-add=crew]")
        row = page.locator("#crew-form [data-row]").last
        await row.locator("[data-f=post]").select_option(post)
        await expect(row.locator("[data-f=user_id] option:not(:disabled)")).to_have_text([person])
    await page.locator("#crew-form [data-row]").last.locator("[data-f=camera]").select_option("跟拍")
    await page.click("#crew-form .btn.main")
    await expect(page.locator("#crew-missing")).to_contain_text("还差1名执法人员")
    await expect(page.locator("[aria-labelledby=plan-crew] .rows")).to_contain_text("跟拍")


async def it_is_put_in_order_by_keys_and_by_hand(page: Page) -> None:
    await expect(page.locator(TITLES)).to_have_count(8)
    before = await order(page)
    assert await axe(page) == []
    grip = page.locator("#segments > [data-row] > [data-grip]")
    await grip.nth(3).focus()
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("#spoken")).to_have_text("现在是第3个，共8个")
    assert (await order(page))[2:4] == [before[3], before[2]]
    assert await page.evaluate("document.activeElement.matches('[data-grip]')"), "the handle keeps the focus"
    # By hand: the fourth above the second, past the third's middle.
    between = await order(page)
    await page.evaluate("scrollTo(0, 0)")
    here, there = await grip.nth(3).bounding_box(), await grip.nth(1).bounding_box()
    assert here
    assert there
    await page.mouse.move(here["x"] + 10, here["y"] + 10)
    await page.mouse.down()
    await page.mouse.move(here["x"] + 10, there["y"] - 8, steps=12)
    await page.mouse.up()
    after = await order(page)
    assert after[:4] == [between[0], between[3], *between[1:3]]
    assert sorted(after) == sorted(before)
    await page.fill("#segments > [data-row] >> nth=0 >> [data-f=minutes]", "10")
    await expect(page.locator("#total")).to_have_text("共92分钟，比约定多2分钟")
    await page.click("#save")
    await expect(page.locator("#saved")).to_have_text("第2版，已保存")
    await page.reload()
    assert await order(page) == after


async def the_second_editor_is_told(page: Page) -> None:
    """She opened the page before he saved."""
    await page.fill("#segments > [data-row] >> nth=0 >> [data-f=title]", "开场（导播改的）")
    await page.click("#save")
    await expect(page.locator(".savebar [data-problem]")).to_contain_text("gu刚保存了流程单第2版")
    assert (await order(page))[0] == "开场（导播改的）", "nothing typed is lost"
    await page.click("#mine")
    await expect(page.locator("#saved")).to_have_text("第3版，已保存")
    await expect(page.locator(".savebar [data-problem]")).to_be_hidden()


async def on_air(served: Served) -> str:
    async with served.desk.store.read() as session:
        planned = (await log.read(session, kinds=(RunOfShowSet,)))[0]
    assert planned.event is not None
    await approve(served.desk, planned.event.episode_id, giver=Somebody("gu"), by=Somebody("he"))
    await ready(served.desk, planned.event.episode_id)
    return planned.event.episode_id


async def keep_saying(rooms) -> None:
    while True:
        await rooms.say()
        await asyncio.sleep(0.5)


async def the_list_runs_on_the_directors_page(page: Page, served: Served) -> None:
    await page.goto(f"{served.url}/studio")
    now = page.locator(".segs > .now")
    await expect(now).to_contain_text("开场（导播改的）")
    await expect(page.locator("[data-left]")).to_contain_text("还剩 07:")
    await expect(page.locator("#run-over")).to_have_text("准时")
    await expect(page.locator("#next-cue")).to_contain_text("全景")
    assert await axe(page) == []
    await page.keyboard.press("n")
    await expect(page.locator("#next-cue")).to_contain_text("上一期发现的问题")
    await expect(page.locator(".steps .done")).to_have_count(1)
    await page.keyboard.press("Shift+n")
    await expect(now).to_contain_text("揭晓，亮证")
    await expect(page.locator("#run-over")).to_contain_text("快07:")
    await page.click("#next-cue")
    await expect(page.locator(".steps .done")).to_have_count(1)
    async with served.desk.store.read() as session:
        done = [each.event for each in await log.read(session, kinds=(SourceTaken, CueGiven, SegmentBegan))]
    assert [each.source for each in done if isinstance(each, SourceTaken)] == ["slate", "全景", "门口"]
    assert [each.cue for each in done if isinstance(each, CueGiven)] == ["s1-1", "s2-1"]
    assert [each.segment for each in done if isinstance(each, SegmentBegan)] == ["s1", "s2"]
