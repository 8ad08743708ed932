"""Every fact the record log can hold. In: values already checked by a rule. Out: frozen, tagged, versioned structs.

`audience` says who may learn it: `public` facts travel to the picture and, once the public clock has reached them,
to the pages; `staff` facts never leave the staff's rooms. An embargoed name appears in no event before
`TargetRevealed`. Every event is described in docs/protocol.md; a test compares.
"""

from typing import ClassVar, Literal, TypeAlias

import msgspec

from episodes.draw import AbortReason, PassReason, Purpose, Route
from episodes.shot import HoldReason, Layout, Transition

Family = Literal["screening", "measurement"]
Verdict = Literal["negative", "positive", "invalid", "within", "over"]
Comparator = Literal[">=", ">", "<=", "<", "within"]
Graphic = Literal["card", "question", "strap", "law", "tip_line"]
Decision = Literal["approved", "held", "hidden"]
Audience = Literal["public", "staff"]


class Event(msgspec.Struct, frozen=True, tag_field="kind", tag=True, kw_only=True):
    """A fact. `episode_id` is empty for facts that belong to no episode."""

    audience: ClassVar[Audience] = "staff"
    episode_id: str = ""


class PublicEvent(Event, frozen=True, kw_only=True):
    """A fact the public may learn, at its programme time plus the broadcast delay."""

    audience: ClassVar[Audience] = "public"


# -- programme and episodes ------------------------------------------------------------------------------------------


class ProgrammeSet(Event, frozen=True, kw_only=True):
    """A programme with its slots: each week on `weekday` (0 is Monday, -1 none), each month on `days`.

    `starts` is local `HH:MM`; `on_holiday` is keep, drop, before or after.
    """

    programme_id: str
    name: str
    agency: str
    weekday: int
    starts: str
    minutes: int
    timezone: str = "Asia/Shanghai"
    days: tuple[int, ...] = ()
    on_holiday: Literal["keep", "drop", "before", "after"] = "keep"


class HolidaysSet(Event, frozen=True, kw_only=True):
    """Days of the holiday table as `2026-10-01 holiday` or `2026-10-10 working`."""

    days: tuple[str, ...]
    by: str


class EpisodePlanned(Event, frozen=True, kw_only=True):
    """`title` and `theme` are withheld from the public until the episode is live, or for ever when they would tell."""

    programme_id: str
    number: int
    title: str
    theme: str
    starts_utc_ns: int
    cameras: tuple[str, ...] = ()
    rehearsal: bool = False


class EpisodeApproved(Event, frozen=True, kw_only=True):
    by: str
    legal_basis: str


class EpisodeWentLive(PublicEvent, frozen=True, kw_only=True):
    """Carries what the header shows, so that picture and pages need nothing else."""

    number: int
    programme: str
    agency: str
    title: str
    theme: str
    rehearsal: bool = False
    demo: bool = False


class EpisodeEnded(PublicEvent, frozen=True, kw_only=True):
    pass


class EpisodePublished(PublicEvent, frozen=True, kw_only=True):
    pass


class TargetSealed(Event, frozen=True, kw_only=True):
    """A target exists: `commitment` is hex SHA-256 of salt and content; the name stays sealed in the store."""

    target_id: str
    ordinal: int
    commitment: str


class TargetViewed(Event, frozen=True, kw_only=True):
    """Somebody on the staff looked into the sealed box."""

    target_id: str
    by: str


class TargetRevealed(PublicEvent, frozen=True, kw_only=True):
    target_id: str
    ordinal: int
    name: str
    place: str


class SelectionRecorded(Event, frozen=True, kw_only=True):
    """By which route a target was chosen; `evidence` is hex SHA-256 of the evidence, which rests sealed."""

    target_id: str
    route: Route
    evidence: str
    by: str


# -- the draw --------------------------------------------------------------------------------------------------------


class DrawPoolLoaded(Event, frozen=True, kw_only=True):
    """A list of candidates was loaded; names are in no event."""

    pool_id: str
    candidates: int
    by: str


class DrawPrepared(Event, frozen=True, kw_only=True):
    """A pool was frozen; `excluded` counts who was left out by reason, `pool` is its hash, `lock` the first share's."""

    draw_id: str
    purpose: Purpose
    route: Route
    attempt: int
    pool: str
    candidates: int
    excluded: dict[str, int]
    lock: str
    by: str


class DrawCommitted(PublicEvent, frozen=True, kw_only=True):
    """Two people hold half a secret each; all is fixed and the public value named. `committed` is the terms' hash."""

    draw_id: str
    purpose: Purpose
    attempt: int
    committed: str
    pool: str
    locks: tuple[str, str]
    source: str
    source_name: str
    round: int
    at_utc_ns: int


