"""The portrait family: header above the cameras' band, all else below it. In: contents. Out: `Painted` plates.

A layout of its own for 1080×1920 and its smaller sizes, larger than the landscape one and inside what a platform's own
buttons leave free (220 above, 150 right, 440 below, 60 left). What lies below the band never covers the picture; only
a second result card and a law card above a strap do.
"""

from episodes.wording import SCREENING_MARK
from overlay import words
from overlay.graphics import portrait_card
from overlay.graphics.plates import qr
from overlay.graphics.portrait_card import LEFT, LOWEST, WIDE
from overlay.graphics.sheet import Frame, Painted, Sheet
from overlay.layout import CardPlate, Content, LivePlate, RaisedLaw, SlatePage, TitlePlate, Watermark
from overlay.scene import LawCard, LowerThird, QuestionStrap, TipLine
from overlay.theme import Colour, Theme
from overlay.typeset import Style, clean, width
from overlay.vector import circle

_TITLE_TOP, _TITLE_HIGH = 220.0, 112.0
_LIVE_TOP, _LIVE_HIGH = 348.0, 68.0
_RAISED = 1052.0
_STRIPES_HIGH = 14.0
_HORIZON = 560.0
_LAW_LINES = 4


def paint(content: Content, frame: Frame, theme: Theme) -> Painted:  # noqa: C901, PLR0911 - one line per graphic
    """Draws `content`; takes milliseconds, so never on the frame thread."""
    match content:
        case TitlePlate():
            return _title(content, frame, theme)
        case LivePlate():
            return _live(content, frame, theme)
        case Watermark():
            return _watermark(frame, theme)
        case CardPlate():
            return portrait_card.card(content, frame, theme)
        case SlatePage():
            return _slate(content, frame, theme)
        case QuestionStrap():
            return _question(content, frame, theme)
        case LowerThird():
            return _lower_third(content, frame, theme)
        case LawCard():
            return _law(content, frame, theme, LOWEST)
        case RaisedLaw():
            return _law(content.law, frame, theme, _RAISED)
        case TipLine():
            return _tip_line(content, frame, theme)


def _title(content: TitlePlate, frame: Frame, theme: Theme, block: Colour | None = None) -> Painted:
    second = " ".join(part for part in (content.number, content.theme, content.mark) if part)
    big, small = Style(40, 800), Style(30, 400)
    room = min(WIDE - 108 - 20 - 30, max(width(clean(content.programme), big), width(clean(second), small)))
    sheet = Sheet(frame, theme, 108 + 20 + room + 30, _TITLE_HIGH)
    sheet.rect((0, 0, 108, _TITLE_HIGH), block or theme.night_2)
    sheet.logo((21, 23), 66)
    sheet.line((128, 10), (room, 52), content.programme, big, theme.ink)
    sheet.line((128, 60), (room, 42), second, small, theme.ink_2)
    return sheet.plate(LEFT, _TITLE_TOP)


def _live(content: LivePlate, frame: Frame, theme: Theme) -> Painted:
    bold, mid = Style(32, 700), Style(32, 500)
    label = min(300.0, width(clean(content.label), bold))
    where = " ".join(part for part in (content.clock, content.place) if part)
    block = 20 + 32 + 12 + label + 20
    room = min(WIDE - block - 44, width(clean(where), mid))
    sheet = Sheet(frame, theme, block + (44 + room if where else 0), _LIVE_HIGH)
    colour = theme.live if content.on_air else theme.night_2
    sheet.rect((0, 0, block, _LIVE_HIGH), colour)
    sheet.state("live", (20, 18), 32, theme.on_block, colour)
    sheet.line((64, 0), (label, _LIVE_HIGH), content.label, bold, theme.on_block)
    if where:
        sheet.line((block + 22, 0), (room, _LIVE_HIGH), where, mid, theme.ink)
    return sheet.plate(LEFT, _LIVE_TOP)


def _watermark(frame: Frame, theme: Theme) -> Painted:
    """Stripes along the cameras' band, which nothing on air has; the words stand in the title's plate."""
    sheet = Sheet(frame, theme, WIDE, _STRIPES_HIGH, theme.night_2)
    for stripe in range(0, int(WIDE), 48):
        sheet.rect((stripe, 0, 24, _STRIPES_HIGH), theme.sun)
    return sheet.plate(LEFT, _LIVE_TOP + _LIVE_HIGH + 5)


def _question(content: QuestionStrap, frame: Frame, theme: Theme) -> Painted:
    asked = content.approved
    style, room = Style(46, 800), WIDE - 64
    probe = Sheet(frame, theme, 2, 2)
    lines = probe.wrapped(asked.text, style, room, 3)
    if len(lines) > 2:  # noqa: PLR2004 - three lines are smaller ones
        style = Style(40, 800)
        lines = probe.wrapped(asked.text, style, room, 3)
    row, note = style.size * 1.3, 50.0 if asked.mentions_result else 0.0
    high = 72 + 22 + len(lines) * row + note + 22
    sheet = Sheet(frame, theme, WIDE, high)
    sheet.rect((0, 0, WIDE, 72), theme.night_2)
    sheet.icon("ask", (32, 17), 38, theme.on_block)
    end = sheet.text((84, 0), 72, clean(words.QUESTION), Style(30, 700), theme.on_block)
    if asked.nickname:
        sheet.line((end + 28, 0), (WIDE - end - 60, 72), asked.nickname, Style(28, 400), theme.night_ink_2)
    for index, line in enumerate(lines):
        sheet.text((32, 94 + index * row), row, line, style, theme.ink)
    if note:
        at = (32, 94 + len(lines) * row + 8)
        sheet.text(at, 42, clean(SCREENING_MARK), Style(34, 700), theme.tone("lab_pending"))
    return sheet.plate(LEFT, LOWEST - high)


