"""PURE. What people type about a rapid test. In: text. Out: the same, checked, or a UserProblem."""

from decimal import Decimal, InvalidOperation

from episodes.conclusions import speaks_of_a_conclusion
from runtime.problems import UserProblem

_MOST_DIGITS = 12
_MOST = Decimal(10) ** 6


def checked_number(value: str) -> str:
    """A decimal as an instrument shows it."""
    text = value.strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise UserProblem("reading_not_number", "读数要写成数字，例如12.8。", 422) from None
    plain = text.lstrip("+-").replace(".", "", 1)
    if not number.is_finite() or abs(number) >= _MOST or not (plain.isascii() and plain.isdigit()):
        raise UserProblem("reading_not_number", "读数要写成数字，例如12.8。", 422)
    if len(plain) > _MOST_DIGITS:
        raise UserProblem("reading_too_long", "读数位数太多，请按仪器显示的位数填写。", 422)
    return text.removeprefix("+")


def checked_words(text: str, missing: str) -> str:
    """Not empty, and no longer than a strap."""
    words = text.strip()
    if not words:
        raise UserProblem("words_missing", missing, 422)
    if len(words) > 200:  # noqa: PLR2004 - one strap's worth of words
        raise UserProblem("words_too_long", "最多200字，请写短一些。", 422)
    return words


def preliminary_words(text: str, missing: str) -> str:
    """Words that will stand on a preliminary card: without any of a conclusion."""
    words = checked_words(text, missing)
    if speaks_of_a_conclusion(words):
        raise UserProblem("verdict_word", "合格、不合格、违法、达标、超标只能来自检验结论，请换个说法。", 422)
    return words
