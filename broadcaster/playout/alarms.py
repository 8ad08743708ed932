"""What a person must know now. In: what is wrong, and that it is over. Out: `Alarm`s on the bus.

A standing alarm is said again every ten seconds: a desk that was away hears only what comes after its return.
"""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from episodes.status import Alarm, AlarmLevel
from runtime.channel import Channel, Policy
from runtime.clock import Clock

_AGAIN_S = 10.0


class Alarms:
    """Raise and clear from anywhere on the loop; `run` says them."""

    def __init__(self, room: str, clock: Clock) -> None:
        self._room = room
        self._clock = clock
        self._standing: dict[tuple[str, str], Alarm] = {}
        self._news: Channel[Alarm] = Channel(64, Policy.DROP_OLDEST, f"{room} alarms")

    def raise_(self, code: str, about: str, level: AlarmLevel = "alarm") -> None:
        """Something is wrong; said once, and again while it stands."""
        if (code, about) in self._standing:
            return
        alarm = Alarm(room=self._room, code=code, level=level, about=about, utc_ns=self._clock.utc_ns())
        self._standing[code, about] = alarm
        self._news.put_nowait(alarm)

    def clear(self, code: str, about: str) -> None:
        """It is over."""
        alarm = self._standing.pop((code, about), None)
        if alarm:
            self._news.put_nowait(msgspec.structs.replace(alarm, cleared=True, utc_ns=self._clock.utc_ns()))

    async def run(self, publish: Callable[[str, Alarm], Awaitable[None]]) -> None:
        """Say what is new, and what stands, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._repeat())
            async for alarm in self._news:
                await publish("alarms", alarm)

    async def _repeat(self) -> None:
        while True:
            await self._clock.sleep(_AGAIN_S)
            for alarm in self._standing.values():
                self._news.put_nowait(alarm)
