"""Rapid tests as rows and as the rules' own state. In: a session. Out: `RapidTest` values."""

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from episodes.rapid_test import RapidTest
from store.tables.rapid_tests import RapidTestRow

_decoder = msgspec.json.Decoder(RapidTest)


def test_of(row: RapidTestRow) -> RapidTest:
    """The whole state, the waiting reading included: for the rules only."""
    return _decoder.decode(row.body)


def put(row: RapidTestRow, test: RapidTest) -> None:
    """Write the state back."""
    row.body = msgspec.json.encode(test)
    row.state = test.state


def blind(test: RapidTest) -> RapidTest:
    """The state as a reviewer may see it: who entered a reading, not which."""
    if test.reading is None:
        return test
    hidden = msgspec.structs.replace(test.reading, value="", invalid=False, readings=())
    return msgspec.structs.replace(test, reading=hidden)


async def tests_of(session: AsyncSession, episode_id: str) -> tuple[RapidTest, ...]:
    """The episode's tests in the order they began, blind."""
    query = select(RapidTestRow).where(RapidTestRow.episode_id == episode_id)
    rows = await session.scalars(query.order_by(RapidTestRow.started_utc_ns, RapidTestRow.id))
    return tuple(blind(test_of(row)) for row in rows)
