"""PURE. Result cards: what a rapid test's record does to the picture. In: a scene and an event. Out: the scene after.

A result's card appears by itself. Corrections, withdrawals and cards have a slot each; two are shown at once, one above
the other, so that no result and no withdrawal waits for another's correction. Only a card under both of the others
waits, and its time stands still.
"""

from msgspec.structs import replace

from episodes.events import (
    LabConcluded,
    RapidTestCorrected,
    RapidTestReviewed,
    RapidTestStarted,
    RapidTestVoided,
    RapidTestWithdrawn,
    SampleDispatched,
)
from episodes.rapid_test import RapidTest, State, after, begun
from episodes.wording import CardWords, VerdictWithoutLaboratory, card_words
from overlay import words
from overlay.holds import least_until_ns, shown
from overlay.scene import ResultCard, Scene, Shown

SLOTS = ("correction", "withdrawn", "card")
"""By rank."""
MOST_TESTS = 200
_S = 1_000_000_000
Moved = RapidTestReviewed | RapidTestWithdrawn | RapidTestCorrected | RapidTestVoided | SampleDispatched | LabConcluded


def started(scene: Scene, event: RapidTestStarted, utc_ns: int) -> Scene:
    """A sample is under test: its card with the countdown."""
    others = tuple(test for test in scene.tests if test.test_id != event.test_id)
    test = begun(event, utc_ns)
    return _raised(replace(scene, tests=(*others, test)[-MOST_TESTS:]), "card", test, utc_ns)


def moved(scene: Scene, event: Moved, utc_ns: int) -> Scene:
    """A known test moves on. An event of an unknown test, or one that has no move from here, changes nothing."""
    test = _found(scene, event.test_id)
    if test is None:
        return scene
    try:
        later = after(test, event)
    except ValueError:
        return scene
    scene = replace(scene, tests=tuple(later if each is test else each for each in scene.tests))
    scene = _without(scene, event.test_id)
    if isinstance(event, RapidTestWithdrawn) and test.result is None:
        return scene  # nothing was claimed on the picture, so nothing is taken back
    return _raised(scene, _slot(later), later, utc_ns)


def again(scene: Scene, test_id: str, utc_ns: int) -> Scene:
    """The current card of a test, put back by hand."""
    test = _found(scene, test_id)
    if test is None or (test.state is State.WITHDRAWN and test.result is None):
        return scene
    return _raised(_without(scene, test_id), _slot(test), test, utc_ns)


def cleared(scene: Scene, utc_ns: int) -> Scene:
    """The cards off, but no correction or withdrawal before its least time."""
    for name in SLOTS:
        each = _slot_of(scene, name)
        if each is not None:
            until = max(utc_ns, least_until_ns(name, each))
            ended = replace(each, until_ns=min(each.until_ns, until)) if each.until_ns else each
            scene = _with(scene, name, None if ended.over(utc_ns) else ended)
    return scene


def card_of(test: RapidTest) -> ResultCard:
    """The card of a test as its state says."""
    running = test.result is None and test.state is not State.WITHDRAWN
    ends = test.started_utc_ns + int(test.started.minutes * 60 * _S) if running and test.started.minutes > 0 else 0
    suspected = test.result is not None and test.result.verdict in ("positive", "over")
    return ResultCard(test_id=test.test_id, words=said_of(test), ends_utc_ns=ends, suspected=suspected)


def said_of(test: RapidTest) -> CardWords:
    """The card's words. A typed reason that pronounces a verdict is left out; the correction itself still appears."""
    try:
        return card_words(test)
    except VerdictWithoutLaboratory:
        correction = replace(test.correction, what=words.CORRECTED_PLAINLY) if test.correction else None
        started_ = replace(test.started, method="")
        return card_words(replace(test, started=started_, correction=correction, void_reason=""))


def _slot(test: RapidTest) -> str:
    tone = said_of(test).tone
    if tone in ("corrected", "voided"):
        return "correction"
    return "withdrawn" if tone == "withdrawn" else "card"


def _raised(scene: Scene, slot: str, test: RapidTest, utc_ns: int) -> Scene:
    """The test's card in its slot, at once; what there is no room for waits."""
    kind = "running" if slot == "card" and test.result is None else slot
    scene = _with(scene, slot, shown(kind, card_of(test), utc_ns))
    correction, withdrawn, card = scene.correction, scene.withdrawn, scene.card
    if correction is None or withdrawn is None or card is None:
        return scene
    return replace(scene, card=_waited(card, utc_ns, min(correction.until_ns, withdrawn.until_ns)))


def _waited(card: Shown, from_ns: int, until_ns: int) -> Shown:
    """`card` with the time it has left, to be shown from `until_ns` on."""
    if card.from_ns >= until_ns:
        return card
    left = max(card.until_ns - max(card.from_ns, from_ns), 0)
    return replace(card, from_ns=until_ns, until_ns=until_ns + left)


def _found(scene: Scene, test_id: str) -> RapidTest | None:
    return next((test for test in reversed(scene.tests) if test.test_id == test_id), None)


def _without(scene: Scene, test_id: str) -> Scene:
    """No slot holds an older word on this test."""
    for name in SLOTS:
        each = _slot_of(scene, name)
        if each is not None and isinstance(each.graphic, ResultCard) and each.graphic.test_id == test_id:
            scene = _with(scene, name, None)
    return scene


def _slot_of(scene: Scene, name: str) -> Shown | None:
    return {"correction": scene.correction, "withdrawn": scene.withdrawn, "card": scene.card}[name]


def _with(scene: Scene, name: str, each: Shown | None) -> Scene:
    match name:
        case "correction":
            return replace(scene, correction=each)
        case "withdrawn":
            return replace(scene, withdrawn=each)
        case _:
            return replace(scene, card=each)
