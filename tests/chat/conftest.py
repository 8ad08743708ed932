"""Rooms on a real store: SQLite in a file, and PostgreSQL with a database of its own."""

import os
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from chat.inbound import Chat, OpenRoom
from runtime.clock import SteppedClock
from runtime.places import Places
from runtime.settings.model import Chat as ChatSettings
from store import Store
from store.tables.episodes import Episode, Programme

ADMIN = os.environ.get("DAYLIGHT_TEST_POSTGRES", "postgresql://root@127.0.0.1:5432/postgres")


@dataclass
class RoomUnderTest:
    """A chat with its store, its stepped clock, the show it belongs to, and what it told."""

    store: Store
    clock: SteppedClock
    open: OpenRoom | None
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    chat: Chat = field(init=False)

    def __post_init__(self) -> None:
        settings = ChatSettings(slow_mode_s=0)
        self.chat = Chat(self.store, settings, self.clock.utc_ns, lambda: self.open, self.hear)

    def hear(self, topic: str, data: Mapping[str, Any]) -> None:
        self.told.append((topic, dict(data)))


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> Any:
    if request.param == "sqlite":
        yield ""
        return
    name = f"chat_{secrets.token_hex(6)}"
    with psycopg.connect(ADMIN, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{ADMIN.rsplit('/', 1)[0]}/{name}"
    finally:
        with psycopg.connect(ADMIN, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def room(store_url: str, tmp_path: Path) -> AsyncIterator[RoomUnderTest]:
    clock = SteppedClock()
    async with Store.open(store_url, Places(tmp_path), now=clock.utc_ns) as store:
        async with store.work("test") as work:
            work.session.add(
                Programme(
                    id="p1", name="n", agency="a", weekday=3, starts="19:00", minutes=90, timezone="Asia/Shanghai"
                )
            )
            await work.session.flush()
            work.session.add(
                Episode(
                    id="e1",
                    programme_id="p1",
                    number=1,
                    title="t",
                    theme="t",
                    starts_utc_ns=1,
                    state="live",
                    cameras=[],
                )
            )
        yield RoomUnderTest(store, clock, OpenRoom("e1", revealed=False))
