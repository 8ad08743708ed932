"""PURE. The holiday table as people bring it. In: CSV or iCalendar text. Out: rows, or a UserProblem with the line.

CSV: `2026-10-01,休,国庆节`, one day a line. iCalendar: all-day events; a summary with 班 is a working day made up.
"""

import re
from datetime import date, timedelta

from episodes.entity_columns import DAY_KINDS, WORKING_SIGN
from episodes.slots import DayKind, Holiday
from runtime.problems import UserProblem

MOST_DAYS = 2000
_MOST_SPAN = timedelta(days=60)
_FOLD = re.compile(r"\r?\n[ \t]")


def read(text: str) -> tuple[Holiday, ...]:
    """Days in order, each once; the last word on a day counts."""
    plain = text.lstrip("\ufeff").strip()
    rows = _calendar(plain) if plain.upper().startswith("BEGIN:VCALENDAR") else _table(plain)
    if not rows:
        raise UserProblem("holidays_empty", "没有读到日期。每行写一天，如：2026-10-01,休,国庆节", 422)
    if len(rows) > MOST_DAYS:
        raise UserProblem("holidays_many", "一次最多%(most)s天，请分几次导入。", 413, most=MOST_DAYS)
    by_day = {row.day: row for row in rows}
    return tuple(by_day[day] for day in sorted(by_day))


def _table(text: str) -> list[Holiday]:
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in re.split(r"[,，\t]", line)]
        if not any(cells):
            continue
        day, kind = _date(cells[0].replace("/", "-")), DAY_KINDS.get(cells[1].lower() if len(cells) > 1 else "")
        if day is None or kind is None:
            if number == 1 and not re.match(r"\d", cells[0]):
                continue  # a header
            raise UserProblem(
                "holidays_line", "第%(line)s行读不懂。请写成：2026-10-01,休,国庆节（休或班）。", 422, line=number
            )
        rows.append(Holiday(day, kind, cells[2][:40] if len(cells) > 2 else ""))  # noqa: PLR2004 - its name
    return rows


def _calendar(text: str) -> list[Holiday]:
    rows: list[Holiday] = []
    event: dict[str, str] = {}
    for number, line in enumerate(_FOLD.sub("", text).splitlines(), 1):
        name, _, value = line.partition(":")
        key = name.split(";")[0].upper()
        if key == "BEGIN":
            event = {}
        elif key == "END" and value.upper() == "VEVENT":
            rows += _event(event, number)
        else:
            event[key] = value.strip()
    return rows


def _event(event: dict[str, str], number: int) -> list[Holiday]:
    first = _date(event.get("DTSTART", "")[:8])
    end = _date(event.get("DTEND", "")[:8]) or (first and first + timedelta(days=1))
    if first is None or end is None or not timedelta(0) < end - first <= _MOST_SPAN:
        raise UserProblem("holidays_event", "日历里第%(line)s行前的事项没有可用的日期。", 422, line=number)
    name = event.get("SUMMARY", "")[:40]
    kind: DayKind = "working" if WORKING_SIGN in name else "holiday"
    return [Holiday(first + timedelta(days=n), kind, name) for n in range((end - first).days)]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
