"""The consoles' pages and deeds over HTTP, on a real desk. Studio and playout only answer here."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.auth.tokens import csrf_token
from api.desk import Desk
from episodes.events import RapidTestStarted
from episodes.people import Role
from runtime.bus.local import LocalBus
from store import log
from store.people import account_by_login
from store.tables.people import User
from tests.ready import ready

from .conftest import Browser
from .show import FakeStudio, fake_rooms, planned, say_rooms

SAMPLE = {
    "sample_no": "JB103-02",
    "item": "豇豆",
    "food_category": "蔬菜",
    "batch": "A1",
    "stall_code": "A12",
    "method_id": "enzyme_inhibition",
    "reagent_batch": "YM260318",
    "reagent_expires": "2099-09-17",
    "device_id": "spectro-1",
}


@pytest.fixture
async def studio(bus: LocalBus) -> AsyncIterator[FakeStudio]:
    async with fake_rooms(bus) as answering:
        yield answering


PIN = "246813"
ROLES = {
    "gu": Role.PRODUCER,
    "feng": Role.LEGAL,
    "shen": Role.DIRECTOR,
    "luo": Role.TESTER,
    "zhou": Role.OFFICER,
}


class Api:
    """A person's page calling the API."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    async def __call__(self, path: str, expect: int = 200, **body: Any) -> dict[str, Any]:
        sent = {"x-csrf-token": self.browser.csrf, "accept": "application/json"}
        answer = await self.browser.http.post(f"/api/v1/{path}", json=body, headers=sent)
        assert answer.status_code == expect, f"{path}: {answer.status_code} {answer.text}"
        return dict(answer.json())


@pytest.fixture
async def people(app, desk: Desk) -> AsyncIterator[dict[str, Api]]:
    """One signed-in browser for each role the show needs. One hash for all: argon2 is slow on purpose."""
    secret = await desk.auth.passwords.hash(PIN)
    async with desk.store.work("test") as work:
        for login, role in ROLES.items():
            user = User(id=login, login=login, name=f"{login}名", roles=[role], password_hash=secret, pin_hash=secret)
            user.made_utc_ns = desk.clock.utc_ns()
            work.session.add(user)
    made = {login: Browser(app) for login in ROLES}
    for login, browser in made.items():
        async with desk.store.read() as session:
            account = await account_by_login(session, login)
        assert account is not None
        opened = await desk.auth.sign_in(account, "test")
        browser.http.cookies.set("daylight", opened.token)
        browser.csrf = csrf_token(opened.token)
    yield {login: Api(browser) for login, browser in made.items()}
    for browser in made.values():
        await browser.http.aclose()


@pytest.fixture
async def live(desk: Desk, studio: FakeStudio, people: dict[str, Api]) -> str:
    """An episode on air."""
    episode = await planned(desk)
    await people["gu"](f"episodes/{episode}/legal-basis", legal_basis="食品安全法第一百一十条", scope="江北区的市场")
    await people["feng"](f"episodes/{episode}/legal-basis/review", version=1)
    read = (await people["feng"].browser.get(f"/api/v1/episodes/{episode}/approval")).json()
    await people["feng"](f"episodes/{episode}/approve", version=read["version"])
    say_rooms(desk)
    await ready(desk, episode)
    await people["shen"](f"episodes/{episode}/live", source="bench")
    say_rooms(desk, on_air="bench", episode_id=episode)
    return episode


async def test_the_pages_render_in_both_languages(desk: Desk, people: dict[str, Api], live: str) -> None:
    test = (await people["luo"]("rapid-tests", 201, **SAMPLE))["test_id"]
    await people["luo"](f"rapid-tests/{test}/reading", value="62.4")
    await people["zhou"](f"rapid-tests/{test}/review", value="62.4")
    for login, path in (("shen", "/studio"), ("luo", "/crew"), ("gu", "/produce"), ("feng", "/produce")):
        for lang in ("zh-CN", "en"):
            answer = await people[login].browser.get(f"{path}?lang={lang}")
            assert answer.status_code == 200, answer.text[:400]
            assert 'style="' not in answer.text
            assert "<script>" not in answer.text
    assert (await people["luo"].browser.get("/studio")).status_code == 403


