"""Every page there is, on the narrowest phone and the widest desk: axe-core finds nothing, nothing sticks out, keys reach all.

The pages are found in the route table, so a new one is visited without being named here. What a page becomes when it is
used is walked by its own test.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from fastapi.routing import iter_route_contexts
from playwright.async_api import Browser, Page

from api.access import declared
from api.app import create_app
from api.auth.tokens import csrf_token
from episodes.entity import Entity
from episodes.people import Role
from episodes.spelling import read_dictionary
from store import entities
from store.people import account_by_login
from store.tables.people import User
from tests.api.test_entities import licence
from tests.browser.conftest import AXE, Served
from tests.browser.stage import set_stage
from tests.browser.visits import overflow
from tips.seal import make_desk_key

NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1920, "height": 1080}
FILLED = {"number": "102", "entity_id": "1"}
NOT_A_PAGE = re.compile(
    r"/(api/v1|static|live|whip|whep|metrics|healthz|readyz)(/.*)?|.*\.(ico|ics|crt|json|txt|mp4|csv)"
)
RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
FIND = f"axe.run(document, {{runOnly: {RULES}, resultTypes: ['violations']}})"
UNREACHED = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary, [data-deed], [data-open], [role=button]")]
  .filter((one) => one.checkVisibility() && !one.matches(":disabled, form, [type=hidden]") && !one.closest("[inert]"))
  .filter((one) => one.tabIndex !== 0 && !one.closest("[role=tablist], [role=radiogroup], [role=toolbar], [role=listbox]"))
  .map((one) => one.outerHTML.slice(0, 120))"""
HERE = "() => { const one = document.activeElement; return one === document.body ? '' : `${one.outerHTML.slice(0, 200)} ${[...document.querySelectorAll('*')].indexOf(one)}`; }"
TABS = 12


async def everybody(served: Served) -> str:
    """A session of somebody who may see every page."""
    async with served.desk.store.work("test") as work:
        user = User(id="all", login="all", name="全能", roles=list(Role), password_hash="x", pin_hash="")
        user.made_utc_ns = served.desk.clock.utc_ns()
        work.session.add(user)
    async with served.desk.store.read() as session:
        account = await account_by_login(session, "all")
    assert account
    opened = await served.desk.auth.sign_in(account, "test")
    assert csrf_token(opened.token)
    return opened.token


def pages(served: Served) -> list[str]:
    """Every GET that may be a page, with its names filled in."""
    found = []
    for context in iter_route_contexts(create_app(served.desk).routes):
        access = declared(context.dependant)
        path = re.sub(r"\{(\w+)[^}]*\}", lambda name: FILLED.get(name[1], "1"), str(context.path))
        if "GET" in (context.methods or ()) and access and access.kind != "device" and not NOT_A_PAGE.fullmatch(path):
            found.append(path)
    return found


async def test_every_page_narrow_and_wide(served: Served, browser: Browser) -> None:
    read_dictionary()
    await set_stage(served.desk)
    shop = Entity(licence=licence(1), name="第1餐馆", place="江北市东江区1号")
    async with served.desk.store.work("test") as work:
        await entities.put(work.session, [entities.ready(shop)], "", 1)
    await served.desk.tips.inbox.set_key(make_desk_key("春风又绿江南岸"), "all")
    token = await everybody(served)
    context = await browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=NARROW)
    await context.add_cookies([{"name": "daylight", "value": token, "url": served.url}])
    await context.add_init_script(path=AXE)
    page, wrong, seen = await context.new_page(), [], []
    for path in pages(served):
        answer = await page.goto(f"{served.url}{path}")
        assert answer
        led_on = urlsplit(page.url).path != path
        if answer.status == 200 and not led_on and "html" in answer.headers.get("content-type", ""):
            seen.append(path)
            wrong += [f"{path} {each}" for each in await faults(page)]
    await page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/x.png\"><button tabindex=-1>x</button>')"
    )
    planted = "\n".join(await faults(page))
    assert "360 image-alt" in planted
    assert "1920 image-alt" in planted
    assert "no key reaches" in planted
    await context.close()
    assert wrong == [], "\n".join(wrong)
    assert {"/studio", "/produce", "/moderate", "/crew", "/people", "/account", "/", "/tip"} <= set(seen)


async def faults(page: Page) -> list[str]:
    """At both widths; the keys once."""
    found: list[str] = []
    for size in (NARROW, WIDE):
        await page.set_viewport_size(size)
        width = size["width"]
        if (wider := await overflow(page)) > 0:
            found.append(f"{width}: {wider} px too wide")
        told: dict[str, Any] = await page.evaluate(FIND)
        found += [
            f"{width} {each['id']} ({each['impact']}): {each['nodes'][0]['html'][:120]}" for each in told["violations"]
        ]
    found += [f"no key reaches {each}" for each in await page.evaluate(UNREACHED)]
    return found + await stuck(page)


async def stuck(page: Page) -> list[str]:
    """Tab goes on and on: no two presses stay at one place."""
    places: list[str] = []
    for _ in range(TABS):
        await page.keyboard.press("Tab")
        here = await page.evaluate(HERE)
        if not here:
            return []
        if places and here == places[-1]:
            return [f"the keys stay at {here}"]
        places.append(here)
    return []
