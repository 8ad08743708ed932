"""Who is decoded. In: the switch's wants and the cameras. Out: decoders and sounds running for just those.

A camera that is wanted no more keeps its decoder for half a second, long enough for the cut's crossfade. All on the
event loop; ended threads are joined when they have ended, and at the close.
"""

import time

from broadcaster.studio.ingest.camera import Cameras
from broadcaster.studio.program.decode import Decoder
from broadcaster.studio.program.runner import Programme
from broadcaster.studio.program.sound import CameraSound, Mixer
from broadcaster.studio.program.switch import Switch
from runtime.settings.model import Encode

_GRACE_NS = 500_000_000


class Decks:
    """Keeps the decoders equal to what the switch wants."""

    def __init__(self, cameras: Cameras, switch: Switch, programme: Programme, mixer: Mixer, encode: Encode) -> None:
        self._cameras, self._switch, self._programme, self._mixer = cameras, switch, programme, mixer
        self._encode = encode
        self._running: dict[str, Decoder] = {}
        self._unwanted_ns: dict[str, int] = {}
        self._ending: list[Decoder] = []

    def update(self) -> None:
        """Start and stop what the switch asks for."""
        wanted, now = self._switch.wanted, time.monotonic_ns()
        for name in wanted:
            self._unwanted_ns.pop(name, None)
            if name not in self._running:
                self._start(name)
        for name in set(self._running) - wanted:
            since = self._unwanted_ns.setdefault(name, now)
            if now - since >= _GRACE_NS:
                self._stop(name)
        for decoder in [d for d in self._ending if d.ended]:
            decoder.join()
            self._ending.remove(decoder)

    def close(self) -> None:
        """Stop and join all."""
        for name in tuple(self._running):
            self._stop(name)
        for decoder in self._ending:
            decoder.join()
        self._ending.clear()

    @property
    def trouble(self) -> dict[str, int]:
        """Encoded frames dropped and decode errors by camera."""
        return {name: decoder.dropped + decoder.errors for name, decoder in self._running.items()}

    def _start(self, name: str) -> None:
        camera = self._cameras.named(name)
        decoder = Decoder(camera, self._encode.width, self._encode.height)
        decoder.start()
        self._running[name] = decoder
        self._mixer.add(name, CameraSound(camera, lambda: decoder.lag_ns))
        self._programme.decoders = dict(self._running)

    def _stop(self, name: str) -> None:
        decoder = self._running.pop(name)
        self._unwanted_ns.pop(name, None)
        self._programme.decoders = dict(self._running)
        self._mixer.remove(name)
        decoder.stop()
        self._ending.append(decoder)
