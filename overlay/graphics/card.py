"""Result cards in every state of both families. In: a `CardPlate`. Out: a `Painted` plate of one size for them all."""

import math

from episodes.wording import CardWords
from overlay import words
from overlay.graphics.sheet import SAFE_X, SAFE_Y, Frame, Painted, Sheet
from overlay.layout import CardPlate
from overlay.scene import NO_VALUE, ResultCard
from overlay.theme import Colour, Theme
from overlay.typeset import Style, clean, width

HIGH = 236.0
_BLOCK, _RIGHT, _PAD = 112.0, 344.0, 26.0
_LABEL, _HEAD, _HEAD_2, _LINE = Style(26, 500), Style(52, 800), Style(36, 800), Style(30, 500)
_LINE_2 = Style(28, 500)
_MOST_LINES, _BETWEEN = 3, 12.0
LABORATORY = ("lab_pending", "lab_compliant", "lab_noncompliant")


def card(content: CardPlate, frame: Frame, theme: Theme) -> Painted:
    """The card along the bottom: block with glyph, words, reading."""
    wide = frame.wide - 2 * SAFE_X
    sheet = Sheet(frame, theme, wide, HIGH)
    said = content.card.words
    tone = theme.tone(said.tone)
    sheet.rect((0, 0, _BLOCK, HIGH), tone)
    sheet.state(said.tone, (_BLOCK / 2 - 32, HIGH / 2 - 32), 64, theme.on_block, tone)
    room = wide - _BLOCK - _RIGHT - 48
    _sentences(sheet, content, room, theme.tone("positive") if content.card.suspected and is_open(said) else tone)
    left = wide - _RIGHT
    sheet.rect((left, 0, 2, HIGH), theme.line)
    if said.tone in LABORATORY:
        _track(sheet, content.card, left + _PAD)
    else:
        _reading(sheet, said, left + _PAD, tone)
    lift = HIGH + _BETWEEN if content.second else 0.0
    return sheet.plate(SAFE_X, frame.high - SAFE_Y - HIGH - lift)


def is_open(said: CardWords) -> bool:
    """The laboratory has not spoken and nothing was taken back."""
    return said.tone in ("positive", "lab_pending")


def _sentences(sheet: Sheet, content: CardPlate, room: float, tone: Colour) -> None:
    said = content.card.words
    label, headline = said.label, said.headline
    if content.left:
        label, headline = said.headline, words.COUNTDOWN.format(left=content.left)
    heads, style, row = _headline(sheet, headline, room)
    lines = [line for line in said.lines if line][:_MOST_LINES]
    tight = len(heads) > 1 and len(lines) == _MOST_LINES
    below, step = (_LINE_2, 37.0) if tight else (_LINE, 41.4)
    high = (34.0 if label else 0.0) + len(heads) * row + len(lines) * step
    x, y = _BLOCK + 24, (HIGH - high) / 2
    if label:
        sheet.line((x, y), (room, 34), label, _LABEL, sheet.theme.ink_2)
        y += 34
    for each in heads:
        sheet.line((x, y), (room, row), each, style, tone)
        y += row
    for each in lines:
        sheet.line((x, y), (room, step), each, below, sheet.theme.ink)
        y += step


def _headline(sheet: Sheet, text: str, room: float) -> tuple[tuple[str, ...], Style, float]:
    """One big line, or two smaller ones: a long correction is not cut where it can be wrapped."""
    fitted, style = sheet.fitted(text, _HEAD, room)
    if fitted == clean(text):
        return (fitted,), style, 62.4
    return sheet.wrapped(text, _HEAD_2, room, 2), _HEAD_2, 46.0


def _item(sheet: Sheet, said: CardWords, x: float, y: float) -> None:
    small = Style(22)
    room = _RIGHT - 2 * _PAD
    number, small = sheet.fitted(said.sample_no, small, room / 2)
    taken = width(number, small)
    sheet.line((x, y), (room - taken - 12, 44), said.item, Style(32, 700), sheet.theme.ink)
    sheet.text((x + room - taken, y + 6), 36, number, small, sheet.theme.ink_2)


def _reading(sheet: Sheet, said: CardWords, x: float, tone: Colour) -> None:
    theme, room = sheet.theme, _RIGHT - 2 * _PAD
    limits = sheet.wrapped(said.limit_words, Style(22), room, 2) if said.limit_words else ()
    y = (HIGH - 44 - 66 - 26 - max(1, len(limits)) * 29) / 2
    _item(sheet, said, x, y)
    y += 44
    value, style = sheet.fitted(said.value, Style(60, 800), room * 0.72)
    end = sheet.text((x, y), 66, value, style, theme.ink)
    if said.value != NO_VALUE and said.unit:
        sheet.line((end + 8, y + 14), (x + room - end - 8, 48), said.unit, Style(30, 500), theme.ink)
    y += 66
    sheet.rect((x, y + 6, room, 12), theme.track)
    if said.value_share is not None and said.value != NO_VALUE:
        sheet.rect((x, y + 6, room * share(said.value_share), 12), tone)
        if said.limit_share is not None:
            sheet.rect((x + (room - 3) * share(said.limit_share), y, 3, 24), theme.ink)
    y += 26
    for index, line in enumerate(limits):
        sheet.line((x, y + index * 29), (room, 29), line, Style(22), theme.ink_2)


def share(part: float) -> float:
    """A part of the scale, whatever the reading was."""
    return min(max(part, 0.0), 1.0) if math.isfinite(part) else 0.0


def _track(sheet: Sheet, card: ResultCard, x: float) -> None:
    """Where the sample stands on its way: rapid test, laboratory, conclusion."""
    theme, said = sheet.theme, card.words
    pending = said.tone == "lab_pending"
    y = (HIGH - 44 - 10 - 3 * 38) / 2
    _item(sheet, said, x, y)
    sent = ("lab_pending", words.TRACK_SENT, True) if pending else ("ok", words.TRACK_DONE, False)
    last = ("open" if pending else said.tone, words.TRACK_LABORATORY, not pending)
    steps = (("ok", words.TRACK_TEST, False), sent, last)
    for index, (glyph, text, now) in enumerate(steps):
        top = y + 54 + index * 38
        colour = theme.ink if now else theme.ink_2
        sheet.state(glyph, (x, top + 7), 24, colour, theme.plate)
        sheet.line((x + 36, top), (_RIGHT - 2 * _PAD - 36, 38), text, Style(26, 700 if now else 400), colour)
