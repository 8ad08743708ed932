"""How a business is found while somebody types. In: names, places, what was typed. Out: short words to look up.

Names are cut into single signs and pairs, places into pairs, the initials of a name's pinyin into pairs and triples:
whatever part of it is typed is made of such words, on every database, without an extension. A sign with two readings
is read as its phrase says (重庆 cq, 银行 yh); a second spelling takes the other common reading of each such sign.
"""

import unicodedata
from functools import cache
from itertools import pairwise

_CJK = range(0x3400, 0x2FA20)
_TWO_READINGS = frozenset("重行长乐曾解单盛查仇朴覃石车厦朝降参叶调会传弹臧藏翟洗柏折系率隆宿")
"""Signs of names and trades that are commonly read with either of two first letters; rarer readings are left out."""


def read_dictionary() -> None:
    """Once, before anybody waits: reading it holds up every thread of the process for a fifth of a second."""
    _by_phrase("重庆")


def plain(text: str) -> str:
    """As it is compared: half width, small letters, no blanks and no marks."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).lower() if sign.isalnum())


def initials(name: str) -> tuple[str, ...]:
    """The first letters of `name`'s pinyin; a second spelling when some sign is read in two ways."""
    signs = plain(name)
    letters = [_letters(sign) for sign in signs]
    second = "".join(each[-1] for each in letters)
    first = "".join(each[0] for each in letters)
    if first != second:
        first = _by_phrase(signs)
        if first == second:
            second = "".join(each[0] for each in letters)
    return (first,) if first == second else (first, second)


def words(name: str, place: str, spelt: tuple[str, ...]) -> str:
    """All words of a business, with blanks between; `spelt` is `initials(name)`."""
    signs = plain(name)
    found = {*signs, *_pairs(signs), *_pairs(plain(place))}
    for each in spelt:
        found |= {*_pairs(each), *_triples(each)}
    return " ".join(sorted(found))


def words_typed(typed: str) -> tuple[str, ...]:
    """The words that everything holding `typed` (plain) has."""
    if len(typed) == 1:
        return (typed,)
    if spells(typed):
        return tuple(dict.fromkeys(_triples(typed) if len(typed) > 2 else _pairs(typed)))  # noqa: PLR2004 - a pair
    return tuple(dict.fromkeys(_pairs(typed)))


def spells(typed: str) -> bool:
    """Whether it may be initials: Latin letters alone."""
    return typed.isascii() and typed.isalpha()


def _pairs(signs: str) -> list[str]:
    return [a + b for a, b in pairwise(signs)]


def _triples(signs: str) -> list[str]:
    return [signs[at : at + 3] for at in range(len(signs) - 2)]


@cache
def _letters(sign: str) -> str:
    """One letter or two: the first letters of its two commonest readings. Bounded by the signs that exist."""
    if ord(sign) not in _CJK:
        return sign
    # Only who searches or imports pays for reading the dictionary (`read_dictionary`).
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415

    readings = PINYIN_DICT.get(ord(sign), "").split(",")[:2]
    found = dict.fromkeys(unicodedata.normalize("NFD", each)[0] for each in readings if each)
    letters = "".join(found) or sign
    return letters if sign in _TWO_READINGS else letters[0]


def _by_phrase(signs: str) -> str:
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - see above

    # What is no Chinese comes back whole, several signs at once.
    return "".join(lazy_pinyin(signs, style=Style.FIRST_LETTER, strict=False, errors="default"))
