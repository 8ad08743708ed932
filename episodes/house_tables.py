"""PURE. The house's dated tables as people bring them. In: CSV text. Out: rows, or a UserProblem with the line.

Limits, methods and deadlines are data (domain rules 3 and 12): whoever changes one downloads the table, edits it and
brings it back whole. A row that cannot be right is refused with its line and what to do; then nothing changes at all.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args

import msgspec

from episodes.deadlines import MOST_LENGTH, RULES, Deadline, Unit
from episodes.events import Comparator, Family
from episodes.limits import ANY, Limit
from episodes.methods import MOST_READINGS, Combine, Method
from runtime.problems import UserProblem

Table = Literal["limits", "methods", "deadlines"]
MOST_ROWS = 2000
_MOST_TEXT = 200
_SEPARATOR = "；"
COLUMNS: Mapping[Table, tuple[str, ...]] = {
    "limits": ("method_id", "item", "food_category", "comparator", "value", "unit", "basis", "since", "until"),
    "methods": (
        "method_id", "name", "family", "quantity", "unit", "minutes", "readings", "combine", "apart", "confuses",
        "guidance",
    ),
    "deadlines": ("rule", "food_category", "length", "unit", "basis", "since", "until"),
}  # fmt: skip


def read(table: Table, text: str, methods: Sequence[Method]) -> tuple[Any, ...]:
    """The table's rows. Limits are held against `methods`. Raises UserProblem."""
    rows = _rows(table, text)
    if not rows:
        raise UserProblem("table_empty", "表里没有一行数据。请先下载现在的表，改好再上传。", 422)
    if len(rows) > MOST_ROWS:
        raise UserProblem("table_long", "表里最多%(most)s行。", 413, most=MOST_ROWS)
    by_id = {each.method_id: each for each in methods}
    made: list[Any] = []
    for line, row in rows:
        made.append(_limit(line, row, by_id) if table == "limits" else _READ[table](line, row))
    _each_once(table, [line for line, _ in rows], made)
    return tuple(made)


def written(table: Table, rows: Iterable[Any]) -> str:
    """The table as CSV, for editing; what `read` gives back is the same."""
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow(COLUMNS[table])
    for row in rows:
        sheet.writerow([_cell(getattr(row, column)) for column in COLUMNS[table]])
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return _SEPARATOR.join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _rows(table: Table, text: str) -> list[tuple[int, dict[str, str]]]:
    sheet = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    head: list[str] = []
    found = []
    try:
        for cells in sheet:
            if not any(cell.strip() for cell in cells):
                continue
            if not head:
                head = [cell.strip() for cell in cells]
                continue
            found.append((sheet.line_num, dict(zip(head, (cell.strip() for cell in cells), strict=False))))
    except csv.Error:
        raise _wrong(sheet.line_num, "引号没有配对，读不出来") from None
    missing = [column for column in COLUMNS[table] if column not in head]
    if head and missing:
        raise UserProblem("table_columns", "缺少这几列：%(names)s。请用下载的表来改。", 422, names="、".join(missing))
    return found


def _limit(line: int, row: Mapping[str, str], methods: Mapping[str, Method]) -> Limit:
    method = methods.get(row["method_id"])
    if method is None:
        raise _wrong(line, "没有这个方法，请先加进方法表")
    if row.get("unit", "") != method.unit:
        raise UserProblem(
            "limit_unit",
            "第%(line)s行：单位%(unit)s不对，方法“%(method)s”的单位是%(right)s。请换算后再填。",
            422,
            line=line,
            unit=row.get("unit", ""),
            method=method.name,
            right=method.unit,
        )
    since, until = _span(line, row)
    return Limit(
        method_id=method.method_id,
        method=method.name,
        family=method.family,
        quantity=method.quantity,
        item=row.get("item") or ANY,
        food_category=row.get("food_category") or ANY,
        comparator=_one_of(line, row, "comparator", get_args(Comparator)),
        value=_number(line, row, "value"),
        unit=method.unit,
        basis=_text(line, row, "basis"),
        minutes=method.minutes,
        confuses=method.confuses,
        since=since,
        until=until,
    )


