"""The holiday table. In: CSV or iCalendar text. Out: its days in the table, with the record of it."""

import msgspec

from api.deeds.doing import Actor, once
from api.desk import Desk
from episodes import holidays as rules
from episodes.events import HolidaysSet
from store import Work
from store.tables.episodes import HolidayRow


class DaysSet(msgspec.Struct, frozen=True):
    """How many days were read."""

    days: int


async def set_holidays(desk: Desk, actor: Actor, *, command_id: str = "", text: str) -> DaysSet:
    """Put these days; others of the table stay. Nothing is changed when a line cannot be read."""
    rows = rules.read(text)

    async def body(work: Work) -> DaysSet:
        for row in rows:
            await work.session.merge(HolidayRow(day=row.day.isoformat(), kind=row.kind, name=row.name))
        work.record(HolidaysSet(days=tuple(f"{row.day} {row.kind}" for row in rows), by=actor.user_id))
        return DaysSet(len(rows))

    return await once(desk, actor, "set_holidays", command_id, DaysSet, body)
