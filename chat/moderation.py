"""One queue, several moderators. In: an item, an act, who, when. Out: the item as it is then, or why not. PURE.

The first decision wins. Looking at an item claims it for a short while, so that two people do not do the same work;
what a rule holds for safety needs two different people's yes; a report split off to the tip form cannot come back.
"""

from statistics import median
from typing import Literal

import msgspec

from chat.words import Hit
from runtime.problems import UserProblem

State = Literal["waiting", "shown", "hidden", "tip"]
Act = Literal["approve", "question", "hide", "hold", "tip"]

CLAIM_NS = 20 * 10**9
UNDO_NS = 120 * 10**9


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A message before the moderators. `first_yes` is who approved first where two are needed."""

    message_id: str
    room_id: str
    viewer_id: str
    name: str
    text: str
    question: bool
    posted_utc_ns: int
    state: State = "waiting"
    hits: tuple[Hit, ...] = ()
    decided_by: str = ""
    decided_utc_ns: int = 0
    first_yes: str = ""
    held_by: tuple[str, ...] = ()
    claimed_by: str = ""
    claimed_until_utc_ns: int = 0


def stops(item: Item) -> bool:
    """A rule forbids to approve it."""
    return any(hit.weight == "stop" for hit in item.hits)


def needs_second(item: Item) -> bool:
    """A rule lets it pass only by the yes of two moderators."""
    return any(hit.weight == "second" for hit in item.hits)


def claimed_by_other(item: Item, by: str, now_utc_ns: int) -> bool:
    """Somebody else is looking at it right now."""
    return bool(item.claimed_by) and item.claimed_by != by and item.claimed_until_utc_ns > now_utc_ns


def claim(item: Item, by: str, now_utc_ns: int) -> Item:
    """`by` looks at it; a claim ends by itself."""
    _still_waiting(item)
    if claimed_by_other(item, by, now_utc_ns):
        raise UserProblem("claimed", "同事正在看这一条。", 409)
    return msgspec.structs.replace(item, claimed_by=by, claimed_until_utc_ns=now_utc_ns + CLAIM_NS)


def decide(item: Item, act: Act, by: str, now_utc_ns: int) -> Item:
    """The item after `act`. A first of two needed approvals leaves it waiting, for somebody else."""
    _still_waiting(item)
    if claimed_by_other(item, by, now_utc_ns):
        raise UserProblem("claimed", "同事正在看这一条。", 409)
    if act == "hold":
        return _free(item, held_by=tuple(dict.fromkeys((*item.held_by, by))))
    done = {"decided_by": by, "decided_utc_ns": now_utc_ns}
    if act == "hide":
        return _free(item, state="hidden", **done)
    if act == "tip":
        return _free(item, state="tip", text="", name="", hits=(), question=False, **done)
    if stops(item):
        raise UserProblem("rule_stops", "此规则下不可放行。", 409)
    asked = item.question or act == "question"
    if needs_second(item) and not item.first_yes:
        return _free(item, first_yes=by, question=asked, held_by=tuple(dict.fromkeys((*item.held_by, by))))
    if needs_second(item) and item.first_yes == by:
        raise UserProblem("second_needed", "要由另一位审核员再放行。", 409)
    return _free(item, state="shown", question=asked, **done)


def undo(item: Item, by: str, now_utc_ns: int) -> Item:
    """Back into the queue, by who decided it, while it is fresh."""
    if item.state == "tip":
        raise UserProblem("undo_tip", "已分流到举报，内容已删除，不能撤回。", 409)
    if item.state == "waiting":
        raise UserProblem("undo_nothing", "没有可撤回的。", 409)
    if item.decided_by != by:
        raise UserProblem("undo_other", "这一条由同事处理，请联系同事撤回。", 409)
    if now_utc_ns - item.decided_utc_ns > UNDO_NS:
        raise UserProblem("undo_late", "超过两分钟，不能撤回了。", 409)
    return _free(item, state="waiting", decided_by="", decided_utc_ns=0, first_yes="")


def queue_for(items: tuple[Item, ...], by: str) -> tuple[Item, ...]:
    """What waits, first come first; what `by` left to a colleague stands at the end."""
    waiting = [item for item in items if item.state == "waiting"]
    return tuple(sorted(waiting, key=lambda item: (by in item.held_by, item.posted_utc_ns, item.message_id)))


def median_wait_s(decided: tuple[Item, ...]) -> float | None:
    """Half of the decided messages waited at most this long; None before the first decision."""
    waits = [(item.decided_utc_ns - item.posted_utc_ns) / 1e9 for item in decided if item.decided_by]
    return median(waits) if waits else None


def _still_waiting(item: Item) -> None:
    if item.state != "waiting":
        raise UserProblem("already_decided", "同事已经处理了这一条。", 409)


def _free(item: Item, **changes: object) -> Item:
    return msgspec.structs.replace(item, claimed_by="", claimed_until_utc_ns=0, **changes)
