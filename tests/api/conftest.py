"""A real desk for the routes: SQLite in a temporary folder, argon2id, the hub; browsers by httpx."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copy

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.auth.accounts import add_user
from api.desk import Desk
from api.opening import open_desk, running
from episodes.people import Role
from runtime.bus.local import LocalBus
from runtime.clock import SteppedClock
from runtime.settings.model import Settings
from tests.api.rooms_played import played
from tests.api.stage import Stage
from tests.api.twice import Twice

PASSWORD = "晴天也要带一把伞出门"
HTML = {"accept": "text/html"}


WHOLE = len(list(Path(__file__).parent.glob("test_*.py")))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What looks back on all tests of the routes runs after them, and only with all of them."""
    here = {item.path for item in items if item.path.parent == Path(__file__).parent}
    last = [item for item in items if item.path.name == "test_zz_commands.py"]
    items[:] = [item for item in items if item not in last]
    if len(here) == WHOLE:
        items += last
    else:
        config.hook.pytest_deselected(items=last)


class Browser:
    """A person at a browser: keeps cookies, reads the CSRF token from the last page."""

    def __init__(self, app: FastAPI, base: str = "http://desk.test", client: tuple[str, int] = ("127.0.0.1", 5000)):
        transport = httpx.ASGITransport(Twice(app), raise_app_exceptions=False, client=client)
        self.http = httpx.AsyncClient(transport=transport, base_url=base, headers=HTML)
        self.csrf = ""

    async def get(self, path: str, **more: object) -> httpx.Response:
        answer = await self.http.get(path, **more)
        if found := re.search(r'<meta name="csrf" content="([^"]*)"', answer.text):
            self.csrf = found[1]
        return answer

    async def post(self, path: str, data: dict[str, object] | None = None, **more: object) -> httpx.Response:
        return await self.http.post(path, data={"csrf": self.csrf, **(data or {})}, **more)

    async def log_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        await self.get("/login")
        answer = await self.post("/login", {"login": login, "password": password})
        await self.get("/account")
        return answer


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(server={"var": tmp_path / "var", "max_body_mib": 1}, auth={"login_tries": 3})


@pytest.fixture
def bus() -> LocalBus:
    """All rooms' bus: a test may stand in for the studio at `bus.end("studio")`."""
    return LocalBus(timeout_s=1.0)


@pytest.fixture(scope="session")
def fresh_databases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new desk's databases, migrated once for all tests."""
    var = tmp_path_factory.mktemp("fresh") / "var"

    async def make() -> None:
        async with open_desk(Settings(server={"var": var}), LocalBus().end("desk")):
            pass

    asyncio.run(make())
    return var


@pytest.fixture
async def desk(settings: Settings, clock: SteppedClock, bus: LocalBus, fresh_databases: Path) -> AsyncIterator[Desk]:
    settings.server.var.mkdir(parents=True, exist_ok=True)
    for database in fresh_databases.glob("*.db"):
        copy(database, settings.server.var)
    async with open_desk(settings, bus.end("desk"), clock=clock) as opened:
        yield opened


@pytest.fixture
def app(desk: Desk) -> FastAPI:
    return create_app(desk)


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[Browser]:
    one = Browser(app)
    async with one.http:
        yield one


@pytest.fixture
def add(desk: Desk):
    async def added(login: str, *roles: Role, pin: str = "") -> str:
        return await add_user(
            desk.store,
            desk.auth.passwords,
            desk.clock,
            login=login,
            name=f"{login}名",
            password=PASSWORD,
            roles=roles,
            actor="test",
            pin=pin,
        )

    return added


@pytest.fixture
async def stage(desk: Desk, bus: LocalBus, clock: SteppedClock) -> AsyncIterator[Stage]:
    """The desk running, with studio and playout played by two ends of the bus."""
    async with played(bus, clock) as rooms, running(desk):
        await rooms.say()
        yield Stage(desk, rooms, clock)
