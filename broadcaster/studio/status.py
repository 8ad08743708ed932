"""What the studio tells the house. In: every part's counts. Out: `studio.status` twice a second and on change, alarms.

An alarm is published when it begins and once more, cleared, when it ends.
"""

import asyncio
import time
from collections.abc import Callable, Mapping

from episodes.shot import FREEZE_ALARM_S
from episodes.status import Alarm, CameraStatus, StudioStatus
from runtime.bus.protocol import Bus
from runtime.log import get

_EVERY_S = 0.5
_SUBJECT = "studio.status"
_MANY_LATE = 3
_CALM_TURNS = 10
_log = get("studio.status")


class Alarms:
    """Which alarms are on."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._on: dict[tuple[str, str], Alarm] = {}

    async def set(self, wanted: Mapping[tuple[str, str], bool]) -> None:
        """Keys are (code, about), values whether it is an alarm (else a warning); what is missing is cleared."""
        for key, loud in wanted.items():
            if key not in self._on:
                alarm = Alarm(
                    room="studio",
                    code=key[0],
                    about=key[1],
                    level="alarm" if loud else "warning",
                    utc_ns=time.time_ns(),
                )
                self._on[key] = alarm
                _log.warning("alarm", code=key[0], about=key[1])
                await self._bus.publish("alarms", alarm)
        for key in set(self._on) - set(wanted):
            before = self._on.pop(key)
            await self._bus.publish(
                "alarms",
                Alarm(
                    room="studio", code=before.code, about=before.about, level=before.level, utc_ns=time.time_ns(),
                    cleared=True,
                ),
            )  # fmt: skip


class Reporter:
    """Publishes. `poke` asks for a report now, from the event loop."""

    def __init__(
        self,
        bus: Bus,
        report: Callable[[], StudioStatus],
        originals: Callable[[], Mapping[str, str]],
        short: Callable[[], bool],
    ) -> None:
        self._bus, self._report, self._originals, self._short = bus, report, originals, short
        self._alarms = Alarms(bus)
        self._changed = asyncio.Event()
        self._late = 0
        self._falling = False
        self._calm = 0

    def poke(self) -> None:
        self._changed.set()

    async def run(self) -> None:
        while True:
            status = self._report()
            await self._bus.publish(_SUBJECT, status)
            await self._alarms.set(self._wanted(status))
            try:
                async with asyncio.timeout(_EVERY_S):
                    await self._changed.wait()
            except TimeoutError:
                # Only a full interval counts: a poke after a tenth of a second would judge on nothing.
                self._judge(status.late_frames - self._late)
                self._late = status.late_frames
            self._changed.clear()

    def _judge(self, late: int) -> None:
        if late >= _MANY_LATE:
            self._calm, self._falling = 0, True
        elif self._falling:
            self._calm += 1
            self._falling = self._calm < _CALM_TURNS

    def _wanted(self, status: StudioStatus) -> dict[tuple[str, str], bool]:
        wanted = {
            ("camera_lost", camera.camera): status.shows(camera.camera) for camera in status.cameras if _gone(camera)
        }
        wanted |= {(what, camera): True for camera, what in self._originals().items()}
        if self._falling:
            wanted["studio_slow", ""] = True
        if self._short():
            wanted["frame_rate", f"{status.fps_wanted:g}"] = True
        if status.frozen_s >= FREEZE_ALARM_S:
            wanted["picture_frozen", ""] = True
        return wanted


def _gone(camera: CameraStatus) -> bool:
    return camera.state in {"lost", "stalled"}