def _method(line: int, row: Mapping[str, str]) -> Method:
    readings = _whole(line, row, "readings", MOST_READINGS)
    combine = _one_of(line, row, "combine", get_args(Combine))
    if (readings == 1) != (combine == "single"):
        raise _wrong(line, "读一次的填single，读几次的填mean或largest")
    return Method(
        method_id=_text(line, row, "method_id"),
        name=_text(line, row, "name"),
        family=_one_of(line, row, "family", get_args(Family)),
        quantity=_text(line, row, "quantity"),
        unit=_text(line, row, "unit"),
        minutes=float(_number(line, row, "minutes")),
        readings=readings,
        combine=combine,
        apart=_number(line, row, "apart") if row.get("apart") else None,
        confuses=_list(row, "confuses"),
        guidance=_list(row, "guidance"),
    )


def _deadline(line: int, row: Mapping[str, str]) -> Deadline:
    since, until = _span(line, row)
    return Deadline(
        rule=_one_of(line, row, "rule", RULES),
        food_category=row.get("food_category") or ANY,
        length=_whole(line, row, "length", MOST_LENGTH),
        unit=_one_of(line, row, "unit", get_args(Unit)),
        basis=_text(line, row, "basis"),
        since=since,
        until=until,
    )


_READ: Mapping[str, Any] = {"methods": _method, "deadlines": _deadline}


def _each_once(table: Table, lines: Sequence[int], rows: Sequence[Any]) -> None:
    """Two rows for one thing from one day on would leave it to chance which counts."""
    keys = {"limits": ("method_id", "item", "food_category", "since"), "methods": ("method_id",)}
    seen: dict[tuple[Any, ...], int] = {}
    for line, row in zip(lines, rows, strict=True):
        key = tuple(getattr(row, name) for name in keys.get(table, ("rule", "food_category", "since")))
        if key in seen:
            raise UserProblem(
                "table_twice", "第%(line)s行与第%(other)s行重复，请删去一行。", 422, line=line, other=seen[key]
            )
        seen[key] = line


def _span(line: int, row: Mapping[str, str]) -> tuple[date, date | None]:
    since, until = _day(line, row, "since"), _day(line, row, "until") if row.get("until") else None
    if until is not None and until <= since:
        raise _wrong(line, "失效日期要晚于生效日期")
    return since, until


def _day(line: int, row: Mapping[str, str], column: str) -> date:
    try:
        return date.fromisoformat(row.get(column, "").replace("/", "-"))
    except ValueError:
        raise _wrong(line, "日期请写成2026-01-01这样") from None


def _number(line: int, row: Mapping[str, str], column: str) -> Decimal:
    try:
        number = Decimal(row.get(column, ""))
    except InvalidOperation:
        raise _wrong(line, "数值读不出来，请写成数字") from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 6:
        raise _wrong(line, "数值读不出来，请写成数字")
    return number


def _whole(line: int, row: Mapping[str, str], column: str, most: int) -> int:
    text = row.get(column, "")
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise _wrong(line, "次数或天数要是正整数")
    return int(text)


def _one_of(line: int, row: Mapping[str, str], column: str, allowed: Sequence[str]) -> Any:
    text = row.get(column, "")
    if text not in allowed:
        raise UserProblem(
            "table_choice",
            "第%(line)s行：%(column)s只能是%(allowed)s。",
            422,
            line=line,
            column=column,
            allowed="、".join(allowed),
        )
    return text


def _text(line: int, row: Mapping[str, str], column: str) -> str:
    text = row.get(column, "")
    if not text or len(text) > _MOST_TEXT:
        raise _wrong(line, "有一格是空的，或超过200字")
    return text


def _list(row: Mapping[str, str], column: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in row.get(column, "").split(_SEPARATOR) if each.strip())


def _wrong(line: int, why: str) -> UserProblem:
    return UserProblem("table_line", "第%(line)s行：%(why)s。", 422, line=line, why=why)


def encoded(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """As the store keeps them."""
    return [dict(msgspec.to_builtins(row)) for row in rows]
