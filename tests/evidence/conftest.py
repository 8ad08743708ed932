"""A record log with checkpoints, on a real store."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evidence.keeper import Keeper, signing_key
from runtime.clock import SteppedClock
from runtime.places import Places
from store import Store


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path / "var")
    places.prepare()
    return places


@pytest.fixture
async def store(places: Places, clock: SteppedClock) -> AsyncIterator[Store]:
    async with Store.open("", places, now=clock.utc_ns) as opened:
        yield opened


@pytest.fixture
def keeper(store: Store, places: Places, clock: SteppedClock) -> Keeper:
    return Keeper(store, clock, signing_key(places.secrets), 60)
