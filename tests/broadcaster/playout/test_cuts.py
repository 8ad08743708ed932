"""DUMP and KILL on the timeline: what was taken never comes out, whatever else happens."""

import functools
import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcaster.packets import Packet
from broadcaster.playout.air import AirPacket
from broadcaster.playout.timeline import Timeline
from tests.broadcaster.playout.test_timeline import FRAME, NS, SLATE, SOUND, START, check, run, slate_spans, studio

END = START + 40 * NS


def at(second: float) -> int:
    return START + round(second * NS)


def moments(out: list[AirPacket], kind: str = "video") -> list[int]:
    """The programme times that came out."""
    return [int(each.data[1:]) for each in out if each.kind == kind and each.data[:1] in {b"v", b"a"}]


def none_within(out: list[AirPacket], from_ns: int, to_ns: int) -> None:
    for kind in ("video", "audio"):
        assert not [moment for moment in moments(out, kind) if from_ns <= moment < to_ns], kind


def test_a_dump_of_all_is_slate_until_the_delay_is_full_again():
    timeline = Timeline(SLATE, START, 10 * NS)
    taken: list[tuple[int, int]] = []

    def dump(now: int) -> None:
        taken.append((timeline.unsent_ns, now))
        timeline.buffer.remove(*taken[0])

    out = run(timeline, studio(START, END), END, events=[(at(20.3), dump)])
    video, _ = check(out)
    none_within(out, *taken[0])
    assert taken[0][0] == pytest.approx(at(10.3), abs=FRAME)
    first, again = slate_spans(video)
    assert first == 10
    assert 10 <= again <= 12.1, "the delay, and at most a group of pictures"
    assert min(moment for moment in moments(out) if moment > at(19)) >= at(20.3)


def test_a_dump_of_the_last_seconds_lets_the_older_play_on():
    timeline = Timeline(SLATE, START, 15 * NS)
    out = run(
        timeline, studio(START, END), END, events=[(at(20), lambda now: timeline.buffer.remove(now - 6 * NS, now))]
    )
    video, _ = check(out)
    none_within(out, at(14), at(20))
    assert set(moments(out)) >= {p.mono_ns for p in studio(START, at(13.9)) if p.kind == "video"}
    slate = [each.out_ns for each in video if each.shows == "slate" and each.out_ns > at(16)]
    assert slate[0] == pytest.approx(at(29), abs=2 * FRAME)
    assert slate[-1] == pytest.approx(at(35), abs=2.1 * NS)


