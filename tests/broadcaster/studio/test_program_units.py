"""The switch, the layouts, the ladder and the mixer, without a network: rules of state, command and time."""

import itertools

import numpy as np
import pytest

from broadcaster.encoders import AAC_SAMPLES
from broadcaster.studio.program.compose import compose, places
from broadcaster.studio.program.ladder import Ladder
from broadcaster.studio.program.planes import Planes, blank, views
from broadcaster.studio.program.ring import RATE, SoundRing
from broadcaster.studio.program.screen import Screen
from broadcaster.studio.program.sound import Mixer
from broadcaster.studio.program.switch import FOR_EVER, Showing, Switch
from episodes.shot import HOLD_WORDS, Shot, SoundPlan, fault

MS = 1_000_000
S = 1_000 * MS
ONE, TWO, SLATE = Shot(source="one"), Shot(source="two"), Shot()
SPLIT = Shot(source="one", layout="two_up", second="two")


def tick(switch: Switch, now: int, *have: str, left: int = FOR_EVER) -> Showing:
    return switch.tick(now, lambda name: name in have, lambda _: left)


def test_a_take_waits_for_its_picture_and_no_longer_than_its_deadline() -> None:
    switch, done = Switch(), []
    switch.take(ONE, 500, lambda: done.append("one"))
    assert tick(switch, 100).shot == SLATE
    assert switch.wanted == {"one"}
    assert tick(switch, 200, "one").shot == ONE
    switch.take(TWO, 500, lambda: done.append("two"))
    assert tick(switch, 499).shot == ONE
    assert tick(switch, 500).shot == TWO
    switch.take(SLATE, 900, lambda: done.append("slate"))
    assert tick(switch, 600).shot == SLATE
    assert done == ["one", "two", "slate"]
    assert switch.wanted == frozenset()


def test_a_split_shot_waits_for_both_its_pictures() -> None:
    switch = Switch()
    switch.take(SPLIT, 500, lambda: None)
    assert switch.wanted == {"one", "two"}
    assert tick(switch, 100, "one").shot == SLATE
    assert tick(switch, 200, "one", "two").shot == SPLIT


def test_after_a_restart_a_split_shot_waits_for_one_of_its_pictures() -> None:
    for there in ("one", "two"):
        switch = Switch()
        switch.take(SPLIT, None, lambda: None)
        assert tick(switch, 10**12).shot == SLATE
        assert tick(switch, 10**12 + 1, there).shot == SPLIT


def test_a_dissolve_costs_two_decodes_only_while_it_runs() -> None:
    switch = Switch()
    switch.take(ONE, 0, lambda: None)
    tick(switch, 0, "one")
    switch.take(TWO, 1000 * MS, lambda: None, dissolve=True)
    begun = tick(switch, 100 * MS, "one", "two")
    assert (begun.shot, begun.before, begun.share) == (TWO, ONE, 0.0)
    assert tick(switch, 300 * MS, "one", "two").share == pytest.approx(0.5)
    assert switch.wanted == {"one", "two"}
    assert tick(switch, 501 * MS, "one", "two").before is None
    assert switch.wanted == {"two"}
    switch.take(SLATE, 0, lambda: None, dissolve=True)
    assert tick(switch, 600 * MS, "two").before is None, "to the slate it is a cut: nothing is seen a moment longer"


def test_a_clip_is_followed_by_what_was_before_it_or_by_what_it_names() -> None:
    for then, after in (("", SPLIT), ("slate", SLATE), ("two", TWO)):
        switch = Switch(take_wait_ns=500 * MS)
        switch.take(SPLIT, 0, lambda: None)
        tick(switch, 0, "one", "two")
        clip = Shot(source="clip:a", then=then)
        switch.take(clip, 0, lambda: None)
        assert tick(switch, S, "clip:a", left=5 * S).shot == clip
        assert switch.wanted == {"clip:a"}
        tick(switch, 4 * S, "clip:a", left=S)
        assert switch.wanted == {"clip:a", *after.sources}, "what follows is decoded before it is needed"
        assert tick(switch, 6 * S, "clip:a", left=0).shot == (clip if after.has_picture else after)
        assert tick(switch, 6 * S + 1, "clip:a", "one", "two", left=0).shot == after


def test_a_freeze_is_ended_by_the_next_take_and_holds_no_card() -> None:
    switch = Switch()
    assert not switch.freeze(1, on=True)
    switch.take(ONE, 0, lambda: None)
    tick(switch, 0, "one")
    assert switch.freeze(5, on=True)
    assert switch.freeze(9, on=True)
    assert switch.frozen_ns == 5
    switch.take(TWO, 20, lambda: None)
    tick(switch, 10, "one")
    assert switch.frozen_ns == 5, "the old picture stands until the new one is there"
    tick(switch, 20)
    assert switch.frozen_ns == 0