async def test_a_reading_stays_blind_until_two_people_read_the_same(people: dict[str, Api], live: str) -> None:
    luo, zhou = people["luo"], people["zhou"]
    test = (await luo("rapid-tests", 201, **SAMPLE))["test_id"]
    await luo(f"rapid-tests/{test}/reading", value="62.4")
    page = (await zhou.browser.get("/crew")).text
    listed = (await zhou.browser.http.get("/api/v1/rapid-tests")).text
    assert "JB103-02" in page
    assert "62.4" not in page + listed
    assert (await luo(f"rapid-tests/{test}/review", 403, value="62.4"))["code"] == "same_person"
    assert (await zhou(f"rapid-tests/{test}/review", 409, value="26.4"))["code"] == "mismatch"
    await luo(f"rapid-tests/{test}/reading", value="62.4")
    assert (await zhou(f"rapid-tests/{test}/review", value="62.40"))["state"] == "reviewed"
    assert "阳性（疑似不符合）" in (await zhou.browser.get("/crew")).text
    assert (await people["shen"](f"rapid-tests/{test}/withdraw"))["state"] == "withdrawn"
    assert "该结果正在核实，暂不作准" in (await zhou.browser.get("/crew")).text


async def test_the_second_person_signs_in_on_the_first_ones_phone(people: dict[str, Api], live: str) -> None:
    luo = people["luo"]
    test = (await luo("rapid-tests", 201, **SAMPLE))["test_id"]
    await luo(f"rapid-tests/{test}/reading", value="12.5")
    review = f"rapid-tests/{test}/review"
    assert (await luo(review, 403, value="12.5", reviewer={"name": "zhou", "password": "wrong"}))["code"]
    assert (await luo(review, 403, value="12.5", reviewer={"name": "gu", "password": PIN}))["code"] == "not_a_reader"
    assert (await luo(review, 403, value="12.5", reviewer={"name": "luo", "password": PIN}))["code"] == "same_person"
    assert (await luo(review, value="12.5", reviewer={"name": "zhou", "password": PIN}))["state"] == "reviewed"


async def test_a_correction_takes_two_people_too(people: dict[str, Api], live: str) -> None:
    luo, zhou = people["luo"], people["zhou"]
    test = (await luo("rapid-tests", 201, **SAMPLE))["test_id"]
    await luo(f"rapid-tests/{test}/reading", value="62.4")
    await zhou(f"rapid-tests/{test}/review", value="62.4")
    words = {"what": "读数应为26.4", "reason": "抄写时两位数字颠倒", "value": "26.4"}
    assert (await luo(f"rapid-tests/{test}/correct", 409, **words))["code"] == "withdraw_first"
    await luo(f"rapid-tests/{test}/withdraw")
    assert (await luo(f"rapid-tests/{test}/correct", **words))["state"] == "withdrawn"
    assert (await zhou(f"rapid-tests/{test}/review", value="26.4"))["state"] == "corrected"
    assert "更正：读数应为26.4" in (await luo.browser.get("/crew")).text


async def test_a_repeated_command_is_done_once(people: dict[str, Api], live: str) -> None:
    luo = people["luo"]
    first = await luo("rapid-tests", 201, **SAMPLE, command_id="press-1")
    again = await luo("rapid-tests", 201, **SAMPLE, command_id="press-1")
    assert first == again
    assert len((await luo.browser.http.get("/api/v1/rapid-tests")).json()["tests"]) == 1


