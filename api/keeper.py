"""Keeps one room running. In: its argument list and how to pace restarts. Out: a process, begun again when it ends.

A child that ends with code 2 has already said in one sentence why it cannot start: it is not begun again.
"""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runtime.children import Child
from runtime.clock import SystemClock
from runtime.log import get
from runtime.ready import VARIABLE
from runtime.room import CANNOT_START
from runtime.supervise import Background, Backoff

_log = get("supervisor")
_NS = 1_000_000_000
_MOST_SAID = 4096
_LOOK_S = 1.0


@dataclass(frozen=True, slots=True)
class Room:
    """One kind of child: how long it may take to end, and whether its own good end ends everything."""

    name: str
    argv: tuple[str, ...]
    grace_s: float = 5.0
    backoff: Backoff = field(default_factory=lambda: Backoff(first_s=0.1, most_s=5.0, healthy_s=10.0))
    ends_all: bool = False
    reports_ready: bool = True
    patience_s: float = 0.0
    """Ended when its loop has not turned for so long once it was ready; 0 is never."""


class Keeper:
    """Runs one room until told to stop. `over` holds an exit code once this room's end must end everything."""

    def __init__(self, room: Room, over: "asyncio.Future[int]", env: Mapping[str, str]) -> None:
        self.room = room
        self.ready = asyncio.Event()
        self.starts = 0
        self.child: Child | None = None
        self._over = over
        self._env = dict(env)
        self._stopping = asyncio.Event()
        self._answered = False
        self._silent_s = 0.0
        self._clock = SystemClock()

    async def run(self) -> None:
        """Start, wait, start again: sooner after a long healthy run, later after each quick failure."""
        failures = 0
        while not self._stopping.is_set():
            began_ns = self._clock.mono_ns()
            code = await self._once()
            if self._stopping.is_set() or self._ends_everything(code):
                return
            long = self._clock.mono_ns() - began_ns >= self.room.backoff.healthy_s * _NS
            # On a busy machine a room can take long to fail: only one that once answered was well.
            healthy = long and (self._answered or not self.room.reports_ready)
            failures = 1 if healthy else failures + 1
            wait_s = self.room.backoff.wait_s(failures)
            _log.warning("ended", child=self.room.name, how=_how(code), failures=failures, again_in_s=wait_s)
            await self._pause(wait_s)

    async def stop(self) -> None:
        """End it and do not begin again."""
        self._stopping.set()
        if self.child:
            await self.child.stop(self.room.grace_s)

    def kill(self) -> None:
        """At once, without grace."""
        self._stopping.set()
        if self.child and self.child.returncode is None:
            self.child.signal(signal.SIGKILL)

    async def _once(self) -> int:
        reader, writer = os.pipe()
        loop = asyncio.get_running_loop()
        try:
            env = {**self._env, VARIABLE: str(writer) if self.room.reports_ready else ""}
            self.child = await Child.start(self.room.name, self.room.argv, env=env, pass_fds=(writer,))
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        self.starts += 1
        self._answered = False
        loop.add_reader(reader, self._heard, reader)
        try:
            async with Background() as tasks:
                tasks.start(f"watch {self.room.name}", self._watch(self.child))
                # Told to stop while it was being started: `stop` did not see it yet.
                return await (self.child.stop(self.room.grace_s) if self._stopping.is_set() else self.child.wait())
        finally:
            self.ready.clear()
            loop.remove_reader(reader)
            os.close(reader)

    def _heard(self, reader: int) -> None:
        said = os.read(reader, _MOST_SAID)
        self._silent_s = 0.0
        if b"1" in said:
            self._answered = True
            self.ready.set()
        if not said:
            asyncio.get_running_loop().remove_reader(reader)

    async def _watch(self, child: Child) -> None:
        """End a room that stands still. Counted in our own seconds: while we stood still ourselves it may have, too."""
        while self.room.patience_s:
            await asyncio.sleep(_LOOK_S)
            self._silent_s = self._silent_s + _LOOK_S if self.ready.is_set() and not self._stopping.is_set() else 0.0
            if self._silent_s > self.room.patience_s:
                _log.error("stands still: ended", child=self.room.name, pid=child.pid, silent_s=self._silent_s)
                # It writes where it stands to the log, if it still can.
                child.signal(signal.SIGUSR2)
                await asyncio.sleep(_LOOK_S)
                child.signal(signal.SIGKILL)
                return

    def _ends_everything(self, code: int) -> bool:
        if code == CANNOT_START or (code == 0 and self.room.ends_all):
            if not self._over.done():
                self._over.set_result(code)
            return True
        return False

    async def _pause(self, wait_s: float) -> None:
        try:
            async with asyncio.timeout(wait_s):
                await self._stopping.wait()
        except TimeoutError:
            return


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


async def stop_in_order(groups: Sequence[Sequence[Keeper]]) -> None:
    """Stop the keepers group by group, those of one group together."""
    for keepers in groups:
        async with asyncio.TaskGroup() as group:
            for keeper in keepers:
                group.create_task(keeper.stop(), name=f"stop {keeper.room.name}")
