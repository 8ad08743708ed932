"""Past episodes as the public knows them. In: the desk's log up to the public clock. Out: folded shows and list rows.

A show is folded once and kept until one of its records is released; nothing beyond the public clock is ever read here.
"""

from collections import OrderedDict

from api.desk import Desk
from episodes.commands import RecordMade
from episodes.events import EpisodeWentLive
from episodes.public import PublicShow, show_after
from store import log
from store.withheld import withheld
from web.pages.episodes import EpisodeRow, row_of

KEPT = 600
"""Folded shows in memory, some ten years of weekly ones: a list of all must not drive its own first ones out."""


class Shows:
    """Reads through a small cache."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept: OrderedDict[str, PublicShow] = OrderedDict()
        desk.public.listeners.append(self._released)

    async def begun(self) -> tuple[EpisodeWentLive, ...]:
        """Every episode the public has seen begin, newest first; rehearsals are nobody's business."""
        async with self._desk.store.read() as session:
            records = await log.read(session, upto=self._desk.public.seq, kinds=(EpisodeWentLive,))
        events = [record.event for record in reversed(records) if isinstance(record.event, EpisodeWentLive)]
        return tuple(event for event in events if not event.rehearsal)

    async def by_number(self, number: int) -> PublicShow | None:
        """The newest show with this number."""
        found = next((event for event in await self.begun() if event.number == number), None)
        return await self.show(found.episode_id) if found else None

    async def show(self, episode_id: str) -> PublicShow:
        """One episode's show."""
        now = self._desk.public.show
        if now.live is not None and now.live.episode_id == episode_id:
            return now
        if episode_id not in self._kept:
            self._kept[episode_id] = await self._folded(episode_id)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(episode_id)
        return self._kept[episode_id]

    async def past(self, most: int | None = None) -> tuple[EpisodeRow, ...]:
        """Ended episodes, newest first; of two with one number the newest."""
        rows: dict[int, EpisodeRow] = {}
        for event in await self.begun():
            if most is not None and len(rows) >= most:
                break
            if event.number in rows:
                continue
            row = row_of(await self.show(event.episode_id))
            if row is not None:
                rows[event.number] = row
        return tuple(rows.values())

    async def count(self) -> int:
        """How many have ended."""
        live = self._desk.public.show
        on_air = live.live.number if live.live and live.on_air else None
        return len({event.number for event in await self.begun()} - {on_air})

    async def _folded(self, episode_id: str) -> PublicShow:
        upto = self._desk.public.seq
        async with self._desk.store.read() as session:
            records = await log.read(session, upto=upto, episode_id=episode_id)
            hidden = await withheld(session, episode_id)
        show = PublicShow()
        for record in records:
            if record.event is not None and record.event.audience == "public":
                show = show_after(show, record, withheld=record.seq in hidden)
        return show

    def _released(self, records: tuple[RecordMade, ...], _: int) -> None:
        for record in records:
            if record.event is not None:
                self._kept.pop(record.event.episode_id, None)
