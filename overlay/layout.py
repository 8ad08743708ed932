"""PURE. What is visible now, by rule. In: a scene and the time. Out: `Element`s, one per zone, that never overlap.

Rank along the bottom: correction > withdrawal > card > question > strap > tip line. Of result cards two are shown, the
second above the first. The law card stands at the right and yields to cards; the tip line yields to the law card.
"""

from datetime import UTC, datetime, timedelta, timezone
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from overlay import words
from overlay.scene import Header, LawCard, LowerThird, QuestionStrap, ResultCard, Scene, Shown, TipLine

Zone = Literal["page", "title", "live", "mark", "law", "second", "bottom"]
_S = 1_000_000_000
_MOST_CARDS = 2
_CHINA = timezone(timedelta(hours=8))


class TitlePlate(msgspec.Struct, frozen=True):
    """Programme, number and theme; `mark` says 演示 when the show is a demonstration."""

    programme: str
    number: str
    theme: str
    mark: str


class LivePlate(msgspec.Struct, frozen=True):
    """The live mark, the clock as HH:MM, the place."""

    label: str
    on_air: bool
    clock: str
    place: str


class Watermark(msgspec.Struct, frozen=True):
    """A rehearsal says so on every picture, big enough to be read on a phone."""

    line: str


class CardPlate(msgspec.Struct, frozen=True):
    """A result card; `left` is the countdown of a running test as M:SS; `second` stands above another card."""

    card: ResultCard
    left: str = ""
    second: bool = False


class RaisedLaw(msgspec.Struct, frozen=True):
    """A law card while something stands along the bottom: in portrait, where they share a column, it stands above."""

    law: LawCard


class SlatePage(msgspec.Struct, frozen=True):
    """A whole frame instead of a camera."""

    headline: str
    line: str
    agency: str
    title: TitlePlate | None = None


Content: TypeAlias = (
    TitlePlate
    | LivePlate
    | Watermark
    | CardPlate
    | SlatePage
    | QuestionStrap
    | LowerThird
    | LawCard
    | RaisedLaw
    | TipLine
)


class Element(msgspec.Struct, frozen=True):
    """What stands in a zone. Elements with the same `identity` differ in their clock only."""

    zone: Zone
    content: Content
    identity: tuple[object, ...]


def elements(scene: Scene, now_utc_ns: int) -> tuple[Element, ...]:
    """Everything visible, in drawing order."""
    out: list[Element] = []
    if scene.slate:
        page = slate_page(scene.header, scene.slate, scene.slate_headline)
        out.append(Element("page", page, (page,)))
    elif scene.header is not None:
        title, live = title_plate(scene.header), _live(scene, scene.header, now_utc_ns)
        out += [Element("title", title, (title,)), Element("live", live, (live.label, live.place))]
        if scene.header.rehearsal:
            mark = Watermark(words.REHEARSAL_MARK)
            out.append(Element("mark", mark, (mark,)))
    bottom, cards = _bottom(scene, now_utc_ns), _cards(scene, now_utc_ns)
    law = _visible(scene.law, now_utc_ns)
    if isinstance(law, LawCard) and not scene.slate and not cards:
        bottom = None if isinstance(bottom, TipLine) else bottom
        out.append(Element("law", RaisedLaw(law) if bottom else law, (law,)))
    if bottom is not None and not cards and not scene.slate:
        out.append(Element("bottom", bottom, (bottom,)))
    out += [Element("second" if card.second else "bottom", card, (card.card,)) for card in cards]
    return tuple(out)


def next_change_ns(scene: Scene, now_utc_ns: int) -> int:
    """Until when `elements` stays the same: the next whole second, or sooner when a graphic's time comes or ends."""
    shown = (scene.correction, scene.withdrawn, scene.card, scene.question, scene.strap, scene.law, scene.tip_line)
    moments = [moment for each in shown if each is not None for moment in (each.from_ns, each.until_ns)]
    return min([(now_utc_ns // _S + 1) * _S, *(moment for moment in moments if moment > now_utc_ns)])


def title_plate(header: Header) -> TitlePlate:
    """The header's plate on the left."""
    number = words.NUMBER.format(number=header.number)
    mark = words.REHEARSAL_MARK if header.rehearsal else words.DEMO if header.demo else ""
    return TitlePlate(header.programme, number, header.theme, mark)


def slate_page(header: Header | None, line: str, headline: str = "") -> SlatePage:
    """The slate, or a hold card with a headline of its own, with `line` under it."""
    agency = header.agency if header else ""
    return SlatePage(headline or words.SLATE_HEADLINE, line, agency, title_plate(header) if header else None)


def countdown(ends_utc_ns: int, now_utc_ns: int) -> str:
    """Minutes and seconds left, rounded up; empty when the time is over."""
    left_s = -((now_utc_ns - ends_utc_ns) // _S)
    return f"{left_s // 60}:{left_s % 60:02}" if left_s > 0 else ""


def clock(now_utc_ns: int, zone: str) -> str:
    """Local time as HH:MM; an unknown zone falls back to China's."""
    try:
        local = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return datetime.fromtimestamp(now_utc_ns / _S, UTC).astimezone(_CHINA).strftime("%H:%M")
    return datetime.fromtimestamp(now_utc_ns / _S, UTC).astimezone(local).strftime("%H:%M")


def _live(scene: Scene, header: Header, now_utc_ns: int) -> LivePlate:
    label = words.LIVE_DELAYED if scene.rules.delay_s > 0 else words.LIVE
    if header.rehearsal:
        label = words.REHEARSAL
    place = {"none": "", "district": header.district, "site": header.site}[scene.rules.place_level]
    return LivePlate(label, not header.rehearsal, clock(now_utc_ns, scene.rules.timezone), place)


def _cards(scene: Scene, now_ns: int) -> tuple[CardPlate, ...]:
    """The two result cards of the highest rank."""
    shown = [_visible(each, now_ns) for each in (scene.correction, scene.withdrawn, scene.card)]
    cards = [each for each in shown if isinstance(each, ResultCard)][:_MOST_CARDS]
    return tuple(
        CardPlate(card, countdown(card.ends_utc_ns, now_ns) if card.ends_utc_ns else "", second=index > 0)
        for index, card in enumerate(cards)
    )


def _bottom(scene: Scene, now_ns: int) -> QuestionStrap | LowerThird | TipLine | None:
    for each in (scene.question, scene.strap, scene.tip_line):
        graphic = _visible(each, now_ns)
        if isinstance(graphic, QuestionStrap | LowerThird | TipLine):
            return graphic
    return None


def _visible(each: Shown | None, now_ns: int) -> object:
    return each.graphic if each is not None and each.at(now_ns) else None
