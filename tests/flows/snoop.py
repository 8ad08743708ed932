"""Everybody who must not know, looking everywhere. In: a house in whose draw the canary sits. Out: what they laid hands on.

A thread with a loop of its own. From the moment the target is sealed it asks every page and answer for strangers and for
every role, provokes errors, listens to the page sockets and to all that the rooms say to each other, reads every file
under var and the export. When a round is not done before the reveal it goes on afterwards: thirty-nine stalls stay secret.
"""

import asyncio
import contextlib
import os
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
import msgspec
import websockets
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from api.access import Access, declared
from api.app import routers
from demo.cast import Account, Browser
from episodes.people import Role
from runtime.bus.watch import watch
from runtime.places import Places
from tests.flows.canary import in_bytes, in_text, under
from tests.house import ROOT, House

NOBODY = ""
TOPICS = {NOBODY: "public,chat", "director": "studio,crew,chat", "producer": "produce", "moderator": "moderate"}
BUS = ("desk", "studio", "playout")
_BETWEEN_S = 0.04
_HANGS = {"/api/v1/camera/events"}


@dataclass(frozen=True)
class Heard:
    """Something anybody got that names a stall."""

    at_ns: int
    who: str
    where: str
    text: str


class _Over(Exception):  # noqa: N818 - an ending, not an error
    pass


