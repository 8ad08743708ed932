"""`python -m broadcaster.playout --config PATH`: the playout process, until SIGTERM."""

import sys

from broadcaster.playout.room import PlayoutRoom
from runtime.bus import open_bus
from runtime.room import run_room
from runtime.settings import Settings


async def main(settings: Settings) -> None:
    async with open_bus(settings, "playout") as bus:
        await PlayoutRoom(settings, bus).run()


if __name__ == "__main__":
    sys.exit(run_room("playout", main))
