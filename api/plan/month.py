"""A month of the programme as a calendar shows it. In: episodes, slots, holidays. Out: days, each with its cards.

Weeks are whole, so the days of the months before and after that fill them are there, too, marked as such.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from api.episode_slots import FreeSlot
from episodes.slots import Holiday
from web.i18n import Texts
from web.moments import ZONE, moment

if TYPE_CHECKING:
    from api.episode_views import EpisodeRow

MOST_SLOTS = 45
"""As many as a page of six weeks can hold of a programme that is on air each day."""
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)


def month_of(wish: str, otherwise_utc_ns: int) -> date:
    """The first day of the month asked for as `2026-06`, else of the moment."""
    try:
        first = datetime.strptime(wish, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        first = moment(otherwise_utc_ns).date()
    return min(max(first, _FIRST), _LAST).replace(day=1)


def days_of(first: date) -> tuple[date, ...]:
    """Every day of the whole weeks, from Monday on, that this month lies in."""
    begin = first - timedelta(days=first.weekday())
    last = first.replace(day=monthrange(first.year, first.month)[1])
    end = last + timedelta(days=6 - last.weekday())
    return tuple(begin + timedelta(days=n) for n in range((end - begin).days + 1))


def begins(first: date) -> datetime:
    """The moment the shown weeks begin, in UTC."""
    return datetime.combine(days_of(first)[0], datetime.min.time(), tzinfo=ZONE).astimezone(UTC)


def month_view(
    first: date,
    now_utc_ns: int,
    rows: "list[EpisodeRow]",
    slots: dict[int, FreeSlot],
    holidays: dict[date, Holiday],
    words: Texts,
) -> dict[str, Any]:
    """Values for `produce/month.html`."""
    episodes: dict[date, list[EpisodeRow]] = {}
    for row in sorted(rows, key=lambda each: each.starts_utc_ns):
        episodes.setdefault(moment(row.starts_utc_ns).date(), []).append(row)
    free: dict[date, list[int]] = {}
    for start in slots:
        free.setdefault(moment(start).date(), []).append(start)
    today = moment(now_utc_ns).date()
    off = {day: row.name for day, row in holidays.items() if row.kind == "holiday"}
    before, after = first - timedelta(days=1), first + timedelta(days=31)
    return {
        "title": format_date(first, words("y年M月"), locale=words.locale),
        "before": f"{before:%Y-%m}",
        "after": f"{after:%Y-%m}",
        "days": [
            {
                "iso": day.isoformat(),
                "number": day.day,
                "inside": day.month == first.month,
                "today": day == today,
                "holiday": (off[day] or words("放假")) if day in off else "",
                "episodes": episodes.get(day, []),
                "slots": free.get(day, []),
            }
            for day in days_of(first)
        ],
    }
