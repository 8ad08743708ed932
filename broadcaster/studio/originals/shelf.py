"""All cameras' originals. In: the episode on air, told by playout, and the cameras. Out: one running tape for each."""

import asyncio
from functools import partial
from typing import Self

from broadcaster.recording import RecordingEvent
from broadcaster.studio.ingest.camera import Cameras
from broadcaster.studio.originals.tape import Tape
from runtime.custody.custodians import Custody
from runtime.custody.envelope import CannotSeal, Custodian
from runtime.log import get
from runtime.media import MediaStore
from runtime.places import Places
from runtime.supervise import Background

_log = get("studio.originals")
_LOOK_S = 0.2
_UNSEALED = "no_custodians"
_WRONG = frozenset({"disk_full", "disk_error", "stalled", "lost"})


class Shelf:
    """Starts a tape for every camera that sends while an episode is on air; lives as long as its block."""

    def __init__(self, cameras: Cameras, places: Places) -> None:
        self._cameras, self._media = cameras, MediaStore(places.media)
        self._custody = Custody(places.var)
        self._tapes: dict[str, tuple[Tape, asyncio.Task[None]]] = {}
        self._tasks = Background()
        self._episode = self._wanted = ""
        self.trouble: dict[str, str] = {}
        """What is wrong, by camera: `disk_full`, `disk_error`, `stalled`, `lost` or `no_custodians`."""

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._stop()
        await self._tasks.__aexit__(*exc)

    def on_air(self, episode_id: str) -> None:
        """Playout says which episode is on air; empty for none."""
        self._wanted = episode_id

    async def run(self) -> None:
        """Keep the tapes equal to what is on air."""
        while True:
            if self._wanted != self._episode:
                await self._stop()
                self._episode = self._wanted
            if self._episode:
                self._start()
            await asyncio.sleep(_LOOK_S)

    def _custodians(self, camera: str) -> tuple[Custodian, ...]:
        """Whom to seal to; nobody when they cannot be read: then nothing is recorded, least of all in clear."""
        try:
            found = self._custody.ready()
        except CannotSeal as error:
            if self.trouble.get(camera) != _UNSEALED:
                _log.error("an original cannot be sealed and is not recorded", camera=camera, why=str(error))
            self.trouble[camera] = _UNSEALED
            return ()
        if self.trouble.get(camera) == _UNSEALED:
            del self.trouble[camera]
        return found

    def _start(self) -> None:
        for camera in self._cameras:
            known = self._tapes.get(camera.name)
            if camera.codec and (known is None or known[1].done()):
                custodians = self._custodians(camera.name)
                if not custodians:
                    continue
                folder = self._media.originals(self._episode, camera.name)
                tape = Tape(camera, folder, custodians, partial(self._heard, camera.name))
                self._tapes[camera.name] = (tape, self._tasks.start(f"original {camera.name}", tape.run()))

    async def _stop(self) -> None:
        tapes, self._tapes = self._tapes, {}
        for tape, _ in tapes.values():
            tape.stop()
        if tapes:
            await asyncio.wait([task for _, task in tapes.values()])
        self.trouble.clear()

    def _heard(self, camera: str, event: RecordingEvent) -> None:
        if event.what in _WRONG:
            self.trouble[camera] = event.what
        elif event.what == "writing":
            self.trouble.pop(camera, None)
