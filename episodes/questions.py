"""Viewers' questions on the picture. In: an approved text. Out: whether it mentions a result, and the strap's words.

Source: domain rule 2: a question or strap that mentions a result carries 初筛，非最终结论. The rule errs on the side of
carrying it.
"""

from episodes.wording import SCREENING_MARK

_RESULT_WORDS = (
    "阳性",
    "阴性",
    "超标",
    "超限",
    "合格",
    "达标",
    "农残",
    "快检",
    "检出",
    "测出",
    "查出",
    "结果",
    "读数",
    "抑制率",
    "有问题",
    "有毒",
)


def mentions_result(text: str) -> bool:
    """True when the text speaks of a test or its result."""
    return any(word in text for word in _RESULT_WORDS)


def strap_mark(*, mentions: bool) -> str:
    """The line under a question's strap, empty when it needs none."""
    return SCREENING_MARK if mentions else ""
