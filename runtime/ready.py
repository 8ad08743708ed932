"""How a process tells its supervisor that it answers. In: a descriptor number in the environment. Out: bytes.

`1` once, when it is ready; a dot every second while its event loop turns. A supervisor that hears neither for long ends
the process and begins it again.
"""

import asyncio
import contextlib
import functools
import os

VARIABLE = "DAYLIGHT_READY_FD"
BEAT_S = 1.0


@functools.cache
def _descriptor() -> int | None:
    # Taken out of the environment: to our own children the number would mean something else.
    number = os.environ.pop(VARIABLE, "")
    if not number.isdecimal():
        return None
    with contextlib.suppress(OSError):
        os.set_blocking(int(number), False)
        return int(number)
    return None


def mark_ready() -> None:
    """Say it; without a supervisor it does nothing."""
    _say(b"1")


async def beat() -> None:
    """Say every second that the loop turns, until cancelled."""
    while _say(b"."):  # noqa: ASYNC110 - it is the turning of the loop that is told
        await asyncio.sleep(BEAT_S)


def _say(word: bytes) -> bool:
    """False when nobody listens. The supervisor may be gone already: then the kernel is about to end us, too."""
    descriptor = _descriptor()
    if descriptor is None:
        return False
    try:
        os.write(descriptor, word)
    except BlockingIOError:
        pass  # it stands still itself
    except OSError:
        return False
    return True
