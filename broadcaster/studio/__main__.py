"""`python -m broadcaster.studio --config PATH`: the studio's process."""

import asyncio
import contextlib
import os
import sys

import cv2
import uvloop

from broadcaster.studio.app import run
from runtime.room import run_room

_AHEAD = -5


def _go_ahead_of_pages() -> None:
    """A frame that is late is lost, a page that is late is late: where we may, we are served first."""
    with contextlib.suppress(OSError):
        os.nice(_AHEAD)


if __name__ == "__main__":
    _go_ahead_of_pages()
    # A picture is scaled faster than a pool of threads without names would share it out.
    cv2.setNumThreads(1)
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    sys.exit(run_room("studio", run))
