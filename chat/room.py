"""Who may say what in a room, and whether it waits. In: a room, its sender, a post, the time. Out: an admission. PURE.

先审后发: in mode `all` every message waits for a moderator, in `risky` those that strike a rule, in `off` only those
that strike a rule nobody may approve. Questions always wait: an approved question is a public record.
"""

from typing import Literal

import msgspec

from chat.questions import check_length
from chat.words import Hit, clean_name, clean_text, fingerprint, hits
from runtime.problems import UserProblem

Mode = Literal["off", "risky", "all"]

REPEAT_WINDOW_NS = 60 * 10**9
WAITING_PER_SENDER = 5
SAME_FROM_OTHERS = 3


class Room(msgspec.Struct, frozen=True):
    """One episode's room (`room_id` is the episode's; empty off air). `revealed`: the target's name is public."""

    room_id: str
    mode: Mode
    slow_mode_s: float
    message_chars: int
    queue_most: int
    revealed: bool


class Sender(msgspec.Struct, frozen=True):
    """What the room remembers of one viewer: the last post, what was said of late, how many posts wait."""

    viewer_id: str
    name: str
    last_post_utc_ns: int = 0
    recent: tuple[str, ...] = ()
    waiting: int = 0


class Backlog(msgspec.Struct, frozen=True):
    """The room's waiting queue: its length, and how many in it say the same as this post."""

    waiting: int
    same: int = 0


class Admission(msgspec.Struct, frozen=True):
    """What to store: cleaned words, and whether they show at once."""

    text: str
    name: str
    question: bool
    fingerprint: str
    hits: tuple[Hit, ...]
    shown: bool


def admit(room: Room, sender: Sender, text: str, backlog: Backlog, now_utc_ns: int, *, question: bool) -> Admission:
    """The admission of one post, or the reason in the sender's words why not."""
    clean, name = clean_text(text, room.message_chars), clean_name(sender.name)
    if question:
        check_length(clean)
    _check_pace(room, sender, now_utc_ns)
    said = fingerprint(clean)
    if said in sender.recent:
        raise UserProblem("repeated", "这句刚刚发过了。", 409)
    if sender.waiting >= WAITING_PER_SENDER:
        raise UserProblem("waiting_full", "你有%(most)s条在等审核，等一等再发。", 429, most=WAITING_PER_SENDER)
    if backlog.waiting >= room.queue_most:
        raise UserProblem("queue_full", "现在发言太多，请稍后再试。", 503)
    found = hits(clean, name, revealed=room.revealed)
    if backlog.same >= SAME_FROM_OTHERS:
        found = (*found, Hit("flood", "look", "text", 0, 0))
    return Admission(clean, name, question, said, found, shown=not question and not _waits(room.mode, found))


def _check_pace(room: Room, sender: Sender, now_utc_ns: int) -> None:
    rest_s = room.slow_mode_s - (now_utc_ns - sender.last_post_utc_ns) / 1e9
    if sender.last_post_utc_ns and rest_s > 0:
        seconds = int(rest_s) + 1
        headers = {"Retry-After": str(seconds)}
        raise UserProblem("slow_mode", "说得太快了，%(seconds)s秒后再发。", 429, headers=headers, seconds=seconds)


def _waits(mode: Mode, found: tuple[Hit, ...]) -> bool:
    if mode == "all":
        return True
    if mode == "risky":
        return bool(found)
    return any(hit.weight != "look" for hit in found)
