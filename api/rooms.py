"""What studio and playout last said of themselves. In: status messages and alarms. Out: the newest, and how fresh.

The one place of the desk that hears `studio.status`, `playout.status` and `alarms`; others listen here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

from episodes.status import Alarm, PlayoutStatus, StudioStatus
from runtime.bus.protocol import Bus
from runtime.clock import Clock

FRESH_S = 3.0
"""A room not heard for so long is away."""
_NS = 1_000_000_000


class Rooms:
    """The newest status of each room. `listeners` are called after each message; they must not block."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._heard_ns: dict[str, int] = {}
        self.last_studio: StudioStatus | None = None
        self.last_playout: PlayoutStatus | None = None
        self.alarms: dict[tuple[str, str, str], Alarm] = {}
        """By room, code and what it is about; a cleared alarm leaves."""
        self.acknowledged: dict[tuple[str, str, str], int] = {}
        """Alarms somebody saw, with when they began: the same trouble begun anew is open again."""
        self.listeners: list[Callable[[], None]] = []
        self.listening = asyncio.Event()

    @property
    def studio(self) -> StudioStatus | None:
        """The studio's last word, or None when it has been silent."""
        return self.last_studio if self._is_fresh("studio") else None

    @property
    def playout(self) -> PlayoutStatus | None:
        """Playout's last word, or None when it has been silent."""
        return self.last_playout if self._is_fresh("playout") else None

    async def run(self) -> None:
        """Hear until cancelled."""
        async with (
            self._bus.subscribe("studio.status", StudioStatus, bound=16) as studio,
            self._bus.subscribe("playout.status", PlayoutStatus, bound=16) as playout,
            self._bus.subscribe("alarms", Alarm, bound=256) as alarms,
        ):
            self.listening.set()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._hear_studio(studio), name="hear studio")
                tasks.create_task(self._hear_playout(playout), name="hear playout")
                tasks.create_task(self._hear_alarms(alarms), name="hear alarms")

    async def _hear_studio(self, messages: AsyncIterator[StudioStatus]) -> None:
        async for message in messages:
            self.last_studio = message
            self._heard("studio")

    async def _hear_playout(self, messages: AsyncIterator[PlayoutStatus]) -> None:
        async for message in messages:
            self.last_playout = message
            self._heard("playout")

    async def _hear_alarms(self, messages: AsyncIterator[Alarm]) -> None:
        async for message in messages:
            key = (message.room, message.code, message.about)
            if message.cleared:
                self.alarms.pop(key, None)
                self.acknowledged.pop(key, None)
            else:
                self.alarms[key] = message
            self._heard("alarms")

    def acknowledge(self, alarm: Alarm) -> None:
        """Somebody saw it."""
        self.acknowledged[alarm.room, alarm.code, alarm.about] = alarm.utc_ns
        self.stir()

    def is_acknowledged(self, alarm: Alarm) -> bool:
        return self.acknowledged.get((alarm.room, alarm.code, alarm.about)) == alarm.utc_ns

    def _heard(self, room: str) -> None:
        self._heard_ns[room] = self._clock.mono_ns()
        self.stir()

    def stir(self) -> None:
        """Something the pages or phones show has changed."""
        for listener in self.listeners:
            listener()

    def _is_fresh(self, room: str) -> bool:
        heard_ns = self._heard_ns.get(room)
        return heard_ns is not None and self._clock.mono_ns() - heard_ns < FRESH_S * _NS
