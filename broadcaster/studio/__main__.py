"""`python -m broadcaster.studio --config PATH`: the studio's process."""

import asyncio
import sys

import uvloop

from broadcaster.studio.app import run
from runtime.room import run_room

if __name__ == "__main__":
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    sys.exit(run_room("studio", run))
