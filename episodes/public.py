"""What the public may know of the show. In: released records, in order. Out: a `PublicShow`, whole at every step.

`show_after` is pure, so a page that missed events and one that is fresh end up the same. It is fed only by the public
clock: nothing here decides *when*.
"""

import msgspec

from episodes import rapid_test
from episodes.commands import RecordMade
from episodes.events import (
    AnyEvent,
    EntityNamed,
    EntityUnnamed,
    EpisodeEnded,
    EpisodePublished,
    EpisodeWentLive,
    FindingOpened,
    FindingVerified,
    LabConcluded,
    OrderGiven,
    OutcomeRecorded,
    OutcomeTakenBack,
    PastFiguresSet,
    QuestionApproved,
    QuestionCleared,
    QuestionOnScreen,
    RapidTestCorrected,
    RapidTestReviewed,
    RapidTestStarted,
    RapidTestVoided,
    RapidTestWithdrawn,
    RecordServed,
    SampleDispatched,
    TargetRevealed,
    TimelinePosted,
)
from episodes.rapid_test import RapidTest
from episodes.wording import card_words

TIMELINE_MOST = 500
"""Lines of one show's 图文; the oldest give way (the record keeps them)."""


class ShownFinding(msgspec.Struct, frozen=True, kw_only=True):
    """`name` stands in place of the code only while a legal reviewer's decision does; `reply` is the operator's."""

    opened: FindingOpened
    utc_ns: int
    verified: bool = False
    served: bool = False
    name: str = ""
    reply: str = ""
    order: OrderGiven | None = None


class ShownQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: queued, on_air, answered or archived."""

    asked: QuestionApproved
    state: str = "queued"
    utc_ns: int = 0


class TimelineLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the 图文. `tone` names the glyph; `lines` are msgids where they are wording of ours."""

    utc_ns: int
    tone: str
    headline: str
    lines: tuple[str, ...] = ()
    about: str = ""


class PublicShow(msgspec.Struct, frozen=True, kw_only=True):
    """The show as the public has seen it so far; `seq` is the last record released."""

    seq: int = 0
    live: EpisodeWentLive | None = None
    started_utc_ns: int = 0
    ended_utc_ns: int = 0
    published: bool = False
    targets: tuple[TargetRevealed, ...] = ()
    tests: tuple[RapidTest, ...] = ()
    findings: tuple[ShownFinding, ...] = ()
    questions: tuple[ShownQuestion, ...] = ()
    timeline: tuple[TimelineLine, ...] = ()
    unseen: tuple[RapidTest, ...] = ()
    """How tests truly stand of which something is withheld: never shown, the ground for what follows."""
    unasked: tuple[QuestionApproved, ...] = ()
    """Withheld questions: the picture may put one before the public later."""
    past: PastFiguresSet | None = None
    outcomes: tuple[OutcomeRecorded, ...] = ()

    @property
    def on_air(self) -> bool:
        return self.live is not None and not self.ended_utc_ns


_TEST_EVENTS = (
    RapidTestReviewed,
    RapidTestWithdrawn,
    RapidTestCorrected,
    RapidTestVoided,
    SampleDispatched,
    LabConcluded,
)


def show_after(show: PublicShow, record: RecordMade, *, withheld: bool = False) -> PublicShow:
    """The show once `record` is public, or its place is passed `withheld`. In order; an old one changes nothing."""
    if record.seq <= show.seq:
        return show
    moved = _without(show, record) if withheld else _with(show, record)
    return msgspec.structs.replace(moved, seq=record.seq)


def _without(show: PublicShow, record: RecordMade) -> PublicShow:
    """What a withheld record leaves behind, unseen."""
    event = record.event
    if event is None or show.live is None or event.episode_id != show.live.episode_id:
        return show
    if isinstance(event, QuestionApproved):
        return msgspec.structs.replace(show, unasked=(*show.unasked, event))
    test = _truth(show, event, record.utc_ns)
    return _hiding(show, test) if test else show


def _with(show: PublicShow, record: RecordMade) -> PublicShow:
    match record.event:
        case EpisodeWentLive() as event:
            return PublicShow(live=event, started_utc_ns=record.utc_ns, past=show.past)
        case PastFiguresSet() as event:
            return msgspec.structs.replace(show, past=event)
        case None:
            return show
        case event if show.live is None or event.episode_id != show.live.episode_id:
            return show
        case event:
            return _with_own(show, event, record.utc_ns)


def _with_own(show: PublicShow, event: AnyEvent, utc_ns: int) -> PublicShow:
    """An event of the episode that is shown."""
    match event:
        case EpisodeEnded() | EpisodePublished():
            over = {"published": True} if isinstance(event, EpisodePublished) else {"ended_utc_ns": utc_ns}
            return msgspec.structs.replace(show, **over)
        case TargetRevealed() | TimelinePosted():
            return _with_line(show, event, utc_ns)
        case FindingOpened() | FindingVerified() | OrderGiven() | RecordServed() | EntityNamed() | EntityUnnamed():
            return _with_finding(show, event, utc_ns)
        case OutcomeRecorded() | OutcomeTakenBack():
            return _with_outcome(show, event)
        case QuestionApproved() | QuestionOnScreen() | QuestionCleared():
            return _with_question(show, event, utc_ns)
        case _:
            return _with_test(show, event, utc_ns)