@pytest.mark.parametrize(
    ("shot", "wrong"),
    [
        (ONE, None),
        (SPLIT, None),
        (Shot(source="one", layout="pip", second="clip:a"), None),
        (Shot(source="hold", reason="premises"), None),
        (Shot(source="clip:a", then="one"), None),
        (Shot(source="slate", layout="two_up", second="one"), "layout"),
        (Shot(source="one", layout="two_up"), "second"),
        (Shot(source="one", second="two"), "second"),
        (Shot(source="one", layout="pip", second="one"), "second"),
        (Shot(source="one", layout="pip", second="slate"), "second"),
        (Shot(source="hold"), "reason"),
        (Shot(source="one", reason="minor"), "reason"),
        (Shot(source="one", then="two"), "then"),
        (Shot(source="clip:a", then="clip:b"), "then"),
    ],
)
def test_shots_that_cannot_be_are_told(shot: Shot, wrong: str | None) -> None:
    assert fault(shot) == wrong


def test_every_hold_says_that_the_show_goes_on() -> None:
    for headline, line in HOLD_WORDS.values():
        assert "直播没有结束" in line
        assert len(headline) <= 8
        assert len(line) <= 36


def grey(level: int, width: int = 640, height: int = 360) -> Planes:
    frame = blank(width, height)
    planes = views(frame)
    KEPT.append(frame)
    planes[0][:] = level
    return planes


KEPT: list[object] = []


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (360, 640), (608, 1080)])
def test_two_pictures_stand_side_by_side_in_any_size(size: tuple[int, int]) -> None:
    width, height = size
    target = grey(0, width, height)
    compose({"one": grey(100), "two": grey(180)}, SPLIT, target)
    left, right = places("two_up", width, height)
    assert left.x + left.width <= right.x
    assert right.x + right.width == width
    middle = height // 2
    assert set(target[0][middle, : left.width]) == {100}
    assert set(target[0][middle, right.x :]) == {180}
    assert {int(target[index][0, 0]) for index in (1, 2)} == {130, 124}, "the ground is no camera's"


