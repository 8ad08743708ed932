"""What one process asks of another, and the answers. In and out: bus messages, one docstring each: sender → receiver.

A command carries its id, the epoch of the studio it is meant for and an expiry; it is never replayed. `epoch` 0 means
any. An expired or misdirected command is refused with the code `expired` or `epoch`.
"""

from typing import Literal

from episodes.edits import Edit
from episodes.events import AnyEvent
from episodes.outputs import OutputPolicy, Use
from episodes.renditions import RenditionName
from episodes.shot import HoldReason, Layout, Shot, SoundPlan, Transition
from runtime.bus.protocol import Message


class Done(Message, frozen=True):
    """Any responder → asker: it is done."""


class Command(Message, frozen=True, kw_only=True):
    """Header of everything that changes a room's state."""

    command_id: str
    epoch: int = 0
    expires_utc_ns: int = 0


# -- desk → studio ---------------------------------------------------------------------------------------------------


class Cue(Command, frozen=True, kw_only=True):
    """desk → `studio.cue`: ask the camera for a keyframe and start decoding it, or open a clip at its first frame."""

    source: str


class Take(Command, frozen=True, kw_only=True):
    """desk → `studio.take`: put a shot on air: cameras, a clip, `slate`, or `hold` with its reason (`episodes.shot`).

    Refused also with `layout`, `second`, `reason`, `then` (the shot cannot be), `no_clip`.
    """

    source: str
    layout: Layout = "full"
    second: str = ""
    reason: HoldReason | Literal[""] = ""
    then: str = ""
    transition: Transition = "cut"

    @property
    def shot(self) -> Shot:
        """All of it but the way it comes."""
        return Shot(source=self.source, layout=self.layout, second=self.second, reason=self.reason, then=self.then)


class Freeze(Command, frozen=True, kw_only=True):
    """desk → `studio.freeze`: hold the last picture, or run on. Refused: `nothing_to_freeze` (a card is on air)."""

    on: bool


class SetSound(Command, frozen=True, kw_only=True):
    """desk → `studio.sound`: whose sound is heard from now on, whole: the same one again changes nothing."""

    plan: SoundPlan


class SetCameras(Command, frozen=True, kw_only=True):
    """desk → `studio.cameras`: the episode's cameras as they shall be. Sent again whenever the studio's differ.

    Of those in `away` (切走我) nothing is heard or shown; a picture that shows one becomes slate at once. Those in
    `held` (拒绝拍摄) are as little heard or shown, but their originals go on.
    """

    cameras: tuple[str, ...]
    away: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


class OfferTalk(Message, frozen=True, kw_only=True):
    """desk → `studio.talk`: the director's microphone. Refused as `studio.whip`."""

    sdp: str


class AimTalk(Command, frozen=True, kw_only=True):
    """desk → `studio.talk.aim`: while `on`, that microphone is heard by `camera`'s phone, or by all (empty)."""

    session_id: str
    camera: str
    on: bool


class OfferCamera(Message, frozen=True, kw_only=True):
    """desk → `studio.whip`: a phone's WHIP offer; the desk has already checked the token.

    Refused codes: `bad_sdp` (400), `two_videos` (422), `unsupported` (422), `full` (503), `starting` (503).
    """

    camera: str
    device_id: str
    sdp: str


class OfferMonitor(Message, frozen=True, kw_only=True):
    """desk → `studio.whep`: a staff page wants `source` (a camera's name or `program`). Also `not_live` (409).

    `talkback` with `listener`, a camera's name: its phone wants the director's voice.
    """

    source: str
    sdp: str
    listener: str = ""


class Answered(Message, frozen=True, kw_only=True):
    """studio → desk: the SDP answer, the session's unguessable id and its quoted ETag."""

    session_id: str
    sdp: str
    etag: str


class Trickle(Message, frozen=True, kw_only=True):
    """desk → `studio.trickle`: more candidates, or an ICE restart when the fragment brings other credentials.

    Refused: `gone` (404; also when the session is not one `of` that endpoint), `stale` (412), `bad_sdp` (400).
    """

    session_id: str
    etag: str
    fragment: str
    of: str = ""


class Trickled(Message, frozen=True, kw_only=True):
    """studio → desk: empty for candidates; after a restart the studio's new credentials and the session's new ETag."""

    etag: str = ""
    fragment: str = ""