def _with_line(show: PublicShow, event: TargetRevealed | TimelinePosted, utc_ns: int) -> PublicShow:
    if isinstance(event, TimelinePosted):
        return _told(show, TimelineLine(utc_ns=utc_ns, tone="open", headline="", about=event.text))
    told = _told(show, TimelineLine(utc_ns=utc_ns, tone="open", headline="揭晓检查对象", about=event.name))
    return msgspec.structs.replace(told, targets=(*told.targets, event))


def _told(show: PublicShow, line: TimelineLine) -> PublicShow:
    return msgspec.structs.replace(show, timeline=(*show.timeline, line)[-TIMELINE_MOST:])


_AboutFindings = FindingVerified | OrderGiven | RecordServed | EntityNamed | EntityUnnamed


def _with_finding(show: PublicShow, event: FindingOpened | _AboutFindings, utc_ns: int) -> PublicShow:
    if isinstance(event, FindingOpened):
        return msgspec.structs.replace(show, findings=(*show.findings, ShownFinding(opened=event, utc_ns=utc_ns)))
    about = event.finding_ids if isinstance(event, RecordServed | EntityNamed | EntityUnnamed) else (event.finding_id,)
    change = _change_of(event)
    findings = tuple(
        msgspec.structs.replace(each, **change) if each.opened.finding_id in about else each for each in show.findings
    )
    return msgspec.structs.replace(show, findings=findings)


def _change_of(event: _AboutFindings) -> dict[str, object]:
    match event:
        case FindingVerified():
            return {"verified": True}
        case OrderGiven():
            return {"order": event}
        case RecordServed():
            return {"served": True}
        case EntityNamed():
            return {"name": event.name, "reply": event.reply}
        case EntityUnnamed():
            return {"name": "", "reply": ""}


def _with_outcome(show: PublicShow, event: OutcomeRecorded | OutcomeTakenBack) -> PublicShow:
    others = tuple(each for each in show.outcomes if each.outcome_id != event.outcome_id)
    added = (event,) if isinstance(event, OutcomeRecorded) else ()
    return msgspec.structs.replace(show, outcomes=(*others, *added))


def _with_question(
    show: PublicShow, event: QuestionApproved | QuestionOnScreen | QuestionCleared, utc_ns: int
) -> PublicShow:
    replace = msgspec.structs.replace
    hidden = next((each for each in show.unasked if each.question_id == event.question_id), None)
    if hidden and isinstance(event, QuestionOnScreen):
        # The picture asks it before everybody.
        left = tuple(each for each in show.unasked if each is not hidden)
        asked = ShownQuestion(asked=hidden, utc_ns=utc_ns)
        show = replace(show, unasked=left, questions=(*show.questions, asked))
    if isinstance(event, QuestionApproved):
        return replace(show, questions=(*show.questions, ShownQuestion(asked=event, utc_ns=utc_ns)))
    if isinstance(event, QuestionCleared) and event.removed:
        kept = tuple(each for each in show.questions if each.asked.question_id != event.question_id)
        return replace(show, questions=kept)
    to = "on_air" if isinstance(event, QuestionOnScreen) else "answered" if event.answered else "queued"
    questions = tuple(
        replace(each, state=to, utc_ns=utc_ns) if each.asked.question_id == event.question_id else each
        for each in show.questions
    )
    return replace(show, questions=questions)


def _with_test(show: PublicShow, event: AnyEvent, utc_ns: int) -> PublicShow:
    test = _truth(show, event, utc_ns)
    if test is None:
        return show
    seen = {each.test_id: each for each in show.tests}
    hidden = any(each.test_id == test.test_id for each in show.unseen)
    if hidden and not _tells(event, seen.get(test.test_id)):
        return _hiding(show, test)
    seen[test.test_id] = test
    unseen = tuple(each for each in show.unseen if each.test_id != test.test_id)
    show = msgspec.structs.replace(show, tests=tuple(seen.values()), unseen=unseen)
    if isinstance(event, RapidTestStarted):
        return show
    words = card_words(test)
    line = TimelineLine(
        utc_ns=utc_ns,
        tone=words.tone,
        headline=f"{words.label}{words.headline}",
        lines=words.lines,
        about=f"{words.item} {words.sample_no}",
    )
    return _told(show, line)


def _truth(show: PublicShow, event: AnyEvent, utc_ns: int) -> RapidTest | None:
    """How the event's test stands after it, withheld or not; None when the event is of no test that is known."""
    if isinstance(event, RapidTestStarted):
        return rapid_test.begun(event, utc_ns)
    known = {test.test_id: test for test in (*show.tests, *show.unseen)}
    if not isinstance(event, _TEST_EVENTS) or event.test_id not in known:
        return None
    return rapid_test.after(known[event.test_id], event)


def _hiding(show: PublicShow, test: RapidTest) -> PublicShow:
    others = (each for each in show.unseen if each.test_id != test.test_id)
    return msgspec.structs.replace(show, unseen=(*others, test))


def _tells(event: AnyEvent, seen: RapidTest | None) -> bool:
    """Whether an event tells how a test stands of which something is withheld: a result does, a way to it does not."""
    if seen is not None and seen.result is not None:
        return True
    return isinstance(event, RapidTestReviewed | RapidTestCorrected | RapidTestVoided | LabConcluded)
