"""Looking over a room's shoulder. In: the sockets' folder and a room. Out: what it publishes, as (subject, JSON value).

For tests, benches and an operator's eyes; a watcher has no room of its own and nobody waits for it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from runtime import unix
from runtime.bus.frames import Hello, Publish, pack, read
from runtime.places import Places


@asynccontextmanager
async def watch(places: Places, room: str) -> AsyncIterator[AsyncIterator[tuple[str, dict[str, Any]]]]:
    """Everything `room` publishes from now on, until it goes away. Raises OSError when it is not there."""
    reader, writer = await unix.connect(places.bus_socket(room))

    async def messages() -> AsyncIterator[tuple[str, dict[str, Any]]]:
        while (frame := await read(reader)) is not None:
            if isinstance(frame, Publish):
                yield frame.subject, msgspec.msgpack.decode(frame.body)

    try:
        writer.write(pack(Hello("watcher", watching=True)))
        await writer.drain()
        yield messages()
    finally:
        writer.close()
