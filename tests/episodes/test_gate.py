"""The gate's rules: what blocks, what a named person may go on without, and what nobody may."""

from datetime import date

import pytest

from episodes import gate, kits
from episodes.episode import State
from episodes.people import Role
from runtime.problems import UserProblem

ALL = dict.fromkeys(gate.POINTS, True)
WHY = "只拍操作台，由摄像避让路人"


def test_only_five_points_block() -> None:
    assert [name for name in gate.POINTS if gate.blocks(name, rehearsal=False)] == [
        "approval", "officers", "masks", "moderation", "delay",
    ]  # fmt: skip
    assert [name for name in gate.POINTS if gate.blocks(name, rehearsal=True)] == ["approval"]
    nothing = dict.fromkeys(gate.POINTS, False)
    assert gate.left(nothing, (), rehearsal=False) == ("approval", "officers", "masks", "moderation", "delay")
    assert gate.left(ALL | {"kit": False, "tried": False, "glyphs": False}, (), rehearsal=False) == ()


def test_a_decision_opens_what_is_open_to_one_and_nothing_else() -> None:
    looked = ALL | {"masks": False, "officers": False}
    assert gate.left(looked, ("masks", "officers", "approval"), rehearsal=False) == ("officers",)
    gate.let_through(())
    with pytest.raises(UserProblem, match="gate") as told:
        gate.let_through(("officers", "delay"))
    assert told.value.params == {"count": 2, "first": "执法人员证件"}


@pytest.mark.parametrize(
    ("point", "more", "code"),
    [
        ("approval", {}, "gate_closed"),
        ("officers", {}, "gate_closed"),
        ("kit", {}, "gate_point"),
        ("none", {}, "gate_point"),
        ("masks", {"why": " 行 "}, "gate_why"),
        ("masks", {"why": "长" * 201}, "gate_why"),
        ("masks", {"ok": True}, "gate_ok"),
        ("delay", {"state": State.LIVE}, "episode_state"),
    ],
)
def test_what_nobody_decides(point: str, more: dict, code: str) -> None:
    words = {"state": State.APPROVED, "why": WHY, "ok": False, **more}
    with pytest.raises(UserProblem, match=code):
        gate.decide(words.pop("state"), point, episode_id="e", by="shen", **words)


def test_a_decision_is_by_name() -> None:
    told = gate.decide(State.APPROVED, "masks", episode_id="e", why=f" {WHY} ", ok=False, by="shen")
    assert (told.point, told.why, told.by) == ("masks", WHY, "shen")


def test_only_a_moderator_is_on_duty_as_one() -> None:
    with pytest.raises(UserProblem, match="not_moderator"):
        gate.on_duty(State.APPROVED, {Role.DIRECTOR}, episode_id="e", on=True, by="x")
    with pytest.raises(UserProblem, match="episode_over"):
        gate.on_duty(State.ENDED, {Role.MODERATOR}, episode_id="e", on=True, by="x")
    assert gate.on_duty(State.LIVE, {Role.MODERATOR, Role.DIRECTOR}, episode_id="e", on=True, by="x").on


def test_the_last_day_of_a_batch_is_good() -> None:
    batch = kits.checked("b", "reagent", "速测卡", "R2605", "2026-06-18")
    assert kits.holds(batch, date(2026, 6, 18))
    assert kits.expired([batch], date(2026, 6, 19)) == (batch,)
    assert [kits.soon(batch, date(2026, 6, day)) for day in (4, 5, 18, 19)] == [False, True, True, False]
    for name, number, day in ((" ", "R1", "2026-06-18"), ("卡", "R 1", "2026-06-18"), ("卡", "R1", "2026-06-31")):
        with pytest.raises(UserProblem):
            kits.checked("b", "kit", name, number, day)
