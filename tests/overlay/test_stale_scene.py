"""Property: a stale scene plus the records it missed equals a rebuilt one, wherever the cut lies."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from episodes import events as e
from episodes.commands import RecordMade, Snapshot
from overlay.direct import scene_after, scene_at
from overlay.graphics.paint import paint
from overlay.graphics.sheet import Frame
from overlay.layout import elements, next_change_ns
from overlay.scene import Scene
from overlay.theme import DAYLIGHT
from tests.overlay.material import T0, S, begun, corrected, law, live, revealed, reviewed, withdrawn

EPISODES = ("ep-1", "ep-2")


def _of(episode: str) -> st.SearchStrategy[e.Event]:
    """Any fact of an episode; ids are its own."""
    test_id = st.sampled_from(("a", "b", "c")).map(lambda each: f"{episode}-{each}")
    question = st.sampled_from(("q1", "q2")).map(lambda each: f"{episode}-{each}")
    verdict = st.sampled_from((("negative", "12.8"), ("positive", "62.4"), ("invalid", "")))
    known = {"episode_id": episode}
    return st.one_of(
        st.just(live(episode)),
        st.just(revealed(episode)),
        st.just(e.EpisodeEnded(**known)),
        st.builds(lambda t: begun(t, **known), test_id),
        st.builds(lambda v, t: reviewed(*v, test_id=t, **known), verdict, test_id),
        st.builds(lambda t: withdrawn(t, episode), test_id),
        st.builds(lambda t: replace(corrected(test_id=t), **known), test_id),
        st.builds(lambda t: e.RapidTestVoided(test_id=t, reason="破损", **known), test_id),
        st.builds(lambda t: e.SampleDispatched(test_id=t, laboratory="所", **known), test_id),
        st.builds(
            lambda t, ok: e.LabConcluded(test_id=t, compliant=ok, report_no="1", **known), test_id, st.booleans()
        ),
        st.builds(lambda t: e.CardShown(test_id=t, **known), test_id),
        st.builds(
            lambda q, m: e.QuestionApproved(
                question_id=q, text="能退吗？" * 9, nickname="甲", mentions_result=m, by="m", **known
            ),
            question,
            st.booleans(),
        ),
        st.builds(lambda q: e.QuestionOnScreen(question_id=q, **known), question),
        st.builds(lambda q: e.QuestionCleared(question_id=q, answered=True, **known), question),
        st.just(e.StrapShown(name="甲", title="乙", **known)),
        st.just(replace(law(), **known)),
        st.just(e.TipLineShown(address="a.example/t", **known)),
        st.builds(
            lambda g: e.GraphicCleared(graphic=g, **known),
            st.sampled_from(("card", "question", "strap", "law", "tip_line")),
        ),
    )


@st.composite
def histories(draw: st.DrawFn) -> tuple[RecordMade, ...]:
    now, out = T0, []
    anything = st.one_of(st.none(), *map(_of, EPISODES))
    for seq, event in enumerate(draw(st.lists(anything, max_size=40)), start=1):
        now += draw(st.integers(0, 30)) * S
        out.append(RecordMade(seq=seq, utc_ns=now, event=event))  # type: ignore[arg-type]
    return tuple(out)


def snapshot(records: tuple[RecordMade, ...]) -> Snapshot:
    """What the desk would answer: the live episode's facts."""
    on_air = ""
    for record in records:
        match record.event:
            case e.EpisodeWentLive():
                on_air = record.event.episode_id
            case e.EpisodeEnded() if record.event.episode_id == on_air:
                on_air = ""
            case _:
                pass
    mine = tuple(r for r in records if on_air and r.event is not None and r.event.episode_id == on_air)
    return Snapshot(seq=len(records), episode_id=on_air, records=mine, source="slate", cameras=())


@settings(max_examples=150, deadline=None)
@given(histories(), st.data())
def test_a_stale_scene_plus_events_equals_a_rebuilt_scene(history: tuple[RecordMade, ...], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(history)))
    now = history[-1].utc_ns if history else T0
    stale = scene_at(Snapshot(seq=0, episode_id="", records=(), source="", cameras=()), T0)
    for record in history:
        stale = scene_after(stale, record, now)
    late = scene_at(Snapshot(seq=cut, episode_id="", records=history[:cut], source="", cameras=()), T0)
    for record in history[cut:]:
        late = scene_after(late, record, now + 99 * S)
    assert late == stale
    rebuilt = scene_at(snapshot(history), now)
    assert rebuilt.seq == stale.seq
    for later in (0, 5, 25, 60):
        assert elements(rebuilt, now + later * S) == elements(stale, now + later * S)
    if rebuilt.header is not None:
        mine = rebuilt.header.episode_id
        assert rebuilt == replace(
            stale,
            tests=tuple(each for each in stale.tests if each.started.episode_id == mine),
            questions=tuple(each for each in stale.questions if each.episode_id == mine),
        )


@settings(max_examples=60, deadline=None)
@given(histories())
def test_nothing_overlaps_and_everything_stays_in_the_safe_area(history: tuple[RecordMade, ...]) -> None:
    scene = Scene()
    for record in history:
        scene = scene_after(scene, record, record.utc_ns)
    shown = elements(scene, (history[-1].utc_ns if history else T0) + S)
    boxes = [paint(each.content, Frame(640, 360), DAYLIGHT).box for each in shown]
    for left, top, right, bottom in boxes:
        # The rim may reach two units beyond the 5 % of the text.
        assert left >= 30
        assert top >= 16
        assert right <= 610
        assert bottom <= 344
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(0, 90 * S), st.floats(0, 1, exclude_max=True))
def test_nothing_changes_before_the_next_change(history: tuple[RecordMade, ...], later: int, part: float) -> None:
    scene = Scene()
    for record in history:
        scene = scene_after(scene, record, record.utc_ns)
    now = T0 + later
    then = now + int((next_change_ns(scene, now) - now) * part)
    shown, again = elements(scene, now), elements(scene, then)
    assert [each.identity for each in shown] == [each.identity for each in again]
