"""What only the socket bus has: private sockets, peers that die, strangers, watchers."""

import asyncio
import os
import signal
import stat
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from runtime import unix
from runtime.bus import Message, NoAnswer
from runtime.bus.frames import Hello, pack
from runtime.bus.sockets import open_socket_bus
from runtime.bus.watch import watch
from runtime.places import Places

ROOT = Path(__file__).resolve().parents[2]


class Word(Message, frozen=True):
    text: str


PEER = """
import asyncio, sys
from pathlib import Path
from runtime.bus import Message
from runtime.bus.sockets import open_socket_bus
from runtime.places import Places
class Word(Message, frozen=True):
    text: str
async def echo(word):
    if word.text == "hang":
        await asyncio.sleep(60)
    return Word(word.text + "!")
async def main():
    async with open_socket_bus("studio", Places(Path(sys.argv[1]))) as bus, bus.respond("studio.echo", Word, echo):
        print("up", flush=True)
        while True:
            await bus.publish("studio.status", Word("alive"))
            await asyncio.sleep(0.02)
asyncio.run(main())
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path)
    made.prepare()
    return made


def peer(places: Places) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", PEER, str(places.var)], stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout
    assert process.stdout.readline() == b"up\n"
    process.stdout.close()
    return process


async def test_sockets_are_private(places: Places) -> None:
    async with open_socket_bus("desk", places):
        path = places.bus_socket("desk")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_killed_peer_fails_what_was_asked_at_once_and_is_found_again(places: Places) -> None:
    studio = peer(places)
    async with open_socket_bus("desk", places, timeout_s=10) as desk:
        assert (await desk.request("studio.echo", Word("a"), Word)).text == "a!"
        loop = asyncio.get_running_loop()
        began = loop.time()
        loop.call_later(0.1, os.kill, studio.pid, signal.SIGKILL)
        with pytest.raises(NoAnswer):
            await desk.request("studio.echo", Word("hang"), Word)
        assert loop.time() - began < 3, "not after the timeout: nobody will answer any more"
        studio.wait()
        again = peer(places)
        try:
            async with desk.subscribe("studio.status", Word) as heard, asyncio.timeout(3):
                assert (await anext(heard)).text == "alive"
            assert (await desk.request("studio.echo", Word("b"), Word)).text == "b!"
        finally:
            again.kill()
            again.wait()


async def test_closing_while_a_peer_goes_away_never_hangs(places: Places) -> None:
    async def stay(room: str, leave: asyncio.Event) -> None:
        async with open_socket_bus(room, places):
            await leave.wait()

    for nap_s in (0, 0.001, 0.003, 0.01) * 5:
        leave = asyncio.Event()
        async with asyncio.timeout(2), asyncio.TaskGroup() as group:
            for room in ("desk", "studio", "playout"):
                group.create_task(stay(room, leave))
            await asyncio.sleep(0.03 + nap_s)
            leave.set()


async def test_a_stranger_on_the_socket_disturbs_nobody(places: Places) -> None:
    async with open_socket_bus("desk", places) as desk:
        for noise in (
            b"",
            b"GET / HTTP/1.1\r\n\r\n",
            struct.pack("!I", 2**31),
            pack(Hello("x", version=99)),
            b"\0\0\0\1\xc1",
        ):
            reader, writer = await unix.connect(places.bus_socket("desk"))
            writer.write(noise)
            writer.write_eof()
            async with asyncio.timeout(3):
                await reader.read()
            writer.close()
        async with open_socket_bus("studio", places) as studio, desk.subscribe("hello", Word) as heard:
            async with asyncio.timeout(3):
                await studio.links["desk"].linked.wait()
                await studio.publish("hello", Word("still here"))
                assert (await anext(heard)).text == "still here"


async def test_a_peer_that_stops_reading_costs_the_oldest_messages_not_the_publisher(places: Places) -> None:
    studio = peer(places)
    try:
        async with open_socket_bus("desk", places) as desk, asyncio.timeout(20):
            link = desk.links["studio"]
            await link.linked.wait()
            os.kill(studio.pid, signal.SIGSTOP)
            for _ in range(5200):
                await desk.publish("records", Word("x" * 200))
                if link.out and link.out.dropped:
                    break
                await asyncio.sleep(0)
            assert link.out
            assert link.out.dropped > 0
            assert len(link.out) <= link.out.bound
            os.kill(studio.pid, signal.SIGCONT)
            assert (await desk.request("studio.echo", Word("after"), Word)).text == "after!"
    finally:
        studio.kill()
        studio.wait()


async def test_a_watcher_hears_what_a_room_publishes(places: Places) -> None:
    async with open_socket_bus("playout", places) as playout:
        async with watch(places, "playout") as seen, asyncio.timeout(3):
            await asyncio.sleep(0.05)
            await playout.publish("playout.status", Word("on"))
            assert await anext(seen) == ("playout.status", {"type": "Word", "text": "on"})
    with pytest.raises(OSError):
        async with watch(places, "playout"):
            pass
