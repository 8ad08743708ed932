"""Blending on yuv420p planes: right colours, motion, and a frame thread that neither draws text nor raises."""

import threading
from concurrent.futures import wait

import numpy as np
import pytest
from msgspec.structs import replace

from episodes.commands import RecordMade
from overlay import easel
from overlay.compositor import IN_NS, OUT_NS, eased
from overlay.direct import scene_after
from overlay.graphics.paint import paint
from overlay.graphics.sheet import Frame, Painted
from overlay.layout import elements
from overlay.scene import Scene
from overlay.sprite import Planes, blend, sprite
from overlay.theme import DAYLIGHT
from tests.overlay.material import CASES, OFFICER, T0, S, begun, corrected, ground, reviewed, scene_of, withdrawn

NOW = T0 + S


def float_reference(planes: Planes, painted: Painted) -> list[np.ndarray]:
    """BT.709 limited range, alpha blending and 2×2 chroma, all in floating point."""
    rgba = np.asarray(painted.image, np.float64)
    alpha = rgba[..., 3] / 255
    r, g, b = (rgba[..., i] / 255 for i in range(3))
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    parts = [16 + 219 * luma, 128 + 224 * (b - luma) / 1.8556, 128 + 224 * (r - luma) / 1.5748]
    out = []
    for index, plane in enumerate(planes):
        ink, share, step = parts[index] * alpha, alpha, 1 if index == 0 else 2
        if index:
            half = (alpha.shape[0] // 2, 2, alpha.shape[1] // 2, 2)
            ink, share = ink.reshape(half).mean((1, 3)), alpha.reshape(half).mean((1, 3))
        result = plane.astype(np.float64)
        y, x = painted.y // step, painted.x // step
        box = (slice(y, y + ink.shape[0]), slice(x, x + ink.shape[1]))
        result[box] = result[box] * (1 - share) + ink
        out.append(result)
    return out


def shown(painter, planes: Planes, scene: Scene, at_ns: int) -> Planes:
    out = tuple(plane.copy() for plane in planes)
    painter.draw(out, scene, at_ns)
    return out  # type: ignore[return-value]


def rest(painter) -> None:
    """Waits until the easel has drawn all it was asked for."""
    wait(tuple(painter._easel._waiting.values()), 60)


def prepared(painter, scene: Scene, now_ns: int) -> None:
    """As the studio does, but with patience: the machine may be busy."""
    painter.prepare(scene, now_ns)
    rest(painter)
    assert all(painter._easel.has(each.content) for each in elements(scene, now_ns))


def same(a: Planes, b: Planes) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


SIZES = [(case, 1280, 720) for case in CASES]
SIZES += [(case, *size) for case in ("positive", "officer", "tip-line") for size in ((1920, 1080), (854, 480))]
SIZES += [(case, *size) for case in ("positive", "law") for size in ((1080, 1920), (540, 960))]


@pytest.mark.parametrize(("case", "wide", "high"), SIZES)
def test_blending_equals_a_float_reference(case: str, wide: int, high: int) -> None:
    size = (wide, high)
    for element in elements(scene_of(*CASES[case]), NOW):
        painted = paint(element.content, Frame(*size), DAYLIGHT)
        planes = ground(*size)
        expected = float_reference(planes, painted)
        made = sprite(painted, *size)
        assert made is not None
        blend(planes, made)
        for got, want in zip(planes, expected, strict=True):
            assert np.abs(got - want).max() <= 1.5


def test_most_of_a_card_is_copied_not_blended() -> None:
    (card,) = [each for each in elements(scene_of(*CASES["positive"]), NOW) if each.zone == "bottom"]
    made = sprite(paint(card.content, Frame(1280, 720), DAYLIGHT), 1280, 720)
    assert made is not None
    for layer in made.layers:
        left, top, right, bottom = layer.solid
        assert (right - left) * (bottom - top) > 0.9 * layer.ink.size


def test_sprites_are_cut_at_the_frame(compositor) -> None:
    painted = paint(elements(scene_of(OFFICER), NOW)[-1].content, Frame(1280, 720), DAYLIGHT)
    small = ground(640, 640)
    cut = sprite(painted, 640, 640)
    assert cut is not None
    blend(small, cut)
    assert sprite(painted, 320, 180) is None


def test_only_the_rectangles_change(compositor) -> None:
    painter, planes = compositor(), ground()
    scene = scene_of(*CASES["positive"])
    prepared(painter, scene, NOW)
    shown(painter, planes, scene, NOW)
    out = shown(painter, planes, scene, NOW + S)
    assert np.array_equal(out[0][120:440], planes[0][120:440])
    assert not np.array_equal(out[0][450:680], planes[0][450:680])


def test_the_motion_opens_from_the_left_and_is_eased(compositor) -> None:
    painter, planes = compositor(), ground()
    before, scene = scene_of(), scene_of(OFFICER)
    prepared(painter, before, NOW)
    prepared(painter, scene, NOW)
    shown(painter, planes, before, NOW)
    shown(painter, planes, before, NOW + S)
    start = NOW + 2 * S
    widths = []
    for part in (0, 0.1, 0.25, 0.5, 0.75, 1.0):
        out = shown(painter, planes, scene, start + int(part * IN_NS))
        changed = np.nonzero((out[0][562:680] != planes[0][562:680]).any(axis=0))[0]
        widths.append(int(changed.max()) + 1 if changed.size else 0)
    assert widths[0] == 0
    assert widths == sorted(widths)
    assert widths[2] - widths[0] > widths[4] - widths[3] > 0
    gone = replace(scene, strap=None)
    half = shown(painter, planes, gone, start + S)
    assert not np.array_equal(half[0][562:680], planes[0][562:680])
    out = shown(painter, planes, gone, start + S + OUT_NS)
    assert np.array_equal(out[0][562:680], planes[0][562:680])


def test_easing_runs_from_nothing_to_all() -> None:
    assert eased(-1) == eased(0) == 0
    assert eased(1) == eased(9) == 1
    assert eased(0.5) > 0.5


def test_a_withdrawal_replaces_the_card_in_the_same_frame(compositor) -> None:
    painter, planes = compositor(), ground()
    scene = scene_of(begun(), reviewed())
    prepared(painter, scene, NOW)
    shown(painter, planes, scene, NOW)
    card = shown(painter, planes, scene, NOW + S)
    now = NOW + 2 * S
    later = scene_after(scene, RecordMade(seq=scene.seq + 1, utc_ns=now, event=withdrawn()), now)
    # Nobody has prepared it: the compositor had foreseen it.
    rest(painter)
    painted = painter.counts.painted
    out = shown(painter, planes, later, now)
    assert painter.drawn_seq == later.seq
    assert painter.counts.painted == painted
    assert same(out, shown(painter, planes, later, now + S))
    assert not same(out, card)


def test_a_second_card_moves_down_in_one_frame(compositor) -> None:
    painter, planes = compositor(), ground()
    scene = scene_of(begun(), reviewed(), withdrawn(), corrected(), begun("b"), reviewed(test_id="b"))
    assert scene.correction is not None
    ends = scene.correction.until_ns
    scene = replace(scene, card=replace(scene.card, until_ns=ends + 9 * S))
    prepared(painter, scene, ends - S)
    for back in (S, S // 2, S // 30):
        both = shown(painter, planes, scene, ends - back)
        rest(painter)
    assert not np.array_equal(both[0][204:432], planes[0][204:432])
    one = shown(painter, planes, scene, ends)
    assert np.array_equal(one[0][120:440], planes[0][120:440])
    assert not np.array_equal(one[0][450:680], both[0][450:680])
    assert np.array_equal(one[0][454:680, 70:170], both[0][206:432, 70:170])


def test_a_card_that_is_no_longer_true_goes_even_if_its_successor_is_not_drawn_yet(compositor, monkeypatch) -> None:
    painter, planes = compositor(), ground()
    scene = scene_of(begun(), reviewed())
    prepared(painter, scene, NOW)
    shown(painter, planes, scene, NOW)
    shown(painter, planes, scene, NOW + IN_NS)
    gate = threading.Event()
    really = easel.paint
    monkeypatch.setattr(easel, "paint", lambda *a: gate.wait(5) and really(*a))
    now = NOW + S
    later = scene_after(scene, RecordMade(seq=scene.seq + 1, utc_ns=now, event=reviewed("negative", "12.8")), now)
    out = shown(painter, planes, later, now)
    assert np.array_equal(out[0][450:680], planes[0][450:680])
    assert painter.drawn_seq == scene.seq
    gate.set()
    prepared(painter, later, now)
    shown(painter, planes, later, now + S)
    shown(painter, planes, later, now + S + IN_NS // 2)
    assert painter.drawn_seq == scene.seq
    shown(painter, planes, later, now + S + IN_NS)
    assert painter.drawn_seq == later.seq


def test_a_scene_without_change_costs_no_drawing(compositor) -> None:
    painter, planes = compositor(), ground()
    scene = scene_of(OFFICER)
    prepared(painter, scene, NOW)
    for frame in range(150):
        painter.draw(planes, scene, NOW + frame * S // 30)
    rest(painter)
    assert painter.counts.painted == 3


def test_a_countdown_is_drawn_once_a_second_before_it_is_needed(compositor) -> None:
    painter, planes = compositor(), ground()
    scene = scene_of(begun())
    prepared(painter, scene, NOW)
    ends = []
    for frame in range(120):
        now = NOW + frame * S // 30
        painter.draw(planes, scene, now)
        prepared(painter, scene, now)
        ends.append(painter.drawn_seq)
    assert set(ends[10:]) == {scene.seq}
    assert painter.counts.painted <= 2 + 6


def test_the_frame_thread_draws_no_text(compositor, monkeypatch) -> None:
    threads: set[str] = set()
    really = easel.paint

    def noted(*args):
        threads.add(threading.current_thread().name)
        return really(*args)

    monkeypatch.setattr(easel, "paint", noted)
    painter, planes = compositor(), ground()
    for case in CASES:
        scene = scene_of(*CASES[case])
        painter.draw(planes, scene, NOW)
        painter.prepare(scene, NOW)
    assert threads == {"overlay-prepare_0"}


def test_draw_never_raises(compositor, monkeypatch) -> None:
    painter = compositor()
    scene = scene_of(*CASES["positive"])
    painter.draw(ground(640, 360), scene, NOW)
    painter.draw((np.zeros(3, np.uint8),) * 3, scene, NOW)
    painter.draw(None, scene, NOW)  # type: ignore[arg-type]
    frozen = ground()
    frozen[0].flags.writeable = False
    prepared(painter, scene, NOW)
    painter.draw(frozen, scene, NOW)  # opens with nothing yet
    painter.draw(frozen, scene, NOW + S)
    assert painter.counts.failed_frames == 4

    def broken(*_):
        raise RuntimeError("no ink")

    monkeypatch.setattr(easel, "paint", broken)
    bad = scene_of(OFFICER)
    painter.prepare(bad, NOW)
    painter.draw(ground(), bad, NOW + 2 * S)
    assert painter.counts.unpaintable == 1
    assert painter.counts.failed_frames == 4


def test_between_camera_and_slate_everything_cuts(compositor) -> None:
    painter, planes = compositor(), ground()
    scene = scene_of(OFFICER)
    slate = replace(scene, slate="画面暂时切换")
    prepared(painter, scene, NOW)
    prepared(painter, slate, NOW)
    shown(painter, planes, scene, NOW)
    camera = shown(painter, planes, scene, NOW + S)
    first = shown(painter, planes, slate, NOW + 2 * S)
    assert same(first, shown(painter, ground(seed=8), slate, NOW + 3 * S))
    assert same(camera, shown(painter, planes, scene, NOW + 4 * S))


def test_the_queue_of_drawings_is_bounded(compositor, monkeypatch) -> None:
    gate = threading.Event()
    monkeypatch.setattr(easel, "paint", lambda *_: gate.wait(5))
    painter = compositor()
    for number in range(easel.MOST_WAITING + 5):
        scene = scene_of(replace(OFFICER, name=f"陈{number}"))
        painter._easel.ask(elements(scene, NOW)[-1].content)
    assert painter.counts.refused == 5
    gate.set()


def test_the_cache_forgets_the_oldest(compositor, monkeypatch) -> None:
    monkeypatch.setattr(easel, "MOST_BYTES", 2_000_000)
    painter = compositor()
    for number in range(20):
        painter.prepare(scene_of(replace(OFFICER, name=f"陈{number}")), NOW)
        rest(painter)
    assert painter._easel._bytes <= 2_000_000
    assert len(painter._easel._ready) < 22
