"""How every process begins and ends. In: `--config PATH` and a coroutine. Out: an exit code.

0 after SIGTERM or SIGINT, 2 with one plain sentence when starting again cannot help, 1 after a fault.
"""

import argparse
import asyncio
import contextlib
import faulthandler
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from runtime import log
from runtime.children import name_process, wait_by_pidfd
from runtime.problems import CannotStart
from runtime.ready import beat
from runtime.settings import Settings, SettingsError, load
from runtime.supervise import Background, leaks

CANNOT_START = 2
_SLOW_END_S = 3.0


def run_room(room: str, main: Callable[[Settings], Awaitable[None]], argv: Sequence[str] | None = None) -> int:
    """Load the settings, set up the log, run `main(settings)` until it ends or a signal cancels it."""
    parser = argparse.ArgumentParser(prog=f"daylight-{room}")
    parser.add_argument("--config", type=Path, default=None)
    chosen = parser.parse_args(argv)
    name_process(f"dl-{room}")
    try:
        settings = load(chosen.config)
        log.setup(settings, room)
        wait_by_pidfd()
        # Asked by who is about to end us because we stand still: where do we?
        faulthandler.register(signal.SIGUSR2, all_threads=True)
        asyncio.run(_until_told(room, main, settings))
    except (SettingsError, CannotStart) as error:
        print(error, file=sys.stderr)  # noqa: T201 - for the person who started it, not for the log
        return CANNOT_START
    except asyncio.CancelledError:
        return 0
    except Exception:  # noqa: BLE001 - the last place to say what happened
        log.get(room).exception("ended by a fault")
        return 1
    return 0


async def _until_told(room: str, main: Callable[[Settings], Awaitable[None]], settings: Settings) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    slow: list[asyncio.TimerHandle] = []

    def told() -> None:
        if task and not slow:
            slow.append(loop.call_later(_SLOW_END_S, _say_what_holds, room))
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told)
    async with Background() as tasks:
        tasks.start("beat", beat())
        with contextlib.suppress(asyncio.CancelledError):
            await main(settings)
    for timer in slow:
        timer.cancel()
    left = leaks()
    if left:
        log.get(room).warning("left behind", leaks=list(left))


def _say_what_holds(room: str) -> None:
    """Told to end and not ended yet: name every task and the line it stands at, before somebody kills us."""
    for task in asyncio.all_tasks():
        where = "; ".join(f"{f.f_code.co_filename}:{f.f_lineno}" for f in task.get_stack(limit=3))
        log.get(room).warning("still ending", task=task.get_name(), where=where)
