"""The public programme on a stepped clock: continuous, in order, slate in every hole, delay that never repeats."""

import functools
import itertools
import random

import msgspec
import pytest

from broadcaster.packets import Packet
from broadcaster.playout.air import AirPacket
from broadcaster.playout.delay import DelayBuffer
from broadcaster.playout.slate import Slate, Unit
from broadcaster.playout.timeline import Timeline

NS = 1_000_000_000
FRAME = NS // 30
SOUND = 1024 * NS // 48_000
START = 1_000 * NS
SLATE = Slate(
    fps=30,
    video_extradata=b"",
    audio_extradata=b"",
    units=tuple(Unit(key=i == 0, data=b"slate%d" % i) for i in range(60)),
    black=tuple(Unit(key=i == 0, data=b"black%d" % i) for i in range(60)),
    silence=b"quiet",
)


def studio(from_ns: int, to_ns: int, *, seq: int = 1) -> list[Packet]:
    """What a studio makes between two moments: a keyframe every 2 s, its number in the data."""
    video = [
        Packet(kind="video", mono_ns=t, duration_ns=FRAME, key=n % 60 == 0, scene_seq=seq + n, data=b"v%d" % t)
        for n, t in enumerate(range(from_ns, to_ns, FRAME))
    ]
    audio = [
        Packet(kind="audio", mono_ns=t, duration_ns=SOUND, key=True, scene_seq=seq, data=b"a%d" % t)
        for t in range(from_ns, to_ns, SOUND)
    ]
    return sorted(video + audio, key=lambda packet: packet.mono_ns)


def run(timeline: Timeline, packets: list[Packet], to_ns: int, *, latency_ns: int = 80_000_000, events=()):
    """Step through time in 10 ms; packets come `latency_ns` after their moment."""
    out: list[AirPacket] = []
    waiting = sorted(packets, key=lambda packet: packet.mono_ns)
    todo = sorted(events, key=lambda event: event[0])
    now, at = START, 0
    while now < to_ns:
        now += 10_000_000
        while todo and todo[0][0] <= now:
            todo.pop(0)[1](now)
        while at < len(waiting) and waiting[at].mono_ns + latency_ns <= now:
            timeline.put(waiting[at])
            at += 1
        made = timeline.step(now)
        assert all(packet.out_ns <= now + FRAME for packet in made)
        out += made
    return out


def check(out: list[AirPacket], *, hole_ns: int = 600_000_000) -> tuple[list[AirPacket], list[AirPacket]]:
    video = [packet for packet in out if packet.kind == "video"]
    audio = [packet for packet in out if packet.kind == "audio"]
    assert video[0].key
    for before, after in itertools.pairwise(video):
        assert before.out_ns < after.out_ns, "picture runs forward"
        assert after.out_ns - before.out_ns < hole_ns
        if (before.scene_seq is None) != (after.scene_seq is None):
            assert after.key, "every splice begins with a keyframe"
    assert all(b.out_ns - a.out_ns == SOUND for a, b in itertools.pairwise(audio)), "sound on its grid"
    shown = [int(packet.data[1:]) for packet in video if packet.scene_seq is not None]
    assert shown == sorted(set(shown)), "nothing repeats, nothing goes back"
    heard = [int(packet.data[1:]) for packet in audio if packet.data != b"quiet"]
    assert heard == sorted(set(heard))
    for packet in out:
        if packet.scene_seq is not None:
            assert abs(packet.out_ns - packet.delay_ns - int(packet.data[1:])) <= SOUND
    return video, audio


def slate_spans(video: list[AirPacket]) -> list[float]:
    return [
        round(len(list(frames)) * FRAME / NS, 1)
        for slate, frames in itertools.groupby(video, key=lambda packet: packet.scene_seq is None)
        if slate
    ]


@pytest.mark.parametrize("delay_s", [0, 1, 10, 30])
def test_starts_with_slate_for_the_delay_then_every_frame(delay_s):
    timeline = Timeline(SLATE, START, delay_s * NS)
    video, _ = check(run(timeline, studio(START, START + 12 * NS), START + (12 + delay_s) * NS))
    assert slate_spans(video) == ([delay_s] if delay_s else [])
    assert sum(packet.scene_seq is not None for packet in video) > 12 * 30 - 5


def test_what_was_made_before_air_never_airs():
    timeline = Timeline(SLATE, START, 0)
    out = run(timeline, studio(START - 5 * NS, START + 4 * NS), START + 4 * NS)
    video, _ = check(out)
    first = next(packet for packet in video if packet.scene_seq is not None)
    assert int(first.data[1:]) >= START
    assert first.key


@pytest.mark.parametrize("delay_s", [0, 0.2, 5])
def test_dead_studio_is_slate_until_a_keyframe(delay_s):
    timeline = Timeline(SLATE, START, round(delay_s * NS))
    packets = studio(START, START + 5 * NS + FRAME) + studio(START + 9 * NS, START + 15 * NS, seq=500)
    video, _ = check(run(timeline, packets, START + round((14 + delay_s) * NS)))
    spans = slate_spans(video)
    assert 3.4 <= spans[-1] <= 4.1
    assert video[-1].scene_seq is not None


