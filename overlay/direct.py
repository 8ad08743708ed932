"""PURE. In: a scene and a record, or the desk's snapshot. Out: the scene after it; nothing here draws or waits.

A scene is a fold of records, so a stale scene plus the records it missed equals a rebuilt one. Times come from the
records, so that a restarted studio shows a graphic for what is left of its time.
"""

from msgspec.structs import replace

from episodes.commands import RecordMade, Snapshot
from episodes.events import (
    AnyEvent,
    EpisodeEnded,
    EpisodeWentLive,
    GraphicCleared,
    LawCardShown,
    QuestionApproved,
    QuestionCleared,
    QuestionOnScreen,
    StrapShown,
    TargetRevealed,
    TipLineShown,
)
from overlay.scene import Header, LawCard, LowerThird, QuestionStrap, Rules, Scene, Shown, TipLine

_S = 1_000_000_000
HOLD_S: dict[str, float] = {"strap": 8.0, "law": 45.0, "tip_line": 20.0, "question": 0.0}
"""Seconds on the picture unless cleared; 0 stays until cleared."""
MOST_QUESTIONS = 200


def scene_at(snapshot: Snapshot, now_utc_ns: int, rules: Rules | None = None) -> Scene:
    """The scene rebuilt from the desk's snapshot."""
    scene = Scene(rules=rules or Rules())
    for record in snapshot.records:
        scene = _folded(scene, record)
    return pruned(replace(scene, seq=max(scene.seq, snapshot.seq)), now_utc_ns)


def scene_after(scene: Scene, record: RecordMade, now_utc_ns: int) -> Scene:
    """The scene after `record`; a record it has already heard changes nothing."""
    if record.seq <= scene.seq:
        return scene
    return pruned(_folded(scene, record), now_utc_ns)


def with_rules(scene: Scene, rules: Rules) -> Scene:
    """The same scene under another delay, place level or time zone."""
    return replace(scene, rules=rules)


def pruned(scene: Scene, now_utc_ns: int) -> Scene:
    """Without what has had its time."""

    def kept(shown: Shown | None) -> Shown | None:
        return shown if shown and (not shown.until_ns or now_utc_ns < shown.until_ns) else None

    return replace(
        scene,
        question=kept(scene.question),
        strap=kept(scene.strap),
        law=kept(scene.law),
        tip_line=kept(scene.tip_line),
    )


def _folded(scene: Scene, record: RecordMade) -> Scene:
    scene = replace(scene, seq=record.seq)
    return _after(scene, record.event, record.utc_ns) if record.event is not None else scene


def _after(scene: Scene, event: AnyEvent, utc_ns: int) -> Scene:  # noqa: C901, PLR0911 - one line per event
    match event:
        case EpisodeWentLive():
            return Scene(seq=scene.seq, rules=scene.rules, header=_header(event), questions=scene.questions)
        case EpisodeEnded():
            return Scene(seq=scene.seq, rules=scene.rules)
        case TargetRevealed() if scene.header is not None:
            return replace(scene, header=replace(scene.header, site=event.name, district=event.place))
        case QuestionApproved():
            return replace(scene, questions=(*scene.questions, event)[-MOST_QUESTIONS:])
        case QuestionOnScreen():
            return _asked(scene, event.question_id, utc_ns)
        case QuestionCleared():
            return _unasked(scene, event.question_id)
        case StrapShown():
            third = LowerThird(name=event.name, title=event.title, credential=event.credential)
            return replace(scene, strap=_shown("strap", third, utc_ns))
        case LawCardShown():
            law = LawCard(statute=event.statute, article=event.article, plain=event.plain)
            return replace(scene, law=_shown("law", law, utc_ns))
        case TipLineShown():
            return replace(
                scene, tip_line=_shown("tip_line", TipLine(address=event.address, phone=event.phone), utc_ns)
            )
        case GraphicCleared():
            return _cleared(scene, event)
        case _:
            return scene


def _header(event: EpisodeWentLive) -> Header:
    return Header(
        programme=event.programme,
        number=event.number,
        theme=event.theme,
        agency=event.agency,
        rehearsal=event.rehearsal,
        demo=event.demo,
    )


def _shown(kind: str, graphic: LowerThird | LawCard | TipLine | QuestionStrap, utc_ns: int) -> Shown:
    hold = int(HOLD_S[kind] * _S)
    return Shown(graphic=graphic, from_ns=utc_ns, until_ns=utc_ns + hold if hold else 0)


def _asked(scene: Scene, question_id: str, utc_ns: int) -> Scene:
    approved = next((q for q in reversed(scene.questions) if q.question_id == question_id), None)
    if approved is None:
        return scene
    return replace(scene, question=_shown("question", QuestionStrap(approved=approved), utc_ns))


def _unasked(scene: Scene, question_id: str) -> Scene:
    shown = scene.question
    if shown and isinstance(shown.graphic, QuestionStrap) and shown.graphic.approved.question_id == question_id:
        return replace(scene, question=None)
    return scene


def _cleared(scene: Scene, event: GraphicCleared) -> Scene:
    match event.graphic:
        case "question":
            return replace(scene, question=None)
        case "strap":
            return replace(scene, strap=None)
        case "law":
            return replace(scene, law=None)
        case "tip_line":
            return replace(scene, tip_line=None)
        case _:
            return scene