def _lower_third(content: LowerThird, frame: Frame, theme: Theme) -> Painted:
    officer = bool(content.credential)
    name, small = Style(50, 800, 0.04), Style(32, 400)
    room = WIDE - 112 - 28 - 32
    below = f"{content.title} {words.CREDENTIAL.format(credential=content.credential)}" if officer else content.title
    lines = Sheet(frame, theme, 2, 2).wrapped(below, small, room, 2)
    high = 22 + 62 + len(lines) * 44 + 22
    sheet = Sheet(frame, theme, WIDE, high)
    if officer:
        sheet.rect((0, 0, 112, high), theme.night_2)
    else:
        sheet.rect((110, 0, 2, high), theme.line)
    sheet.icon("shield" if officer else "eye", (26, high / 2 - 30), 60, theme.on_block if officer else theme.ink)
    role = clean(words.OFFICER) if officer else ""
    gap = 22 + width(role, Style(32, 500)) if role else 0.0
    end = sheet.line((140, 22), (room - gap, 58), content.name, name, theme.ink)
    if role:
        sheet.text((end + 22, 30), 46, role, Style(32, 500), theme.ink)
    for index, line in enumerate(lines):
        sheet.text((140, 84 + index * 44), 44, line, small, theme.ink_2)
    return sheet.plate(LEFT, LOWEST - high)


def _law(content: LawCard, frame: Frame, theme: Theme, lowest: float) -> Painted:
    plain, row, source, room = Style(34, 500), 48.0, Style(26, 400), WIDE - 64
    probe = Sheet(frame, theme, 2, 2)
    statute = content.statute if content.statute.startswith("《") else f"《{content.statute}》"
    body = probe.wrapped(content.plain, plain, room, _LAW_LINES)
    if width(clean(content.plain), plain) > room * _LAW_LINES:
        plain, row = Style(29, 500), 39.0
        body = probe.wrapped(content.plain, plain, room, _LAW_LINES + 1)
    basis = probe.wrapped(words.BASIS.format(source=f"{statute}{content.article}"), source, room, 2)
    high = 72 + 16 + len(body) * row + 26 + len(basis) * 36 + 16
    sheet = Sheet(frame, theme, WIDE, high)
    sheet.rect((0, 0, WIDE, 72), theme.night_2)
    sheet.icon("law", (32, 17), 38, theme.on_block)
    sheet.text((84, 0), 72, clean(words.LAW), Style(30, 700), theme.on_block)
    top = 88.0
    for line in body:
        sheet.text((32, top), row, line, plain, theme.ink)
        top += row
    sheet.rect((32, top + 12, room, 2), theme.line)
    for index, line in enumerate(basis):
        sheet.text((32, top + 24 + index * 36), 36, line, source, theme.ink_2)
    return sheet.plate(LEFT, lowest - high)


def _tip_line(content: TipLine, frame: Frame, theme: Theme) -> Painted:
    high = 380.0
    sheet = Sheet(frame, theme, WIDE, high)
    sheet.rect((0, 0, 14, high), theme.sun)
    right, side = WIDE - 32.0, 250.0
    code = qr(content.address, round(side * frame.scale))
    if code is not None:
        right = WIDE - side - 20
        sheet.paste(code, (right + 8, high - side - 20))
        right -= 12
    sheet.line((46, 26), (WIDE - 80, 66), words.TIP_HEADLINE, Style(52, 800), theme.ink)
    room = right - 46
    for index, line in enumerate(sheet.wrapped(words.TIP_LINE, Style(30), room, 2)):
        sheet.text((46, 102 + index * 42), 42, line, Style(30), theme.ink_2)
    shown = content.address.removeprefix("https://").removeprefix("http://")
    if shown:
        sheet.line((46, 198), (room, 46), words.TIP_ADDRESS.format(address=shown), Style(32, 700), theme.ink)
    end = sheet.text((46, 282), 66, clean(words.TIP_PHONE), Style(28), theme.ink_2)
    sheet.line((end + 20, 276), (right - end - 20, 76), content.phone, Style(64, 800), theme.ink)
    return sheet.plate(LEFT, LOWEST - high)


def _slate(content: SlatePage, frame: Frame, theme: Theme) -> Painted:
    sheet = Sheet(frame, theme, frame.wide, frame.high, theme.night)
    high, wide = frame.high, frame.wide
    ground = high - _HORIZON
    sheet.shape(circle(wide / 2 + 200, ground - 10, 240), theme.sun)
    sheet.rect((0, ground - 10, wide, 10), theme.on_block)
    sheet.rect((0, ground, wide, _HORIZON), theme.night)
    room = wide - LEFT - 150
    lines = sheet.wrapped(content.headline, Style(104, 800), room, 2)
    for index, line in enumerate(lines):
        sheet.text((LEFT, 640 + index * 128), 128, line, Style(104, 800), theme.on_block)
    for index, line in enumerate(sheet.wrapped(content.line, Style(44, 500), room, 2)):
        sheet.text((LEFT, ground + 34 + index * 60), 60, line, Style(44, 500), theme.on_block)
    sheet.line((LEFT, ground + 34 + 130), (room, 44), content.agency, Style(32), theme.night_ink_2)
    page = sheet.page()
    if content.title is not None:
        bug = _title(content.title, frame, theme)
        page.image.alpha_composite(bug.image, (max(bug.x, 0), max(bug.y, 0)))
    return page
