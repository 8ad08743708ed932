"""The disclosure ladder: who learns a sealed address when. In: rungs, who asks, the time. Out: yes, or why not yet.

Source: domain rule 1 (the driver must know). A rung opens at its time before the start, or when its named person
releases it; nobody releases a rung they stand on. The ladder is part of what is approved, so no rung opens before the
approval.
"""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from episodes.episode import State
from runtime.problems import UserProblem

_NS = 1_000_000_000
_MOST_RUNGS = 12
_MOST_PEOPLE = 30
_MOST_TITLE = 20
MOST_MINUTES = 7 * 24 * 60
_OPENS_IN = frozenset({State.APPROVED, State.LIVE, State.ENDED, State.PUBLISHED})


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """Who learns the address together. By time (`minutes_before` the start), by `releaser`, or by what comes first."""

    rung_id: str = ""
    title: str
    people: tuple[str, ...]
    minutes_before: int | None = None
    releaser: str = ""
    released_utc_ns: int = 0


def checked(rungs: Sequence[Rung], accounts: Collection[str]) -> tuple[Rung, ...]:
    """A ladder as somebody wrote it. Raises UserProblem that says which rung and what to do."""
    if len(rungs) > _MOST_RUNGS:
        raise UserProblem("ladder", "保密层级最多%(most)s级。", 422, most=_MOST_RUNGS)
    return tuple(_rung(each, accounts) for each in rungs)


def _rung(rung: Rung, accounts: Collection[str]) -> Rung:
    title, people = rung.title.strip(), tuple(sorted(set(rung.people)))
    if not title or len(title) > _MOST_TITLE:
        raise UserProblem("rung_title", "每一级都要写名称，最多20字，如“司机”。", 422)
    if not people or len(people) > _MOST_PEOPLE or not set(people) <= set(accounts):
        raise UserProblem("rung_people", "“%(title)s”这一级要选知情的人。", 422, title=title)
    if rung.minutes_before is None and not rung.releaser:
        raise UserProblem("rung_opens", "“%(title)s”这一级要写开播前多少分钟，或指定放行的人。", 422, title=title)
    if rung.minutes_before is not None and not 0 <= rung.minutes_before <= MOST_MINUTES:
        raise UserProblem(
            "rung_minutes", "“%(title)s”这一级的分钟数要在0到%(most)s之间。", 422, title=title, most=MOST_MINUTES
        )
    if rung.releaser and (rung.releaser in people or rung.releaser not in accounts):
        raise UserProblem("rung_releaser", "“%(title)s”这一级要由不在这一级的人放行。", 422, title=title)
    return msgspec.structs.replace(rung, title=title, people=people)


def line_of(rung: Rung) -> str:
    """The rung in one line, for the approval's hash: ids of accounts, no name and no address."""
    minutes = "-" if rung.minutes_before is None else str(rung.minutes_before)
    return f"{rung.title} {minutes} {rung.releaser or '-'} {','.join(rung.people)}"


def opens_utc_ns(rung: Rung, starts_utc_ns: int) -> int:
    """When it opens by itself; 0 when only a person opens it."""
    return 0 if rung.minutes_before is None else starts_utc_ns - rung.minutes_before * 60 * _NS


def is_open(rung: Rung, state: State, starts_utc_ns: int, now_utc_ns: int) -> bool:
    """Whether those who stand on it may look now."""
    if state not in _OPENS_IN:
        return False
    by_time = opens_utc_ns(rung, starts_utc_ns)
    return bool(rung.released_utc_ns) or 0 < by_time <= now_utc_ns


def may_look(rungs: Iterable[Rung], user_id: str, state: State, starts_utc_ns: int, now_utc_ns: int) -> Rung:
    """The open rung by which somebody may look into the sealed box. Raises UserProblem for everybody else."""
    mine = [each for each in rungs if user_id in each.people]
    if not mine:
        raise UserProblem("not_on_ladder", "你不在这一期的保密层级里，不能查看检查对象。", 403)
    for each in mine:
        if is_open(each, state, starts_utc_ns, now_utc_ns):
            return each
    if state is State.PLANNED:
        raise UserProblem("ladder_unapproved", "这一期还没审批，保密层级还不生效。", 403)
    raise UserProblem("too_early_to_know", "还没到你这一级知情的时候。到时间或有人放行以后再看。", 403)


def release(rung: Rung, state: State, by: str) -> None:
    """Whether `by` may open this rung now."""
    if not rung.releaser or by != rung.releaser:
        raise UserProblem("not_releaser", "这一级由指定的人放行。", 403)
    if state not in {State.APPROVED, State.LIVE}:
        raise UserProblem("ladder_unapproved", "这一期还没审批，保密层级还不生效。", 409)