def test_a_short_dump_goes_on_at_a_keyframe_without_slate():
    timeline = Timeline(SLATE, START, 5 * NS)
    # The keyframes lie at whole even seconds.
    out = run(
        timeline, studio(START, END), END, events=[(at(13.99), lambda now: timeline.buffer.remove(now - NS // 3, now))]
    )
    video, _ = check(out)
    none_within(out, at(13.99) - NS // 3, at(13.99))
    assert slate_spans(video) == [5.0]
    after = next(each for each in video if each.data[:1] == b"v" and int(each.data[1:]) >= at(13.99))
    assert after.key


def test_frames_on_their_way_are_dumped_too():
    timeline = Timeline(SLATE, START, 3 * NS)
    dump = (at(10), lambda now: timeline.buffer.remove(now - NS, now))
    out = run(timeline, studio(START, END), END, latency_ns=700_000_000, events=[dump])
    none_within(out, at(9), at(10))


@pytest.mark.parametrize("delay_s", [0, 10])
def test_a_kill_is_black_at_once_and_restore_honours_the_delay(delay_s):
    timeline = Timeline(SLATE, START, delay_s * NS)
    unsent: list[int] = []

    def kill(_now: int) -> None:
        unsent.append(timeline.unsent_ns)
        timeline.kill(timeline.unsent_ns)

    out = run(timeline, studio(START, END), END, events=[(at(15), kill), (at(19), timeline.restore)])
    video, audio = check(out, hole_ns=NS)
    none_within(out, unsent[0], at(19))
    black = [each.out_ns for each in video if each.shows == "black"]
    assert abs(black[0] - at(15)) < NS // 5
    assert black[-1] <= at(19) + FRAME
    assert all(each.shows == "black" for each in video if at(15.1) < each.out_ns < at(18.9))
    assert all(each.data == b"quiet" for each in audio if at(15.1) < each.out_ns < at(18.9))
    back = min(each.out_ns for each in video if each.shows == "program" and each.out_ns > at(19))
    assert at(19 + delay_s) <= back <= at(21.2 + delay_s)
    keys = [each.out_ns for each in video if each.shows == "black" and each.key]
    assert keys[1] - keys[0] == pytest.approx(NS // 2, abs=FRAME), "players behind HLS get black at once"


def test_killed_without_a_studio_and_from_the_first_frame():
    timeline = Timeline(SLATE, START, 5 * NS)
    timeline.kill(START)
    video, _ = check(run(timeline, [], START + 8 * NS))
    assert {each.shows for each in video} == {"black"}


def test_what_was_removed_does_not_count_as_held():
    timeline = Timeline(SLATE, START, 10 * NS)
    run(timeline, studio(START, END), at(20))
    assert timeline.buffer.held_ns() == pytest.approx(10 * NS, abs=NS // 5)
    timeline.buffer.remove(at(16), at(20))
    assert timeline.buffer.held_ns() == pytest.approx(6 * NS, abs=NS // 5)
    timeline.buffer.remove(at(15), at(18))
    assert timeline.buffer.held_ns() == pytest.approx(5 * NS, abs=NS // 5)


@dataclass
class Desk:
    """A person at the desk, and what was taken: when, from, to."""

    timeline: Timeline
    taken: list[tuple[int, int, int | None]] = field(default_factory=list)

    def press(self, what: str, value: int | None, now: int) -> None:
        match what:
            case "delay":
                self.timeline.set_delay(value or 0)
            case "dump":
                from_ns = self.timeline.unsent_ns if value is None else now - value
                self.timeline.buffer.remove(from_ns, now)
                self.taken.append((now, from_ns, now))
            case "kill" if not self.timeline.filler.black:
                from_ns = self.timeline.unsent_ns
                self.timeline.kill(from_ns)
                self.taken.append((now, from_ns, None))
            case "restore" if self.timeline.filler.black:
                self.timeline.restore(now)
                self.taken = [(made, start, now if end is None else end) for made, start, end in self.taken]


_SECOND = st.integers(0, 380).map(lambda tenth: tenth / 10)
_PRESS = st.one_of(
    st.tuples(_SECOND, st.just("delay"), st.sampled_from([0, NS // 3, 2 * NS, 7 * NS, 20 * NS])),
    st.tuples(_SECOND, st.just("dump"), st.sampled_from([None, NS, 4 * NS, 10 * NS])),
    st.tuples(_SECOND, st.sampled_from(["kill", "restore"]), st.none()),
)
_GAP = st.tuples(st.integers(0, 38), st.sampled_from([FRAME, NS // 3, NS, 5 * NS]))


@settings(max_examples=60, deadline=None)
@given(
    delay_s=st.sampled_from([0, 1, 5, 12]),
    presses=st.lists(_PRESS, max_size=8),
    gaps=st.lists(_GAP, max_size=3),
    latency_ms=st.sampled_from([10, 80, 400]),
)
def test_whatever_is_pressed_nothing_taken_comes_out(delay_s, presses, gaps, latency_ms):
    desk = Desk(Timeline(SLATE, START, delay_s * NS))
    events = [(at(second), functools.partial(desk.press, what, value)) for second, what, value in presses]
    out = run(desk.timeline, with_gaps(gaps), END, latency_ns=latency_ms * 10**6, events=events)
    promises(out)
    for made, from_ns, to_ns in desk.taken:
        later = [each for each in out if each.out_ns > made + FRAME]
        none_within(later, from_ns, END if to_ns is None else to_ns)


def with_gaps(gaps: list[tuple[int, int]]) -> list[Packet]:
    """A studio that dies and comes back; each life begins with a keyframe."""
    packets: list[Packet] = []
    begin = START
    for second, length in sorted(gaps):
        until = at(second)
        if until > begin:
            packets += studio(begin, until)
        begin = max(begin, until + length)
    return packets + (studio(begin, END) if begin < END else [])


def promises(out: list[AirPacket]) -> None:
    for kind in ("video", "audio"):
        times = [each.out_ns for each in out if each.kind == kind]
        assert all(before < after for before, after in itertools.pairwise(times)), "out times grow"
        shown = moments(out, kind)
        assert all(before < after for before, after in itertools.pairwise(shown)), "no frame twice, none out of order"
    video = [each for each in out if each.kind == "video"]
    assert video[0].key
    for before, after in itertools.pairwise(video):
        if before.shows != after.shows:
            assert after.key, "every splice begins with a keyframe"
        assert after.out_ns - before.out_ns < NS + NS // 5
    for each in out:
        if each.data[:1] in {b"v", b"a"}:
            due_ns = int(each.data[1:]) + each.delay_ns
            assert each.out_ns >= due_ns - SOUND, "nothing before it is due"
