"""Numbers that name a business. In: what a file or a person says. Out: the number as it is kept, or why it is none.

Sources: GB 32100-2015 (unified social credit code, 18 places, check digit modulo 31), GS 15-2006 (registration number,
15 digits, check digit by ISO 7064 MOD 11,10). Food licences (JY, SC and 14 digits) are checked by their shape alone.
"""

import re

_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100 leaves out I, O, S, V and Z, which are easily misread."""
_VALUE = {sign: value for value, sign in enumerate(_SIGNS)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_CREDIT_CODE = re.compile(rf"[{_SIGNS}]{{2}}\d{{6}}[{_SIGNS}]{{10}}")
_REGISTRATION = re.compile(r"\d{15}")
_FOOD = re.compile(r"(JY|SC)\d{14}")
_SPACES = re.compile(r"[\s\-—]+")


def cleaned(text: str) -> str:
    """As it is kept: capital letters, no blanks or dashes."""
    return _SPACES.sub("", text).upper()


def credit_code_check(first17: str) -> str:
    """The 18th place of a unified social credit code."""
    total = sum(_VALUE[sign] * weight for sign, weight in zip(first17, _WEIGHTS, strict=True))
    return _SIGNS[-total % 31]


def registration_check(first14: str) -> str:
    """The 15th digit of a registration number."""
    left = 10
    for digit in first14:
        left = (left + int(digit)) % 10 or 10
        left = left * 2 % 11
    return str((11 - left) % 10)


_WITHIN = re.compile(rf"(?<![0-9A-Z])(?:{_CREDIT_CODE.pattern}|{_FOOD.pattern}|{_REGISTRATION.pattern})(?![0-9A-Z])")


def found_in(text: str) -> str:
    """The licence that a scanned code or somebody's typing holds: alone, or the first right one in other words.

    Codes on licences say an address, or lines such as `统一社会信用代码:…`; what holds none is answered cleaned.
    """
    alone = cleaned(text)
    if not wrong(alone):
        return alone
    found = (each[0] for each in _WITHIN.finditer(text.upper()))
    return next((each for each in found if not wrong(each)), alone)


def wrong(licence: str) -> str:
    """Why `licence` (cleaned) is none, as a code of `episodes.entity.TROUBLES`; empty when it is one."""
    if not licence:
        return "licence_missing"
    if _CREDIT_CODE.fullmatch(licence):
        return "" if credit_code_check(licence[:17]) == licence[17] else "licence_check"
    if _REGISTRATION.fullmatch(licence):
        return "" if registration_check(licence[:14]) == licence[14] else "licence_check"
    return "" if _FOOD.fullmatch(licence) else "licence_shape"
