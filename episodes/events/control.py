"""Facts of the control room: cameras, sources, outputs, delay, the desk. In: checked values. Out: frozen structs."""

from typing import Literal, TypeAlias

from episodes.events.base import Event
from episodes.shot import HoldReason, Layout, Transition


class CameraBound(Event, frozen=True, kw_only=True):
    """A device holds `camera` from now on. The token itself is nowhere but with the device."""

    camera: str
    device_id: str
    by: str


class SourceTaken(Event, frozen=True, kw_only=True):
    """`source` is a camera's name, `slate`, `hold` (with its `reason`) or `clip:<id>`; `second` stands beside it."""

    source: str
    by: str
    layout: Layout = "full"
    second: str = ""
    reason: HoldReason | Literal[""] = ""
    then: str = ""
    transition: Transition = "cut"


class PictureFrozen(Event, frozen=True, kw_only=True):
    """The picture was held, or let run again."""

    on: bool
    by: str


class SoundSet(Event, frozen=True, kw_only=True):
    """Whose sound is heard from now on (`mic` empty: the picture's), who is muted, gains in dB."""

    mic: str
    muted: tuple[str, ...]
    gains_db: dict[str, float]
    by: str


class ClipAdded(Event, frozen=True, kw_only=True):
    """A film was made ready for air."""

    clip_id: str
    name: str
    seconds: float
    by: str


class ClipRemoved(Event, frozen=True, kw_only=True):
    """A film was removed; its files are gone."""

    clip_id: str
    by: str


class OutputSet(Event, frozen=True, kw_only=True):
    """An output was added or edited. Its address is encrypted in the store and in no event."""

    output_id: str
    name: str
    by: str


class OutputWanted(Event, frozen=True, kw_only=True):
    """A person started (`on`) or stopped an output; a stopped one stays stopped."""

    output_id: str
    on: bool
    by: str


class CustodiansNamed(Event, frozen=True, kw_only=True):
    """From the next recording on, these must come together to open a camera's original; `keys` are public ones."""

    names: tuple[str, ...]
    keys: tuple[str, ...]
    by: str


class OriginalsOpened(Event, frozen=True, kw_only=True):
    """A camera's sealed originals are about to be opened with every custodian's key; recorded before they are."""

    camera: str
    files: tuple[str, ...]
    custodians: tuple[str, ...]
    by: str
    why: str


class OutputTurned(Event, frozen=True, kw_only=True):
    """A person had an output connect anew, on its main or its spare address (`use`)."""

    output_id: str
    use: str
    by: str


class OutputTried(Event, frozen=True, kw_only=True):
    """A test push before the show: whether the platform took it, else the stable `reason`."""

    output_id: str
    ok: bool
    reason: str
    by: str


class DelaySet(Event, frozen=True, kw_only=True):
    delay_s: float
    by: str


class DeskTaken(Event, frozen=True, kw_only=True):
    """`by` holds the director's desk from now on; `how`: `free`, `accepted` (an offer), `silent` (the holder's)."""

    by: str
    how: Literal["free", "accepted", "silent", "again"]
    before: str = ""


class DeskOffered(Event, frozen=True, kw_only=True):
    """The holder offers the desk to the account `to`; an empty one takes the offer back."""

    to: str
    by: str


class DeskReleased(Event, frozen=True, kw_only=True):
    by: str


class CamerasSet(Event, frozen=True, kw_only=True):
    """The episode's cameras as they are from now on; a plan's approval stands."""

    cameras: tuple[str, ...]
    by: str


class CameraAway(Event, frozen=True, kw_only=True):
    """切走我: whoever holds this phone took its picture and sound away; `on_air` says whether it was the show's."""

    camera: str
    device_id: str
    on_air: bool


class CameraBack(Event, frozen=True, kw_only=True):
    """The camera may be taken again; `by` is an account or `device:<id>`."""

    camera: str
    by: str


class PromptSent(Event, frozen=True, kw_only=True):
    """The director's words to one phone or several."""

    prompt_id: str
    cameras: tuple[str, ...]
    text: str
    by: str


class PromptHeard(Event, frozen=True, kw_only=True):
    prompt_id: str
    camera: str
    device_id: str


class AlarmAcknowledged(Event, frozen=True, kw_only=True):
    """Somebody saw the alarm that began at `since_utc_ns`; it stays until what it tells of is over."""

    room: str
    code: str
    about: str
    since_utc_ns: int
    by: str


ControlFact: TypeAlias = (
    CameraBound
    | SourceTaken
    | PictureFrozen
    | SoundSet
    | ClipAdded
    | ClipRemoved
    | OutputSet
    | OutputWanted
    | CustodiansNamed
    | OriginalsOpened
    | OutputTurned
    | OutputTried
    | DelaySet
    | DeskTaken
    | DeskOffered
    | DeskReleased
    | CamerasSet
    | CameraAway
    | CameraBack
    | PromptSent
    | PromptHeard
    | AlarmAcknowledged
)
