"""Episodes, targets, figures, people, questions, records: each rule by its boundary."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from episodes import episode, figures, holidays, people, questions, record, target
from episodes.episode import Episode, State
from episodes.events import ApprovalVoided, EpisodeApproved, EpisodeEnded, EpisodePlanned, PastFiguresSet, ProgrammeSet
from episodes.figures import Figures
from episodes.people import Role
from episodes.slots import Holiday, programme_slots
from runtime.problems import UserProblem

PLAN = EpisodePlanned(
    episode_id="e1", programme_id="p1", number=103, title="晚市与后厨", theme="晚市", starts_utc_ns=0, cameras=("a",)
)
PROGRAMME = ProgrammeSet(
    programme_id="p1", name="开门见光", agency="江北市市场监督管理局", weekday=4, starts="19:00", minutes=90
)


def test_the_whole_way_of_an_episode() -> None:
    planned = Episode(plan=PLAN, state=State.PLANNED, planned_by="pro")
    with pytest.raises(UserProblem, match="episode_state"):
        episode.go_live(planned, PROGRAMME, demo=False)
    approved = EpisodeApproved(by="legal", legal_basis="食品安全法第一百一十条")
    assert episode.next_state(State.PLANNED, approved) is State.APPROVED
    live = episode.go_live(Episode(plan=PLAN, state=State.APPROVED, planned_by="pro"), PROGRAMME, demo=True)
    assert (live.number, live.programme, live.demo) == (103, "开门见光", True)
    assert episode.next_state(State.LIVE, EpisodeEnded(episode_id="e1")) is State.ENDED
    assert episode.next_state(State.APPROVED, PLAN) is State.APPROVED, "a change voids it only if it was covered"
    assert episode.next_state(State.APPROVED, ApprovalVoided(changed=("theme",), by="x")) is State.PLANNED
    with pytest.raises(UserProblem):
        episode.next_state(State.ENDED, EpisodeApproved(by="x", legal_basis="y"))


def test_weekly_slots_in_the_programmes_own_time() -> None:
    friday_noon = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    first, second = (each.starts for each in programme_slots(PROGRAMME, friday_noon, 2))
    assert first == datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
    assert second == datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
    assert programme_slots(PROGRAMME, first, 1)[0].starts == second
    both = msgspec.structs.replace(PROGRAMME, days=(9, 20, 27), on_holiday="drop")
    assert [each.day.day for each in programme_slots(both, friday_noon, 4)] == [20, 27, 4, 9], "a day once"
    with pytest.raises(UserProblem, match="slot_days"):
        programme_slots(msgspec.structs.replace(PROGRAMME, weekday=-1), friday_noon, 1)


def test_the_holiday_table_is_read_from_a_table_or_a_calendar() -> None:
    table = "日期,类型,名称\n2026-10-01,休,国庆节\n2026/10/10，班\n2026-10-01,休,国庆\n"
    assert holidays.read(table) == (
        Holiday(date(2026, 10, 1), "holiday", "国庆"),
        Holiday(date(2026, 10, 10), "working"),
    )
    calendar = """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261001
DTEND;VALUE=DATE:20261004
SUMMARY:国庆节 休
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261010
SUMMARY:国庆节
  补班
END:VEVENT
END:VCALENDAR"""
    assert [(each.day.day, each.kind) for each in holidays.read(calendar)] == [
        (1, "holiday"), (2, "holiday"), (3, "holiday"), (10, "working"),
    ]  # fmt: skip
    for wrong, text in (
        ("holidays_line", "2026-10-01,休\n2026-13-01,休"),
        ("holidays_line", "2026-10-01,也许"),
        ("holidays_event", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:2026\nEND:VEVENT"),
        ("holidays_empty", "日期,类型"),
    ):
        with pytest.raises(UserProblem, match=wrong):
            holidays.read(text)


def test_the_revealed_target_is_the_sealed_one() -> None:
    content = target.TargetContent(name="临江综合市场", place="临江")
    sealed = target.seal("e1", "t1", 1, content, b"s" * 32)
    assert "临江" not in repr(sealed)
    with pytest.raises(UserProblem, match="not_live"):
        target.reveal(sealed, content, b"s" * 32, live=False)
    with pytest.raises(UserProblem, match="commitment"):
        target.reveal(sealed, target.TargetContent(name="别处", place="临江"), b"s" * 32, live=True)
    assert target.reveal(sealed, content, b"s" * 32, live=True).name == "临江综合市场"


@pytest.mark.parametrize(
    ("verified", "found", "shown"),
    [(363, 364, "99.7%"), (364, 364, "100%"), (0, 0, "—"), (0, 5, "0%"), (1, 3, "33.3%"), (999, 1000, "99.9%")],
)
def test_a_rate_is_floored(verified: int, found: int, shown: str) -> None:
    assert figures.rate(verified, found) == shown


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_rate_is_full_only_when_all_is_verified(a: int, b: int) -> None:
    verified, found = min(a, b), max(a, b)
    assert (figures.rate(verified, found) == "100%") == (found > 0 and verified == found)


def test_the_reported_figures_are_reproduced() -> None:
    reported = json.loads((Path(__file__).parent / "headline.json").read_text("utf-8"))
    past = PastFiguresSet(
        as_of="2026-11-01", demo=True, episodes=reported["episodes"], views_at_least=reported["views"]["at_least"],
        **{name: reported[name] for name in (
            "entities_inspected", "findings", "findings_verified", "cases_filed", "business_suspensions",
            "platform_delisting_orders", "hygiene_grade_downgrades")},
    )  # fmt: skip
    assert figures.shown_as(figures.with_past(Figures(), past)) == reported["shown_as"]


def test_roles_one_person_may_not_hold_together() -> None:
    assert people.conflicting(frozenset({Role.TIP_DESK, Role.MODERATOR, Role.HOST}))
    assert not people.conflicting(frozenset({Role.DIRECTOR, Role.MODERATOR, Role.HOST}))
    assert not people.conflicting(frozenset({Role.CAMERA, Role.TESTER}))


def test_a_question_about_a_result_carries_the_mark() -> None:
    assert questions.strap_mark(mentions=questions.mentions_result("豇豆测出阳性，能退吗？")) == "初筛，非最终结论"
    assert questions.strap_mark(mentions=questions.mentions_result("几点收摊？")) == ""


def test_the_chain_notices_every_change() -> None:
    payload = record.canonical_bytes(PLAN)
    assert record.event_from(payload) == PLAN
    content = record.content_hash(b"a" * 32, payload)
    assert content != record.content_hash(b"b" * 32, payload)
    link = record.chain_hash(record.GENESIS, 1, 5, content)
    changed = {record.chain_hash(record.GENESIS, 2, 5, content), record.chain_hash(record.GENESIS, 1, 6, content),
               record.chain_hash(link, 1, 5, content)}  # fmt: skip
    assert len(changed | {link}) == 4
