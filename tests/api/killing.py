"""Desks to be killed, and people who go on working meanwhile. In: a database's URL, a folder. Out: what was acknowledged.

A forker has imported the desk once; each life is a fork of it, so a whole desk process stands in tenths of a second and
dies by a real SIGKILL. The people send deeds over HTTP; whoever gets no answer sends the same deed under the same id
again until the next desk answers, as a page does.
"""

import asyncio
import contextlib
import itertools
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from api.auth.accounts import add_user
from api.opening import open_desk
from demo.cast import Account, Browser
from episodes.events import EpisodePlanned, EpisodeWentLive, ProgrammeSet
from episodes.people import Role
from runtime.bus.local import LocalBus
from runtime.settings.model import Settings
from store.tables.episodes import Episode, Programme
from tests.house import ROOT, free_port, wait_for

PASSWORD = "晴天也要带一把伞出门"
CAST = {
    "producer": (Role.PRODUCER,),
    "director": (Role.DIRECTOR, Role.HOST),
    "officer": (Role.OFFICER,),
    "tester": (Role.TESTER,),
}
LIVE = "live"
CHOSEN = {"route": "proposal", "evidence": "代表提议"}
FORKER = """
import os, signal, sys
import api.desk_main
from runtime.room import run_room
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in sys.stdin:
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os._exit(run_room("desk", api.desk_main.main, sys.argv[1:]))
    print(pid, flush=True)
"""