class DrawWitnessed(Event, frozen=True, kw_only=True):
    """Somebody typed the public figures; the second one types them unseen."""

    draw_id: str
    agreed: bool
    by: str


class DrawValued(PublicEvent, frozen=True, kw_only=True):
    draw_id: str
    value: str
    signature: str


class DrawShareGiven(Event, frozen=True, kw_only=True):
    """A holder handed in their half; the half itself rests sealed."""

    draw_id: str
    by: str


class DrawHeld(PublicEvent, frozen=True, kw_only=True):
    """The draw was made; who was drawn is sealed."""

    draw_id: str
    places: int


class OfficersDrawn(Event, frozen=True, kw_only=True):
    draw_id: str
    officers: tuple[str, ...]


class DrawGaveWay(Event, frozen=True, kw_only=True):
    """A drawn target that could not be inspected gave way, to the next ticket unless `next_target_id` is empty."""

    draw_id: str
    target_id: str
    reason: PassReason
    next_target_id: str
    by: str


class DrawAborted(PublicEvent, frozen=True, kw_only=True):
    """Given up, and counted; `state` is how far it had come."""

    draw_id: str
    purpose: Purpose
    attempt: int
    state: str
    reason: AbortReason


class DrawDisclosed(PublicEvent, frozen=True, kw_only=True):
    """After the last reveal: both shares, so that anyone can run the draw again."""

    draw_id: str
    shares: tuple[str, str]
    seed: str


class DrawAudited(Event, frozen=True, kw_only=True):
    """Somebody took the auditor's copy, which names the pool."""

    draw_id: str
    by: str


# -- rapid tests -----------------------------------------------------------------------------------------------------


class RapidTestStarted(PublicEvent, frozen=True, kw_only=True):
    """A sample is under test; `minutes` is the method's usual duration. `stall_code` never is a trade name."""

    test_id: str
    sample_no: str
    item: str
    food_category: str
    batch: str
    stall_code: str
    method_id: str
    method: str
    family: Family
    unit: str
    reagent_batch: str
    reagent_expires: str
    device_id: str
    tester: str
    minutes: float = 0.0


class ReadingEntered(Event, frozen=True, kw_only=True):
    """The tester's reading; `value` is a decimal in text, empty when `invalid`."""

    test_id: str
    value: str
    unit: str
    invalid: bool
    by: str


class ReadingMismatched(Event, frozen=True, kw_only=True):
    """The reviewer's blind reading differs: nothing airs, both enter again."""

    test_id: str
    by: str


class RapidTestReviewed(PublicEvent, frozen=True, kw_only=True):
    """Two people read the same: the preliminary result, with all that a result must carry."""

    test_id: str
    verdict: Verdict
    family: Family
    item: str
    sample_no: str
    method: str
    value: str
    unit: str
    comparator: Comparator
    limit: str
    basis: str
    tester: str
    reviewer: str
    read_utc_ns: int


class RapidTestWithdrawn(PublicEvent, frozen=True, kw_only=True):
    test_id: str
    by: str


class RapidTestCorrected(PublicEvent, frozen=True, kw_only=True):
    """Replaces the result of `test_id`; `what` says in one line what was wrong, `result` is the new reading."""

    test_id: str
    what: str
    reason: str
    result: RapidTestReviewed


class RapidTestVoided(PublicEvent, frozen=True, kw_only=True):
    test_id: str
    reason: str


class SampleDispatched(PublicEvent, frozen=True, kw_only=True):
    test_id: str
    laboratory: str


class LabConcluded(PublicEvent, frozen=True, kw_only=True):
    test_id: str
    compliant: bool
    report_no: str


# -- findings and the timeline ---------------------------------------------------------------------------------------


class FindingOpened(PublicEvent, frozen=True, kw_only=True):
    """`where` is a code (stall, sample number) until the record is served; `sentence` derives from the checklist."""

    finding_id: str
    key_item: bool
    where: str
    sentence: str
    measure: str = ""


class FindingVerified(PublicEvent, frozen=True, kw_only=True):
    finding_id: str


class TimelinePosted(PublicEvent, frozen=True, kw_only=True):
    """A host's line of text in the 图文."""

    entry_id: str
    text: str
    by: str


class PastFiguresSet(PublicEvent, frozen=True, kw_only=True):
    """Totals reported before this system kept the record; `demo` marks invented or borrowed figures as such."""

    as_of: str
    demo: bool
    episodes: int
    views_at_least: int
    entities_inspected: int
    findings: int
    findings_verified: int
    cases_filed: int
    business_suspensions: int
    platform_delisting_orders: int
    hygiene_grade_downgrades: int


# -- questions and graphics ------------------------------------------------------------------------------------------


class MessageDecided(Event, frozen=True, kw_only=True):
    """A moderator's decision on a chat message; the text itself stays in the chat's tables."""

    message_id: str
    decision: Decision
    by: str
    reason: str = ""


