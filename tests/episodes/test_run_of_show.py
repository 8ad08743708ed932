"""The run of show: where we are, what is next, over and under; edits of two people; what has begun stays."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.limits import SEED
from episodes.renditions import BY_NAME
from episodes.run_of_show import (
    Cue,
    Progress,
    RunOfShow,
    Segment,
    begun,
    checked,
    edited,
    following,
    next_cue,
    planned_starts,
    standing,
    without_camera,
)  # fmt: skip
from episodes.run_of_show import (
    given as cue_given,
)
from episodes.template_starters import STARTERS
from episodes.templates import (
    ChecklistItem,
    Content,
    Graphic,
    LimitUse,
    OutputWish,
    checked_content,
    filled,
    limits_of,
)
from runtime.problems import UserProblem

NS = 1_000_000_000
T0 = 1_781_262_000 * NS


def segment(name: str, seconds: int, *cues: Cue, **more: object) -> Segment:
    return Segment(segment_id=name, kind="other", title=name, seconds=seconds, cues=cues, **more)


def say(name: str) -> Cue:
    return Cue(cue_id=name, kind="say", words=name)


RUN = RunOfShow(
    version=3,
    segments=(
        segment("open", 60, say("hello"), say("look")),
        segment("door", 120, say("badge")),
        segment("lab", 300),
        segment("end", 60, say("thanks")),
    ),
)
SECONDS = st.lists(st.integers(5, 3600), min_size=1, max_size=8)


def at(run: RunOfShow, progress: Progress, after_s: float, length_s: int | None = None):
    length = run.seconds if length_s is None else length_s
    return standing(run, progress, anchor_utc_ns=T0, length_s=length, now_utc_ns=T0 + round(after_s * NS))


@settings(max_examples=60, deadline=None)
@given(seconds=SECONDS, late=st.lists(st.integers(-600, 600), min_size=8, max_size=8))
def test_over_is_the_sum_of_what_each_segment_took_too_long(seconds, late) -> None:
    """Going through the list, each segment taking its length and some more or less, ends over by the sum of them."""
    run = RunOfShow(version=1, segments=tuple(segment(f"s{n}", each) for n, each in enumerate(seconds)))
    progress, now = Progress(), 0.0
    for each, more in zip(run.segments, late, strict=False):
        progress = begun(run, progress, each.segment_id, T0 + round(now * NS))
        there = at(run, progress, now)
        assert there.segment == each
        assert there.left_s == pytest.approx(each.seconds)
        assert there.over_s == pytest.approx(now - sum(seconds[: run.at(each.segment_id)]))
        now += max(1, each.seconds + more)
    # The last one: over by all that was late, as long as it has had its own length.
    assert at(run, progress, now + 7200).over_s == pytest.approx(now + 7200 - run.seconds)


def test_while_a_segment_keeps_its_time_nothing_is_over_and_then_it_grows_by_the_second() -> None:
    progress = begun(RUN, Progress(), "open", T0)
    assert [at(RUN, progress, s).over_s for s in (0, 30, 60, 61, 75)] == [0, 0, 0, 1, 15]
    assert [at(RUN, progress, s).left_s for s in (0, 60, 75)] == [60, 0, -15]
    # Going on early is under; a slot shorter than the list is over from the beginning.
    early = begun(RUN, progress, "door", T0 + 40 * NS)
    assert at(RUN, early, 40).over_s == -20
    assert at(RUN, progress, 0, length_s=480).over_s == 60
    # Leaving a segment out makes up its whole length.
    assert at(RUN, begun(RUN, early, "end", T0 + 100 * NS), 100).over_s == 100 - 480


def test_before_the_first_segment_the_show_waits() -> None:
    there = at(RUN, Progress(), -600)
    assert (there.segment, there.over_s, there.left_s) == (None, 0, 0)
    assert there.following == RUN.segments[0]
    assert there.cue is not None
    assert there.cue.cue.cue_id == "hello"
    assert at(RUN, Progress(), 30).over_s == 30
    empty = at(RunOfShow(), Progress(), 0)
    assert (empty.segment, empty.following, empty.cue) == (None, None, None)
    assert planned_starts(RUN, T0) == (T0, T0 + 60 * NS, T0 + 180 * NS, T0 + 480 * NS)


def test_the_next_cue_goes_on_through_the_segments() -> None:
    progress = begun(RUN, Progress(), "open", T0)
    seen = []
    while (waiting := next_cue(RUN, progress)) is not None:
        seen.append(waiting.cue.cue_id)
        progress = cue_given(RUN, progress, waiting.cue.cue_id, T0 + len(seen) * NS)
    assert seen == ["hello", "look", "badge", "thanks"]
    assert progress.segment_id == "end", "a cue of a later segment begins it"
    assert set(progress.began) == {"open", "door", "end"}, "one without cues was passed over"
    # Going back gives a segment's cues anew, and only its.
    again = begun(RUN, progress, "door", T0 + 9 * NS)
    assert again.given == ("hello", "look", "thanks")
    assert next_cue(RUN, again).cue.cue_id == "badge"
    # One left out stays behind those that were given after it.
    skipped = cue_given(RUN, begun(RUN, Progress(), "open", T0), "look", T0)
    assert next_cue(RUN, skipped).cue.cue_id == "badge"


@settings(max_examples=60, deadline=None)
@given(presses=st.lists(st.sampled_from(["open", "door", "lab", "end", "+hello", "+look", "+badge", "+thanks"])))
def test_whatever_is_pressed_the_show_stands_somewhere_on_the_list(presses) -> None:
    progress = Progress()
    for n, press in enumerate(presses):
        now = T0 + n * NS
        progress = cue_given(RUN, progress, press[1:], now) if press[0] == "+" else begun(RUN, progress, press, now)
        assert len(set(progress.given)) == len(progress.given)
        assert progress == msgspec.convert(msgspec.to_builtins(progress), Progress), "it can be kept"
        there = at(RUN, progress, n)
        if progress.segment_id:
            assert there.segment is not None
            assert there.ends_utc_ns >= now
            assert there.cue is None or RUN.at(there.cue.segment.segment_id) >= RUN.at(progress.segment_id)


def test_two_editors_the_second_is_told_and_what_has_begun_stays() -> None:
    progress = begun(RUN, Progress(), "open", T0)
    turned = (RUN.segments[0], RUN.segments[2], RUN.segments[1], RUN.segments[3])
    first = edited(RUN, 3, turned, progress, editor="沈岚")
    assert (first.version, [each.segment_id for each in first.segments]) == (4, ["open", "lab", "door", "end"])
    with pytest.raises(UserProblem, match="run_changed") as refused:
        edited(first, 3, RUN.segments, progress, editor="沈岚")
    assert (refused.value.status, refused.value.params) == (409, {"name": "沈岚", "version": 4})
    with pytest.raises(UserProblem, match="run_begun"):
        edited(RUN, 3, RUN.segments[1:], progress, editor="")
    # What follows is reckoned upon the new order.
    assert following(first, progress).segment_id == "lab"


@pytest.mark.parametrize(
    ("code", "bad"),
    [
        ("run_ids", (segment("a", 60), segment("a", 60))),
        ("run_ids", (segment("a", 60, say("x")), segment("b", 60, say("x")))),
        ("run_title", (msgspec.structs.replace(segment("a", 60), title=" "),)),
        ("run_minutes", (segment("a", 4),)),
        ("run_minutes", (segment("a", 4 * 3600 + 1),)),
        ("run_camera", (segment("a", 60, Cue(cue_id="c", kind="camera", what="cam-9")),)),
        ("run_graphic", (segment("a", 60, Cue(cue_id="c", kind="graphic", what="law-9")),)),
        ("run_clear", (segment("a", 60, Cue(cue_id="c", kind="clear", what="question")),)),
        ("run_say", (segment("a", 60, Cue(cue_id="c", kind="say")),)),
        ("run_long", tuple(segment(f"s{n}", 60) for n in range(41))),
        ("run_cues", (segment("a", 60, *(say(f"c{n}") for n in range(21))),)),
    ],
)
def test_a_list_that_cannot_be_run_is_refused_with_the_segment(code: str, bad: tuple[Segment, ...]) -> None:
    with pytest.raises(UserProblem, match=code):
        checked(bad, cameras=("cam-1",), graphics=("law-1",))


@pytest.mark.parametrize("each", STARTERS.values(), ids=list(STARTERS))
def test_every_starter_can_be_planned_from(each) -> None:
    content = checked_content(each.content, SEED, {"main", *BY_NAME})
    assert sum(one.seconds for one in content.segments) == content.minutes * 60, "the list fills its slot"
    assert {one.weight for one in content.checklist} == {"key", "general"}
    assert len(content.checklist) >= 9
    assert all(rows for _, rows in limits_of(content.limits, SEED, SEED[1].since.replace(year=2026)))
    # An episode with fewer cameras, called otherwise, has every cut of the list.
    made = filled(each, ("cam-1", "cam-2"))
    assert without_camera(made.segments, made.cameras) == ()
    assert filled(each, ()).cameras == content.cameras
    assert msgspec.convert(msgspec.to_builtins(content), Content) == content


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("checklist_words", {"checklist": (ChecklistItem(item_id="a", words=" "),)}),
        ("template_ids", {"checklist": (ChecklistItem(item_id="a", words="x"), ChecklistItem(item_id="a", words="y"))}),
        ("words_missing", {"graphics": (Graphic(graphic_id="l", graphic="law", fields={"statute": "法"}),)}),
        ("template_limit", {"limits": (LimitUse(method_id="guess"),)}),
        ("template_output", {"outputs": (OutputWish(name="甲"), OutputWish(name="甲"))}),
        ("template_rendition", {"outputs": (OutputWish(name="甲", rendition="8k"),)}),
        ("episode_cameras", {"cameras": ()}),
        ("run_camera", {"cameras": ("全景",)}),
        ("slot_minutes", {"minutes": 0}),
    ],
)
def test_a_template_no_episode_can_be_made_of_is_refused(code: str, change: dict[str, object]) -> None:
    with pytest.raises(UserProblem, match=code):
        checked_content(msgspec.structs.replace(STARTERS["market"].content, **change), SEED, {"main"})
