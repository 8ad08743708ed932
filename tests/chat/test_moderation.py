"""One queue, several moderators: claims, first decision, second yes, undo."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.moderation import CLAIM_NS, UNDO_NS, Item, claim, decide, queue_for, undo
from chat.questions import approved, taken_back
from chat.words import hits
from runtime.problems import UserProblem

NOW = 5_000 * 10**9


def item(text: str = "你好", **changes: object) -> Item:
    made = Item(
        message_id="m1",
        room_id="e1",
        viewer_id="v1",
        name="小满",
        text=text,
        question=False,
        posted_utc_ns=NOW - 10**9,
        hits=hits(text, "小满", revealed=False),
    )
    return msgspec.structs.replace(made, **changes)


def refused(act: object, *args: object) -> str:
    with pytest.raises(UserProblem) as problem:
        act(*args)  # type: ignore[operator]
    return problem.value.code


def test_the_first_decision_wins() -> None:
    done = decide(item(), "approve", "ann", NOW)
    assert (done.state, done.decided_by) == ("shown", "ann")
    assert refused(decide, done, "hide", "bob", NOW) == "already_decided"
    assert refused(claim, done, "bob", NOW) == "already_decided"


def test_a_claim_keeps_others_off_until_it_ends() -> None:
    held = claim(item(), "ann", NOW)
    assert refused(claim, held, "bob", NOW) == "claimed"
    assert refused(decide, held, "approve", "bob", NOW + CLAIM_NS - 1) == "claimed"
    assert decide(held, "approve", "bob", NOW + CLAIM_NS).state == "shown"
    assert claim(held, "ann", NOW + 1).claimed_by == "ann"


def test_what_a_rule_stops_cannot_be_approved() -> None:
    stopped = item("他电话 13800001234")
    assert refused(decide, stopped, "approve", "ann", NOW) == "rule_stops"
    assert refused(decide, stopped, "question", "ann", NOW) == "rule_stops"
    assert decide(stopped, "hide", "ann", NOW).state == "hidden"


def test_a_shop_name_needs_two_different_moderators() -> None:
    first = decide(item("是不是临江海鲜酒楼？"), "approve", "ann", NOW)
    assert (first.state, first.first_yes) == ("waiting", "ann")
    assert refused(decide, first, "approve", "ann", NOW) == "second_needed"
    assert decide(first, "approve", "bob", NOW).state == "shown"


def test_left_to_a_colleague_it_moves_to_the_end_for_me_alone() -> None:
    one, two = item(), item(message_id="m2", posted_utc_ns=NOW)
    left = decide(one, "hold", "ann", NOW)
    assert [each.message_id for each in queue_for((left, two), "ann")] == ["m2", "m1"]
    assert [each.message_id for each in queue_for((left, two), "bob")] == ["m1", "m2"]


def test_a_report_keeps_no_word() -> None:
    split = decide(item("B12档的冰柜半夜换标签"), "tip", "ann", NOW)
    assert (split.state, split.text, split.name, split.hits) == ("tip", "", "", ())
    assert refused(undo, split, "ann", NOW) == "undo_tip"


def test_undo_is_for_who_decided_and_while_fresh() -> None:
    done = decide(item(), "hide", "ann", NOW)
    assert refused(undo, done, "bob", NOW) == "undo_other"
    assert refused(undo, done, "ann", NOW + UNDO_NS + 1) == "undo_late"
    assert undo(done, "ann", NOW) == item()
    assert refused(undo, item(), "ann", NOW) == "undo_nothing"


def test_a_question_says_by_rule_whether_it_mentions_a_result() -> None:
    asked = decide(item("豇豆测出阳性，今天买了的能退吗？"), "question", "ann", NOW)
    record = approved(asked, "ann")
    assert (record.mentions_result, record.question_id, record.nickname) == (True, "m1", "小满")
    assert not approved(decide(item("海鲜档的水会不会看？"), "question", "ann", NOW), "ann").mentions_result


def test_a_question_on_the_picture_is_not_undone_from_the_queue() -> None:
    assert taken_back(item(question=True), "approved").removed
    assert refused(taken_back, item(question=True), "on_screen") == "on_screen"


@given(st.lists(st.tuples(st.sampled_from(["approve", "hide", "hold", "question", "tip"]), st.sampled_from("ab"))))
def test_whatever_moderators_press_a_stopped_message_never_shows(acts: list[tuple[str, str]]) -> None:
    now_item = item("他电话 13800001234")
    for act, by in acts:
        try:
            now_item = decide(now_item, act, by, NOW)  # type: ignore[arg-type]
        except UserProblem:
            continue
    assert now_item.state != "shown"
