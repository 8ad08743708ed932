"""One camera, as long as the studio lives. In: sessions that come and go, and their frames. Out: frames to every tap.

A tap is called on the event loop for each frame, in order, and must not block. `Camera` also knows its own state:
waiting (never seen), live, stalled (no frame for `stall_s`), lost (nothing at all for three seconds, or the session
has ended). A lost phone whose session still waits is live again with its next packet.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from broadcaster.studio.frames import EncodedFrame
from broadcaster.studio.ingest.ice import VANISHED_NS
from broadcaster.studio.ingest.rtp import NO_LEVEL
from episodes.status import CameraState, CameraStatus

Tap = Callable[[EncodedFrame], None]
_SILENCE_DB = -90.0
_WINDOW_NS = 2_000_000_000


@dataclass(slots=True)
class Link:
    """What a session tells of its camera: the session fills it, the camera reads it."""

    device_id: str
    ask_key: Callable[[], None]
    level_dbov: Callable[[], int]
    silent_ns: Callable[[], int]
    """How long nothing at all has come from the phone."""
    has_sound: bool = False
    kbps: float = 0.0
    loss_percent: float = 0.0


class Camera:
    """A place where a phone's session plugs in."""

    def __init__(self, name: str, stall_ns: int) -> None:
        self.name = name
        self._stall_ns = stall_ns
        self._taps: list[Tap] = []
        self._link: Link | None = None
        self._state: CameraState = "waiting"
        self._since_utc_ns = 0
        self._last: EncodedFrame | None = None
        self._frames: list[int] = []
        self.sessions = 0
        self.away = False
        """Its holder took it off: frames end here."""
        self.held = False
        """The inspected object to filming: frames end here for all but the original."""
        self._originals: list[Tap] = []

    def plug(self, link: Link) -> int:
        """A new session; answers its number, which its frames carry."""
        self._link = link
        self.sessions += 1
        self._last = None
        self._frames.clear()
        return self.sessions

    def unplug(self, link: Link) -> None:
        """The session is over; a newer one stays untouched."""
        if self._link is link:
            self._link = None

    def frame(self, frame: EncodedFrame) -> None:
        """A frame of the present session."""
        if frame.session != self.sessions or self.away:
            return
        if frame.kind == "video":
            self._last = frame
            self._frames.append(frame.arrival_ns)
        for tap in (*self._originals, *(() if self.held else self._taps)):
            tap(frame)

    def tap(self, tap: Tap, *, original: bool = False) -> Callable[[], None]:
        """Call `tap` with every frame from now on; answers how to end it. An `original` hears a held camera too."""
        taps = self._originals if original else self._taps
        taps.append(tap)

        def end() -> None:
            if tap in taps:
                taps.remove(tap)

        return end

    def ask_key(self) -> None:
        """Ask the phone for a key frame; nothing when there is none."""
        if self._link is not None:
            self._link.ask_key()

    @property
    def connected(self) -> bool:
        """Whether a phone is there, sending or not."""
        return self._link is not None and not self.vanished

    @property
    def vanished(self) -> bool:
        """Nothing has come from the phone for so long that it is gone; its session waits for it a while longer."""
        return self._link is not None and self._link.silent_ns() > VANISHED_NS

    @property
    def plugged(self) -> bool:
        """Whether a session is open, with or without its phone."""
        return self._link is not None

    @property
    def has_sound(self) -> bool:
        """Whether the present session agreed on sound."""
        return self._link is not None and self._link.has_sound

    @property
    def codec(self) -> str:
        """`h264`, `vp8`, or nothing before the first frame."""
        return self._last.codec if self._last else ""

    @property
    def shut(self) -> Literal["", "away", "held"]:
        """Why nothing of it may be shown or heard; away outranks held."""
        return "away" if self.away else "held" if self.held else ""

    def state(self, now_ns: int, utc_ns: int) -> CameraState:
        """What it is now."""
        found = self._found(now_ns)
        if found != self._state:
            self._state, self._since_utc_ns = found, utc_ns
        return found

    def _found(self, now_ns: int) -> CameraState:
        if self.shut:
            return self.shut
        if self._link is None or self.vanished:
            return "lost" if self.sessions else "waiting"
        if self._last is None:
            return "waiting"
        return "live" if now_ns - self._last.arrival_ns <= self._stall_ns else "stalled"

    def status(self, now_ns: int, utc_ns: int) -> CameraStatus:
        """For `studio.status`."""
        state, link, last = self.state(now_ns, utc_ns), self._link, self._last
        self._frames = [arrival for arrival in self._frames if now_ns - arrival <= _WINDOW_NS]
        level = link.level_dbov() if link and not self.shut else NO_LEVEL
        return CameraStatus(
            camera=self.name,
            state=state,
            device_id=link.device_id if link else "",
            since_utc_ns=self._since_utc_ns,
            codec=last.codec if last else "",
            width=last.width if last else 0,
            height=last.height if last else 0,
            fps=round(len(self._frames) * 1e9 / _WINDOW_NS, 1),
            kbps=round(link.kbps, 1) if link else 0.0,
            loss_percent=round(link.loss_percent, 2) if link else 0.0,
            level_db=max(_SILENCE_DB, float(level)) if level != NO_LEVEL else _SILENCE_DB,
        )


class Cameras:
    """All of them, by name."""

    def __init__(self, stall_s: float, most: int) -> None:
        self._stall_ns = int(stall_s * 1e9)
        self._most = most
        self._all: dict[str, Camera] = {}

    def __iter__(self) -> Iterator[Camera]:
        return iter(list(self._all.values()))

    def get(self, name: str) -> Camera | None:
        """The camera, or None when nobody has named it yet."""
        return self._all.get(name)

    def named(self, name: str) -> Camera:
        """The camera, made when it is new."""
        if name not in self._all:
            self._all[name] = Camera(name, self._stall_ns)
        return self._all[name]

    def expect(self, names: tuple[str, ...]) -> None:
        """The episode's cameras: shown as waiting before they come; ones that left the episode go when unplugged."""
        for name in names:
            self.named(name)
        for name in [n for n, camera in self._all.items() if n not in names and not camera.plugged]:
            del self._all[name]

    def has_room(self, name: str) -> bool:
        """Whether one more may connect; a camera that is connected already is only replaced."""
        others = sum(camera.connected for camera in self._all.values() if camera.name != name)
        return others < self._most
