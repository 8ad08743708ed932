"""Words that only a laboratory's record may say. In: a text. Out: whether it speaks of a conclusion.

Source: domain rule 2. Cards, corrections and their reasons are checked against these before anything is written.
"""

VERDICT_WORDS = ("合格", "不合格", "违法", "达标", "超标")
"""Words of a conclusion; a preliminary card never carries one."""


def speaks_of_a_conclusion(text: str) -> bool:
    """True when `text` holds one of the words."""
    return any(word in text for word in VERDICT_WORDS)
