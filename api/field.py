"""Keeps the field as the desk has it. In: the store, phones' words, the studio's status. Out: `SetCameras`, alarms.

The desk's list of cameras and of who is away is the wish, the studio's status the fact; whenever they differ (a camera
added to the episode on air, a restarted studio, a lost message) the wish is sent again.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from api.phones import EMPTY_PERCENT, Phones
from api.rooms import Rooms
from episodes.commands import Done, SetCameras
from episodes.status import Alarm, AlarmLevel
from runtime.bus.protocol import Bus, BusError
from runtime.clock import Clock
from runtime.log import get
from store import Store
from store.episodes import current

LOOK_AGAIN_S = 1.0
EXPIRES_S = 3.0
_STUDIO_S = 2.0
_NS = 1_000_000_000
_log = get("field")


class Field:
    """`tell` at once for a deed, `run` whenever the fact differs."""

    def __init__(self, store: Store, bus: Bus, clock: Clock, rooms: Rooms, phones: Phones) -> None:
        self._store, self._bus, self._clock = store, bus, clock
        self._rooms, self._phones = rooms, phones
        self._low: dict[str, Alarm] = {}
        self._leaving: Counter[str] = Counter()
        self._holding: Counter[str] = Counter()
        self._gone = asyncio.Event()
        self.writing = asyncio.Lock()
        """Who goes and who comes back is written down one at a time."""

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            await self._clock.sleep(LOOK_AGAIN_S)
            if await self._differs():
                await self.tell()
            await self._batteries()

    @contextmanager
    def leaving(self, camera: str) -> Iterator[None]:
        """`camera` counts as away while its going is being written down."""
        self._leaving[camera] += 1
        try:
            yield
        finally:
            self._leaving[camera] -= 1
            self._gone.set()

    @contextmanager
    def holding(self, cameras: Iterable[str]) -> Iterator[None]:
        """`cameras` count as held while the objection to them is being written down."""
        held = tuple(cameras)
        self._holding.update(held)
        try:
            yield
        finally:
            self._holding.subtract(held)

    async def has_gone(self, camera: str) -> None:
        """Wait until a going that was pressed before is written down: a 回来 never overtakes its 切走我."""
        while self._leaving[camera]:
            self._gone.clear()
            await self._gone.wait()

    async def tell(self) -> bool:
        """Send the wish now. False when nobody took it; it will be sent again."""
        cameras, gone = await self._cameras(), tuple(sorted(self._away()))
        message = SetCameras(
            cameras=cameras,
            away=gone,
            held=self._held(),
            command_id=secrets.token_hex(8),
            expires_utc_ns=self._clock.utc_ns() + round(EXPIRES_S * _NS),
        )
        try:
            async with asyncio.timeout(_STUDIO_S):
                await self._bus.request("studio.cameras", message, Done)
        except (BusError, TimeoutError) as error:
            _log.warning("the studio did not hear its cameras", away=gone, why=str(error))
            return False
        return True

    def _away(self) -> set[str]:
        return {*self._phones.away, *(camera for camera, times in self._leaving.items() if times)}

    def _held(self) -> tuple[str, ...]:
        return tuple(sorted({*self._phones.held, *(camera for camera, times in self._holding.items() if times > 0)}))

    async def _cameras(self) -> tuple[str, ...]:
        async with self._store.read() as session:
            episode = await current(session)
        return tuple(episode.cameras) if episode else ()

    async def _differs(self) -> bool:
        studio = self._rooms.studio
        if studio is None or not studio.ready:
            return False
        there = {each.camera: each.state for each in studio.cameras}
        away = {camera for camera, state in there.items() if state == "away"}
        held = {camera for camera, state in there.items() if state == "held"}
        wanted, gone = set(await self._cameras()), self._away() & there.keys()
        # Away outranks held: of a camera that is both the studio says the first.
        return not wanted <= there.keys() or away != gone or held != (set(self._held()) & there.keys()) - gone

    async def _batteries(self) -> None:
        """A phone that runs down is an alarm of the desk's own, told once and cleared."""
        low = self._phones.low()
        for camera, percent in low.items():
            level: AlarmLevel = "alarm" if percent <= EMPTY_PERCENT else "warning"
            before = self._low.get(camera)
            if before is None or before.level != level:
                alarm = Alarm(room="desk", code="battery_low", level=level, about=camera, utc_ns=self._clock.utc_ns())
                self._low[camera] = alarm
                await self._bus.publish("alarms", alarm)
        for camera in self._low.keys() - low.keys():
            gone = self._low.pop(camera)
            await self._bus.publish(
                "alarms", Alarm(room="desk", code=gone.code, level=gone.level, about=camera, cleared=True)
            )
