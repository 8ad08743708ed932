"""One suite, all carriers: in process, Unix sockets, a real NATS server."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest

from runtime import ready
from runtime.bus import Bus, BusError, LocalBus, Message, NoAnswer, Refused, open_bus
from runtime.bus.nats import open_nats_bus
from runtime.bus.sockets import SocketBus, open_socket_bus
from runtime.places import Places
from runtime.settings.model import Settings
from runtime.supervise import Background

NATS_URL = os.environ.get("DAYLIGHT_TEST_NATS", "nats://127.0.0.1:4222")
ROOMS = ("desk", "studio", "playout")


class Word(Message, frozen=True):
    text: str
    number: int = 0


class Other(Message, frozen=True):
    weight: float


class House:
    """Opens and closes the ends of one bus by room."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.prefix = f"test{uuid.uuid4().hex}"
        self.places = Places(folder)
        self.places.prepare()
        self.local = LocalBus(timeout_s=2.0)

    @asynccontextmanager
    async def end(self, room: str) -> AsyncIterator[Bus]:
        if self.kind == "local":
            yield self.local.end(room)
        elif self.kind == "socket":
            async with open_socket_bus(room, self.places, 2.0) as bus:
                yield bus
        else:
            async with open_nats_bus(room, NATS_URL, prefix=self.prefix, timeout_s=2.0) as bus:
                yield bus

    @asynccontextmanager
    async def ends(self, *rooms: str) -> AsyncIterator[list[Bus]]:
        async with AsyncExitStack() as stack:
            buses = [await stack.enter_async_context(self.end(room)) for room in rooms]
            async with asyncio.timeout(3):
                for bus in buses:
                    if isinstance(bus, SocketBus):
                        for room in rooms:
                            if room != bus.room:
                                await bus.links[room].linked.wait()
            yield buses


