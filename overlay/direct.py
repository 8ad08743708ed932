"""PURE. In: a scene and a record, or the desk's snapshot. Out: the scene after it; nothing here draws or waits.

A scene is a fold of records, so a stale scene plus the records it missed equals a rebuilt one. Times come from the
records, so that a restarted studio shows a graphic for what is left of its time.
"""

from typing import Any

from msgspec.structs import replace

from episodes.commands import RecordMade, Snapshot
from episodes.events import (
    AnyEvent,
    CardShown,
    EpisodeEnded,
    EpisodeWentLive,
    GraphicCleared,
    LabConcluded,
    LawCardShown,
    QuestionApproved,
    QuestionCleared,
    QuestionOnScreen,
    RapidTestCorrected,
    RapidTestReviewed,
    RapidTestStarted,
    RapidTestVoided,
    RapidTestWithdrawn,
    SampleDispatched,
    StrapShown,
    TargetRevealed,
    TipLineShown,
)
from overlay import results
from overlay.holds import shown
from overlay.scene import Header, LawCard, LowerThird, QuestionStrap, Rules, Scene, Shown, TipLine

MOST_QUESTIONS = 200
_SLOTS = ("correction", "withdrawn", "card", "question", "strap", "law", "tip_line")


def scene_at(snapshot: Snapshot, now_utc_ns: int, rules: Rules | None = None) -> Scene:
    """The scene rebuilt from the desk's snapshot."""
    scene = Scene(rules=rules or Rules())
    for record in snapshot.records:
        scene = scene_after(scene, record, now_utc_ns)
    return replace(scene, seq=max(scene.seq, snapshot.seq))


def scene_after(scene: Scene, record: RecordMade, now_utc_ns: int) -> Scene:  # noqa: ARG001 - records carry their time
    """The scene after `record`; a record it has already heard changes nothing.

    What has had its time when the record was made goes first, so that it neither shifts nor shields anything. `now`
    takes no part: a late record must leave the same scene as a punctual one. `overlay.layout` looks at the time.
    """
    if record.seq <= scene.seq:
        return scene
    scene = replace(scene, seq=record.seq)
    event = record.event
    match event:
        case None:
            return scene
        case EpisodeWentLive():
            return Scene(header=_header(event), **_kept(scene))
        case EpisodeEnded():
            return Scene(**_kept(scene)) if _on_air(scene, event) else scene
    after = _after(_pruned(scene, record.utc_ns), event, record.utc_ns)
    # Of another episode nothing is shown, but its tests and questions are remembered: it may go on air.
    return after if _on_air(scene, event) else replace(scene, tests=after.tests, questions=after.questions)


def with_rules(scene: Scene, rules: Rules) -> Scene:
    """The same scene under another delay, place level or time zone."""
    return replace(scene, rules=rules)


def _on_air(scene: Scene, event: AnyEvent) -> bool:
    """Whether an event belongs to the episode on air."""
    return scene.header is not None and event.episode_id in ("", scene.header.episode_id)


def _kept(scene: Scene) -> dict[str, Any]:
    """What outlives an episode's beginning and end."""
    return {name: getattr(scene, name) for name in ("seq", "rules", "slate", "slate_headline", "tests", "questions")}


def _pruned(scene: Scene, utc_ns: int) -> Scene:
    slots: dict[str, Shown | None] = {name: getattr(scene, name) for name in _SLOTS}
    gone: dict[str, None] = {name: None for name, each in slots.items() if each and each.over(utc_ns)}
    return replace(scene, **gone) if gone else scene


def _after(scene: Scene, event: AnyEvent, utc_ns: int) -> Scene:
    match event:
        case TargetRevealed() if scene.header is not None:
            return replace(scene, header=replace(scene.header, site=event.name, district=event.place))
        case RapidTestStarted():
            return results.started(scene, event, utc_ns)
        case RapidTestReviewed() | SampleDispatched() | LabConcluded():
            return results.moved(scene, event, utc_ns)
        case RapidTestWithdrawn() | RapidTestCorrected() | RapidTestVoided():
            return results.moved(scene, event, utc_ns)
        case CardShown():
            return results.again(scene, event.test_id, utc_ns)
        case _:
            return _after_others(scene, event, utc_ns)


def _after_others(scene: Scene, event: AnyEvent, utc_ns: int) -> Scene:  # noqa: PLR0911 - one line per event
    match event:
        case QuestionApproved():
            return replace(scene, questions=(*scene.questions, event)[-MOST_QUESTIONS:])
        case QuestionOnScreen():
            return _asked(scene, event.question_id, utc_ns)
        case QuestionCleared():
            return _unasked(scene, event.question_id)
        case StrapShown():
            third = LowerThird(name=event.name, title=event.title, credential=event.credential)
            return replace(scene, strap=shown("strap", third, utc_ns))
        case LawCardShown():
            law = LawCard(statute=event.statute, article=event.article, plain=event.plain)
            return replace(scene, law=shown("law", law, utc_ns))
        case TipLineShown():
            line = TipLine(address=event.address, phone=event.phone)
            return replace(scene, tip_line=shown("tip_line", line, utc_ns))
        case GraphicCleared():
            return _cleared(scene, event, utc_ns)
        case _:
            return scene


def _header(event: EpisodeWentLive) -> Header:
    return Header(
        episode_id=event.episode_id,
        programme=event.programme,
        number=event.number,
        theme=event.theme,
        agency=event.agency,
        rehearsal=event.rehearsal,
        demo=event.demo,
    )


def _asked(scene: Scene, question_id: str, utc_ns: int) -> Scene:
    approved = next((q for q in reversed(scene.questions) if q.question_id == question_id), None)
    if approved is None:
        return scene
    return replace(scene, question=shown("question", QuestionStrap(approved=approved), utc_ns))


def _unasked(scene: Scene, question_id: str) -> Scene:
    asked = scene.question.graphic if scene.question else None
    if isinstance(asked, QuestionStrap) and asked.approved.question_id == question_id:
        return replace(scene, question=None)
    return scene


def _cleared(scene: Scene, event: GraphicCleared, utc_ns: int) -> Scene:
    match event.graphic:
        case "card":
            return results.cleared(scene, utc_ns)
        case "question":
            return replace(scene, question=None)
        case "strap":
            return replace(scene, strap=None)
        case "law":
            return replace(scene, law=None)
        case "tip_line":
            return replace(scene, tip_line=None)
