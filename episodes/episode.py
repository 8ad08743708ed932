"""An episode from plan to publication. In: its state, a deed, the time. Out: events, or a UserProblem.

planned → approved → live → ended → published. What an approval is of, and whose it may be: `episodes.approval`. A
programme has a weekly slot; its next starts are computed in its own time zone.
"""

from collections.abc import Collection
from enum import StrEnum

import msgspec

from episodes.events import (
    AnyEvent,
    ApprovalVoided,
    EpisodeApproved,
    EpisodeEnded,
    EpisodePlanned,
    EpisodePublished,
    EpisodeWentLive,
    ProgrammeSet,
)
from runtime.problems import UserProblem
from runtime.words import N_

_MOST_TITLE = 40
_MOST_MINUTES = 24 * 60
_REHEARSALS = 100_000
"""Rehearsals are numbered beyond all shows; the picture says the show's own number."""


class State(StrEnum):
    """Where an episode stands."""

    PLANNED = "planned"
    APPROVED = "approved"
    LIVE = "live"
    ENDED = "ended"
    PUBLISHED = "published"


MOVES: dict[tuple[State, type[AnyEvent]], State] = {
    (State.PLANNED, EpisodeApproved): State.APPROVED,
    (State.APPROVED, EpisodeWentLive): State.LIVE,
    (State.LIVE, EpisodeEnded): State.ENDED,
    (State.ENDED, EpisodePublished): State.PUBLISHED,
    # On air a target that somebody chose may still be added: it is approved before its reveal.
    (State.LIVE, EpisodeApproved): State.LIVE,
    (State.PLANNED, EpisodePlanned): State.PLANNED,
    # Whether the approval still holds after a change is `episodes.approval`'s to say.
    (State.APPROVED, EpisodePlanned): State.APPROVED,
    (State.APPROVED, ApprovalVoided): State.PLANNED,
}

_WHY_NOT: dict[type[AnyEvent], str] = {
    EpisodeApproved: N_("只有计划中的一期可以审批。"),
    EpisodeWentLive: N_("只有已审批的一期可以开播。请先由另一人审批。"),
    EpisodeEnded: N_("这一期没有在播出。"),
    EpisodePublished: N_("只有已结束的一期可以发布。"),
    EpisodePlanned: N_("已开播的一期不能再改计划。"),
    ApprovalVoided: N_("这一期没有可作废的审批。"),
}


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """An episode's plan and state; `planned_by` is who must not approve it."""

    plan: EpisodePlanned
    state: State
    planned_by: str


def next_state(state: State, event: AnyEvent) -> State:
    """The state after `event`. Raises UserProblem `episode_state` when there is no such move."""
    try:
        return MOVES[state, type(event)]
    except KeyError:
        raise UserProblem("episode_state", _WHY_NOT[type(event)], 409) from None


def plan(event: EpisodePlanned) -> EpisodePlanned:
    """Checks a plan: number, title, theme, at least one camera, distinct camera names."""
    if event.number < 1:
        raise UserProblem("episode_number", "期数要从1开始。", 422)
    if not event.title.strip() or len(event.title) > _MOST_TITLE:
        raise UserProblem("episode_title", "标题要有，且不超过40字。", 422)
    if not event.cameras or len(set(event.cameras)) != len(event.cameras):
        raise UserProblem("episode_cameras", "至少要有一个机位，机位名不能重复。", 422)
    if not 0 <= event.minutes <= _MOST_MINUTES:
        raise UserProblem("slot_minutes", "时长要在1到1440分钟之间。", 422)
    return event


def go_live(episode: Episode, programme: ProgrammeSet, *, demo: bool) -> EpisodeWentLive:
    """The episode goes on air; the event carries all that the header shows."""
    event = EpisodeWentLive(
        episode_id=episode.plan.episode_id,
        number=episode.plan.number % _REHEARSALS if episode.plan.rehearsal else episode.plan.number,
        programme=programme.name,
        agency=programme.agency,
        title=episode.plan.title,
        theme=episode.plan.theme,
        rehearsal=episode.plan.rehearsal,
        demo=demo,
    )
    next_state(episode.state, event)
    return event


def rehearsal_of(episode: Episode, episode_id: str, taken: Collection[int], starts_utc_ns: int) -> EpisodePlanned:
    """The same show to be practised: cameras and title of the real one, none of its targets, a number of its own."""
    if episode.plan.rehearsal:
        raise UserProblem("is_rehearsal", "这本来就是彩排。", 409)
    if episode.state is not State.APPROVED:
        raise UserProblem("episode_state", "只有已审批、还没开播的一期可以彩排。", 409)
    number = next(n for n in range(_REHEARSALS + episode.plan.number, 10**9, _REHEARSALS) if n not in taken)
    return msgspec.structs.replace(
        episode.plan, episode_id=episode_id, number=number, starts_utc_ns=starts_utc_ns, rehearsal=True
    )