def test_short_hole_stands_still_without_slate():
    timeline = Timeline(SLATE, START, 2 * NS)
    packets = [p for p in studio(START, START + 8 * NS) if not START + 3 * NS < p.mono_ns < START + 3 * NS + NS // 3]
    video, _ = check(run(timeline, packets, START + 9 * NS))
    assert slate_spans(video) == [2.0]


def test_silent_studio_gets_silence():
    timeline = Timeline(SLATE, START, NS)
    packets = [packet for packet in studio(START, START + 6 * NS) if packet.kind == "video"]
    _, audio = check(run(timeline, packets, START + 6 * NS))
    assert all(packet.data == b"quiet" for packet in audio)
    assert len(audio) > 250


@pytest.mark.parametrize(("from_s", "to_s"), [(2, 6), (6, 2), (6, 0), (0, 3), (1, 1.4), (2, 120), (30, 29)])
def test_delay_changes_without_repeat_or_disorder(from_s, to_s):
    timeline = Timeline(SLATE, START, from_s * NS)
    span = 12 + from_s
    change = (START + (5 + from_s) * NS, lambda _now: timeline.set_delay(round(to_s * NS)))
    end = START + round((span + max(from_s, to_s)) * NS)
    video, _ = check(run(timeline, studio(START, end), end, events=[change]))
    assert timeline.delay_ns == round(to_s * NS)
    last = video[-1]
    assert last.scene_seq is not None
    spans = slate_spans(video)
    if to_s > from_s:
        assert spans[-1] == pytest.approx(to_s - from_s, abs=0.2)
        shown = [int(packet.data[1:]) for packet in video if packet.scene_seq is not None]
        assert max(b - a for a, b in itertools.pairwise(shown)) < 2 * FRAME, "a longer delay loses nothing"
    else:
        assert spans == ([from_s] if from_s else []), "a shorter delay needs no slate"


def test_end_drains_the_delay():
    timeline = Timeline(SLATE, START, 4 * NS)
    out = run(timeline, studio(START, START + 9 * NS), START + 11 * NS, events=[(START + 6 * NS, timeline.end)])
    video, _ = check(out)
    shown = [int(packet.data[1:]) for packet in video if packet.scene_seq is not None]
    assert START + 6 * NS - 2 * FRAME < shown[-1] < START + 6 * NS
    assert timeline.drained


def test_packets_that_always_come_late_still_air_without_delay():
    timeline = Timeline(SLATE, START, 0)
    video, _ = check(run(timeline, studio(START, START + 12 * NS), START + 12 * NS, latency_ns=1_200_000_000))
    assert sum(packet.scene_seq is not None for packet in video[-60:]) == 60


def test_slow_and_fast_camera_clocks_stay_in_step_with_sound():
    for factor in (0.995, 1.005):
        packets = [
            msgspec.structs.replace(p, mono_ns=START + round((p.mono_ns - START) * factor)) if p.kind == "video" else p
            for p in studio(START, START + 40 * NS)
        ]
        timeline = Timeline(SLATE, START, NS)
        video = [p for p in run(timeline, packets, START + 38 * NS) if p.kind == "video" and p.scene_seq is not None]
        shown = {p.data: p.mono_ns for p in packets}
        assert all(abs(p.out_ns - NS - shown[p.data]) < FRAME // 2 + 1 for p in video)


def test_memory_is_bound_and_recovers():
    buffer = DelayBuffer(most_bytes=60_000)
    timeline = Timeline(SLATE, START, 60 * NS, buffer)
    big = [msgspec.structs.replace(p, data=p.data + bytes(300)) for p in studio(START, START + 20 * NS)]
    out = run(timeline, big, START + 10 * NS)
    assert buffer.bytes <= 60_000
    assert buffer.dropped > 0
    assert all(packet.scene_seq is None for packet in out)
    timeline.set_delay(0)
    late = [p for p in big if p.mono_ns > START + 10 * NS]
    for packet in late:
        timeline.put(packet)
        timeline.step(packet.mono_ns)
    assert timeline.mode == "program"


def test_studio_without_keyframes_does_not_fill_memory():
    timeline = Timeline(SLATE, START, 0)
    packets = [msgspec.structs.replace(p, key=False) for p in studio(START, START + 30 * NS) if p.kind == "video"]
    run(timeline, packets, START + 30 * NS)
    assert len(timeline.buffer.video) < 30 * 5


def test_any_trouble_at_all_keeps_the_promises():
    for seed in range(12):
        chance = random.Random(seed)  # noqa: S311 - repeatable trouble
        packets: list[Packet] = []
        at = START
        while at < START + 40 * NS:
            until = at + chance.randrange(NS // 2, 12 * NS)
            packets += studio(at, until)
            at = until + chance.choice([0, FRAME, NS // 3, NS, 3 * NS])
        packets = [p for p in packets if chance.random() > 0.002 or p.kind == "audio"]
        timeline = Timeline(SLATE, START, chance.choice([0, 1, 5]) * NS)
        changes = [(chance.randrange(40), chance.choice([0, 0.3, 2, 7, 20])) for _ in range(5)]
        events = [
            (START + at_s * NS, functools.partial(lambda line, ns, _now: line.set_delay(ns), timeline, round(d * NS)))
            for at_s, d in changes
        ]
        out = run(timeline, packets, START + 50 * NS, events=events, latency_ns=chance.choice([10, 80, 400]) * 10**6)
        check(out, hole_ns=NS + 200_000_000)
