"""PURE. 流程单. In: segments with their cues, how far the show is, the time. Out: where we are, what is next, over.

The list is the producer's before the show and the director's during it; `standing` is all that a page, a phone or the
host's view needs of it. A list carries a version: who saves upon another version than the one kept is refused. What
has begun stays on the list, so that a show can always be told as it went.
"""

import msgspec

from episodes.segments import Cue, RunOfShow, Segment, checked, with_cameras, without_camera
from runtime.problems import UserProblem

__all__ = [
    "Cue",
    "NextCue",
    "Progress",
    "RunOfShow",
    "Segment",
    "Standing",
    "begun",
    "checked",
    "cue_of",
    "edited",
    "following",
    "given",
    "next_cue",
    "planned_starts",
    "standing",
    "with_cameras",
    "without_camera",
]
_NS = 1_000_000_000


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the show is: the segment that runs, when each began, the cues that were given."""

    segment_id: str = ""
    began: dict[str, int] = {}
    given: tuple[str, ...] = ()


class NextCue(msgspec.Struct, frozen=True):
    """A cue that waits, with its segment."""

    segment: Segment
    cue: Cue


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where the show is at one moment.

    `left_s` is what the running segment has left, negative when it runs over. `over_s` is how much later than agreed
    the show will end if all that follows keeps to its length: positive 超时, negative 提前. `ends_utc_ns` is that end.
    """

    segment: Segment | None
    following: Segment | None
    cue: NextCue | None
    elapsed_s: float
    left_s: float
    over_s: float
    ends_utc_ns: int


def edited(run: RunOfShow, base: int, segments: tuple[Segment, ...], progress: Progress, *, editor: str) -> RunOfShow:
    """The list after an edit made upon version `base`; `editor` is who made the version that stands.

    Raises UserProblem `run_changed` when somebody else saved meanwhile, `run_begun` when what has begun would be lost.
    """
    if base != run.version:
        raise UserProblem(
            "run_changed",
            "%(name)s刚保存了流程单第%(version)s版。你的改动还在这一页，没有丢，也没有存。请先看对方的版本。",
            409,
            name=editor,
            version=run.version,
        )
    made = RunOfShow(version=run.version + 1, segments=segments)
    for segment_id in progress.began:
        if run.at(segment_id) >= 0 and made.at(segment_id) < 0:
            title = run.segments[run.at(segment_id)].title
            raise UserProblem("run_begun", "“%(title)s”已经播了，不能从流程单里删掉。", 409, title=title)
    return made


def begun(run: RunOfShow, progress: Progress, segment_id: str, now_utc_ns: int) -> Progress:
    """The progress once `segment_id` runs. A segment gone back to begins anew; its cues may be given again."""
    at = run.at(segment_id)
    if at < 0:
        raise UserProblem("no_segment", "流程单里没有这个环节，请刷新。", 404)
    cues = {cue.cue_id for cue in run.segments[at].cues}
    began = {name: since for name, since in progress.began.items() if name != segment_id}
    return Progress(
        segment_id=segment_id,
        began={**began, segment_id: now_utc_ns},
        given=tuple(each for each in progress.given if each not in cues),
    )


def given(run: RunOfShow, progress: Progress, cue_id: str, now_utc_ns: int) -> Progress:
    """The progress once a cue was given. A cue of a later segment begins that segment; those before it are skipped."""
    found = cue_of(run, cue_id)
    if progress.segment_id != found.segment.segment_id and run.at(found.segment.segment_id) > run.at(
        progress.segment_id
    ):
        progress = begun(run, progress, found.segment.segment_id, now_utc_ns)
    kept = tuple(each for each in progress.given if each != cue_id)
    return msgspec.structs.replace(progress, given=(*kept, cue_id))


def cue_of(run: RunOfShow, cue_id: str) -> NextCue:
    """A cue by its id. Raises UserProblem `no_cue`."""
    for segment in run.segments:
        for cue in segment.cues:
            if cue.cue_id == cue_id:
                return NextCue(segment, cue)
    raise UserProblem("no_cue", "流程单里没有这一步，请刷新。", 404)


def next_cue(run: RunOfShow, progress: Progress) -> NextCue | None:
    """The first cue not given from the running segment on, after the last that was given in it; None at the end."""
    start = max(0, run.at(progress.segment_id))
    for n, segment in enumerate(run.segments[start:]):
        done = [at for at, cue in enumerate(segment.cues) if cue.cue_id in progress.given] if n == 0 else []
        first = done[-1] + 1 if done else 0
        if first < len(segment.cues):
            return NextCue(segment, segment.cues[first])
    return None


def following(run: RunOfShow, progress: Progress) -> Segment | None:
    """The segment after the running one; the first while none runs; None at the end."""
    after = run.at(progress.segment_id) + 1
    return run.segments[after] if after < len(run.segments) else None


def planned_starts(run: RunOfShow, anchor_utc_ns: int) -> tuple[int, ...]:
    """When each segment begins by the plan, in UTC ns, for a show that begins at `anchor_utc_ns`."""
    starts, at = [], anchor_utc_ns
    for segment in run.segments:
        starts.append(at)
        at += segment.seconds * _NS
    return tuple(starts)


def standing(run: RunOfShow, progress: Progress, *, anchor_utc_ns: int, length_s: int, now_utc_ns: int) -> Standing:
    """Where the show is. `anchor_utc_ns` is when it went on air (before: when it shall), `length_s` what was agreed.

    While no segment runs, the show stands before its first one.
    """
    at = run.at(progress.segment_id)
    due = anchor_utc_ns + length_s * _NS
    if at < 0:
        ends = max(anchor_utc_ns, now_utc_ns) + run.seconds * _NS
        return Standing(
            segment=None,
            following=following(run, progress),
            cue=next_cue(run, progress),
            elapsed_s=0.0,
            left_s=0.0,
            over_s=(ends - due) / _NS,
            ends_utc_ns=ends,
        )
    segment = run.segments[at]
    since = progress.began.get(segment.segment_id, now_utc_ns)
    until = since + segment.seconds * _NS
    rest = sum(each.seconds for each in run.segments[at + 1 :])
    ends = max(now_utc_ns, until) + rest * _NS
    return Standing(
        segment=segment,
        following=following(run, progress),
        cue=next_cue(run, progress),
        elapsed_s=(now_utc_ns - since) / _NS,
        left_s=(until - now_utc_ns) / _NS,
        over_s=(ends - due) / _NS,
        ends_utc_ns=ends,
    )
