"""One door to every graphic. In: a content, the frame, the theme. Out: a `Painted`."""

from overlay.graphics import card, plates, portrait, slate
from overlay.graphics.sheet import Frame, Painted
from overlay.layout import CardPlate, Content, LivePlate, RaisedLaw, SlatePage, TitlePlate, Watermark
from overlay.scene import LawCard, LowerThird, QuestionStrap, TipLine
from overlay.theme import Theme


def paint(content: Content, frame: Frame, theme: Theme) -> Painted:
    """Draws `content`; takes milliseconds, so never on the frame thread."""
    return portrait.paint(content, frame, theme) if frame.portrait else _landscape(content, frame, theme)


def _landscape(content: Content, frame: Frame, theme: Theme) -> Painted:  # noqa: C901, PLR0911 - one line per graphic
    match content:
        case TitlePlate():
            return plates.title(content, frame, theme)
        case LivePlate():
            return plates.live(content, frame, theme)
        case Watermark():
            return plates.watermark(content, frame, theme)
        case CardPlate():
            return card.card(content, frame, theme)
        case SlatePage():
            return slate.slate(content, frame, theme)
        case QuestionStrap():
            return plates.question(content, frame, theme)
        case LowerThird():
            return plates.lower_third(content, frame, theme)
        case LawCard():
            return plates.law(content, frame, theme)
        case RaisedLaw():
            return plates.law(content.law, frame, theme)
        case TipLine():
            return plates.tip_line(content, frame, theme)