class EndSession(Message, frozen=True, kw_only=True):
    """desk → `studio.end`: close a WHIP or WHEP session. Refused: `gone`, also when it is not one `of` that endpoint.

    `of` is `camera <name>` or `monitor <source>`; empty is any.
    """

    session_id: str
    of: str = ""


# -- studio → desk ---------------------------------------------------------------------------------------------------


class SnapshotAsked(Message, frozen=True, kw_only=True):
    """studio → `desk.snapshot`: what must be on the picture now? Asked at start and after a gap in `records`."""

    epoch: int


class RecordMade(Message, frozen=True, kw_only=True):
    """desk → `records`, in order, each public fact once written: `seq` is its place in the record log.

    Staff facts advance `seq` with `event` None, so that everybody sees gaps.
    """

    seq: int
    utc_ns: int
    event: AnyEvent | None


class Snapshot(Message, frozen=True, kw_only=True):
    """desk → studio: the live episode's public facts up to `seq`, in order, the shot last taken and the sound's plan.

    `source` to `then` are the shot's, `back` is what follows a clip, `taken_utc_ns` when it was taken. `frozen`: the
    picture was held; the frame itself is gone with the studio that held it.
    """

    seq: int
    episode_id: str
    records: tuple[RecordMade, ...]
    source: str
    cameras: tuple[str, ...]
    away: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    """Both as in `SetCameras`."""
    layout: Layout = "full"
    second: str = ""
    reason: HoldReason | Literal[""] = ""
    then: str = ""
    back: Shot = Shot()
    taken_utc_ns: int = 0
    frozen: bool = False
    sound: SoundPlan = SoundPlan()

    @property
    def shot(self) -> Shot:
        """The shot last taken."""
        return Shot(source=self.source, layout=self.layout, second=self.second, reason=self.reason, then=self.then)


# -- desk → playout --------------------------------------------------------------------------------------------------


class OutputSpec(Message, frozen=True, kw_only=True):
    """One destination. `url` and `spare_url` are secrets: they go to the worker by pipe and are never logged."""

    output_id: str
    name: str
    url: str
    on: bool
    rendition: RenditionName = "main"
    spare_url: str = ""
    use: Use = "main"
    """Which address a person chose to begin with."""
    turn: int = 0
    """Counts a person's presses of reconnect and of the other address: another number begins anew at once."""
    policy: OutputPolicy = OutputPolicy()


class SetOutputs(Command, frozen=True, kw_only=True):
    """desk → `playout.outputs`: all outputs of the episode as they shall be now."""

    outputs: tuple[OutputSpec, ...]


class TryOutput(Command, frozen=True, kw_only=True):
    """desk → `playout.try`: push the slate to `output` for `seconds`, off air. Refused: `on_air`, `busy`, `seconds`."""

    output: OutputSpec
    seconds: float


class PushTried(Message, frozen=True, kw_only=True):
    """playout → desk: how a test push went. `reason` and `says` are those of `OutputStatus`; empty when it was well."""

    ok: bool
    reason: str = ""
    says: str = ""
    sent_bytes: int = 0
    acked_bytes: int = 0
    rtt_ms: float = 0.0
    took_s: float = 0.0


class SetAir(Command, frozen=True, kw_only=True):
    """desk → `playout.air`: go on air with `episode_id` (records, HLS and outputs begin) or end (empty)."""

    episode_id: str
    delay_s: float


class SetDelay(Command, frozen=True, kw_only=True):
    """desk → `playout.delay`."""

    delay_s: float


class Dump(Command, frozen=True, kw_only=True):
    """desk → `playout.dump`: take what has not been sent, or the last `seconds` of programme, from the public.

    `command_id` becomes the edit's id. Refused: `off_air`, `seconds`.
    """

    by: str
    reason: str
    seconds: float | None = None


class Kill(Command, frozen=True, kw_only=True):
    """desk → `playout.kill`: black and silence on everything public, connections kept. Refused: `off_air`."""

    by: str
    reason: str


class Restore(Command, frozen=True, kw_only=True):
    """desk → `playout.restore`: end the KILL; the delay is honoured anew. Refused: `off_air`, `not_killed`."""

    by: str
    reason: str


class Edited(Message, frozen=True, kw_only=True):
    """playout → desk: the edit as it stands now; `durable` unless the disk took more than a second."""

    edit: Edit
    durable: bool