async def test_the_director_cuts_and_clears(people: dict[str, Api], live: str, studio: FakeStudio, desk: Desk) -> None:
    shen = people["shen"]
    await shen("studio/cue", source="全景")
    await shen("studio/take", source="全景")
    await shen("studio/slate")
    assert [getattr(each, "source", "") for each in studio.heard if hasattr(each, "source")][-3:] == [
        "全景",
        "全景",
        "slate",
    ]
    assert (await shen("studio/take", 404, source="roof"))["code"] == "no_camera"
    studio.refuse = "starting"
    assert (await shen("studio/take", 409, source="bench"))["detail"]
    studio.refuse = ""
    await shen("graphics/strap/show", name="陈立川", title="江北市市场监管局", credential="JB-2019-0147")
    say_rooms(desk, on_air="bench", episode_id=live, on_screen=("strap",))
    assert "陈立川" in (await shen.browser.get("/studio")).text
    for graphic in ("card", "strap", "law", "tip-line"):
        await shen(f"graphics/{graphic}/clear")
    say_rooms(desk, on_air="bench", episode_id=live)
    assert "陈立川" not in (await shen.browser.get("/studio")).text
    await people["luo"]("studio/take", 403, source="bench")


async def test_an_outputs_address_is_shown_once(people: dict[str, Api], live: str) -> None:
    gu = people["gu"]
    secret = "rtmp://live.example.com/app/stream-key-12345?txSecret=abc"
    made = await gu("outputs", 201, episode_id=live, name="江北新闻", url=secret)
    assert made["url"] == secret
    listed = (await gu.browser.http.get(f"/api/v1/outputs?episode_id={live}")).text
    pages = (await gu.browser.get("/produce")).text + (await people["shen"].browser.get("/studio")).text
    assert "江北新闻" in pages
    assert "stream-key-12345" not in listed + pages
    assert (await gu(f"outputs/{made['output_id']}/stop"))["wanted"] is False
    assert (await gu("outputs", 422, episode_id=live, name="x", url="file:///etc/passwd"))["code"] == "output_scheme"
    await gu(f"outputs/{made['output_id']}/delete")


async def test_a_target_is_seen_only_on_record(people: dict[str, Api], live: str) -> None:
    gu, shen = people["gu"], people["shen"]
    target = {
        "name": "临江综合市场",
        "place": "江北区",
        "route": "complaint_lead",
        "evidence": "12315 工单 2026-0613-88",
    }
    for missing in ("route", "evidence"):
        await gu(f"episodes/{live}/target", 422, **{key: value for key, value in target.items() if key != missing})
    made = await gu(f"episodes/{live}/target", 201, **target)
    assert (await shen(f"episodes/{live}/reveal", 409))["code"] == "target_unapproved"
    read = (await people["feng"].browser.get(f"/api/v1/episodes/{live}/approval")).json()
    assert (read["next"], read["changed"]) == (["approve"], ["人工选定的对象"])
    await people["feng"](f"episodes/{live}/approve", version=read["version"])
    everywhere = [(await each.browser.get(path)).text for each, path in ((gu, "/produce"), (shen, "/studio"))]
    everywhere.append((await gu.browser.http.get("/api/v1/episodes")).text)
    assert "临江" not in "".join(everywhere)
    for each in (gu, shen, people["feng"]):
        told = await each(f"episodes/{live}/target/view", 403, target_id=made["target_id"])
        assert told["code"] == "not_on_ladder", "nobody looks who stands on no rung"
    assert (await shen(f"episodes/{live}/reveal"))["target_id"] == made["target_id"]
    assert "揭晓：临江综合市场" in (await shen.browser.get("/studio")).text


HOSTILE: list[tuple[str, dict[str, Any], int]] = [
    ("rapid-tests", {**SAMPLE, "item": "豆" * 41}, 422),
    ("rapid-tests", {**SAMPLE, "item": "豆\u202e角"}, 422),
    ("rapid-tests", {**SAMPLE, "item": "a\x00b"}, 422),
    ("rapid-tests", {**SAMPLE, "surprise": 1}, 422),
    ("rapid-tests", {**SAMPLE, "reagent_expires": "soon"}, 422),
    ("rapid-tests", {**SAMPLE, "method_id": "../etc"}, 422),
    ("rapid-tests", {**SAMPLE, "minutes": -1}, 422),
    ("rapid-tests", {**SAMPLE, "batch": "x" * 20000}, 413),
    ("rapid-tests/none/reading", {"value": "1e9"}, 422),
    ("rapid-tests/none/reading", {"value": "12", "invalid": True}, 422),
    ("rapid-tests/none/reading", {}, 422),
    ("rapid-tests/none/reading", {"value": "12"}, 404),
    ("rapid-tests/none/reading", {"value": "12", "command_id": "x" * 65}, 422),
]