@dataclass
class Snoop:
    """Runs while in the context; `finish` waits until every place was looked at."""

    house: House
    heard: list[Heard] = field(default_factory=list)
    asked: set[tuple[str, str]] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    messages: dict[str, int] = field(default_factory=dict)
    viewed: dict[str, str] = field(default_factory=dict)
    wrong: str = ""

    def __post_init__(self) -> None:
        self._over, self._done = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="snoop")
        self._places = Places(self.house.var)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(30)

    def finish(self, within_s: float = 120) -> None:
        """Until the round is done."""
        end = time.monotonic() + within_s
        while not self._done.wait(0.2):
            assert not self.wrong, self.wrong
            assert time.monotonic() < end, f"the snoop came only so far: {len(self.asked)}"

    def keep(self, who: str, where: str, data: str | bytes) -> None:
        """What names a stall is kept, with the moment it was in our hands."""
        at_ns = time.time_ns()
        if in_bytes(data) if isinstance(data, bytes) else in_text(data):
            text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
            self.heard.append(Heard(at_ns, who, where, text))

    async def _main(self) -> None:
        # Who only looks shall not take the programme's share of a busy machine.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)
        try:
            async with asyncio.TaskGroup() as tasks:
                for room in BUS:
                    tasks.create_task(self._listen_in(room))
                tasks.create_task(self._look(tasks))
                tasks.create_task(self._until_over())
        except* _Over:
            pass
        except* Exception as found:  # noqa: BLE001
            # Told by `finish`: a thread's own exception reaches nobody.
            self.wrong = repr(found.exceptions)

    async def _until_over(self) -> None:
        while not self._over.is_set():
            await asyncio.sleep(0.1)
        raise _Over

    async def _listen_in(self, room: str) -> None:
        while True:
            with contextlib.suppress(OSError):
                async with watch(self._places, room) as messages:
                    async for subject, body in messages:
                        self.messages[room] = self.messages.get(room, 0) + 1
                        self.keep("bus", subject, f"{subject} {msgspec.json.encode(body).decode()}")
            await asyncio.sleep(0.1)

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        people = await self._people()
        show = await self._sealed(people["producer"])
        for who, topics in TOPICS.items():
            tasks.create_task(self._hear(people.get(who), who, topics))
        await self._allowed(show)
        await self._errors(people, show)
        for who, browser in people.items():
            for path in paths(show, who):
                await self._ask(who, browser, path)
        await asyncio.get_running_loop().run_in_executor(None, self._read_files)
        self._done.set()
        for browser in people.values():
            await browser.close()

    async def _people(self) -> dict[str, Browser]:
        """A stranger, and somebody of each role."""
        kept = self.house.var / "demo" / "accounts.json"
        cast: dict[str, Account] = {}
        while "tips" not in cast:
            await asyncio.sleep(0.2)
            with contextlib.suppress(OSError, msgspec.DecodeError):
                cast = msgspec.json.decode(kept.read_bytes(), type=dict[str, Account])
        admin = Browser(self.house.base_url)
        await admin.sign_in(cast["admin"])
        people = {NOBODY: Browser(self.house.base_url), "admin": admin}
        for role in Role:
            if role is Role.ADMIN:
                continue
            account = Account(f"eye-{role}", f"{role}", (role,), secrets.token_urlsafe(9))
            body = {"login": account.name, "name": account.shown, "password": account.password, "roles": [role]}
            await admin.post("/api/v1/users", body)
            people[role] = Browser(self.house.base_url)
            await people[role].sign_in(account)
        await people[NOBODY].open("/")
        return people

    async def _sealed(self, producer: Browser) -> dict[str, str]:
        """The show's ids, once the drawn target is sealed beside the first one."""
        while True:
            for each in (await producer.get("/api/v1/episodes"))["episodes"]:
                if len(each["targets"]) > 1:
                    draws = (await producer.get(f"/api/v1/episodes/{each['episode_id']}/draws"))["draws"]
                    drawn = max(each["targets"], key=lambda one: int(one["ordinal"]))["target_id"]
                    known = {"number": str(each["number"]), "number:int": str(each["number"]), "target_id": drawn}
                    return known | {"episode_id": each["episode_id"], "draw_id": draws[0]["draw_id"]}
            await asyncio.sleep(0.2)

    async def _ask(self, who: str, browser: Browser, path: str) -> None:
        try:
            answer = await browser.http.get(path, headers={"Accept": "text/html, application/json"})
        except httpx.HTTPError:
            return
        self.asked.add((who, path))
        self.keep(who, path, f"{answer.headers}\n".encode() + answer.content)
        await asyncio.sleep(_BETWEEN_S)

    async def _hear(self, browser: Browser | None, who: str, topics: str) -> None:
        cookies = "; ".join(f"{each.name}={each.value}" for each in browser.http.cookies.jar) if browser else ""
        headers = {"Cookie": cookies} if cookies else {}
        url = f"{self.house.base_url.replace('http', 'ws')}/ws?topics={topics}"
        origin = websockets.Origin(self.house.base_url)
        async with websockets.connect(url, origin=origin, additional_headers=headers, proxy=None) as socket:
            with contextlib.suppress(websockets.ConnectionClosed):
                async for message in socket:
                    self.messages[f"/ws {topics}"] = self.messages.get(f"/ws {topics}", 0) + 1
                    self.keep(who, f"/ws {topics}", message)

    async def _errors(self, people: dict[str, Browser], show: dict[str, str]) -> None:
        """Refusals of every kind say nothing either."""
        for who in (NOBODY, Role.GUEST):
            for path in deeds(show):
                await self._provoke(who, people[who], path, {})
        draw, episode = f"/api/v1/draws/{show['draw_id']}", f"/api/v1/episodes/{show['episode_id']}"
        for path, body in (
            (f"{draw}/join", {"lock": "ab" * 32}),
            (f"{draw}/value", {"value": "1" * 20}),
            (f"{draw}/share", {"share": "ab" * 32}),
            (f"{episode}/draws", {"lock": "ab" * 32}),
            (f"{episode}/draws/disclose", {}),
            (f"{episode}/target/view", {"target_id": "nobody"}),
            ("/api/v1/draws/give-way", {"target_id": "nobody", "reason": "closed"}),
            ("/api/v1/entities/scan", {"licence": "JY11307000000000"}),
            ("/api/v1/entities/search", {"typed": "海鲜"}),
        ):
            await self._provoke("producer", people["producer"], path, body)
        for role in Role:
            await self._provoke(role, people[role], f"{episode}/target/view", {"target_id": show["target_id"]})

    async def _provoke(self, who: str, browser: Browser, path: str, body: dict[str, Any]) -> None:
        headers = {"X-CSRF-Token": browser._csrf if who else "", "Accept": "application/json"}
        with contextlib.suppress(httpx.HTTPError):
            answer = await browser.http.post(path, json=body, headers=headers)
            self.refused.add(answer.status_code)
            self.keep(who, f"POST {path}", f"{answer.headers}\n".encode() + answer.content)

    async def _allowed(self, show: dict[str, str]) -> None:
        """A look from an open rung of the ladder, on record: the one place where the name may stand."""
        kept = msgspec.json.decode((self.house.var / "demo" / "accounts.json").read_bytes(), type=dict[str, Account])
        path, which = f"/api/v1/episodes/{show['episode_id']}/target/view", {"target_id": show["target_id"]}
        producer = Browser(self.house.base_url)
        await producer.sign_in(kept["producer"])
        while not self.viewed:
            # The rung opens with the approval, which comes after the draw.
            with contextlib.suppress(httpx.HTTPStatusError):
                self.viewed = await producer.post(path, which) | which
            await asyncio.sleep(0.2)
        await producer.close()

    def _read_files(self) -> None:
        """Everything that lies under var, and what can be taken out of it."""
        export = ["nice", "-n", "15", sys.executable, "-m", "api.cli", "export", "--config", str(self.house.config)]
        done = subprocess.run(export, cwd=ROOT, env=self.house.env, capture_output=True, check=False)
        self.keep("export", "daylight export", done.stdout + done.stderr)
        for where, piece in under(self.house.var):
            self.heard.append(Heard(time.time_ns(), "file", where, piece))


def paths(show: dict[str, str], who: str) -> Iterator[str]:
    """Every GET there is, of this show: a stranger and a guest try all, a role what it may."""
    for path, methods, access in _routes():
        hangs = access.kind == "device" or path in _HANGS
        if "GET" in methods and not hangs and (who in {NOBODY, Role.GUEST} or who in access.roles):
            yield f"{_filled(path, show)}?episode_id={show['episode_id']}"


def deeds(show: dict[str, str]) -> Iterator[str]:
    """Every POST there is."""
    for path, methods, _ in _routes():
        if "POST" in methods:
            yield _filled(path, show)


def _filled(path: str, show: dict[str, str]) -> str:
    return re.sub(r"\{([^}]+)\}", lambda name: show.get(name[1], "1"), path)


def _routes() -> Iterator[tuple[str, set[str], Access]]:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for router in routers():
        app.include_router(router)
    for context in iter_route_contexts(app.routes):
        access = declared(context.dependant)
        assert access
        yield str(context.path), set(context.methods or ()), access
