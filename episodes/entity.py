"""A business that may be inspected. In: a row of an imported file, or what we knew. Out: an `Entity`, or troubles.

Source: domain rule 4. Risk, credit and hygiene grades share letters and nothing else: three types, no value of one
equals a value of another. Grades weight the draw and stay with staff.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import TypeVar

import msgspec

from episodes import licence
from episodes.entity_columns import COLUMNS, FACES, GRADE_SUFFIX
from runtime.words import N_

# Plain `Enum`: members of a StrEnum would equal each other across the scales.


class RiskGrade(Enum):
    """风险等级: A is the lowest risk, D the highest."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class CreditGrade(Enum):
    """信用等级: A is the best credit."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class HygieneGrade(Enum):
    """量化等级: three grades, or their faces."""

    A = "A"
    B = "B"
    C = "C"


RISK_WEIGHTS: Mapping[RiskGrade | None, int] = {
    RiskGrade.A: 1,
    RiskGrade.B: 2,
    RiskGrade.C: 3,
    RiskGrade.D: 4,
    None: 1,
}
"""Tickets in a draw by risk grade, unless the draw brings its own."""

REQUIRED = ("licence", "name")
MOST = {"name": 200, "place": 300, "grid": 64, "category": 64}

TROUBLES: Mapping[str, str] = {
    "licence_missing": N_("没有证照号。请补上统一社会信用代码、注册号或食品许可证号。"),
    "licence_shape": N_("证照号不是18位信用代码、15位注册号，也不是JY、SC许可证号。请核对位数和字母。"),
    "licence_check": N_("证照号的校验位不对，多半是抄错一位。请对照执照改正。"),
    "licence_twice": N_("同一证照号在前面第%(value)s行已出现。请只留一行。"),
    "name_missing": N_("没有名称。请补上执照上的名称。"),
    "too_long": N_("文字太长。请缩短后再导入。"),
    "control": N_("含有看不见的控制字符。请在表格里重新输入这一格。"),
    "risk": N_("风险等级只能是A、B、C、D。请改正，或留空。"),
    "credit": N_("信用等级只能是A、B、C、D。请改正，或留空。"),
    "hygiene": N_("量化等级只能是A、B、C，或大笑、微笑、平脸。请改正，或留空。"),
    "date_shape": N_("日期请写成2026-06-18这样。"),
    "date_future": N_("评定日期在将来。请核对年份。"),
    "columns": N_("这一行的格数与表头不同。多半是文字里有逗号而没有加引号。"),
    "quote": N_("从这一行起引号没有成对，后面的行也读不出。请补上引号。"),
    "line_long": N_("这一行太长，已跳过。请检查是否少了换行。"),
    "json": N_("这一条不是完整的JSON对象。请检查括号和逗号。"),
    "json_value": N_("这一格不是文字或数字。请改成文字。"),
}
"""What is wrong with a row, and what to do about it."""


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """A business. `graded_on` is the ISO date its grades were given, empty when nobody said."""

    licence: str
    name: str
    place: str = ""
    grid: str = ""
    category: str = ""
    risk: RiskGrade | None = None
    credit: CreditGrade | None = None
    hygiene: HygieneGrade | None = None
    graded_on: str = ""


class Trouble(msgspec.Struct, frozen=True):
    """One thing wrong with a row; `code` is a key of TROUBLES, `value` what stood there."""

    field: str
    code: str
    value: str = ""


class Change(msgspec.Struct, frozen=True):
    """A field that became another, as text; empty is nothing."""

    field: str
    before: str
    after: str


G = TypeVar("G", bound=Enum)
_FIELDS = {alias.lower(): field for field, aliases in COLUMNS.items() for alias in (field, *aliases)}


def columns_of(header: list[str]) -> tuple[list[str], list[str]]:
    """(our field for each column, empty when unknown; the unknown ones' names)."""
    fields, unknown = [], []
    for each in header:
        name = unicodedata.normalize("NFKC", each).strip().lower()
        field = _FIELDS.get(name, "")
        field = "" if field in fields else field
        fields.append(field)
        if not field and name:
            unknown.append(each.strip()[:64])
    return fields, unknown


def entity_of(row: Mapping[str, str], today: date) -> Entity | tuple[Trouble, ...]:
    """A row by our fields, checked. All its troubles at once."""
    troubles: list[Trouble] = []
    texts = {field: _text(row.get(field, ""), field, troubles) for field in MOST}
    number = licence.cleaned(_plain(row.get("licence", "")))
    if why := licence.wrong(number):
        troubles.append(Trouble("licence", why, number[:40]))
    if not texts["name"]:
        troubles.append(Trouble("name", "name_missing"))
    risk = _grade(RiskGrade, {}, "risk", row, troubles)
    credit = _grade(CreditGrade, {}, "credit", row, troubles)
    hygiene = _grade(
        HygieneGrade, {face: HygieneGrade(letter) for face, letter in FACES.items()}, "hygiene", row, troubles
    )
    graded_on = _date(_plain(row.get("graded_on", "")), today, troubles)
    if troubles:
        return tuple(troubles)
    return Entity(licence=number, **texts, risk=risk, credit=credit, hygiene=hygiene, graded_on=graded_on)


def merged(before: Entity, row: Entity) -> Entity:
    """What we know after `row`: an empty cell takes nothing away."""
    given = {field: value for field in Entity.__struct_fields__ if (value := getattr(row, field))}
    return msgspec.structs.replace(before, **given)


def changes(before: Entity, after: Entity) -> tuple[Change, ...]:
    """Field by field; the licence never changes, it is who they are."""
    found = []
    for field in Entity.__struct_fields__:
        old, new = shown(getattr(before, field)), shown(getattr(after, field))
        if old != new:
            found.append(Change(field, old, new))
    return tuple(found)


def shown(value: Enum | str | None) -> str:
    """A field as text."""
    return str(value.value) if isinstance(value, Enum) else value or ""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip() if not text.isascii() else text.strip()


def _text(text: str, field: str, troubles: list[Trouble]) -> str:
    plain = _plain(text)
    if len(plain) > MOST[field]:
        troubles.append(Trouble(field, "too_long", plain[:40]))
    elif not plain.isprintable():
        troubles.append(Trouble(field, "control", ascii(plain)[:40]))
    return plain


def _grade(
    kind: type[G], faces: Mapping[str, G], field: str, row: Mapping[str, str], troubles: list[Trouble]
) -> G | None:
    said = _plain(row.get(field, "")).upper().removesuffix(GRADE_SUFFIX)
    if not said:
        return None
    if said in faces:
        return faces[said]
    try:
        return kind(said)
    except ValueError:
        troubles.append(Trouble(field, field, said[:40]))
        return None


def _date(said: str, today: date, troubles: list[Trouble]) -> str:
    if not said:
        return ""
    try:
        day = date.fromisoformat(said.replace("/", "-"))
    except ValueError:
        troubles.append(Trouble("graded_on", "date_shape", said[:40]))
        return ""
    if day > today:
        troubles.append(Trouble("graded_on", "date_future", said[:40]))
    return day.isoformat()