async def test_hostile_input_is_refused_and_nothing_is_stored(people: dict[str, Api], live: str, desk: Desk) -> None:
    for path, body, status in HOSTILE:
        assert (await people["luo"](path, status, **body))["detail"]
    async with desk.store.read() as session:
        assert not [each for each in await log.read(session) if isinstance(each.event, RapidTestStarted)]
    malformed = {"x-csrf-token": people["luo"].browser.csrf, "content-type": "application/json"}
    for sent in (b"{", b"[]", b"\xff", b'"' * 100):
        answer = await people["luo"].browser.http.post("/api/v1/rapid-tests", content=sent, headers=malformed)
        assert answer.status_code in (400, 422), answer.text


async def test_a_phone_joins_once_by_code_and_hears_its_tally(
    people: dict[str, Api], live: str, desk: Desk, browser: Browser
) -> None:
    made = await people["shen"]("join-codes", 201, camera="bench")
    assert made["url"].endswith(f"/crew#join={made['code']}")
    assert made["qr_svg"].startswith("<svg")
    sent = {"code": made["code"].lower().replace("-", " "), "device_id": "phone-00000001"}
    got = (await browser.http.post("/api/v1/join", json=sent)).json()
    assert got["camera"] == "bench"
    again = await browser.http.post("/api/v1/join", json=sent)
    assert (again.status_code, again.json()["code"]) == (403, "code_wrong")
    own = {"authorization": f"Bearer {got['token']}"}
    now = (await browser.http.get("/api/v1/camera", headers=own)).json()
    assert (now["tally"], now["epoch"]) == ("air", 7)
    say_rooms(desk, on_air="全景", cued="bench", episode_id=live)
    assert (await browser.http.get("/api/v1/camera", headers=own)).json()["tally"] == "next"
    # Another phone may not replace the camera on air without the director's yes.
    say_rooms(desk, on_air="bench", episode_id=live)
    other = (await people["shen"]("join-codes", 201, camera="bench"))["code"]
    refused = await browser.http.post("/api/v1/join", json={"code": other, "device_id": "phone-00000002"})
    assert (refused.status_code, refused.json()["code"]) == (409, "camera_on_air")
    allowed = (await people["shen"]("join-codes", 201, camera="bench", replace=True))["code"]
    newer = await browser.http.post("/api/v1/join", json={"code": allowed, "device_id": "phone-00000002"})
    assert newer.status_code == 201
    assert (await browser.http.get("/api/v1/camera", headers=own)).status_code == 403


async def test_codes_cannot_be_guessed_at_leisure(browser: Browser, desk: Desk) -> None:
    await planned(desk)
    tries = [
        (
            await browser.http.post("/api/v1/join", json={"code": f"AAAA-{n:04}", "device_id": "phone-00000001"})
        ).status_code
        for n in range(4)
    ]
    assert tries == [403, 403, 403, 429]


async def test_the_crews_page_says_what_a_plain_address_cannot_do(app, desk: Desk) -> None:
    await planned(desk)
    for base, plain in (
        ("http://192.168.1.20:8000", True),
        ("https://192.168.1.20:8443", False),
        ("http://127.0.0.1", False),
    ):
        browser = Browser(app, base=base)
        async with browser.http:
            page = (await browser.get("/crew")).text
        assert ("https://192.168.1.20:8443/crew" in page) == plain
        assert bool(re.search(r'href="/trust"[^>]*>怎样信任', page)) == plain


async def test_the_live_episode_takes_lines_and_findings(people: dict[str, Api], live: str) -> None:
    assert (await people["shen"]("timeline", 201, text="节目开始。"))["entry_id"]
    await people["zhou"](
        "findings", 201, key_item=True, where="A12档", sentence="没有进货查验记录", measure="已责令改正"
    )
    await people["shen"](f"episodes/{live}/end")
    assert (await people["shen"]("timeline", 409, text="晚了。"))["code"] == "not_live"
