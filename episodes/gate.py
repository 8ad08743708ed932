"""The gate before a show: its points, their stages, which of them block. In: what is so. Out: whether it may go live.

Three stages: days before, the day, the last ten minutes. Five points block: approval, officers, masks, moderation,
delay. Everything else warns. Where the law leaves a choice, a named person may go on without a blocking point, saying
why; an approval and two officers are no choice. A rehearsal is nobody's show: of it only the approval is asked.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

import msgspec

from episodes.episode import State
from episodes.events import GateDecided, ModerationDuty
from episodes.people import Role
from runtime.problems import UserProblem
from runtime.words import N_


class Stage(StrEnum):
    """When a point is due."""

    DAYS = "days"
    DAY = "day"
    MINUTES = "minutes"


STAGE_WORDS: Mapping[Stage, str] = {
    Stage.DAYS: N_("提前几天"),
    Stage.DAY: N_("当天"),
    Stage.MINUTES: N_("最后十分钟"),
}


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """`open_to` says whether a named person may go on without it."""

    title: str
    stage: Stage
    blocks: bool = False
    open_to: bool = False


POINTS: Mapping[str, Point] = {
    "approval": Point(title=N_("审批"), stage=Stage.DAYS, blocks=True),
    "officers": Point(title=N_("执法人员证件"), stage=Stage.DAYS, blocks=True),
    "masks": Point(title=N_("遮挡"), stage=Stage.DAYS, blocks=True, open_to=True),
    "glyphs": Point(title=N_("上屏文字"), stage=Stage.DAYS),
    "ladder": Point(title=N_("保密层级"), stage=Stage.DAY),
    "kit": Point(title=N_("器材"), stage=Stage.DAY),
    "reagents": Point(title=N_("试剂"), stage=Stage.DAY),
    "tried": Point(title=N_("试推"), stage=Stage.DAY),
    "moderation": Point(title=N_("审核员值守"), stage=Stage.MINUTES, blocks=True, open_to=True),
    "delay": Point(title=N_("延时"), stage=Stage.MINUTES, blocks=True, open_to=True),
}
"""The gate's own points; the technical ones of the machine and the rooms only warn (`TECHNICAL`)."""

TECHNICAL: Mapping[str, Stage] = dict.fromkeys(
    ("folder", "disk", "disk_speed", "originals", "fonts", "pages", "ports", "keys", "clock"), Stage.DAY
)
"""Technical points that are due on the day; every other one in the last ten minutes."""

LEAST_WHY, MOST_WHY = 6, 200


def stage_of(name: str) -> Stage:
    """When a point is due."""
    point = POINTS.get(name)
    return point.stage if point else TECHNICAL.get(name, Stage.MINUTES)


def blocks(name: str, *, rehearsal: bool) -> bool:
    """Whether the show waits for this point."""
    point = POINTS.get(name)
    return bool(point and point.blocks and (name == "approval" or not rehearsal))


def left(looked: Mapping[str, bool], decided: Collection[str], *, rehearsal: bool) -> tuple[str, ...]:
    """The blocking points that are neither so nor decided, in order. Empty: the director may go live."""
    return tuple(
        name
        for name, ok in looked.items()
        if blocks(name, rehearsal=rehearsal) and not ok and not (name in decided and POINTS[name].open_to)
    )


def let_through(waiting: Collection[str]) -> None:
    """Nothing, or UserProblem `gate` that says how many points are left and which to do first."""
    if waiting:
        first = POINTS[next(iter(waiting))].title
        raise UserProblem(
            "gate",
            "还差%(count)s项，不能开播。先办：%(first)s。详见开播检查。",
            409,
            count=len(waiting),
            first=first,
        )


def decide(state: State, point: str, *, episode_id: str, why: str, ok: bool, by: str) -> GateDecided:
    """A named person goes on without a point and says why. Raises UserProblem where there is no such choice."""
    known = POINTS.get(point)
    if known is None or not known.blocks:
        raise UserProblem("gate_point", "这一项不挡开播，不用决定。", 404)
    if not known.open_to:
        raise UserProblem("gate_closed", "“%(title)s”不能由谁决定跳过，请先办好。", 403, title=known.title)
    if state not in {State.PLANNED, State.APPROVED}:
        raise UserProblem("episode_state", "这一期已经开播。", 409)
    if ok:
        raise UserProblem("gate_ok", "这一项已经好了，不用决定。", 409)
    words = why.strip()
    if not LEAST_WHY <= len(words) <= MOST_WHY:
        raise UserProblem("gate_why", "请写明理由和替代办法，6到200字。", 422)
    return GateDecided(episode_id=episode_id, point=point, why=words, by=by)


def on_duty(state: State, roles: Collection[Role], *, episode_id: str, on: bool, by: str) -> ModerationDuty:
    """A moderator begins or ends their duty for a coming or running show."""
    if Role.MODERATOR not in roles:
        raise UserProblem("not_moderator", "值守审核要有审核员岗位。", 403)
    if state in {State.ENDED, State.PUBLISHED}:
        raise UserProblem("episode_over", "这一期已经结束。", 409)
    return ModerationDuty(episode_id=episode_id, on=on, by=by)
