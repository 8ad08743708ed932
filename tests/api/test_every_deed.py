"""The deeds that no other test of the routes sends, each over HTTP and, by `Twice`, each sent twice and done once.

Also: whoever saves second over what they never saw is told so, and overwrites nothing.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from api.deeds import cameras
from episodes import draw as rules
from episodes.events import CamerasSet, OutputSet, RolesSet, TimelinePosted
from episodes.people import Role
from episodes.status import Alarm
from runtime.clock import SteppedClock
from store.ladders import rungs_of
from store.tables.log import Withheld
from tests.api.conftest import Browser
from tests.api.pages import Page, pages
from tests.api.stage import DIRECTOR, SAMPLE, Stage
from tests.api.test_deeds_graphics import asked
from tests.api.test_draw_routes import SHARES, SIGNATURE, VALUE, drawn
from tests.api.test_entities import row, table
from tests.api.test_spot_deeds import SIGNED
from tests.beacon import a_minute_before
from tests.ready import ready

ROLES = {
    "gu": (Role.PRODUCER,),
    "feng": (Role.LEGAL,),
    "shen": (Role.DIRECTOR, Role.HOST),
    "luo": (Role.TESTER,),
    "chen": (Role.OFFICER,),
    "fang": (Role.MODERATOR,),
    "an": (Role.ADMIN,),
}
PLAN = {"theme": "夜市", "starts": "2099-01-01T19:00:00+08:00", "cameras": ["cam-1", "cam-2"]}
PROGRAMME = {"name": "一线直播", "agency": "江北市市场监管局", "weekday": 3, "starts": "19:00", "minutes": 90}
FIGURES = (
    "episodes",
    "views_at_least",
    "entities_inspected",
    "findings",
    "findings_verified",
    "cases_filed",
    "business_suspensions",
    "platform_delisting_orders",
    "hygiene_grade_downgrades",
)
URL = "rtmp://push.example.com/live/key"


@pytest.fixture
def clock() -> SteppedClock:
    return a_minute_before()


@pytest.fixture
async def people(app: FastAPI, stage: Stage) -> AsyncIterator[dict[str, Page]]:
    async with pages(app, stage, ROLES) as made:
        yield made


async def planned(people: dict[str, Page], number: int = 103) -> str:
    if number == 103:
        await people["gu"]("programmes", 201, **PROGRAMME)
    return str((await people["gu"]("episodes", 201, number=number, title="夜市", **PLAN))["episode_id"])


async def approved(people: dict[str, Page], episode_id: str) -> None:
    """The producer gives the basis; the legal desk reviews it and approves the version it has read."""
    path, feng = f"episodes/{episode_id}", people["feng"]
    await people["gu"](f"{path}/legal-basis", legal_basis="《食品安全法》第一百一十条", scope="江北区，一家")
    read = await feng.get(f"{path}/approval")
    await feng(f"{path}/legal-basis/review", version=read["basis_version"])
    await feng(f"{path}/approve", version=read["version"], document="江市监直播〔2026〕41号")


async def live(people: dict[str, Page], stage: Stage) -> str:
    episode_id = await planned(people)
    await approved(people, episode_id)
    await ready(stage.desk, episode_id)
    await stage.rooms.say()
    await people["shen"](f"episodes/{episode_id}/live", source="cam-1")
    return episode_id


async def test_before_the_show(people: dict[str, Page], stage: Stage) -> None:
    gu, an = people["gu"], people["an"]
    await gu("past-figures", 201, as_of="2026-06-09", demo=True, **dict.fromkeys(FIGURES, 1))
    episode_id = await planned(people)
    await gu(f"episodes/{episode_id}/cameras", cameras=["cam-1"])
    made = await gu("outputs", 201, episode_id=episode_id, name="甲", url=URL, spare_url=f"{URL}2")
    path = f"outputs/{made['output_id']}"
    await gu(path, name="乙")
    await gu(f"{path}/try")
    await gu(f"{path}/start")
    for turned, body in (("reconnect", {}), ("switch", {"use": "spare"}), ("stop", {}), ("delete", {})):
        await gu(f"{path}/{turned}", **body)
    await approved(people, episode_id)
    await gu(f"episodes/{episode_id}/rehearse", 201)
    user = {"login": "xin", "name": "新来的", "password": "晴天也要带一把伞出门", "roles": ["host"]}
    user_id = (await an("users", 201, **user))["user_id"]
    await an(f"users/{user_id}/roles", roles=["host", "moderator"])


async def test_what_is_done_at_the_gate(people: dict[str, Page], stage: Stage) -> None:
    gu, feng, chen = people["gu"], people["feng"], people["chen"]
    episode_id = await planned(people)
    rung = {"title": "执法人员", "people": ["chen"], "releaser": "feng"}
    await gu(f"episodes/{episode_id}/ladder", rungs=[rung])
    target = {"name": "某店", "place": "区", "route": "proposal", "evidence": "代表提议"}
    await gu(f"episodes/{episode_id}/target", 201, **target)
    await approved(people, episode_id)
    async with stage.desk.store.read() as session:
        (kept,) = await rungs_of(session, episode_id)
    await feng(f"ladder/{kept.rung_id}/release")
    assert (await chen(f"episodes/{episode_id}/target/view"))["name"] == "某店"
    await chen(f"ladder/{kept.rung_id}/acknowledge")
    await gu("kits", kind="reagent", name="速测卡", batch="R1", expires="2099-12-31")
    await gu(f"episodes/{episode_id}/gate/decide", point="masks", why="只拍操作台和手")
    for on in (True, False):
        await people["fang"](f"episodes/{episode_id}/duty", on=on)


async def test_a_file_of_businesses(people: dict[str, Page]) -> None:
    gu = people["gu"]
    for last in ("apply", "stop"):
        made = await gu.upload("entities/imports?name=a.csv", table(row(1)), 202)
        path = f"entities/imports/{made['import_id']}"
        while (await gu.get(path))["state"] != "checked":
            await asyncio.sleep(0.02)
        await gu(f"{path}/{last}")


async def test_the_show(people: dict[str, Page], stage: Stage, browser: Browser) -> None:
    episode_id = await live(people, stage)
    shen, gu = people["shen"], people["gu"]
    await asked(stage, episode_id, "q1")
    for path, body in (
        ("studio/freeze", {"on": True}),
        ("studio/sound", {"mic": "cam-2"}),
        ("studio/delay", {"episode_id": episode_id, "delay_s": 5}),
        ("graphics/law/show", {"statute": "食品安全法", "article": "第一条", "plain": "说明"}),
        ("graphics/tip-line/show", {"phone": "12315"}),
        ("graphics/question/show", {"question_id": "q1"}),
        ("graphics/question/clear", {"question_id": "q1"}),
        ("playout/dump", {}),
        ("playout/kill", {}),
        ("playout/restore", {}),
    ):
        await shen(path, **body)
    await shen("talk/say", 201, text="给我看标签")
    alarm = Alarm(room="studio", code="camera_lost", level="alarm", about="cam-1", utc_ns=stage.clock.utc_ns())
    await stage.desk.bus.publish("alarms", alarm)
    await stage.until(lambda: stage.desk.rooms.alarms)
    await shen("alarms/acknowledge", room="studio", code="camera_lost", about="cam-1")
    held = await cameras.bind_camera(stage.desk, DIRECTOR, camera="cam-2")
    phone = {"authorization": f"Bearer {held.token}"}
    for path in ("away", "back", "away"):
        assert (await browser.http.post(f"/api/v1/camera/{path}", json={}, headers=phone)).is_success
    await shen("talk/back", camera="cam-2")
    await gu(f"episodes/{episode_id}/end")
    await stage.rooms.drained()
    await gu(f"episodes/{episode_id}/publish")


async def test_what_was_cut_is_given_back(people: dict[str, Page], stage: Stage) -> None:
    episode_id = await live(people, stage)
    await people["shen"]("timeline", 201, text="说早了")
    (line,) = await stage.records(TimelinePosted)
    async with stage.desk.store.work("test") as work:
        work.session.add(Withheld(seq=line.seq, episode_id=episode_id, edit_id="e"))
    await people["feng"](f"withheld/{line.seq}/release", reason="可以公开")


async def test_a_rapid_test(people: dict[str, Page], stage: Stage) -> None:
    await live(people, stage)
    luo, chen = people["luo"], people["chen"]
    sample = {name: getattr(SAMPLE, name) for name in SAMPLE.__struct_fields__ if getattr(SAMPLE, name)}
    ids = [(await luo("rapid-tests", 201, **sample | {"sample_no": f"S{n}"}))["test_id"] for n in range(2)]
    for each in ids:
        await luo(f"rapid-tests/{each}/reading", value="62.4")
        await chen(f"rapid-tests/{each}/review", value="62.4")
    await people["shen"]("graphics/card/show", test_id=ids[0])
    await chen(f"rapid-tests/{ids[0]}/dispatch", laboratory="江北市食品检验所")
    await people["feng"](f"rapid-tests/{ids[0]}/lab", compliant=False, report_no="R1")
    await chen(f"rapid-tests/{ids[1]}/withdraw")
    await luo(f"rapid-tests/{ids[1]}/void", reason="样品被污染")


async def test_a_draw_that_gives_way(people: dict[str, Page], stage: Stage) -> None:
    await drawn(stage, people)
    ((sealed, *_),) = [each["targets"] for each in (await people["gu"].get("episodes"))["episodes"]]
    await people["gu"]("draws/give-way", target_id=sealed["target_id"], reason="closed")


async def test_a_draw_of_officers(people: dict[str, Page], stage: Stage) -> None:
    gu, feng = people["gu"], people["feng"]
    episode_id = await planned(people)
    card = {"number": "JB-2019-0147", "valid_from": "2020-01-01", "valid_until": "2199-12-31"}
    await feng("officers/chen", **card)
    wish = {"purpose": "officers", "lock": rules.lock_of(SHARES[0])}
    path = f"draws/{(await gu(f'episodes/{episode_id}/draws', 201, **wish))['draw_id']}"
    await feng(f"{path}/join", lock=rules.lock_of(SHARES[1]))
    await stage.clock.advance(90)
    await gu(f"{path}/value", value=VALUE, signature=SIGNATURE)
    await gu(f"{path}/share", share=SHARES[0])
    await feng(f"{path}/share", share=SHARES[1])
    await approved(people, episode_id)
    await ready(stage.desk, episode_id)
    await stage.rooms.say()
    await people["shen"](f"episodes/{episode_id}/live", source="cam-1")
    await gu(f"episodes/{episode_id}/draws/disclose")


async def test_on_the_spot(people: dict[str, Page], stage: Stage) -> None:
    at = {"episode_id": await live(people, stage), "at_ms": stage.clock.utc_ns() // 10**6}
    chen = people["chen"]
    await chen("spot/ticks", tick="notice", **at)
    await chen("spot/notes", 201, text="冷库门口温度计停在四度", **at)
    guest = {"name": "江岚", "title": "江北市人大代表", "signed": SIGNED}
    made = await chen("spot/consents", 201, **guest, **at)
    await chen(f"spot/consents/{made['consent_id']}/withdraw")
    await chen("spot/objections", 201)


async def test_who_saves_second_overwrites_nothing(people: dict[str, Page], stage: Stage) -> None:
    gu, an = people["gu"], people["an"]
    episode_id = await planned(people)
    made = await gu("outputs", 201, episode_id=episode_id, name="甲", url=URL)
    path = f"outputs/{made['output_id']}"
    (seen,) = {each["seen"] for each in (await gu.get(f"outputs?episode_id={episode_id}"))["outputs"]}
    now = (await gu(path, name="一个人改的", seen=seen))["seen"]
    assert (await gu(path, 409, name="另一个人改的", seen=seen))["code"] == "changed_meanwhile"
    await gu(path, name="看过再改", seen=now)
    assert [each.name for each in await stage.events(OutputSet)] == ["甲", "一个人改的", "看过再改"]

    shown = (await gu.browser.get("/produce")).text
    mark = shown.partition('name="seen" value="')[2][:16]
    await gu(f"episodes/{episode_id}/cameras", cameras=["cam-1"], seen=mark)
    await gu(f"episodes/{episode_id}/cameras", 409, cameras=["cam-2"], seen=mark)
    assert [each.cameras for each in await stage.events(CamerasSet)] == [("cam-1",)]

    form = (await an.browser.get("/people")).text.partition("/people/gu/roles")[2]
    mark = form.partition('name="seen" value="')[2][:16]
    for roles, status in (("host", 200), ("legal", 409)):
        answer = await an.browser.post("/people/gu/roles", {"roles": roles, "seen": mark})
        assert answer.status_code == status
    assert [each.roles for each in await stage.events(RolesSet)] == [("host",)]
