"""Every queue: bound, policy, counter."""

import asyncio

import pytest

from runtime.channel import Channel, ChannelClosed, ChannelFull, Policy, open_channels
from runtime.supervise import Background


def filled(policy: Policy) -> Channel[int]:
    channel: Channel[int] = Channel(3, policy, "t")
    for n in range(3):
        channel.put_nowait(n)
    return channel


async def rest(channel: Channel[int]) -> list[int]:
    channel.close()
    return [item async for item in channel]


async def test_latest_keeps_the_newest() -> None:
    channel = filled(Policy.LATEST)
    channel.put_nowait(3)
    assert (await rest(channel), channel.dropped) == ([3], 3)


async def test_drop_oldest() -> None:
    channel = filled(Policy.DROP_OLDEST)
    channel.put_nowait(3)
    channel.put_nowait(4)
    assert (await rest(channel), channel.dropped) == ([2, 3, 4], 2)


async def test_refuse_raises_and_counts() -> None:
    channel = filled(Policy.REFUSE)
    with pytest.raises(ChannelFull):
        channel.put_nowait(3)
    with pytest.raises(ChannelFull):
        await channel.put(3)
    assert (await rest(channel), channel.dropped) == ([0, 1, 2], 2)


async def test_wait_waits_for_room_and_loses_nothing() -> None:
    channel: Channel[int] = Channel(2, Policy.WAIT, "t")

    async def send() -> None:
        for n in range(50):
            await channel.put(n)
        channel.close()

    async with Background() as tasks:
        tasks.start("send", send())
        await asyncio.sleep(0.01)
        assert len(channel) == 2
        with pytest.raises(ChannelFull):
            channel.put_nowait(99)
        assert [item async for item in channel] == list(range(50))
    assert channel.dropped == 0


async def test_close_wakes_everybody_and_refuses_puts() -> None:
    channel: Channel[int] = Channel(1, Policy.WAIT, "t")
    getting = asyncio.ensure_future(channel.get())
    await asyncio.sleep(0)
    assert channel in set(open_channels())
    channel.close()
    with pytest.raises(ChannelClosed):
        await getting
    with pytest.raises(ChannelClosed):
        channel.put_nowait(1)
    assert channel not in set(open_channels())


async def test_a_cancelled_getter_passes_its_wake_on() -> None:
    channel: Channel[int] = Channel(4, Policy.DROP_OLDEST, "t")
    first, second = asyncio.ensure_future(channel.get()), asyncio.ensure_future(channel.get())
    await asyncio.sleep(0)
    channel.put_nowait(1)
    first.cancel()
    async with asyncio.timeout(1):
        assert await second == 1
    assert first.cancelled()


async def test_get_nowait() -> None:
    channel = filled(Policy.WAIT)
    assert [channel.get_nowait() for _ in range(4)] == [0, 1, 2, None]


def test_a_channel_holds_something() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Channel(0, Policy.LATEST, "t")
