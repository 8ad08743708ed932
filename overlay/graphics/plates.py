"""Header plates, straps, lower thirds, law card and tip line. In: contents. Out: `Painted` plates."""

import segno
from PIL import Image

from episodes.wording import SCREENING_MARK
from overlay import words
from overlay.graphics.sheet import SAFE_X, SAFE_Y, Frame, Painted, Sheet
from overlay.layout import LivePlate, TitlePlate, Watermark
from overlay.scene import LawCard, LowerThird, QuestionStrap, TipLine
from overlay.theme import Colour, Theme
from overlay.typeset import Style, clean, width

_LAW_WIDE = 548.0
_LAW_LINES = 4
_TITLE_ROOM = 560.0
_PLACE_ROOM, _LABEL_ROOM = 420.0, 200.0
_QR_LONGEST = 300


def title(content: TitlePlate, frame: Frame, theme: Theme, block: Colour | None = None) -> Painted:
    """The episode's plate, upper left; `block` sets the mark's ground on a dark page."""
    second = " ".join(part for part in (content.number, content.theme, content.mark) if part)
    big, small = Style(28, 800), Style(22, 400)
    room = min(_TITLE_ROOM, max(width(clean(content.programme), big), width(clean(second), small)))
    sheet = Sheet(frame, theme, 72 + 18 + room + 22, 76)
    sheet.rect((0, 0, 72, 76), block or theme.night)
    sheet.logo((13, 15), 46)
    sheet.line((90, 8), (room, 32), content.programme, big, theme.ink)
    sheet.line((90, 39), (room, 29), second, small, theme.ink_2)
    return sheet.plate(SAFE_X, SAFE_Y)


def live(content: LivePlate, frame: Frame, theme: Theme) -> Painted:
    """直播 or 直播·延时 with clock and place, upper right."""
    bold, mid = Style(24, 700), Style(24, 500)
    label = min(_LABEL_ROOM, width(clean(content.label), bold))
    where = " ".join(part for part in (content.clock, content.place) if part)
    room = min(_PLACE_ROOM, width(clean(where), mid))
    block = 14 + 24 + 8 + label + 14
    sheet = Sheet(frame, theme, block + (32 + room if where else 0), 52)
    colour = theme.live if content.on_air else theme.night
    sheet.rect((0, 0, block, 52), colour)
    sheet.state("live", (14, 14), 24, theme.on_block, colour)
    sheet.line((46, 0), (label, 52), content.label, bold, theme.on_block)
    if where:
        sheet.line((block + 16, 0), (room, 52), where, mid, theme.ink)
    return sheet.plate(frame.wide - SAFE_X - sheet.wide, SAFE_Y)


def watermark(content: Watermark, frame: Frame, theme: Theme) -> Painted:
    """A rehearsal's mark under the title, on a striped ground that nothing on air has."""
    style = Style(38, 800)
    room = width(clean(content.line), style)
    sheet = Sheet(frame, theme, room + 56, 68, theme.night)
    for stripe in range(0, int(room + 56), 36):
        sheet.rect((stripe, 0, 18, 6), theme.sun)
        sheet.rect((stripe, 62, 18, 6), theme.sun)
    sheet.line((28, 6), (room, 56), content.line, style, theme.on_block)
    return sheet.plate(SAFE_X, SAFE_Y + 92)


def question(content: QuestionStrap, frame: Frame, theme: Theme) -> Painted:
    """A viewer's question along the bottom, with 初筛，非最终结论 when it mentions a result."""
    asked = content.approved
    wide, label = frame.wide - 2 * SAFE_X, 136.0
    name = Style(22, 500)
    aside = min(width(clean(asked.nickname), name), 200.0) if asked.nickname else 0.0
    room = wide - label - 56 - (60 + aside if aside else 0)
    style = Style(38, 800)
    probe = Sheet(frame, theme, 2, 2)
    lines = probe.wrapped(asked.text, style, room, 2)
    if len(lines) > 1:
        style = Style(32, 800)
        lines = probe.wrapped(asked.text, style, room, 2)
    row, note = style.size * 1.3, 36.0 if asked.mentions_result else 0.0
    high = max(112.0, 2 * 24 + len(lines) * row + note)
    sheet = Sheet(frame, theme, wide, high)
    sheet.rect((0, 0, label, high), theme.night)
    sheet.icon("ask", (label / 2 - 19, high / 2 - 36), 38, theme.on_block)
    caption = clean(words.QUESTION)
    sheet.text(
        (label / 2 - width(caption, Style(22, 700)) / 2, high / 2 + 6), 29, caption, Style(22, 700), theme.on_block
    )
    top = (high - len(lines) * row - note) / 2
    for index, line in enumerate(lines):
        sheet.text((label + 28, top + index * row), row, line, style, theme.ink)
    if note:
        sheet.text(
            (label + 28, top + len(lines) * row), note, clean(SCREENING_MARK), Style(26, 700), theme.tone("lab_pending")
        )
    if aside:
        sheet.rect((wide - aside - 60, high / 2 - 37, 2, 74), theme.line)
        sheet.line((wide - aside - 30, 0), (aside, high), asked.nickname, name, theme.ink_2)
    return _bottom(sheet, frame)


