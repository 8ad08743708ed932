"""The scene as a fold of records: order, times, truth."""

import pytest

from episodes import events as e
from episodes.commands import RecordMade, Snapshot
from episodes.conclusions import VERDICT_WORDS
from episodes.events import GraphicCleared
from episodes.wording import CardWords, VerdictWithoutLaboratory
from overlay.direct import scene_after, scene_at, with_rules
from overlay.holds import HOLDS
from overlay.layout import CardPlate, LivePlate, elements
from overlay.scene import ResultCard, Rules, Scene, TruthError
from tests.overlay.material import (
    CASES,
    EP,
    GUEST,
    OFFICER,
    SENT,
    T0,
    TIP,
    S,
    asked,
    begun,
    corrected,
    law,
    live,
    records,
    reviewed,
    scene_of,
    withdrawn,
)


def after(scene: Scene, event: e.Event, at_s: float) -> Scene:
    now = T0 + int(at_s * S)
    return scene_after(scene, RecordMade(seq=scene.seq + 1, utc_ns=now, event=event), now)


def bottom(scene: Scene, at_s: float) -> object:
    found = [each.content for each in elements(scene, T0 + int(at_s * S)) if each.zone == "bottom"]
    assert len(found) <= 1
    return found[0] if found else None


def tone(scene: Scene, at_s: float) -> str:
    shown = bottom(scene, at_s)
    return shown.card.words.tone if isinstance(shown, CardPlate) else type(shown).__name__


def test_a_reviewed_result_appears_by_itself_and_goes_after_its_time() -> None:
    scene = after(scene_of(begun()), reviewed(), 2)
    assert tone(scene, 2) == "positive"
    assert tone(scene, 2 + HOLDS["card"].stays_s - 0.1) == "positive"
    assert bottom(scene, 2 + HOLDS["card"].stays_s) is None


def test_a_cleared_card_goes_at_once_and_can_be_put_back_in_its_present_state() -> None:
    scene = after(scene_of(begun(), reviewed()), GraphicCleared(episode_id=EP, graphic="card"), 3)
    assert bottom(scene, 3) is None
    scene = after(after(scene, SENT, 4), e.CardShown(episode_id=EP, test_id="rt"), 90)
    assert tone(scene, 90) == "lab_pending"


def test_a_withdrawal_replaces_the_card_at_its_own_record() -> None:
    scene = after(scene_of(begun(), reviewed()), withdrawn(), 5)
    assert tone(scene, 5) == "withdrawn"
    assert "62.4" not in repr(bottom(scene, 5))


def test_a_withdrawal_of_a_test_without_result_only_takes_its_card_off() -> None:
    assert bottom(after(scene_of(begun()), withdrawn(), 5), 5) is None


def test_a_correction_stays_at_least_as_long_as_the_claim_and_cannot_be_cut_short() -> None:
    assert HOLDS["correction"].least_s >= max(HOLDS["card"].stays_s, HOLDS["withdrawn"].stays_s)
    scene = scene_of(begun(), reviewed(), withdrawn())
    scene = after(scene, corrected(), 10)
    scene = after(scene, GraphicCleared(episode_id=EP, graphic="card"), 11)
    end = 10 + HOLDS["correction"].stays_s
    assert tone(scene, 11) == tone(scene, end - 0.1) == "corrected"
    assert bottom(scene, end) is None


def zone(scene: Scene, name: str, at_s: float) -> str:
    found = [each.content for each in elements(scene, T0 + int(at_s * S)) if each.zone == name]
    return found[0].card.words.tone if found else ""


def test_a_new_result_stands_above_a_correction_and_moves_down_after_it() -> None:
    scene = after(scene_of(begun(), reviewed(), withdrawn(), corrected(), begun("b")), reviewed(test_id="b"), 10)
    end = 0.5 + HOLDS["correction"].stays_s
    assert (zone(scene, "bottom", 10), zone(scene, "second", 10)) == ("corrected", "positive")
    assert (zone(scene, "bottom", end), zone(scene, "second", end)) == ("positive", "")
    assert bottom(scene, 10 + HOLDS["card"].stays_s) is None


def test_no_withdrawal_waits_for_the_correction_of_another_test() -> None:
    scene = scene_of(begun(), reviewed(), withdrawn(), corrected(), begun("b"), reviewed(test_id="b"))
    scene = after(scene, withdrawn("b"), 5)
    assert (zone(scene, "bottom", 5), zone(scene, "second", 5)) == ("corrected", "withdrawn")


def test_a_card_under_a_correction_and_a_withdrawal_waits_and_has_its_whole_time() -> None:
    scene = scene_of(begun(), reviewed(), withdrawn(), corrected(), begun("b"), reviewed(test_id="b"))
    scene = after(after(scene, withdrawn("b"), 5), begun("c"), 6)
    scene = after(scene, reviewed(test_id="c"), 7)
    free = 5 + HOLDS["withdrawn"].stays_s
    assert (zone(scene, "bottom", 7), zone(scene, "second", 7)) == ("corrected", "withdrawn")
    assert (zone(scene, "bottom", free), zone(scene, "second", free)) == ("corrected", "positive")
    assert zone(scene, "bottom", free + HOLDS["card"].stays_s - 0.1) == "positive"
    assert bottom(scene, free + HOLDS["card"].stays_s) is None


