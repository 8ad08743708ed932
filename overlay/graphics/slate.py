"""The slate: a whole frame that says the show goes on. In: a `SlatePage`. Out: a `Painted` frame."""

from overlay.graphics import plates
from overlay.graphics.sheet import SAFE_X, Frame, Painted, Sheet
from overlay.layout import SlatePage
from overlay.theme import Theme
from overlay.typeset import Style
from overlay.vector import circle

_HORIZON = 208.0


def slate(content: SlatePage, frame: Frame, theme: Theme) -> Painted:
    """Night, a line of white and half a sun."""
    sheet = Sheet(frame, theme, frame.wide, frame.high, theme.night)
    high, wide = frame.high, frame.wide
    centre = wide / 2 + 300
    sheet.shape(circle(centre, high - _HORIZON - 8, 210), theme.sun)
    sheet.rect((0, high - _HORIZON - 8, wide, 8), theme.on_block)
    sheet.rect((0, high - _HORIZON, wide, _HORIZON), theme.night)
    room = centre - 210 - 32 - SAFE_X
    sheet.line((SAFE_X, high / 2 - 112), (room, 84), content.headline, Style(72, 800), theme.on_block)
    room = wide - 2 * SAFE_X
    sheet.line((SAFE_X, high - 164), (room, 46), content.line, Style(32, 500), theme.on_block)
    sheet.line((SAFE_X, high - 96), (room, 36), content.agency, Style(24), theme.night_ink_2)
    page = sheet.page()
    if content.title is not None:
        bug = plates.title(content.title, frame, theme, theme.night_2)
        page.image.alpha_composite(bug.image, (max(bug.x, 0), max(bug.y, 0)))
    return page
