"""Moments and counts as readers see them. In: UTC nanoseconds and numbers. Out: text in their language and zone."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal

from web.i18n import Texts

ZONE = ZoneInfo("Asia/Shanghai")
"""The pages speak the programme's local time."""
_WAN = 10_000


def moment(utc_ns: int, zone: ZoneInfo = ZONE) -> datetime:
    """The moment in the programme's zone."""
    return datetime.fromtimestamp(utc_ns / 1e9, UTC).astimezone(zone)


def iso(utc_ns: int) -> str:
    """For `<time datetime>`."""
    return moment(utc_ns).isoformat(timespec="seconds")


def filters(words: Texts) -> dict[str, Callable[..., str]]:
    """Jinja filters in one language."""
    locale = words.locale

    def clock(utc_ns: int) -> str:
        return format_time(moment(utc_ns), "HH:mm", locale=locale)

    def day(utc_ns: int) -> str:
        return format_date(moment(utc_ns), words("M月d日"), locale=locale)

    def long_day(utc_ns: int) -> str:
        return format_date(moment(utc_ns), words("y年M月d日"), locale=locale)

    def of_day(date: str) -> str:
        """An ISO date from a report; what is none stays as it was written."""
        try:
            return format_date(datetime.fromisoformat(date), words("y年M月d日"), locale=locale)
        except ValueError:
            return date

    def slot(utc_ns: int) -> str:
        return format_datetime(moment(utc_ns), words("M月d日 EEE HH:mm"), locale=locale)

    def span(seconds: float) -> str:
        whole = int(seconds)
        return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"

    def count(number: int) -> str:
        """Counts of views: 3.2万 in Chinese, 32,000 elsewhere; floored, never rounded up."""
        if words.lang.startswith("zh") and number >= _WAN:
            return f"{number // 1000 / 10:g}万"
        return str(format_decimal(number, locale=locale))

    return {
        "of_day": of_day,
        "clock": clock,
        "day": day,
        "long_day": long_day,
        "slot": slot,
        "span": span,
        "count": count,
        "iso": iso,
    }
