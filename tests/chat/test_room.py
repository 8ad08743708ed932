"""Who may say what: modes, pace, repeats, bounds."""

import msgspec
import pytest

from chat.room import WAITING_PER_SENDER, Backlog, Room, Sender, admit
from chat.words import fingerprint
from runtime.problems import UserProblem

ROOM = Room("e1", "all", 2.0, 200, 10, revealed=False)
SENDER = Sender("v1", "小满")
NOW = 1_000 * 10**9


def room(**changes: object) -> Room:
    return msgspec.structs.replace(ROOM, **changes)


@pytest.mark.parametrize(
    ("mode", "text", "shown"),
    [
        ("all", "你好", False),
        ("risky", "你好", True),
        ("risky", "加微信", False),
        ("off", "加微信", True),
        ("off", "电话 13800001234", False),
        ("off", "临江海鲜酒楼", False),
    ],
)
def test_what_waits_in_which_mode(mode: str, text: str, shown: bool) -> None:
    assert admit(room(mode=mode), SENDER, text, Backlog(0), NOW, question=False).shown is shown


@pytest.mark.parametrize("mode", ["all", "risky", "off"])
def test_a_question_waits_in_every_mode(mode: str) -> None:
    assert not admit(room(mode=mode), SENDER, "多久出结果？", Backlog(0), NOW, question=True).shown


def refusal(
    sender: Sender = SENDER, text: str = "你好", backlog: Backlog | None = None, *, question: bool = False
) -> UserProblem:
    with pytest.raises(UserProblem) as refused:
        admit(ROOM, sender, text, backlog or Backlog(0), NOW, question=question)
    return refused.value


def test_slow_mode_says_how_long() -> None:
    problem = refusal(msgspec.structs.replace(SENDER, last_post_utc_ns=NOW - 500_000_000))
    assert (problem.code, problem.status, problem.headers) == ("slow_mode", 429, {"Retry-After": "2"})
    late = msgspec.structs.replace(SENDER, last_post_utc_ns=NOW - 2 * 10**9)
    assert admit(ROOM, late, "你好", Backlog(0), NOW, question=False).text == "你好"


def test_the_same_again_is_refused() -> None:
    assert refusal(msgspec.structs.replace(SENDER, recent=(fingerprint("你 好！"),))).code == "repeated"


def test_one_sender_cannot_fill_the_queue() -> None:
    assert refusal(msgspec.structs.replace(SENDER, waiting=WAITING_PER_SENDER)).code == "waiting_full"


def test_a_full_queue_refuses() -> None:
    problem = refusal(backlog=Backlog(10))
    assert (problem.code, problem.status) == ("queue_full", 503)


def test_the_same_from_many_is_marked() -> None:
    admitted = admit(ROOM, SENDER, "你好", Backlog(5, same=3), NOW, question=False)
    assert [hit.code for hit in admitted.hits] == ["flood"]


def test_a_question_must_fit_on_the_picture() -> None:
    assert refusal(text="问" * 61, question=True).code == "question_long"
