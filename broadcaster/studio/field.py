"""Which cameras there are, and which are off the air. In: `SetCameras`, a snapshot. Out: cameras shut, slate taken.

切走我 is done where frames come in: a camera that is away passes no frame on, so that no mixer, decoder, monitor or
recorder can show or sound it whatever it is set to. A picture that shows one becomes slate in the same moment. A camera
that is held (拒绝拍摄) is shut in the same place for all but its original, which goes on.
"""

import time
from collections.abc import Callable

from broadcaster.studio.ingest.camera import Cameras
from broadcaster.studio.program.switch import Switch
from episodes.commands import Done, SetCameras
from episodes.shot import SLATE, Shot
from runtime.bus.protocol import Refused


class Field:
    """Answers `studio.cameras`."""

    def __init__(self, cameras: Cameras, switch: Switch, changed: Callable[[], None]) -> None:
        self._cameras, self._switch, self._changed = cameras, switch, changed

    async def hear(self, command: SetCameras) -> Done:
        """The cameras as they shall be. Safe to repeat. Raises Refused `expired`."""
        if command.expires_utc_ns and time.time_ns() > command.expires_utc_ns:
            raise Refused("expired")
        self.set(command.cameras, command.away, command.held)
        return Done()

    def set(self, names: tuple[str, ...], away: tuple[str, ...], held: tuple[str, ...] = ()) -> None:
        """As `SetCameras` and `Snapshot` have it."""
        self._cameras.expect(names)
        for camera in self._cameras:
            camera.away, camera.held = camera.name in away, camera.name in held
        shut = {*away, *held}
        if self._switch.cued in shut:
            self._switch.cue(SLATE)
        pending = self._switch.pending
        if {*self._switch.on_air.sources, *(pending.sources if pending else ())} & shut:
            self._switch.take(Shot(), None, lambda: None)
        self._changed()
