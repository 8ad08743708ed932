"""The page socket: whose pages may open it, and who hears what."""

import asyncio
import json
from http.cookies import SimpleCookie

import pytest
from fastapi import FastAPI

from api.desk import Desk
from episodes.people import Role

from .conftest import Browser

OURS = "http://desk.test"


class Socket:
    """A page's end of the socket, spoken as ASGI."""

    def __init__(self, app: FastAPI, query: str, headers: dict[str, str]) -> None:
        self._to_app: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        self._from_app: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        scope = {
            "type": "websocket",
            "path": "/ws",
            "raw_path": b"/ws",
            "root_path": "",
            "scheme": "ws",
            "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in {"host": "desk.test", **headers}.items()],
            "client": ("127.0.0.1", 5000),
            "server": ("desk.test", 80),
            "subprotocols": [],
            "state": {},
        }
        self._to_app.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.ensure_future(app(scope, self._to_app.get, self._from_app.put))

    async def next(self, within_s: float = 5.0) -> dict[str, object]:
        async with asyncio.timeout(within_s):
            return await self._from_app.get()

    async def close(self) -> None:
        self._to_app.put_nowait({"type": "websocket.disconnect", "code": 1001})
        async with asyncio.timeout(5):
            await self._task


async def closed_with(app: FastAPI, query: str, headers: dict[str, str]) -> object:
    socket = Socket(app, query, headers)
    assert (await socket.next())["type"] == "websocket.accept"
    said = await socket.next()
    await socket.close()
    return said.get("code")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://desk.test", None])
async def test_other_sites_may_not_open_it(app: FastAPI, origin: str | None) -> None:
    headers = {"origin": origin} if origin else {}
    assert await closed_with(app, "topics=public", headers) == 4403


@pytest.mark.parametrize("topic", ["studio", "moderate", "produce", "tips", "crew", "me:somebody", "anything"])
async def test_the_public_hears_no_staff(app: FastAPI, topic: str) -> None:
    assert await closed_with(app, f"topics=public,{topic}", {"origin": OURS}) == 4401


async def test_a_director_hears_the_studio_and_not_the_tip_desk(app: FastAPI, desk: Desk, add) -> None:
    await add("lin", Role.DIRECTOR)
    browser = Browser(app)
    async with browser.http:
        await browser.log_in("lin")
        cookies = SimpleCookie({c.name: c.value for c in browser.http.cookies.jar})
        headers = {"origin": OURS, "cookie": cookies.output(header="", sep=";").strip()}
        assert await closed_with(app, "topics=studio,tips", headers) == 4401
        socket = Socket(app, "topics=studio", headers)
        assert (await socket.next())["type"] == "websocket.accept"
        while not desk.hub.watching("studio"):
            await asyncio.sleep(0.01)
        desk.hub.publish("tips", {"type": "t"})
        desk.hub.publish("studio", {"type": "t", "n": 1})
        heard = json.loads(str((await socket.next())["text"]))
        assert [(each["topic"], each["n"]) for each in heard] == [("studio", 1)]
        await socket.close()
    assert desk.hub.clients == 0


async def test_a_page_from_before_a_restart_is_told_to_reload(app: FastAPI) -> None:
    socket = Socket(app, "topics=public&epoch=old&at=public:3", {"origin": OURS})
    await socket.next()
    assert json.loads(str((await socket.next())["text"])) == [{"type": "reload"}]
    await socket.close()


async def test_rubbish_in_the_query_harms_nobody(app: FastAPI, desk: Desk) -> None:
    socket = Socket(app, "topics=public&epoch=&at=public:-1,x,:::,public:99999999999999999999", {"origin": OURS})
    assert (await socket.next())["type"] == "websocket.accept"
    while not desk.hub.watching("public"):
        await asyncio.sleep(0.01)
    desk.hub.publish("public", {"type": "t"})
    assert (await socket.next())["type"] == "websocket.send"
    await socket.close()
