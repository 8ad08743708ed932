"""PURE. Seasons (季) of a programme. In: its seasons, a day, a number. Out: which season, and which episode of it.

A season is a run of numbered episodes with a first and a last day. Numbers of a programme go on through all seasons; a
season knows which number it began with, so that 第103期 can also be 第二季第7期. While a programme has seasons, slots
outside them are off.
"""

from collections.abc import Iterable
from datetime import date

import msgspec

from runtime.problems import UserProblem

_MOST_NAME = 40


class Season(msgspec.Struct, frozen=True, kw_only=True):
    """`first_day` and `last_day` are local days, both within; `first_number` is its first episode's."""

    season_id: str
    programme_id: str
    name: str
    first_day: date
    last_day: date
    first_number: int

    def holds(self, day: date) -> bool:
        """Whether this day lies in it."""
        return self.first_day <= day <= self.last_day


def checked(season: Season, others: Iterable[Season]) -> Season:
    """The same season, when it fits beside the programme's others. Raises UserProblem that names the other."""
    if not season.name.strip() or len(season.name) > _MOST_NAME:
        raise UserProblem("season_name", "请给这一季起个名字，最多40字。", 422)
    if season.first_day > season.last_day:
        raise UserProblem("season_days", "这一季的最后一天不能早于第一天。", 422)
    if season.first_number < 1:
        raise UserProblem("episode_number", "期数要从1开始。", 422)
    for other in others:
        if other.season_id == season.season_id or other.programme_id != season.programme_id:
            continue
        if other.first_day <= season.last_day and season.first_day <= other.last_day:
            raise UserProblem("season_overlap", "与“%(name)s”的日期重叠，请改日期。", 422, name=other.name)
        earlier, later = sorted((season, other), key=lambda each: each.first_day)
        if earlier.first_number >= later.first_number:
            raise UserProblem("season_number", "期数要接着“%(name)s”往后编。", 422, name=other.name)
    return season


def season_on(seasons: Iterable[Season], day: date) -> Season | None:
    """The season of a day."""
    return next((each for each in seasons if each.holds(day)), None)


def place_in(season: Season, number: int) -> int:
    """Which episode of its season a number is, from 1; 0 for a number from before it."""
    return max(0, number - season.first_number + 1)


def on_air_on(seasons: Iterable[Season], day: date) -> bool:
    """Whether the programme has slots on this day: always, as long as it has no seasons."""
    rows = tuple(seasons)
    return not rows or season_on(rows, day) is not None


def next_number(seasons: Iterable[Season], day: date, last: int) -> int:
    """The number to offer for an episode on `day` when `last` is the highest so far."""
    season = season_on(seasons, day)
    return max(last + 1, season.first_number if season else 1)
