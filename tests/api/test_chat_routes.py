"""A message's way over HTTP: a name, a post, a decision, a question to the picture; and what is refused."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from api.access import visitor
from api.desk import Desk
from chat import identity
from chat.tables import ChatMessage
from episodes.events import QuestionApproved, QuestionCleared, QuestionOnScreen
from episodes.people import Role
from runtime.settings.model import Settings
from store import log
from tests.api.air import on_air, release
from tests.api.conftest import Browser

Add = Callable[..., Awaitable[str]]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"chat": settings.chat.model_copy(update={"slow_mode_s": 0.0})})


@pytest.fixture
async def air(desk: Desk) -> str:
    return await on_air(desk)


@pytest.fixture
async def viewer(browser: Browser, air: str, desk: Desk) -> Browser:
    await browser.get("/tip/status")  # any page brings the cookie and its token
    return browser


@pytest.fixture
async def ann(app: FastAPI, add: Add, air: str) -> Any:
    await add("ann", Role.MODERATOR)
    one = Browser(app)
    async with one.http:
        await one.log_in("ann")
        await one.get("/moderate")
        yield one


async def send(browser: Browser, path: str, body: Any = None, **more: Any) -> httpx.Response:
    headers = {"x-csrf-token": browser.csrf, "accept": "application/json", **more.pop("headers", {})}
    return await browser.http.post(path, **({"json": body} if body is not None else {}), headers=headers, **more)


async def say(browser: Browser, text: str, name: str = "小满", *, question: bool = False) -> str:
    answer = await send(browser, "/chat", {"text": text, "name": name, "question": question})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def mine(browser: Browser) -> str:
    return str((await browser.http.get("/chat/mine", headers={"accept": "application/json"})).json()["html"])


async def test_a_message_waits_shows_to_its_sender_alone_and_then_to_all(
    viewer: Browser, ann: Browser, app: FastAPI, desk: Desk
) -> None:
    message_id = await say(viewer, "快检多久出结果？")
    assert "审核中，目前只有你看得到" in await mine(viewer)
    other = Browser(app)
    async with other.http:
        await other.get("/tip/status")
        assert "快检多久" not in await mine(other)
    assert "快检多久出结果" in (await ann.get("/moderate")).text
    decided = await send(ann, f"/moderate/{message_id}/decide", {"act": "approve"})
    assert (decided.status_code, decided.json()["state"]) == (200, "shown")
    assert "快检多久" not in await mine(viewer)
    again = await send(ann, f"/moderate/{message_id}/decide", {"act": "hide"})
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")


async def test_the_name_is_kept_in_a_signed_cookie(viewer: Browser) -> None:
    await say(viewer, "你好")
    cookie = viewer.http.cookies["chat_name"]
    assert (await send(viewer, "/chat", {"text": "又一句"})).status_code == 201

    for forged in (cookie[:-2] + "xx", "5Li75oyB5Lq6.abc", "", "....", "\u00ff" * 5, cookie.replace(".", "")):
        viewer.http.cookies.clear()
        await viewer.get("/tip/status")
        answer = await send(viewer, "/chat", {"text": "你好啊"}, headers={"cookie": _with(viewer, forged)})
        assert (answer.status_code, answer.json()["code"]) == (422, "name_needed")


def _with(browser: Browser, forged: str) -> bytes:
    kept = "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())
    return f"{kept}; chat_name={forged}".encode("latin-1", "replace")


def test_another_browsers_cookie_is_as_good_as_forged() -> None:
    cookie = identity.sign(b"k" * 32, "v1", "小满")
    assert identity.read(b"k" * 32, "v1", cookie) == "小满"
    assert identity.read(b"k" * 32, "v2", cookie) == ""
    assert identity.read(b"j" * 32, "v1", cookie) == ""
    assert callable(visitor)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": "", "name": "小满"}, 422, "text_empty"),
        ({"text": "长" * 201, "name": "小满"}, 422, "text_long"),
        ({"text": "长" * 5000, "name": "小满"}, 422, "post_unreadable"),
        ({"text": "好", "name": "主持人"}, 422, "name_taken"),
        ({"text": "好", "name": "名" * 13}, 422, "name_long"),
        ({"text": "好"}, 422, "name_needed"),
        ({"text": "问" * 61, "name": "小满", "question": True}, 422, "question_long"),
        ({"text": {"a": 1}, "name": []}, 422, "post_unreadable"),
        ([1, 2], 422, "post_unreadable"),
    ],
)
async def test_bad_posts_are_refused_and_not_stored(
    viewer: Browser, desk: Desk, body: Any, status: int, code: str
) -> None:
    answer = await send(viewer, "/chat", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    async with desk.store.read() as session:
        assert (await session.scalars(select(ChatMessage))).all() == []


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe\x00", b'{"text": "\xff"}', b'{"text": "\\ud800", "name": "a"}', b"", b"[" * 5000]
)
async def test_bytes_that_are_no_message_are_refused(viewer: Browser, raw: bytes) -> None:
    headers = {"x-csrf-token": viewer.csrf, "accept": "application/json", "content-type": "application/json"}
    answer = await viewer.http.post("/chat", content=raw, headers=headers)
    assert answer.status_code == 422


async def test_forgery_is_stopped(viewer: Browser) -> None:
    assert (await viewer.http.post("/chat", json={"text": "好", "name": "a"})).status_code == 403
    viewer.csrf = "x" * 43
    assert (await send(viewer, "/chat", {"text": "好", "name": "a"})).status_code == 403
    headers = {"origin": "https://evil.example"}
    assert (await send(viewer, "/chat", {"text": "好", "name": "a"}, headers=headers)).status_code == 403


async def test_script_and_overrides_come_out_as_plain_text(viewer: Browser, ann: Browser) -> None:
    await say(viewer, "<script>alert(1)</script>\u202e<img src=x>", "<b>小满")
    page = (await ann.get("/moderate")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x&gt;" in page
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "<script>alert" not in await mine(viewer)


async def test_a_flood_from_one_address_is_slowed_down(viewer: Browser, app: FastAPI) -> None:
    answers = [(await send(viewer, "/chat", {"text": f"第{n}句", "name": "小满"})).status_code for n in range(62)]
    assert answers[:5] == [201] * 5
    assert set(answers[5:60]) == {429}, "five wait already"
    stranger = Browser(app)
    async with stranger.http:
        await stranger.get("/tip/status")
        assert (await send(stranger, "/chat", {"text": "新面孔", "name": "乙"})).status_code == 429
    elsewhere = Browser(app, client=("192.0.2.9", 1))
    async with elsewhere.http:
        await elsewhere.get("/tip/status")
        assert (await send(elsewhere, "/chat", {"text": "别处来的", "name": "丙"})).status_code == 201


async def test_a_question_goes_to_the_picture_and_its_state_follows_the_public_clock(
    viewer: Browser, ann: Browser, desk: Desk
) -> None:
    question = await say(viewer, "测出阳性的能退吗？", question=True)
    await send(ann, f"/moderate/{question}/decide", {"act": "approve"})
    assert desk.public.show.questions == (), "approved is not yet public"
    await release(desk)
    assert [each.state for each in desk.public.show.questions] == ["queued"]

    assert (await send(ann, f"/moderate/questions/{question}/screen")).status_code == 204
    assert [each.state for each in desk.public.show.questions] == ["queued"]
    assert "正在现场回答" not in await mine(viewer)
    undone = await send(ann, f"/moderate/{question}/undo")
    assert (undone.status_code, undone.json()["code"]) == (409, "on_screen")
    await release(desk)
    assert "正在现场回答" in await mine(viewer)

    assert (await send(ann, f"/moderate/questions/{question}/clear", {"answered": True})).status_code == 204
    await release(desk)
    assert "你的提问已答" in await mine(viewer)
    async with desk.store.read() as session:
        events = [
            each.event for each in await log.read(session, kinds=(QuestionApproved, QuestionOnScreen, QuestionCleared))
        ]
    assert [type(each) for each in events] == [QuestionApproved, QuestionOnScreen, QuestionCleared]
    assert isinstance(events[0], QuestionApproved)
    assert events[0].mentions_result


async def test_an_approval_taken_back_leaves_the_public_page_too(viewer: Browser, ann: Browser, desk: Desk) -> None:
    question = await say(viewer, "海鲜档的水会不会看？", question=True)
    await send(ann, f"/moderate/{question}/decide", {"act": "approve"})
    await release(desk)
    assert (await send(ann, f"/moderate/{question}/undo")).status_code == 204
    await release(desk)
    assert desk.public.show.questions == ()
    assert "审核中" in await mine(viewer)


async def test_a_report_is_offered_the_tip_form_in_private(viewer: Browser, ann: Browser, desk: Desk) -> None:
    text = "B12档后面的冰柜每天半夜换标签"
    message_id = await say(viewer, text)
    assert (await send(ann, f"/moderate/{message_id}/decide", {"act": "approve"})).json()["code"] == "rule_stops"
    assert (await send(ann, f"/moderate/{message_id}/decide", {"act": "tip"})).status_code == 200
    own = await mine(viewer)
    assert 'href="/tip"' in own
    assert text not in own
    page = (await ann.get("/moderate")).text
    assert text not in page
    assert (await send(viewer, f"/chat/mine/{message_id}/forget")).status_code == 204
    assert 'href="/tip"' not in await mine(viewer)


async def test_only_moderators_moderate(viewer: Browser, app: FastAPI, add: Add) -> None:
    message_id = await say(viewer, "你好")
    assert (await send(viewer, f"/moderate/{message_id}/decide", {"act": "approve"})).status_code == 401
    await add("dan", Role.DIRECTOR)
    dan = Browser(app)
    async with dan.http:
        await dan.log_in("dan")
        assert (await dan.get("/moderate")).status_code == 403
        assert (await send(dan, f"/moderate/{message_id}/decide", {"act": "approve"})).status_code == 403
        assert (await send(dan, "/moderate/mode", {"mode": "off"})).status_code == 403


async def test_an_unknown_act_is_refused(viewer: Browser, ann: Browser) -> None:
    message_id = await say(viewer, "你好")
    for body in ({"act": "ban"}, {"act": None}, {}, []):
        assert (await send(ann, f"/moderate/{message_id}/decide", body)).status_code == 422


async def test_off_air_the_room_is_closed(browser: Browser) -> None:
    await browser.get("/tip/status")
    answer = await send(browser, "/chat", {"text": "有人吗", "name": "小满"})
    assert (answer.status_code, answer.json()["code"]) == (409, "room_closed")


async def test_the_room_may_be_set_otherwise(viewer: Browser, ann: Browser, desk: Desk) -> None:
    assert (await send(ann, "/moderate/mode", {"mode": "risky"})).status_code == 204
    shown = await send(viewer, "/chat", {"text": "你好", "name": "小满"})
    assert shown.json()["state"] == "shown"
    assert (await send(ann, "/moderate/mode", {"mode": "all!"})).status_code == 422


async def test_a_page_without_scripts_posts_the_form(viewer: Browser, ann: Browser) -> None:
    answer = await viewer.post("/chat", {"text": "没有脚本也能说", "name": "小满"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/#talk")
    assert "没有脚本也能说" in (await ann.get("/moderate")).text