def lower_third(content: LowerThird, frame: Frame, theme: Theme) -> Painted:
    """A name: officers with the night block and their credential, guests on white."""
    officer = bool(content.credential)
    name, title, second = Style(42, 800, 0.04), Style(26, 500), Style(26, 400)
    role, below = (words.OFFICER, f"{content.title} {words.CREDENTIAL.format(credential=content.credential)}")
    if not officer:
        role, below = "", content.title
    most = frame.wide - 2 * SAFE_X - 96 - 66
    gap = 18 + width(clean(role), title) if role else 0.0
    room = min(most, max(width(clean(content.name), name) + gap, width(clean(below), second)))
    sheet = Sheet(frame, theme, 96 + 26 + room + 40, 124)
    if officer:
        sheet.rect((0, 0, 96, 124), theme.night)
    else:
        sheet.rect((94, 0, 2, 124), theme.line)
    colour = theme.on_block if officer else theme.ink
    sheet.icon("shield" if officer else "eye", (22, 36), 52, colour)
    end = sheet.line((122, 20), (room - gap, 46), content.name, name, theme.ink)
    if role:
        sheet.text((end + 18, 26), 40, clean(role), title, theme.ink)
    sheet.line((122, 70), (room, 34), below, second, theme.ink_2)
    return _bottom(sheet, frame)


def law(content: LawCard, frame: Frame, theme: Theme) -> Painted:
    """以案说法 at the right: plain words, then where they stand written."""
    plain, row, source = Style(28, 500), 43.0, Style(22, 400)
    room = _LAW_WIDE - 48
    probe = Sheet(frame, theme, 2, 2)
    statute = content.statute if content.statute.startswith("《") else f"《{content.statute}》"
    body = probe.wrapped(content.plain, plain, room, _LAW_LINES)
    if width(clean(content.plain), plain) > room * _LAW_LINES:
        plain, row = Style(24, 500), 36.0
        body = probe.wrapped(content.plain, plain, room, _LAW_LINES + 1)
    basis = probe.wrapped(words.BASIS.format(source=f"{statute}{content.article}"), source, room, 2)
    high = 60 + 18 + len(body) * row + 14 + 16 + len(basis) * 33 + 20
    sheet = Sheet(frame, theme, _LAW_WIDE, high)
    sheet.rect((0, 0, _LAW_WIDE, 60), theme.night)
    sheet.icon("law", (24, 15), 30, theme.on_block)
    sheet.text((66, 0), 60, clean(words.LAW), Style(24, 700), theme.on_block)
    top = 78.0
    for line in body:
        sheet.text((24, top), row, line, plain, theme.ink)
        top += row
    sheet.rect((24, top + 14, room, 2), theme.line)
    for index, line in enumerate(basis):
        sheet.text((24, top + 28 + index * 33), 33, line, source, theme.ink_2)
    return sheet.plate(frame.wide - SAFE_X - _LAW_WIDE, 132)


def tip_line(content: TipLine, frame: Frame, theme: Theme) -> Painted:
    """Where to send a tip: words, telephone, short address, QR code."""
    wide, high = frame.wide - 2 * SAFE_X, 196.0
    sheet = Sheet(frame, theme, wide, high)
    sheet.rect((0, 0, 12, high), theme.sun)
    code = qr(content.address, round(high * frame.scale))
    right = wide
    if code is not None:
        right = wide - high
        sheet.paste(code, (right, 0))
        sheet.rect((right, 0, 2, high), theme.line)
    caption, figures = clean(words.TIP_PHONE), Style(60, 800)
    number, figures = sheet.fitted(content.phone, figures, 260)
    column = max(width(caption, Style(22)), width(number, figures))
    left = right - 36 - column
    sheet.text((left + column - width(caption, Style(22)), 50), 29, caption, Style(22), theme.ink_2)
    sheet.text((left + column - width(number, figures), 80), 66, number, figures, theme.ink)
    room = left - 36 - 24
    sheet.line((36, 28), (room, 58), words.TIP_HEADLINE, Style(44, 800), theme.ink)
    sheet.line((36, 92), (room, 34), words.TIP_LINE, Style(26), theme.ink_2)
    shown = content.address.removeprefix("https://").removeprefix("http://")
    if shown:
        sheet.line((36, 132), (room, 36), words.TIP_ADDRESS.format(address=shown), Style(28, 700), theme.ink)
    return _bottom(sheet, frame)


def _bottom(sheet: Sheet, frame: Frame) -> Painted:
    return sheet.plate(SAFE_X, frame.high - SAFE_Y - sheet.high)


def qr(address: str, size: int) -> Image.Image | None:
    """The address as a QR code in whole pixels with its quiet zone; None when there is none or it is not plain."""
    if not 0 < len(address) <= _QR_LONGEST or not address.isascii() or not address.isprintable() or " " in address:
        return None
    url = address if "://" in address else f"https://{address}"
    matrix = segno.make(url, error="m", micro=False).matrix
    side = len(matrix)
    cell = max(1, size // (side + 6))
    out = Image.new("RGB", (size, size), (255, 255, 255))
    start = (size - cell * side) // 2
    dark = Image.new("RGB", (cell, cell), (14, 26, 38))
    for y, row in enumerate(matrix):
        for x, module in enumerate(row):
            if module:
                out.paste(dark, (start + x * cell, start + y * cell))
    return out
