"""PURE. What is on the picture, by name, for the director's list. In: a scene and the time. Out: stable names.

`card:<test_id>`, `question:<question_id>`, `strap`, `law`, `tip_line`: what is visible now, not what waits.
"""

from overlay.layout import CardPlate, Content, RaisedLaw, elements
from overlay.scene import LawCard, LowerThird, QuestionStrap, Scene, TipLine


def names(scene: Scene, now_utc_ns: int) -> tuple[str, ...]:
    """The names of everything visible that somebody can clear."""
    return tuple(name for each in elements(scene, now_utc_ns) if (name := _name(each.content)))


def _name(content: Content) -> str:
    match content:
        case CardPlate():
            return f"card:{content.card.test_id}"
        case QuestionStrap():
            return f"question:{content.approved.question_id}"
        case LowerThird():
            return "strap"
        case LawCard() | RaisedLaw():
            return "law"
        case TipLine():
            return "tip_line"
        case _:
            return ""