def test_the_rank_along_the_bottom() -> None:
    scene = scene_of(TIP)
    assert tone(scene, 0.5) == "TipLine"
    scene = after(scene, OFFICER, 1)
    assert tone(scene, 1) == "LowerThird"
    for event in asked("几点结束？", mentions=False):
        scene = after(scene, event, 2)
    assert tone(scene, 2) == "QuestionStrap"
    scene = after(after(scene, begun(), 3), reviewed(), 3)
    assert tone(scene, 3) == "positive"
    scene = after(after(scene, begun("b"), 4), withdrawn(), 4)
    assert (tone(scene, 4), zone(scene, "second", 4)) == ("withdrawn", "running")
    scene = after(scene, corrected(), 5)
    assert (tone(scene, 5), zone(scene, "second", 5)) == ("corrected", "running")


def test_the_law_card_yields_to_cards_and_the_tip_line_to_the_law_card() -> None:
    def zones(scene: Scene, at_s: float) -> set[str]:
        return {each.zone for each in elements(scene, T0 + int(at_s * S))}

    scene = scene_of(law(), TIP)
    assert zones(scene, 1) == {"title", "live", "law"}
    assert zones(after(scene, GUEST, 1), 1) == {"title", "live", "law", "bottom"}
    assert zones(after(scene, begun(), 1), 1) == {"title", "live", "bottom"}


def test_the_place_appears_with_the_reveal_and_by_the_level() -> None:
    def place(scene: Scene) -> str:
        (plate,) = [each.content for each in elements(scene, T0) if isinstance(each.content, LivePlate)]
        return plate.place

    (first,) = records(live())
    scene = scene_after(Scene(), first, T0)
    assert place(scene) == ""
    assert place(scene_of()) == "临江综合市场"
    assert place(scene_of(rules=Rules(place_level="district"))) == "江北市临江区"
    assert place(scene_of(rules=Rules(place_level="none"))) == ""


def test_the_live_mark_says_when_it_is_delayed_or_rehearsed() -> None:
    def label(scene: Scene) -> str:
        (plate,) = [each.content for each in elements(scene, T0) if isinstance(each.content, LivePlate)]
        assert plate.clock == "22:13"
        return plate.label

    scene = scene_of()
    assert label(scene) == "直播"
    assert label(with_rules(scene, Rules(delay_s=30))) == "直播·延时"
    assert label(after(scene, live(rehearsal=True), 1)) == "彩排"


def test_nothing_is_shown_off_air_nor_from_another_episode() -> None:
    assert elements(Scene(), T0) == ()
    (first,) = records(OFFICER)
    assert elements(scene_after(Scene(), first, T0), T0) == ()
    stranger = e.StrapShown(episode_id="ep-other", name="某人", title="某处")
    assert bottom(after(scene_of(), stranger, 1), 1) is None
    assert elements(after(scene_of(*CASES["positive"]), e.EpisodeEnded(episode_id=EP), 1), T0 + S) == ()


def test_an_unapproved_or_unknown_question_cannot_come_on() -> None:
    assert bottom(after(scene_of(), e.QuestionOnScreen(episode_id=EP, question_id="q"), 1), 1) is None


def test_a_slate_keeps_the_result_cards_and_hides_the_rest() -> None:
    import msgspec

    for case, shown in (("corrected", {"page", "bottom"}), ("officer", {"page"}), ("law", {"page"})):
        scene = msgspec.structs.replace(scene_of(*CASES[case]), slate="画面暂时切换")
        assert {each.zone for each in elements(scene, T0 + S)} == shown


@pytest.mark.parametrize("case", [case for case in CASES if not case.startswith("lab-")])
def test_no_verdict_word_before_the_laboratory(case: str) -> None:
    scene = scene_of(*CASES[case])
    shown = bottom(scene, 1)
    if isinstance(shown, CardPlate):
        words = shown.card.words
        said = "".join((words.label, words.headline, *words.lines))
        assert not [word for word in VERDICT_WORDS if word in said]


def test_a_screening_card_with_a_verdict_cannot_be_built() -> None:
    known = {"label": "", "lines": (), "item": "豇豆", "sample_no": "1"}
    with pytest.raises(VerdictWithoutLaboratory):
        CardWords(tone="positive", headline="不合格", **known)
    silent = CardWords(tone="withdrawn", headline="该结果正在核实，暂不作准", value="62.4", limit_words="≥50", **known)
    with pytest.raises(TruthError):
        ResultCard(test_id="rt", words=silent)
    bare = CardWords(tone="positive", headline="阳性（疑似不符合）", value="62.4", **known)
    with pytest.raises(TruthError):
        ResultCard(test_id="rt", words=bare)


def test_a_correction_with_a_verdict_word_in_it_never_breaks_the_scene() -> None:
    scene = scene_of(begun(), reviewed(), withdrawn())
    later = after(scene, corrected("应为合格"), 2)
    assert later.seq == scene.seq + 1
    assert tone(later, 2) in ("corrected", "withdrawn")
    assert "合格" not in repr(bottom(later, 2)).replace("合格证", "")


def test_records_heard_twice_or_out_of_order_change_nothing() -> None:
    scene = scene_of(begun(), reviewed())
    assert scene_after(scene, RecordMade(seq=scene.seq, utc_ns=T0, event=withdrawn()), T0) is scene


def test_a_snapshot_carries_the_head_of_the_log() -> None:
    assert scene_at(Snapshot(seq=9, episode_id="", records=(), source="slate", cameras=()), T0).seq == 9
