"""The public show in a reader's language. In: a `PublicShow` and `Texts`. Out: what the templates say, word for word.

Pure. The wording of results comes from `episodes.wording` line by line; here it is only translated and given its limit
and method, which never part from the value.
"""

from dataclasses import dataclass

import msgspec

from episodes.events import RapidTestReviewed
from episodes.outcomes import AXES, WORDS
from episodes.public import PublicShow, ShownFinding, TimelineLine
from episodes.rapid_test import RapidTest, State
from episodes.wording import CardWords, card_words, limit_words
from web.i18n import Texts

LABEL_END = "："
_LABORATORY = (State.LAB_PENDING, State.LAB_COMPLIANT, State.LAB_NONCOMPLIANT)
_NARROW = "\N{NARROW NO-BREAK SPACE}"
_SIGNS = {">=": "≥", ">": "＞", "<=": "≤", "<": "＜", "within": "±"}


@dataclass(frozen=True)
class Scale:
    """A reading against its limit, in per cent of the bar."""

    value: float
    limit: float


@dataclass(frozen=True)
class ResultCard:
    """One sample's card. `reading` is a value with its unit; it is empty when there is none to show."""

    tone: str
    label: str
    headline: str
    item: str
    sample: str
    where: str
    reading: str
    limit: str
    method: str
    lines: tuple[str, ...]
    scale: Scale | None
    utc_ns: int


@dataclass(frozen=True)
class FindingRow:
    """One finding. `where` is a code, or the name once that was decided; `reply` is then what the operator says."""

    key_item: bool
    sentence: str
    where: str
    measure: str
    verified: bool
    due_utc_ns: int = 0
    reply: str = ""
    paper: bool = False


@dataclass(frozen=True)
class TimelineRow:
    """One line of the 图文."""

    utc_ns: int
    tone: str
    headline: str
    about: str
    lines: tuple[str, ...]


def say(words: Texts, text: str) -> str:
    """A line of wording, whole or by its two halves (`现场快检 初筛：` and what follows); what people typed stays."""
    whole = words(text)
    if whole != text or LABEL_END not in text:
        return whole
    label, _, rest = text.partition(LABEL_END)
    said = words(label + LABEL_END)
    return said + words(rest) if said != label + LABEL_END else text


def result_cards(show: PublicShow, words: Texts) -> tuple[ResultCard, ...]:
    """Newest first; what waits for the laboratory stays in front of what is settled."""
    return tuple(result_card(test, words) for test in reversed(show.tests))


def result_card(test: RapidTest, words: Texts) -> ResultCard:
    """What the card of `test` says now."""
    said = card_words(test)
    shown = test.result if said.value_share is not None else None
    return ResultCard(
        tone=said.tone,
        label=words(said.label),
        headline=say(words, said.headline),
        item=words(said.item),
        sample=said.sample_no,
        where=test.started.stall_code,
        reading=reading(said),
        limit=limit(shown, words) if shown else "",
        method=words(test.started.method),
        lines=tuple(say(words, line) for line in _lines(test, said)),
        scale=_scale(said),
        utc_ns=test.result.read_utc_ns if test.result else test.started_utc_ns,
    )


def field_card(test: RapidTest, words: Texts) -> ResultCard:
    """The card as the field left it, whatever the laboratory said later."""
    if test.state not in _LABORATORY:
        return result_card(test, words)
    before = State.CORRECTED if test.correction else State.REVIEWED
    return result_card(msgspec.structs.replace(test, state=before), words)


def reading(said: CardWords) -> str:
    """`62.4 %`: the number and its unit never part."""
    if said.value_share is None:
        return ""
    return f"{said.value}{_NARROW}{said.unit}" if said.unit else said.value


def limit(result: RapidTestReviewed, words: Texts) -> str:
    """The limit in words, as `episodes.wording.limit_words` says it, in the reader's language."""
    if words.lang.startswith("zh"):
        return limit_words(result)
    value = f"{_SIGNS[result.comparator]}{result.limit}{_NARROW}{result.unit}"
    if result.family == "screening":
        return words("%(method)s，%(limit)s为阳性", method=words(result.method), limit=value)
    return words("限值%(limit)s（%(basis)s）", limit=value, basis=words(result.basis))


def _lines(test: RapidTest, said: CardWords) -> tuple[str, ...]:
    """A corrected card's first line is the corrected result, which the wording joins; the rest are single msgids."""
    if test.correction is not None and test.state is State.CORRECTED and test.result is not None:
        now = card_words(msgspec.structs.replace(test, correction=None, state=State.REVIEWED))
        return (f"{now.label}{now.headline}", *said.lines[1:])
    return said.lines


def _scale(said: CardWords) -> Scale | None:
    if said.value_share is None or said.limit_share is None:
        return None
    return Scale(round(100 * said.value_share, 1), round(100 * said.limit_share, 1))


def finding_rows(show: PublicShow, words: Texts) -> tuple[FindingRow, ...]:
    """Key items first, in the order found; verified ones after the open."""
    rows = sorted(show.findings, key=lambda each: (each.verified, not each.opened.key_item, each.utc_ns))
    return tuple(finding_row(each, words) for each in rows)


def finding_row(found: ShownFinding, words: Texts) -> FindingRow:
    """One finding as its record says it; `where` is a code until the record is served."""
    opened = found.opened
    return FindingRow(
        key_item=opened.key_item,
        sentence=words(opened.sentence),
        where=found.name or words(opened.where),
        measure=words(opened.measure),
        verified=found.verified,
        # A deadline at midnight belongs to the day that ends with it.
        due_utc_ns=found.order.due_utc_ns - 1_000_000_000 if found.order else 0,
        reply=found.reply,
        paper=opened.paper,
    )


def outcome_rows(show: PublicShow, words: Texts) -> tuple[tuple[str, str, int], ...]:
    """Axis, outcome and of how many records it stands; axes are never added up (domain rule 5)."""
    kinds = [(axis, kind) for axis, allowed in AXES.items() for kind in allowed]
    counts = {kind: len({each.record_id for each in show.outcomes if each.outcome == kind}) for _, kind in kinds}
    return tuple((words(WORDS[axis]), words(WORDS[kind]), counts[kind]) for axis, kind in kinds if counts[kind])


def timeline_rows(show: PublicShow, words: Texts, most: int = 80) -> tuple[TimelineRow, ...]:
    """Newest first, the last `most`."""
    return tuple(_timeline_row(line, words) for line in reversed(show.timeline[-most:]))


def _timeline_row(line: TimelineLine, words: Texts) -> TimelineRow:
    return TimelineRow(
        utc_ns=line.utc_ns,
        tone=line.tone,
        headline=say(words, line.headline) or line.about,
        about=line.about if line.headline else "",
        lines=tuple(say(words, each) for each in line.lines),
    )


def places(show: PublicShow) -> tuple[str, ...]:
    """What has been revealed, in order."""
    return tuple(target.name for target in show.targets)


def spoken(show: PublicShow, words: Texts) -> str:
    """The newest result in one sentence, for the polite live region."""
    if not show.tests:
        return ""
    newest = max(show.tests, key=lambda test: test.result.read_utc_ns if test.result else test.started_utc_ns)
    card = result_card(newest, words)
    parts = (f"{card.label}{card.headline}", card.item, card.reading, card.limit if card.reading else "", *card.lines)
    return "，".join(part for part in parts if part) if words.lang.startswith("zh") else ", ".join(filter(None, parts))
