"""Episodes in lists, and the next one. In: folded shows, rows of the store. Out: values for templates. Pure."""

from dataclasses import dataclass

from episodes.public import PublicShow
from episodes.rapid_test import RapidTest, State

_MINUTE_NS = 60_000_000_000
_DAY_MIN, _HOUR_MIN = 1440, 60


@dataclass(frozen=True)
class EpisodeRow:
    """One ended episode in a list."""

    number: int
    title: str
    live_utc_ns: int
    ended_utc_ns: int
    found: int
    verified: int
    corrections: int
    demo: bool


@dataclass(frozen=True)
class NextEpisode:
    """The next one; its title and theme are withheld until it is live."""

    number: int
    starts_utc_ns: int
    wait_s: int
    days: int
    hours: int
    minutes: int


def row_of(show: PublicShow) -> EpisodeRow | None:
    """The show as a row, once it has ended."""
    if show.live is None or not show.ended_utc_ns:
        return None
    return EpisodeRow(
        number=show.live.number,
        title=show.live.title,
        live_utc_ns=show.started_utc_ns,
        ended_utc_ns=show.ended_utc_ns,
        found=len(show.findings),
        verified=sum(found.verified for found in show.findings),
        corrections=sum(is_corrected(test) for test in show.tests),
        demo=show.live.demo,
    )


def is_corrected(test: RapidTest) -> bool:
    """Corrected or voided: what was on screen did not stand."""
    return test.correction is not None or test.state is State.VOIDED


def next_of(number: int, starts_utc_ns: int, now_utc_ns: int) -> NextEpisode:
    """With the countdown as the page is made; minutes are rounded up, so that nobody comes late."""
    minutes = max(0, -(-(starts_utc_ns - now_utc_ns) // _MINUTE_NS))
    return NextEpisode(
        number=number,
        starts_utc_ns=starts_utc_ns,
        wait_s=minutes * 60,
        days=minutes // _DAY_MIN,
        hours=minutes // _HOUR_MIN % 24,
        minutes=minutes % _HOUR_MIN,
    )