class Desks:
    """One desk after another on one database and one port."""

    def __init__(self, folder: Path, url: str) -> None:
        self.var, self.url, self.port = folder / "var", url, free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "desks.log"
        self.pid = 0
        self._forker: subprocess.Popen[str] | None = None

    @property
    def settings(self) -> Settings:
        return Settings(server={"var": self.var}, store={"url": self.url})

    async def prepare(self) -> None:
        """A cast and an episode on air, whose pictures nobody makes."""
        async with open_desk(self.settings, LocalBus().end("desk")) as desk:
            for login, roles in CAST.items():
                more = {"name": login, "password": PASSWORD, "roles": roles, "actor": "test"}
                await add_user(desk.store, desk.auth.passwords, desk.clock, login=login, **more)
            house = {"name": "一线直播", "agency": "江北市市场监管局", "weekday": 3, "starts": "19:00", "minutes": 90}
            plan = {"programme_id": "p", "number": 1, "title": "第一期", "theme": "夜市", "starts_utc_ns": 1}
            async with desk.store.work("test") as work:
                work.session.add(Programme(id="p", timezone="Asia/Shanghai", **house))
                await work.session.flush()
                work.session.add(Episode(id=LIVE, state="live", cameras=["one"], **plan))
                aired = {"number": 1, "title": "第一期", "theme": "夜市"}
                work.record(
                    ProgrammeSet(programme_id="p", **house),
                    EpisodePlanned(episode_id=LIVE, **plan),
                    EpisodeWentLive(episode_id=LIVE, programme="一线直播", agency="江北市市场监管局", **aired),
                )

    def live(self) -> None:
        """Let a desk live; whether it answers yet is for its clients to find out."""
        if self._forker is None:
            chosen = {
                "SERVER__VAR": self.var,
                "SERVER__PORT": self.port,
                "SERVER__HTTPS_PORT": 0,
                "STORE__URL": self.url,
            }
            env = {**os.environ} | {f"DAYLIGHT__{key}": str(value) for key, value in chosen.items()}
            command = [sys.executable, "-c", FORKER, "--config", str(ROOT / "config.toml")]
            with self.log.open("ab") as log:
                self._forker = subprocess.Popen(
                    command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
                )
        assert self._forker.stdin
        assert self._forker.stdout
        self._forker.stdin.write("live\n")
        self._forker.stdin.flush()
        self.pid = int(self._forker.stdout.readline())

    def kill(self) -> None:
        """Without a word; gone when this returns, its port free."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        wait_for("the end of the killed desk", lambda: not Path(f"/proc/{self.pid}").exists(), every_s=0.005)

    def stop(self) -> None:
        if self._forker:
            self.kill()
            self._forker.kill()
            self._forker.wait()
            for pipe in (self._forker.stdin, self._forker.stdout):
                assert pipe
                pipe.close()


@dataclass(frozen=True)
class Deed:
    """One acknowledged deed: what was sent, what was answered, the token that only it carries."""

    kind: str
    who: str
    path: str
    body: dict[str, Any]
    command_id: str
    token: str
    answer: dict[str, Any]


@dataclass
class Load:
    """The people and what they were told."""

    base_url: str
    people: dict[str, Browser] = field(default_factory=dict)
    done: list[Deed] = field(default_factory=list)
    sent_again: int = 0
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: Any = field(default_factory=lambda: itertools.count(2))

    async def send(self, who: str, path: str, body: dict[str, Any], command_id: str) -> dict[str, Any]:
        """Until there is an answer. A refusal is none of ours: every deed here is one that the rules allow."""
        browser = self.people[who]
        headers = {"X-CSRF-Token": browser._csrf, "X-Command-Id": command_id}
        patience = time.monotonic() + 60
        while time.monotonic() < patience:
            try:
                answer = await browser.http.post(path, json=body, headers=headers)
            except httpx.TransportError:
                self.sent_again += 1
                await asyncio.sleep(0.03)
                continue
            if answer.status_code == 503:
                await asyncio.sleep(0.03)
                continue
            assert answer.is_success, (path, answer.status_code, answer.text)
            return dict(answer.json())
        raise AssertionError(f"no desk answered {path} for a minute")

    async def do(self, kind: str, who: str, path: str, make: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        token, command_id = f"t{secrets.token_hex(6)}", secrets.token_hex(8)
        body = make(token)
        answer = await self.send(who, path, body, command_id)
        self.done.append(Deed(kind, who, path, body, command_id, token, answer))
        self.stirred.set()
        return answer

    async def again(self, some: int) -> None:
        """Deeds of former lives are answered as they were."""
        for each in random.SystemRandom().sample(self.done, min(some, len(self.done))):
            assert await self.send(each.who, each.path, each.body, each.command_id) == each.answer, each

    async def working(self) -> None:
        """For ever: the desk is never idle."""
        async with asyncio.TaskGroup() as tasks:
            for flow in (talks, inspects, samples, plans):
                tasks.create_task(_for_ever(self, flow))


async def _for_ever(load: Load, flow: Callable[[Load], Any]) -> None:
    while True:
        await flow(load)


async def talks(load: Load) -> None:
    await load.do("line", "director", "/api/v1/timeline", lambda t: {"text": t})
    await load.do(
        "strap",
        "director",
        "/api/v1/graphics/strap/show",
        lambda t: {"name": t, "title": "执法人员", "credential": "JB-1"},
    )


async def inspects(load: Load) -> None:
    where = {"key_item": True, "where": "A1"}
    await load.do("finding", "officer", "/api/v1/findings", lambda t: {**where, "sentence": t})


async def samples(load: Load) -> None:
    sample = {
        "item": "豇豆",
        "food_category": "蔬菜",
        "batch": "B1",
        "stall_code": "A12",
        "method_id": "enzyme_inhibition",
        "reagent_batch": "R7",
        "reagent_expires": "2099-12-31",
        "device_id": "spectro-1",
    }
    made = await load.do("sample", "tester", "/api/v1/rapid-tests", lambda t: {**sample, "sample_no": t})
    path = f"/api/v1/rapid-tests/{made['test_id']}"
    await load.do("reading", "tester", f"{path}/reading", lambda _: {"value": "62.4"})
    await load.do("review", "officer", f"{path}/review", lambda _: {"value": "62.4"})
    await load.do("withdrawal", "director", f"{path}/withdraw", lambda _: {})


async def plans(load: Load) -> None:
    plan = {"number": next(load.numbers), "theme": "夜市", "starts": "2099-01-01T19:00:00+08:00", "cameras": ["one"]}
    made = await load.do("plan", "producer", "/api/v1/episodes", lambda t: {**plan, "title": t})
    path = f"/api/v1/episodes/{made['episode_id']}/target"
    await load.do("target", "producer", path, lambda t: {"name": t, "place": "江北区", **CHOSEN})


@asynccontextmanager
async def signed_in(base_url: str) -> AsyncIterator[Load]:
    load = Load(base_url)
    try:
        for login in CAST:
            load.people[login] = Browser(base_url)
            await load.people[login].sign_in(Account(login, login, (), PASSWORD))
        yield load
    finally:
        for each in load.people.values():
            await each.close()