class QuestionApproved(PublicEvent, frozen=True, kw_only=True):
    """`mentions_result` makes the strap carry 初筛，非最终结论."""

    question_id: str
    text: str
    nickname: str
    mentions_result: bool
    by: str


class QuestionOnScreen(PublicEvent, frozen=True, kw_only=True):
    question_id: str


class QuestionCleared(PublicEvent, frozen=True, kw_only=True):
    """Off the picture; unanswered it queues again, `removed` a moderator took its approval back."""

    question_id: str
    answered: bool
    removed: bool = False


class StrapShown(PublicEvent, frozen=True, kw_only=True):
    """A lower third: an officer with credential number, or a guest (`credential` empty)."""

    name: str
    title: str
    credential: str = ""


class LawCardShown(PublicEvent, frozen=True, kw_only=True):
    statute: str
    article: str
    plain: str


class TipLineShown(PublicEvent, frozen=True, kw_only=True):
    address: str
    phone: str = "12315"


class CardShown(PublicEvent, frozen=True, kw_only=True):
    """Put the current card of `test_id` back on the picture; its words come from the test's state."""

    test_id: str


class GraphicCleared(PublicEvent, frozen=True, kw_only=True):
    graphic: Graphic


# -- the control room ------------------------------------------------------------------------------------------------


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


# -- people ----------------------------------------------------------------------------------------------------------


class ProgrammeDumped(Event, frozen=True, kw_only=True):
    """A stretch of programme was taken from the public; what it had shown of the record is withheld."""

    edit_id: str
    seconds: float | None
    from_utc_ns: int
    to_utc_ns: int
    after_seq: int
    made_utc_ns: int
    by: str
    reason: str


class ProgrammeKilled(Event, frozen=True, kw_only=True):
    """Everything public went black, from this programme time on."""

    edit_id: str
    from_utc_ns: int
    after_seq: int
    made_utc_ns: int
    by: str
    reason: str


class ProgrammeRestored(Event, frozen=True, kw_only=True):
    """A KILL was ended: what is made from this programme time on becomes public."""

    edit_id: str
    to_utc_ns: int
    restored_utc_ns: int
    by: str
    reason: str


class WithheldReleased(Event, frozen=True, kw_only=True):
    """Facts that a DUMP or KILL had withheld were given to the public after all."""

    seqs: tuple[int, ...]
    by: str
    reason: str


class EntitiesImported(Event, frozen=True, kw_only=True):
    """A file of businesses was brought in: what it was and what became of its rows, no name of any."""

    import_id: str
    sha256: str
    rows: int
    added: int
    changed: int
    same: int
    bad: int
    by: str


class UserAdded(Event, frozen=True, kw_only=True):
    user_id: str
    name: str
    roles: tuple[str, ...]


class RolesSet(Event, frozen=True, kw_only=True):
    user_id: str
    roles: tuple[str, ...]
    by: str


class TipsCheckpointed(Event, frozen=True, kw_only=True):
    """A signed checkpoint of the tips' own log: its size and head, nothing of its contents."""

    size: int
    head: str
    signature: str


AnyEvent: TypeAlias = (
    ProgrammeSet
    | HolidaysSet
    | EpisodePlanned
    | EpisodeApproved
    | EpisodeWentLive
    | EpisodeEnded
    | EpisodePublished
    | TargetSealed
    | TargetViewed
    | TargetRevealed
    | SelectionRecorded
    | DrawPoolLoaded
    | DrawPrepared
    | DrawCommitted
    | DrawWitnessed
    | DrawValued
    | DrawShareGiven
    | DrawHeld
    | OfficersDrawn
    | DrawGaveWay
    | DrawAborted
    | DrawDisclosed
    | DrawAudited
    | RapidTestStarted
    | ReadingEntered
    | ReadingMismatched
    | RapidTestReviewed
    | RapidTestWithdrawn
    | RapidTestCorrected
    | RapidTestVoided
    | SampleDispatched
    | LabConcluded
    | FindingOpened
    | FindingVerified
    | TimelinePosted
    | PastFiguresSet
    | MessageDecided
    | QuestionApproved
    | QuestionOnScreen
    | QuestionCleared
    | StrapShown
    | LawCardShown
    | TipLineShown
    | CardShown
    | GraphicCleared
    | CameraBound
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
    | ProgrammeDumped
    | ProgrammeKilled
    | ProgrammeRestored
    | WithheldReleased
    | DeskTaken
    | DeskOffered
    | DeskReleased
    | CamerasSet
    | CameraAway
    | CameraBack
    | PromptSent
    | PromptHeard
    | AlarmAcknowledged
    | EntitiesImported
    | UserAdded
    | RolesSet
    | TipsCheckpointed
)
