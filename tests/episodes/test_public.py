"""The public's show: a stale one plus what it missed equals a fresh one."""

from hypothesis import given
from hypothesis import strategies as st

from episodes.commands import RecordMade
from episodes.events import (
    AnyEvent,
    EntityNamed,
    EntityUnnamed,
    EpisodeEnded,
    EpisodeWentLive,
    FindingOpened,
    FindingVerified,
    OrderGiven,
    OutcomeRecorded,
    OutcomeTakenBack,
    QuestionApproved,
    QuestionCleared,
    QuestionOnScreen,
    RapidTestReviewed,
    RapidTestStarted,
    RapidTestWithdrawn,
    RecordServed,
    TargetRevealed,
    TimelinePosted,
)
from episodes.public import PublicShow, show_after
from episodes.withheld import Window, taken_by

LIVE = EpisodeWentLive(episode_id="e1", number=103, programme="开门见光", agency="局", title="晚市", theme="市场")
STARTED = RapidTestStarted(
    episode_id="e1", test_id="t1", sample_no="S1", item="豇豆", food_category="蔬菜", batch="b", stall_code="A12",
    method_id="enzyme_inhibition", method="酶抑制率法", family="screening", unit="%", reagent_batch="r",
    reagent_expires="2027-01-01", device_id="d", tester="tess",
)  # fmt: skip
REVIEWED = RapidTestReviewed(
    episode_id="e1", test_id="t1", verdict="positive", family="screening", item="豇豆", sample_no="S1",
    method="酶抑制率法", value="62.4", unit="%", comparator=">=", limit="50", basis="GB/T 5009.199", tester="tess",
    reviewer="rev", read_utc_ns=1,
)  # fmt: skip
EVENTS: tuple[AnyEvent | None, ...] = (
    LIVE, None, TargetRevealed(episode_id="e1", target_id="x", ordinal=1, name="市场", place="临江"), STARTED, REVIEWED,
    QuestionApproved(episode_id="e1", question_id="q", text="能退吗", nickname="小满", mentions_result=True, by="m"),
    QuestionOnScreen(episode_id="e1", question_id="q"), TimelinePosted(episode_id="e1", entry_id="1", text="开始", by="h"),
    RapidTestWithdrawn(episode_id="e1", test_id="t1", by="d"),
    FindingOpened(episode_id="e1", finding_id="f", key_item=True, where="A12档", sentence="没有进货查验记录"),
    QuestionCleared(episode_id="e1", question_id="q", answered=True), FindingVerified(episode_id="e1", finding_id="f"),
    FindingOpened(episode_id="other", finding_id="g", key_item=True, where="B", sentence="别的一期"),
    EpisodeEnded(episode_id="e1"),
)  # fmt: skip
RECORDS = tuple(RecordMade(seq=n + 1, utc_ns=n, event=event) for n, event in enumerate(EVENTS))


def fold(show: PublicShow, records: tuple[RecordMade, ...]) -> PublicShow:
    for each in records:
        show = show_after(show, each)
    return show


@given(st.integers(0, len(RECORDS)), st.integers(0, len(RECORDS)))
def test_stale_plus_events_is_fresh(seen: int, from_: int) -> None:
    stale = fold(PublicShow(), RECORDS[:seen])
    assert fold(stale, RECORDS[min(seen, from_) :]) == fold(PublicShow(), RECORDS)


def test_what_the_public_has_at_the_end() -> None:
    show = fold(PublicShow(), RECORDS)
    assert not show.on_air
    assert [test.state.value for test in show.tests] == ["withdrawn"]
    assert [(each.opened.where, each.verified) for each in show.findings] == [("A12档", True)]
    assert [each.state for each in show.questions] == ["answered"]
    assert [line.tone for line in show.timeline] == ["open", "positive", "open", "withdrawn"]


def test_a_new_episode_begins_empty() -> None:
    show = fold(PublicShow(), RECORDS)
    next_live = EpisodeWentLive(episode_id="e2", number=104, programme="p", agency="a", title="t", theme="t")
    again = show_after(show, RecordMade(seq=99, utc_ns=99, event=next_live))
    assert (again.on_air, again.tests, again.findings, again.timeline) == (True, (), (), ())


def test_a_served_finding_has_its_order_and_says_a_name_only_while_that_is_decided() -> None:
    found = FindingOpened(episode_id="e1", finding_id="f1", key_item=True, where="A12档", sentence="没有进货查验记录")
    other = FindingOpened(episode_id="e1", finding_id="f2", key_item=True, where="B07档", sentence="秤超期")
    order = OrderGiven(
        episode_id="e1", order_id="o1", finding_id="f1", order="order_to_correct", due_utc_ns=5, basis="b"
    )
    about = {"episode_id": "e1", "record_id": "r1", "finding_ids": ("f1",)}
    served = RecordServed(**about, where="A12档", how="signed", hash="0")
    named = EntityNamed(**about, where="A12档", name="何记", reply="明天补交。", by="legal")
    filed = OutcomeRecorded(
        episode_id="e1", outcome_id="x", record_id="r1", axis="case", outcome="filed", detail="", by="legal"
    )
    unnamed = EntityUnnamed(**about, by="legal")
    back = OutcomeTakenBack(episode_id="e1", outcome_id="x", record_id="r1", by="legal")

    def shown(*events: AnyEvent) -> PublicShow:
        records = (RecordMade(seq=n + 1, utc_ns=n, event=event) for n, event in enumerate((LIVE, *events)))
        return fold(PublicShow(), tuple(records))

    show = shown(found, other, order, served, named, filed)
    first, second = show.findings
    assert (first.served, first.name, first.reply, first.order) == (True, "何记", "明天补交。", order)
    assert (second.served, second.name, second.order) == (False, "", None)
    assert show.outcomes == (filed,)
    show = shown(found, served, named, filed, unnamed, back)
    assert (show.findings[0].name, show.findings[0].reply, show.outcomes) == ("", "", ())
    # What takes a name or an outcome back is never withheld by a DUMP.
    window = (Window(edit_id="d", episode_id="e1", after_seq=0, to_utc_ns=None),)
    hidden = [taken_by(window, RecordMade(seq=9, utc_ns=9, event=each), show) for each in (named, unnamed, filed, back)]
    assert hidden == ["d", "", "d", ""]