@pytest.fixture(params=["local", "socket", "nats"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    return House(request.param, tmp_path)


async def take(messages: AsyncIterator[Word], count: int) -> list[str]:
    async with asyncio.timeout(3):
        return [(await anext(messages)).text for _ in range(count)]


async def echo(asked: Word) -> Word:
    return Word(asked.text + "!", asked.number)


async def test_everybody_hears_in_order(house: House) -> None:
    async with house.ends(*ROOMS) as (desk, studio, playout):
        async with desk.subscribe("records", Word) as a, studio.subscribe("records", Word) as b:
            for n in range(200):
                await desk.publish("records", Word(str(n)))
            await playout.publish("playout.status", Word("not for them"))
            expected = [str(n) for n in range(200)]
            assert await take(a, 200) == expected, "a room hears itself, too"
            assert await take(b, 200) == expected


async def test_wildcards_match_one_level_and_skip_other_types(house: House) -> None:
    async with house.ends("desk", "playout") as (desk, playout):
        async with desk.subscribe("playout.*", Word) as all_of_it, desk.subscribe("playout.status", Word) as status:
            await playout.publish("playout.position", Other(2.0))
            await playout.publish("playout.deeper.still", Word("too deep"))
            await playout.publish("playoutish.status", Word("another room"))
            await playout.publish("playout.status", Word("here"))
            await playout.publish("playout.status", Word("again"))
            assert await take(all_of_it, 2) == ["here", "again"]
            assert await take(status, 2) == ["here", "again"]


async def test_a_subscription_drops_the_oldest_past_its_bound(house: House) -> None:
    async with house.ends("desk", "studio") as (desk, studio):
        async with studio.subscribe("records", Word, bound=3) as few, studio.subscribe("done", Word) as done:
            for n in range(10):
                await desk.publish("records", Word(str(n)))
            await desk.publish("done", Word("done"))
            await take(done, 1)
            await asyncio.sleep(0.05)
            assert await take(few, 3) == ["7", "8", "9"]


async def test_a_request_is_answered_by_its_room(house: House) -> None:
    async with house.ends(*ROOMS) as (desk, studio, playout):
        async with studio.respond("studio.echo", Word, echo):
            for asker in (desk, playout, studio):
                assert await asker.request("studio.echo", Word("hei", 7), Word) == Word("hei!", 7)


async def test_many_requests_at_once_each_get_their_own_answer(house: House) -> None:
    async def slow_first(asked: Word) -> Word:
        await asyncio.sleep(0.002 * (40 - asked.number))
        return await echo(asked)

    async with house.ends("desk", "studio") as (desk, studio), studio.respond("studio.echo", Word, slow_first):
        answers = await asyncio.gather(*(desk.request("studio.echo", Word("n", n), Word) for n in range(40)))
        assert [a.number for a in answers] == list(range(40))


async def test_a_refusal_carries_its_code(house: House) -> None:
    async def refuse(_: Word) -> Word:
        raise Refused("not_live", "the camera is away")

    async with house.ends("desk", "studio") as (desk, studio), studio.respond("studio.take", Word, refuse):
        with pytest.raises(Refused) as caught:
            await desk.request("studio.take", Word("cam1"), Word)
        assert (caught.value.code, caught.value.detail) == ("not_live", "the camera is away")


async def test_a_failing_responder_is_a_fault_and_lives_on(house: House) -> None:
    async def fail_once(asked: Word) -> Word:
        if asked.text == "bad":
            raise KeyError("boom")
        return asked

    async with house.ends("desk", "studio") as (desk, studio), studio.respond("studio.x", Word, fail_once):
        with pytest.raises(BusError, match="KeyError"):
            await desk.request("studio.x", Word("bad"), Word)
        assert (await desk.request("studio.x", Word("good"), Word)).text == "good"


async def test_a_mistyped_answer_is_a_fault(house: House) -> None:
    async with house.ends("desk", "studio") as (desk, studio), studio.respond("studio.echo", Word, echo):
        with pytest.raises(BusError, match="not a Other"):
            await desk.request("studio.echo", Word("x"), Other)
        with pytest.raises(BusError):
            await desk.request("studio.echo", Other(1.0), Word)


async def test_silence_is_no_answer(house: House) -> None:
    async def never(_: Word) -> Word:
        await asyncio.Event().wait()
        raise AssertionError

    async with house.ends("desk", "studio") as (desk, studio):
        with pytest.raises(NoAnswer):
            await desk.request("studio.nobody", Word("x"), Word, timeout_s=0.3)
        if house.kind != "local":
            with pytest.raises(NoAnswer):
                await desk.request("playout.absent", Word("x"), Word, timeout_s=0.3)
        async with studio.respond("studio.slow", Word, never):
            with pytest.raises(NoAnswer):
                await desk.request("studio.slow", Word("x"), Word, timeout_s=0.3)


async def test_a_request_waits_a_moment_for_a_room_that_is_coming(house: House) -> None:
    async with house.ends("desk") as (desk,), Background() as tasks:
        asked: asyncio.Future[Word] = asyncio.get_running_loop().create_future()

        async def ask() -> None:
            asked.set_result(await desk.request("studio.echo", Word("early"), Word))

        tasks.start("ask", ask())
        await asyncio.sleep(0.2)
        async with house.end("studio") as studio, studio.respond("studio.echo", Word, echo):
            async with asyncio.timeout(2):
                assert (await asked).text == "early!"


async def test_a_room_that_returns_hears_what_is_published_afterwards(house: House) -> None:
    async with house.ends("desk") as (desk,):
        async with house.end("studio"):
            pass
        await desk.publish("records", Word("while away"))
        async with house.end("studio") as studio, studio.subscribe("records", Word) as heard:
            first = None
            async with asyncio.timeout(3):
                while first is None:
                    await desk.publish("records", Word("back"))
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.05):
                            first = await anext(heard)
            assert first.text == "back"


async def test_leaving_a_subscription_or_responder_ends_it(house: House) -> None:
    async with house.ends("desk", "studio") as (desk, studio):
        async with studio.respond("studio.echo", Word, echo), studio.subscribe("records", Word):
            await desk.request("studio.echo", Word("x"), Word)
        with pytest.raises(NoAnswer):
            await desk.request("studio.echo", Word("x"), Word, timeout_s=0.2)
        async with studio.respond("studio.echo", Word, echo):
            assert (await desk.request("studio.echo", Word("y"), Word)).text == "y!"


@pytest.mark.parametrize("kind", ["socket", "nats"])
async def test_the_settings_choose_the_carrier(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Entering it also tells the supervisor that the room answers; from then on it hears its loop turn."""
    ready._descriptor.cache_clear()
    request.addfinalizer(ready._descriptor.cache_clear)
    reader, writer = os.pipe()
    monkeypatch.setenv("DAYLIGHT_READY_FD", str(writer))
    chosen = {"kind": kind, "nats_url": NATS_URL, "prefix": f"test{uuid.uuid4().hex}"}
    settings = Settings(server={"var": tmp_path}, bus=chosen)
    async with open_bus(settings, "desk") as desk, open_bus(settings, "studio") as studio:
        assert set(os.read(reader, 8)) == set(b"1")
        async with Background() as tasks:
            tasks.start("beat", ready.beat())
            await asyncio.sleep(0.1)
            assert os.read(reader, 8) == b"."
        os.close(reader)
        os.close(writer)
        async with studio.respond("studio.echo", Word, echo):
            assert (await desk.request("studio.echo", Word("hei"), Word)).text == "hei!"


async def test_a_nats_server_that_is_away_is_said_without_its_url() -> None:
    with pytest.raises(BusError, match=r"bus\.nats_url") as caught:
        async with open_nats_bus("desk", "nats://planted-secret@127.0.0.1:1", connect_s=0.5):
            pass
    assert "planted" not in str(caught.value)
