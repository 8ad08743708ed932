"""Every rendition obeys the same rules at the same programme times: delay, DUMP, KILL, the end."""

import msgspec
import pytest

from broadcaster.packets import Packet
from broadcaster.playout.air import AirPacket
from broadcaster.playout.timeline import Timeline
from broadcaster.playout.timelines import Timelines
from tests.broadcaster.playout.test_timeline import FRAME, NS, SLATE, START, check, studio

SIDE = "portrait-720"


def packets(from_s: float, to_s: float) -> list[Packet]:
    """What a studio with a further rendition makes."""
    made = studio(START + round(from_s * NS), START + round(to_s * NS))
    sides = [msgspec.structs.replace(packet, rendition=SIDE) for packet in made if packet.kind == "video"]
    return sorted(made + sides, key=lambda packet: packet.mono_ns)


def run(both: Timelines, made: list[Packet], to_s: float, events: dict[float, object]) -> dict[str, list[AirPacket]]:
    out: dict[str, list[AirPacket]] = {"main": [], SIDE: []}
    now, at, todo = START, 0, sorted(events.items())
    while now < START + to_s * NS:
        now += 20_000_000
        while todo and START + todo[0][0] * NS <= now:
            todo.pop(0)[1](now)
        while at < len(made) and made[at].mono_ns + 80_000_000 <= now:
            both.put(made[at])
            at += 1
        for name, packet in both.step(now):
            out[name].append(packet)
    return out


def both_of(delay_s: float) -> Timelines:
    made = Timelines(Timeline(SLATE, START, round(delay_s * NS)))
    made.begin(SIDE, SLATE, START)
    return made


def shown(out: list[AirPacket]) -> list[int]:
    return [int(each.data[1:]) for each in out if each.kind == "video" and each.shows == "program"]


def test_both_show_the_same_moments_with_the_same_sound():
    both = both_of(3)
    out = run(both, packets(0, 20), 20, {})
    for name in out:
        check(out[name])
    assert shown(out["main"]) == shown(out[SIDE])
    sounds = {name: [each.data for each in out[name] if each.kind == "audio"] for name in out}
    assert sounds["main"] == sounds[SIDE]
    assert {each.out_ns for each in out["main"]} == {each.out_ns for each in out[SIDE]}


def test_a_dump_and_a_kill_take_the_same_from_both():
    both = both_of(5)
    taken: list[tuple[int, int]] = []

    def dump(now: int) -> None:
        taken.append((both.unsent_ns, now))
        both.remove(both.unsent_ns, now)

    def kill(now: int) -> None:
        taken.append((both.unsent_ns, START + 30 * NS))
        both.kill(both.unsent_ns)

    out = run(both, packets(0, 50), 50, {12: dump, 24: kill, 30: both.restore})
    for name in out:
        video, _ = check(out[name])
        for from_ns, to_ns in taken:
            assert not [moment for moment in shown(out[name]) if from_ns <= moment < to_ns], name
        black = [each.out_ns for each in video if each.shows == "black"]
        assert black[0] == pytest.approx(START + 24 * NS, abs=NS)
        assert black[-1] == pytest.approx(START + 30 * NS, abs=NS)
    assert shown(out["main"]) == shown(out[SIDE])


def test_a_rendition_that_has_fallen_behind_makes_a_dump_take_more_not_less():
    both = both_of(5)
    made = [packet for packet in packets(0, 12) if packet.rendition == "main" or packet.mono_ns < START + 3 * NS]
    run(both, made, 12, {})
    assert both.unsent_ns <= both.main.unsent_ns
    assert both.unsent_ns == min(both.main.unsent_ns, both.sides[SIDE].unsent_ns)


def test_one_that_begins_on_air_joins_at_a_keyframe_and_one_that_ends_disturbs_nobody():
    both = Timelines(Timeline(SLATE, START, 2 * NS))
    out = run(
        both,
        packets(0, 30),
        30,
        {9.1: lambda _now: both.begin(SIDE, SLATE, START), 20: lambda _now: both.drop(SIDE)},
    )
    check(out["main"])
    video, _ = check(out[SIDE])
    assert video[0].shows == "slate"
    first = shown(out[SIDE])[0]
    # Keyframes lie at whole even seconds; what came before it began was never held.
    assert first == pytest.approx(START + 10 * NS, abs=FRAME)
    assert max(shown(out[SIDE])) < START + 20 * NS
    assert len(shown(out["main"])) > 27 * 30


def test_a_changed_delay_holds_for_all():
    both = both_of(2)
    out = run(both, packets(0, 40), 40, {10: lambda _now: both.set_delay(6 * NS), 25: lambda _now: both.set_delay(NS)})
    for name in out:
        check(out[name])
    assert shown(out["main"]) == shown(out[SIDE])
    both.end(START + 40 * NS)
    assert not both.drained
