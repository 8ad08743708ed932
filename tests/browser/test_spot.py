"""An officer's phone from the door to the signature, with the network cut, the page reloaded and the desk restarted in
the middle: everything arrives, once, in order. The licence is read off the phone's own picture."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import segno
import uvicorn
from playwright.async_api import Page, async_playwright, expect

from api.app import create_app
from api.deeds import cameras, episodes
from api.deeds.doing import System
from api.desk import Desk
from api.opening import open_desk, running
from episodes.entity import Entity
from episodes.events import (
    AnyEvent,
    DeskAsked,
    EvidenceKept,
    FilmingObjected,
    FindingOpened,
    GuestConsented,
    ItemAnswered,
    NoteWritten,
    SpotTicked,
)
from episodes.licence import credit_code_check
from episodes.people import Role
from runtime.bus.local import LocalBus
from runtime.settings.model import Settings
from store import entities, log
from tests.api.show import fake_rooms, planned, say_rooms
from tests.api.stage import approve
from tests.ready import ready

from .conftest import CHROMIUM, FLAGS, Served, axe, sign_in
from .rooms import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LICENCE = "91440700MA4UQ8X10" + credit_code_check("91440700MA4UQ8X10")
TARGET = "临江综合市场"
SLOW_MS = 20_000


class House:
    """A desk that can be stopped and begun again on the same port and database."""

    def __init__(self, var: Path) -> None:
        self.settings = Settings(server={"var": var})
        self.port = 0
        self.served: Served
        self._stack = AsyncExitStack()

    @property
    def desk(self) -> Desk:
        return self.served.desk

    async def start(self) -> None:
        self.served = await self._stack.enter_async_context(self._serving())

    async def stop(self) -> None:
        stack, self._stack = self._stack, AsyncExitStack()
        await stack.aclose()

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[Served]:
        bus = LocalBus()
        with socket.socket() as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(("127.0.0.1", self.port))
            self.port = listening.getsockname()[1]
            async with open_desk(self.settings, bus.end("desk")) as desk, running(desk), fake_rooms(bus):
                config = uvicorn.Config(
                    create_app(desk), lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=1
                )
                server = uvicorn.Server(config)
                task = asyncio.ensure_future(server.serve(sockets=[listening]))
                await until("the server", lambda: server.started)
                yield Served(desk, f"http://127.0.0.1:{self.port}", bus)
                server.should_exit = True
                await task

    async def events(self, *kinds: type[AnyEvent]) -> list[AnyEvent]:
        async with self.desk.store.read() as session:
            return [each.event for each in await log.read(session, kinds=kinds) if each.event]


def licence_on_film(path: Path) -> None:
    """A still of a licence's QR code as the camera sees it (YUV4MPEG, two frames)."""
    matrix = [[*row] for row in segno.make(f"统一社会信用代码:{LICENCE}\n名称:{TARGET}", error="m").matrix]
    scale, wide, high = 8, 640, 480
    left, top = (wide - len(matrix) * scale) // 2, (high - len(matrix) * scale) // 2
    rows = []
    for y in range(high):
        row = bytearray([200]) * wide
        for x in range(wide):
            at_x, at_y = (x - left) // scale, (y - top) // scale
            if 0 <= at_x < len(matrix) and 0 <= at_y < len(matrix) and matrix[at_y][at_x]:
                row[x] = 30
        rows.append(bytes(row))
    frame = b"FRAME\n" + b"".join(rows) + bytes([128]) * (wide * high // 2)
    path.write_bytes(f"YUV4MPEG2 W{wide} H{high} F15:1 Ip A1:1 C420\n".encode() + frame * 2)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    one = House(tmp_path / "var")
    await one.start()
    desk = one.desk
    await one.served.add("chen", Role.OFFICER)
    await one.served.add("he", Role.LEGAL)
    episode = await planned(desk)
    await approve(desk, episode)
    await ready(desk, episode)
    async with desk.store.work("test") as work:
        entity = Entity(licence=LICENCE, name=TARGET, place="江北区临江路18号", category="农贸市场")
        await entities.put(work.session, [entities.ready(entity)], import_id="t", now_utc_ns=1)
    say_rooms(desk)
    await episodes.go_live(desk, System(), episode_id=episode)
    try:
        yield one
    finally:
        await one.stop()


@pytest.fixture
async def phone(house: House, tmp_path: Path) -> AsyncIterator[Page]:
    film = tmp_path / "licence.y4m"
    licence_on_film(film)
    async with async_playwright() as driver:
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={film}"]
        chromium = await driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        context = await chromium.new_context(
            locale="zh-CN",
            viewport={"width": 360, "height": 740},
            has_touch=True,
            is_mobile=True,
            permissions=["geolocation", "camera", "microphone"],
            geolocation={"latitude": 22.5801, "longitude": 113.0812},
        )
        page = await context.new_page()
        page.set_default_timeout(SLOW_MS)
        code = await cameras.create_join_code(house.desk, System(), camera="bench")
        await page.goto(f"{house.served.url}/crew#join={code.code}")
        yield page
        await chromium.close()


async def enter(phone: Page) -> None:
    """Sign in where one works; the camera goes on."""
    await phone.tap(".view[data-view=camera] [data-to=work]")
    await phone.fill("#login", "chen")
    await phone.fill("#password", "晴天也要带一把伞出门")
    await phone.tap("#sign-in button")
    await phone.wait_for_selector("#points [data-item=purchase]")


async def give(phone: Page, item: str, answer: str, fault: str = "") -> None:
    await phone.tap(f"#points [data-item={item}]")
    await phone.tap(f"#point-form label:has([value={answer}])")
    if fault:
        await phone.tap(f"#faults label:has-text('{fault}')")


async def back_to_the_list(phone: Page) -> None:
    """Saving goes on to the next open item by itself."""
    await phone.wait_for_selector(".view[data-view=point]:visible")
    await phone.tap(".view[data-view=point] [data-to=work]")


async def test_nothing_of_an_inspection_is_lost_or_doubled(house: House, phone: Page) -> None:
    await enter(phone)
    await phone.tap("[data-tick=notice]")
    await expect(phone.locator("[data-tick=notice]")).to_have_attribute("aria-pressed", "true")
    await phone.fill("#work-place", "A12档")
    await give(phone, "licence", "pass")
    await phone.tap("#point-save")
    await expect(phone.locator("#point-count")).to_contain_text("第2项")
    await phone.tap("#point-form label:has([value=fail])")
    await phone.tap("#faults label:has-text('没有进货查验记录')")
    await phone.tap(".view[data-view=point] [data-shoot]")
    await phone.wait_for_selector("[data-shots=point] img")
    assert await axe(phone) == []
    assert await smallest(phone) >= 48
    await phone.tap("#point-save")
    await until_events(house, FindingOpened, 1)
    (finding,) = await house.events(FindingOpened)
    (photo,) = await house.events(EvidenceKept)
    assert (finding.where, finding.sentence, finding.key_item) == ("A12档", "没有进货查验记录", True)
    assert photo.camera == "bench"
    assert (await house.events(ItemAnswered))[1].files == (photo.file_id,)

    await kept_for_later(phone)
    await without_network(house, phone)

    ticks = [each.tick for each in await house.events(SpotTicked)]
    assert ticks == ["notice", "credentials"]
    answers = [(each.item_id, each.answer) for each in await house.events(ItemAnswered)]
    assert answers == [
        ("licence", "pass"),
        ("purchase", "fail"),
        ("expired", "pass"),
        ("storage", "na"),
        ("health", "fail"),
    ]
    findings = [each.sentence for each in await house.events(FindingOpened)]
    assert findings == ["没有进货查验记录", "健康证过期"]
    assert len(await house.events(NoteWritten)) == 1
    assert len(await house.events(EvidenceKept)) == 2, "each photo once"

    await a_private_word(house, phone)
    await a_licence_is_read(phone)
    await a_guest_signs(house, phone)
    await an_objection(house, phone)


async def smallest(phone: Page) -> float:
    """The lowest of the targets one can see."""
    return float(
        await phone.evaluate(
            "Math.min(...[...document.querySelectorAll('.view:not([hidden]) :is(button, .verdict span, .pick, select, input.inp)')]"
            ".filter((each) => each.offsetParent).map((each) => each.getBoundingClientRect().height))"
        )
    )


async def kept_for_later(phone: Page) -> None:
    """The page can be opened without network once the worker has it."""
    await phone.evaluate("navigator.serviceWorker.ready")
    for _ in range(100):
        if await phone.evaluate("caches.match('/crew').then(Boolean)"):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the page was not kept")


async def without_network(house: House, phone: Page) -> None:
    """Cut, work on, reload, restart the desk, work on, and come back."""
    await back_to_the_list(phone)
    await phone.context.set_offline(True)
    await phone.tap("[data-tick=credentials]")
    await give(phone, "expired", "pass")
    await phone.tap(".view[data-view=point] [data-shoot]")
    await phone.wait_for_selector("[data-shots=point] img")
    await phone.tap("#point-save")
    await back_to_the_list(phone)
    await expect(phone.locator("#waiting-bar")).to_contain_text("待发3条")
    assert await axe(phone) == []

    await house.stop()
    await phone.reload()
    await phone.wait_for_selector("#crew:not([data-view=opening])")
    await expect(phone.locator("#waiting-bar")).to_contain_text("待发3条")
    await phone.tap(".view:not([hidden]) [data-to=work]")
    await expect(phone.locator("#points [data-item=expired]")).to_contain_text("待发")
    await give(phone, "storage", "na")
    await phone.tap("#point-save")
    await back_to_the_list(phone)
    await give(phone, "health", "fail", "健康证过期")
    await phone.tap("#point-save")
    await back_to_the_list(phone)
    await phone.tap("#note-box summary")
    await phone.fill("#note-text", "后门堆着纸箱")
    await phone.tap("#note-form button.main")
    await expect(phone.locator("#waiting-bar")).to_contain_text("待发6条")
    await phone.tap("#waiting-bar")
    await expect(phone.locator("#waiting li")).to_have_count(6)

    await house.start()
    await phone.context.set_offline(False)
    await phone.tap("#waiting-send")
    await until_events(house, NoteWritten, 1)
    await expect(phone.locator("#waiting-bar")).to_be_hidden()


async def a_private_word(house: House, phone: Page) -> None:
    """A question with the answer of the legal desk, which nobody else sees."""
    await phone.tap(".view[data-view=waiting] [data-to=back]")
    await phone.tap(".view[data-view=camera] [data-to=ask]")
    await phone.fill("#ask-text", "能进员工宿舍吗")
    await phone.tap("#ask-form button.main")
    await until_events(house, DeskAsked, 1)
    legal = await phone.context.browser.new_page(locale="zh-CN")
    await sign_in(legal, house.served, "he")
    await legal.goto(f"{house.served.url}/legal")
    await legal.fill(".reply textarea", "不能，那是住处")
    await legal.click(".reply button")
    await expect(phone.locator("#threads .desk")).to_contain_text("不能，那是住处")
    assert await axe(phone) == []
    assert await axe(legal) == []
    await legal.close()


async def a_licence_is_read(phone: Page) -> None:
    await phone.tap(".view[data-view=ask] [data-to=back]")
    await phone.tap(".view[data-view=camera] [data-to=scan]")
    await expect(phone.locator("#entity-name")).to_have_text(TARGET)
    await expect(phone.locator("#entity-licence")).to_have_text(LICENCE)
    # A business that is a target is a business like any other.
    assert not re.search("对象|封存|抽中", await phone.inner_text(".view[data-view=scan]"))
    assert await axe(phone) == []


async def a_guest_signs(house: House, phone: Page) -> None:
    await phone.tap(".view[data-view=scan] [data-to=back]")
    await phone.tap(".view[data-view=camera] [data-to=work]")
    await phone.tap("summary:has-text('更多')")
    await phone.tap("[data-to=consent]")
    await phone.fill("#consent-name", "江岚")
    await phone.fill("#consent-title", "江北市人大代表")
    await phone.locator("#sign-here .sign-pad").evaluate("(pad) => pad.scrollIntoView({block: 'center'})")
    box = await phone.locator("#sign-here .sign-pad").bounding_box()
    assert box
    await phone.mouse.move(box["x"] + 40, box["y"] + 60)
    await phone.mouse.down()
    for step in range(1, 12):
        await phone.mouse.move(box["x"] + 40 + step * 15, box["y"] + 60 + (step % 3) * 12)
    await phone.mouse.up()
    assert await axe(phone) == []
    await phone.tap("#consent-send")
    await until_events(house, GuestConsented, 1)
    await expect(phone.locator("#consents li")).to_contain_text("江岚")


async def an_objection(house: House, phone: Page) -> None:
    """One choice takes every camera off the air; only the legal desk gives them back."""
    await phone.tap(".view[data-view=consent] [data-to=work]")
    await phone.tap(".view[data-view=work] [data-to=back]")
    await phone.tap("#object")
    await phone.tap("#object-all")
    await until_events(house, FilmingObjected, 1)
    await expect(phone.locator("#held-now")).to_contain_text("不播出")
    assert await phone.evaluate("document.getElementById('own-picture').srcObject.getVideoTracks()[0].enabled")
    legal = await phone.context.browser.new_page(locale="zh-CN")
    await sign_in(legal, house.served, "he")
    await legal.fill(".ruling [name=reason]", "经营场所可以拍")
    await legal.check(".ruling [value=resume]")
    await legal.click(".ruling button")
    await expect(phone.locator("#held-now")).to_be_hidden()
    await legal.close()


async def until_events(house: House, kind: type[AnyEvent], count: int) -> None:
    for _ in range(200):
        with contextlib.suppress(AttributeError):
            if len(await house.events(kind)) >= count:
                return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{kind.__name__} did not come {count} times")
