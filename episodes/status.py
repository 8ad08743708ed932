"""What the rooms report, twice a second or when it changes. In and out: bus messages with units in their names."""

from typing import Literal

from episodes.edits import Edit
from episodes.outputs import Use
from episodes.shot import HoldReason, Layout, SoundPlan
from runtime.bus.protocol import Message

CameraState = Literal["waiting", "live", "stalled", "lost", "away", "held"]
OutputState = Literal["stopped", "connecting", "live", "stalled", "failing", "refused", "given_up"]
AlarmLevel = Literal["warning", "alarm"]


class CameraStatus(Message, frozen=True, kw_only=True):
    """One camera as the studio sees it; `since_utc_ns` is when `state` began. `away`: its holder took it off."""

    camera: str
    state: CameraState
    device_id: str = ""
    since_utc_ns: int = 0
    codec: str = ""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    kbps: float = 0.0
    loss_percent: float = 0.0
    level_db: float = -90.0


class RenditionStatus(Message, frozen=True, kw_only=True):
    """A further rendition that is being encoded (`episodes.renditions`)."""

    name: str
    fps: float
    late_frames: int


class ClipStatus(Message, frozen=True, kw_only=True):
    """An open clip: cued at its first frame or playing, and how much of it is left."""

    clip_id: str
    playing: bool
    seconds: float
    left_s: float
    level_db: float = -90.0


class StudioStatus(Message, frozen=True, kw_only=True):
    """studio → `studio.status`: what is on air, what the picture has heard (`scene_seq`), who is decoded and heard.

    `on_air` is a camera's name, `slate`, `hold` or `clip:<id>`; `airing` names every camera and clip one sees, `heard`
    whose sound it is. `on_screen` names the graphics visible now: `card:<test_id>`, `question:<question_id>`, `strap`,
    `law`, `tip_line`. `frozen_s` is how long the picture stands, 0 when it runs. `fps_wanted` is below the programme's
    rate while the machine is short. `slated`: the slate covers whatever is on air.
    """

    epoch: int
    ready: bool
    utc_ns: int
    on_air: str
    cued: str
    scene_seq: int
    fps: float
    late_frames: int
    level_db: float
    cameras: tuple[CameraStatus, ...]
    on_screen: tuple[str, ...] = ()
    layout: Layout = "full"
    second: str = ""
    reason: HoldReason | Literal[""] = ""
    airing: tuple[str, ...] = ()
    slated: bool = False
    frozen_s: float = 0.0
    fps_wanted: float = 0.0
    heard: str = ""
    sound: SoundPlan = SoundPlan()
    clips: tuple[ClipStatus, ...] = ()
    renditions: tuple[RenditionStatus, ...] = ()
    cores: int = 0
    """Of the studio's machine: what it can carry is counted in them."""

    def shows(self, camera: str) -> bool:
        """Whether a camera or clip is on air, as the main picture or beside it."""
        return camera == self.on_air or camera in self.airing


class OutputStatus(Message, frozen=True, kw_only=True):
    """One output: `reason` is a stable word (`refused`, `timeout`, `reset`, `unresolved`, …), `says` its own.

    `live` means that the peer's kernel acknowledged programme within the last seconds, `stalled` that it stopped doing
    so, `given_up` that a person must decide (`reason` `tries` or `window`). `slow` while `live`: frames are lost.
    """

    output_id: str
    name: str
    state: OutputState
    reason: str = ""
    says: str = ""
    kbps: float = 0.0
    acked_bytes: int = 0
    retry_in_s: float = 0.0
    tries: int = 0
    dropped_frames: int = 0
    use: Use = "main"
    acked_ago_s: float = 0.0
    """Since the last proof of arrival."""


class PlayoutStatus(Message, frozen=True, kw_only=True):
    """playout → `playout.status`. `filled_s` of `delay_s` is held; `public` says what the public sees now.

    `why` says why it is no programme: `start` (the delay fills), `dump`, `kill`, `gap` (nothing came from the studio).
    `edits` are the last hour's, and a KILL that stands.
    """

    epoch: int
    utc_ns: int
    episode_id: str
    delay_s: float
    filled_s: float
    public: Literal["off", "slate", "program", "black"]
    public_seq: int
    recording: bool
    outputs: tuple[OutputStatus, ...]
    renditions: tuple[str, ...] = ()
    """Which further renditions outputs on air ask for: the studio encodes these."""
    why: Literal["", "start", "dump", "kill", "gap"] = ""
    since_utc_ns: int = 0
    """When the public began to see it: the out time of its first frame."""
    edits: tuple[Edit, ...] = ()


class PublicPosition(Message, frozen=True, kw_only=True):
    """playout → `playout.position`: every record up to `seq` may be public now; `utc_ns` is when that was.

    But for those that `edits` took from the public with their picture.
    """

    seq: int
    utc_ns: int
    episode_id: str
    edits: tuple[Edit, ...] = ()


class Alarm(Message, frozen=True, kw_only=True):
    """Any room → `alarms`: `code` is a stable word (`disk_full`, `camera_lost`, …); `cleared` ends it."""

    room: str
    code: str
    level: AlarmLevel
    about: str = ""
    utc_ns: int = 0
    cleared: bool = False
