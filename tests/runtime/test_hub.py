"""The hub: one socket a page, nobody waits for a slow one, a page that was away loses nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from runtime.hub import Client, Hub


async def next_batch(client: Client, within_s: float = 2.0) -> list[dict[str, object]]:
    async with asyncio.timeout(within_s), aclosing(client.batches()) as batches:
        return json.loads(await anext(batches))
    raise AssertionError


def texts(batch: list[dict[str, object]]) -> list[object]:
    return [message["n"] for message in batch]


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    return Hub(tick_s=0.01, bound=3, keep=5)


async def test_messages_of_one_tick_leave_as_one_batch_in_order(hub: Hub) -> None:
    with hub.client({"public"}, "zh-CN") as one:
        for n in range(4):
            hub.publish("public", {"type": "t", "n": n})
        batch = await next_batch(one)
    assert texts(batch) == [0, 1, 2, 3]
    assert [message["seq"] for message in batch] == [1, 2, 3, 4]
    assert {message["topic"] for message in batch} == {"public"}


async def test_a_client_hears_its_topics_and_its_language_only(hub: Hub) -> None:
    with hub.client({"public"}, "zh-CN") as chinese, hub.client({"public", "chat"}, "en") as english:
        hub.publish("public", {"type": "t", "n": "中"}, lang="zh-CN")
        hub.publish("public", {"type": "t", "n": "en"}, lang="en")
        hub.publish("chat", {"type": "t", "n": "chat"})
        hub.publish("studio", {"type": "t", "n": "secret"})
        assert texts(await next_batch(chinese)) == ["中"]
        assert texts(await next_batch(english)) == ["en", "chat"]


async def test_one_group_shares_one_serialised_batch(hub: Hub) -> None:
    with hub.client({"public"}, "en") as one, hub.client({"public"}, "en") as other:
        hub.publish("public", {"type": "t", "n": 1})
        await asyncio.sleep(0.05)
        assert one.waiting[0] is other.waiting[0]


async def test_a_slow_client_is_told_to_resume_and_harms_nobody(hub: Hub) -> None:
    with hub.client({"public"}, "en") as slow, hub.client({"public"}, "en") as quick:
        heard: list[object] = []
        for n in range(6):
            hub.publish("public", {"type": "t", "n": n})
            heard += texts(await next_batch(quick))
        assert heard == list(range(6))
        async with aclosing(slow.batches()) as batches:
            said = [json.loads(batch) async for batch in batches]
    assert said == [[{"type": "resume"}]]
    assert hub.dropped > 0


async def test_a_page_that_was_away_gets_what_it_missed(hub: Hub) -> None:
    place = hub.place({"public"})
    hub.publish("public", {"type": "t", "n": 1}, lang="en")
    hub.publish("public", {"type": "t", "n": 2}, lang="zh-CN")
    hub.publish("public", {"type": "t", "n": 3})
    with hub.client({"public"}, "en", **place) as one:
        hub.publish("public", {"type": "t", "n": 4})
        assert texts(await next_batch(one)) == [1, 3]
        assert texts(await next_batch(one)) == [4]


@pytest.mark.parametrize(
    "place",
    [
        {"epoch": "another desk", "at": {"public": 3}},
        {"epoch": None, "at": {"public": 0}},
        {"epoch": None, "at": {"public": 99}},
    ],
    ids=["the desk was restarted", "away too long", "from the future"],
)
async def test_a_page_that_cannot_resume_is_told_to_reload(hub: Hub, place: dict[str, object]) -> None:
    for n in range(7):
        hub.publish("public", {"type": "t", "n": n})
    with hub.client({"public"}, "en", epoch=place["epoch"] or hub.epoch, at=place["at"]) as one:
        assert await next_batch(one) == [{"type": "reload"}]


async def test_a_fresh_page_is_told_nothing_old(hub: Hub) -> None:
    for n in range(3):
        hub.publish("public", {"type": "t", "n": n})
    with hub.client({"public"}, "en", **hub.place({"public"})) as one:
        hub.publish("public", {"type": "t", "n": "new"})
        assert texts(await next_batch(one)) == ["new"]


async def test_ones_own_news_is_not_kept(hub: Hub) -> None:
    for n in range(50):
        hub.publish(f"me:{n}", {"type": "t", "n": n})
    with hub.client({"me:1"}, "en", epoch=hub.epoch, at={"me:1": 0}) as one:
        assert not one.waiting


async def test_silence_is_filled_with_a_ping(hub: Hub) -> None:
    with hub.client({"public"}, "en") as one:
        async with asyncio.timeout(2), aclosing(one.batches(ping_s=0.01)) as batches:
            assert json.loads(await anext(batches)) == [{"type": "ping"}]


async def test_who_left_is_forgotten(hub: Hub) -> None:
    with hub.client({"public"}, "en"):
        assert (hub.clients, hub.watching("public"), hub.watching("chat")) == (1, 1, 0)
    assert hub.clients == 0
    hub.publish("public", {"type": "t"})
    await asyncio.sleep(0.05)
    assert hub.sent == 0
