"""Result cards in portrait, every state of both families. In: a `CardPlate`. Out: a `Painted` plate of one size.

One column: the state's block on top, the words, the reading below a line. Words, colours, order are landscape's.
"""

from overlay import words
from overlay.graphics.card import LABORATORY, is_open, share
from overlay.graphics.sheet import Frame, Painted, Sheet
from overlay.layout import CardPlate
from overlay.scene import NO_VALUE, ResultCard
from overlay.theme import Colour, Theme
from overlay.typeset import Style, clean, width

LEFT, WIDE, LOWEST = 60.0, 870.0, 1480.0
HIGH = 412.0
_PAD, _BLOCK, _DIVIDE, _BETWEEN = 32.0, 76.0, 306.0, 12.0
_MOST_LINES = 3
_HEAD, _HEAD_2, _LINE = Style(58, 800), Style(38, 800), Style(34, 500)


def card(content: CardPlate, frame: Frame, theme: Theme) -> Painted:
    """The card below the band."""
    sheet = Sheet(frame, theme, WIDE, HIGH)
    said = content.card.words
    tone = theme.tone(said.tone)
    label, headline = said.label, said.headline
    if content.left:
        label, headline = said.headline, words.COUNTDOWN.format(left=content.left)
    sheet.rect((0, 0, WIDE, _BLOCK), tone)
    sheet.state(said.tone, (_PAD, _BLOCK / 2 - 24), 48, theme.on_block, tone)
    sheet.line((_PAD + 68, 0), (WIDE - 2 * _PAD - 68, _BLOCK), label, Style(36, 500), theme.on_block)
    ink = theme.tone("positive") if content.card.suspected and is_open(said) else tone
    _sentences(sheet, headline, [line for line in said.lines if line][:_MOST_LINES], ink)
    sheet.rect((0, _DIVIDE, WIDE, 2), theme.line)
    if said.tone in LABORATORY:
        _track(sheet, content.card)
    else:
        _reading(sheet, content.card, tone)
    lift = HIGH + _BETWEEN if content.second else 0.0
    return sheet.plate(LEFT, LOWEST - HIGH - lift)


def _sentences(sheet: Sheet, headline: str, lines: list[str], ink: Colour) -> None:
    room = WIDE - 2 * _PAD
    fitted, style = sheet.fitted(headline, _HEAD, room)
    heads: tuple[str, ...] = (fitted,)
    row = 76.0
    if fitted != clean(headline):
        heads, style, row = sheet.wrapped(headline, _HEAD_2, room, 2), _HEAD_2, 50.0
    step = 44.0 if len(heads) * row + len(lines) * 46 > _DIVIDE - _BLOCK - 12 else 46.0
    step = min(step, (_DIVIDE - _BLOCK - 12 - len(heads) * row) / max(1, len(lines)))
    y = _BLOCK + (_DIVIDE - _BLOCK - len(heads) * row - len(lines) * step) / 2
    for each in heads:
        sheet.line((_PAD, y), (room, row), each, style, ink)
        y += row
    for each in lines:
        sheet.line((_PAD, y), (room, step), each, _LINE, sheet.theme.ink)
        y += step


def _item(sheet: Sheet, card: ResultCard, room: float) -> None:
    sheet.line((_PAD, _DIVIDE + 12), (room, 48), card.words.item, Style(38, 700), sheet.theme.ink)
    sheet.line((_PAD, _DIVIDE + 60), (room, 36), card.words.sample_no, Style(26), sheet.theme.ink_2)


def _reading(sheet: Sheet, card: ResultCard, tone: Colour) -> None:
    said, theme = card.words, sheet.theme
    _item(sheet, card, 210)
    x, right = _PAD + 230, WIDE - _PAD
    value, style = sheet.fitted(said.value, Style(68, 800), 180)
    end = sheet.text((x, _DIVIDE + 8), 90, value, style, theme.ink)
    if said.value != NO_VALUE and said.unit:
        end = sheet.line((end + 8, _DIVIDE + 26), (80, 60), said.unit, Style(34, 500), theme.ink)
    x = max(end + 28, x + 220)
    room = right - x
    sheet.rect((x, _DIVIDE + 24, room, 14), theme.track)
    if said.value_share is not None and said.value != NO_VALUE:
        sheet.rect((x, _DIVIDE + 24, room * share(said.value_share), 14), tone)
        if said.limit_share is not None:
            sheet.rect((x + (room - 4) * share(said.limit_share), _DIVIDE + 17, 4, 28), theme.ink)
    limits = sheet.wrapped(said.limit_words, Style(24), room, 2) if said.limit_words else ()
    for index, line in enumerate(limits):
        sheet.line((x, _DIVIDE + 46 + index * 28), (room, 28), line, Style(24), theme.ink_2)


def _track(sheet: Sheet, card: ResultCard) -> None:
    """Where the sample stands on its way: rapid test, laboratory, conclusion."""
    theme, said = sheet.theme, card.words
    pending = said.tone == "lab_pending"
    _item(sheet, card, 210)
    sent = ("lab_pending", words.TRACK_SENT, True) if pending else ("ok", words.TRACK_DONE, False)
    last = ("open" if pending else said.tone, words.TRACK_LABORATORY, not pending)
    at = ((_PAD + 230, 8.0), (_PAD + 230, 52.0), (_PAD + 490, 52.0))
    for (x, y), (glyph, text, now) in zip(at, (("ok", words.TRACK_TEST, False), sent, last), strict=True):
        style = Style(30, 700 if now else 400)
        sheet.state(glyph, (x, _DIVIDE + y + 9), 28, theme.ink if now else theme.ink_2, theme.plate)
        room = min(width(clean(text), style) + 1, WIDE - _PAD - x - 40)
        sheet.line((x + 40, _DIVIDE + y), (room, 46), text, style, theme.ink if now else theme.ink_2)
