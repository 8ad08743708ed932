"""Chooses the carrier. In: settings and a room's name. Out: that room's end of the bus."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from runtime.bus.protocol import Bus
from runtime.bus.sockets import open_socket_bus
from runtime.places import Places
from runtime.ready import mark_ready
from runtime.settings.model import Settings


@asynccontextmanager
async def open_bus(settings: Settings, room: str) -> AsyncIterator[Bus]:
    """The room's end while in the context. From entering it on, the room counts as started."""
    chosen = settings.bus
    carrier: AbstractAsyncContextManager[Bus]
    if chosen.kind == "nats":
        # Half the time a room takes to load the bus, and most houses have no NATS: a killed room shall be back soon.
        from runtime.bus.nats import open_nats_bus  # noqa: PLC0415

        carrier = open_nats_bus(room, chosen.nats_url, prefix=chosen.prefix, timeout_s=chosen.request_timeout_s)
    else:
        places = Places(settings.server.var)
        places.prepare()
        carrier = open_socket_bus(room, places, chosen.request_timeout_s)
    async with carrier as bus:
        mark_ready()
        yield bus