def test_an_inset_stands_over_the_whole_picture() -> None:
    target = grey(0)
    compose({"one": grey(100), "two": grey(180)}, Shot(source="one", layout="pip", second="two"), target)
    inset = places("pip", 640, 360)[1]
    assert target[0][inset.y + inset.height // 2, inset.x + inset.width // 2] == 180
    assert target[0][350, 10] == 100
    assert target[0][inset.y - 2, inset.x + 10] == 235, "with a bright edge"


def test_who_has_no_picture_is_left_out() -> None:
    target = grey(0)
    compose({"two": grey(180)}, SPLIT, target)
    assert set(np.unique(target[0])) == {180}
    compose({}, SPLIT, target)
    assert set(np.unique(target[0])) == {16}


def test_a_whole_picture_keeps_its_shape_between_bars() -> None:
    target = grey(0, 360, 640)
    compose({"one": grey(100)}, ONE, target)
    assert target[0][320, 180] == 100
    assert target[0][10, 180] == target[0][630, 180] == 16


def test_a_frozen_picture_stays_when_its_camera_has_gone() -> None:
    screen, target = Screen(640, 360), grey(0)
    screen.lay(Showing(ONE), {"one": grey(100)}, target, frozen=False)
    assert not screen.standing
    screen.lay(Showing(ONE), {"one": grey(120)}, target, frozen=True)
    screen.lay(Showing(ONE), {"one": grey(200)}, target, frozen=True)
    assert target[0][5, 5] == 120
    screen.lay(Showing(ONE), {}, target, frozen=True)
    assert target[0][5, 5] == 120
    screen.lay(Showing(ONE), {"one": grey(200)}, target, frozen=False)
    assert target[0][5, 5] == 200


def test_a_dissolve_is_a_mixture_of_both() -> None:
    screen, target = Screen(640, 360), grey(0)
    screen.lay(Showing(TWO, ONE, 0.25), {"one": grey(100), "two": grey(180)}, target, frozen=False)
    assert int(target[0][5, 5]) == 120


def run(ladder: Ladder, began: int, seconds: int, cost_ms: float) -> tuple[list[float], int]:
    """Ticks of a machine that needs `cost_ms` a frame: frames made in each second, and when it ended."""
    made, busy_until, now = [], float(began), began
    period = S // 30
    for _ in range(seconds):
        count, late = 0, 0
        for _ in range(30):
            now += period
            if busy_until > now + period:
                late += 1
                continue
            if ladder.tick(now, late):
                busy_until = max(busy_until, now) + cost_ms * MS
                count += 1
            late = 0
        made.append(count)
    return made, now


def test_frames_yield_by_a_stated_ladder_and_come_back() -> None:
    ladder = Ladder(30, 0)
    made, now = run(ladder, 0, 5, 10)
    assert made == [30] * 5
    made, now = run(ladder, now, 5, 45)
    assert ladder.fps == 20
    assert made[-1] == 20
    made, now = run(ladder, now, 4, 60)
    assert ladder.fps == 15
    assert made[-1] == 15
    made, now = run(ladder, now, 20, 10)
    assert ladder.fps == 30
    assert made[-1] == 30


def test_a_climb_that_is_regretted_is_tried_less_often() -> None:
    ladder, climbs, now = Ladder(30, 0), 0, 0
    before = ladder.fps
    for _ in range(60):
        _, now = run(ladder, now, 1, 45)
        climbs += ladder.fps > before
        before = ladder.fps
    assert ladder.fps in {20, 30}
    assert climbs <= 5


class Tone:
    """A voice that hums for ever."""

    def __init__(self, level: float) -> None:
        self.level, self.at, self.lags = level, 0, []

    def pull(self) -> None: ...

    def stop(self) -> None: ...

    def read(self, programme_ns: int, count: int, lag_ns: float) -> np.ndarray:
        assert programme_ns >= 0
        self.lags.append(lag_ns)
        at = np.arange(self.at, self.at + count)
        self.at += count
        return np.tile(self.level * np.sin(2 * np.pi * 440 * at / RATE), (2, 1)).astype(np.float32)


def mixer(**voices: Tone) -> Mixer:
    made = Mixer(0, lambda name: {"one": 80 * MS, "two": 150 * MS}.get(name, 0))
    for name, voice in voices.items():
        made.add(name, voice)
    return made


def test_no_change_of_the_sound_clicks() -> None:
    mix, heard = mixer(one=Tone(0.5), two=Tone(0.5)), []
    plans = {5: SoundPlan(muted=("one",)), 10: SoundPlan(), 15: SoundPlan(gains_db={"one": -12}), 20: SoundPlan()}
    for number in range(40):
        mix.plan = plans.get(number, mix.plan)
        heard.append(mix.block("two" if 25 <= number < 30 else "one" if number < 35 else "", "one"))
    joined = np.concatenate(heard, axis=1)[0]
    steepest = 0.5 * 2 * np.pi * 440 / RATE
    assert float(np.abs(np.diff(joined)).max()) < 2.2 * steepest, "no step that a tone would not make"
    assert float(np.abs(heard[8]).max()) == 0.0
    assert float(np.abs(heard[18]).max()) == pytest.approx(0.5 * 10 ** (-12 / 20), rel=0.01)
    assert float(np.abs(heard[-1]).max()) == 0.0
    assert all(block.shape == (2, AAC_SAMPLES) for block in heard)


def test_a_chosen_microphone_lies_behind_as_the_picture_does() -> None:
    one, two = Tone(0.5), Tone(0.25)
    mix = mixer(one=one, two=two)
    for _ in range(60):
        mix.block("two", "one")
    assert set(two.lags) == {80 * MS}
    assert one.lags == []
    assert mix.level_of("two") == pytest.approx(-15, abs=0.5)
    assert mix.level_db == pytest.approx(-15, abs=0.5)
    assert mix.level_of("one") == -90


def test_gain_above_full_scale_is_held_there() -> None:
    mix = mixer(one=Tone(0.9))
    mix.plan = SoundPlan(gains_db={"one": 12})
    blocks = [mix.block("one", "one") for _ in range(3)]
    assert max(float(np.abs(block).max()) for block in blocks) == 1.0
    assert mix.clipped > 0


@pytest.mark.parametrize(
    ("plan", "shot", "heard"),
    [
        (SoundPlan(), ONE, "one"),
        (SoundPlan(mic="two"), ONE, "two"),
        (SoundPlan(mic="two"), SPLIT, "two"),
        (SoundPlan(mic="two"), Shot(source="clip:a"), "clip:a"),
        (SoundPlan(mic="two"), Shot(), ""),
        (SoundPlan(mic="two"), Shot(source="hold", reason="minor"), ""),
    ],
)
def test_cards_are_silent_and_clips_bring_their_own_sound(plan: SoundPlan, shot: Shot, heard: str) -> None:
    assert plan.heard(shot) == heard


@pytest.mark.parametrize("ppm", [100, -100, 3000, -3000])
def test_a_phone_whose_clock_is_off_stays_in_step(ppm: int) -> None:
    """Thirty seconds of 20 ms packets: the sound read never lies far from where it should, and never jumps."""
    ring, drift = SoundRing(), 1 + ppm / 1e6
    wanted_at = lambda ns: (ns - 80 * MS) * drift * RATE / S  # noqa: E731 - the phone's samples at our moment
    written, away = 0, []
    for number in itertools.count():
        now = number * AAC_SAMPLES * S // RATE
        while written + 960 <= now * drift * RATE / S:
            at = np.arange(written, written + 960)
            ring.write(written, np.tile(0.5 * np.sin(2 * np.pi * 300 * at / RATE), (2, 1)).astype(np.float32))
            written += 960
        if now > 200 * MS:
            ring.read(wanted_at(now), AAC_SAMPLES)
            away.append(abs(wanted_at(now + AAC_SAMPLES * S // RATE) - ring.cursor) / RATE * 1000)
        if now > 30 * S:
            break
    assert ring.jumps == 0
    assert ring.starved == 0
    assert max(away) < 5, "milliseconds"
