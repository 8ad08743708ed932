"""Whose broadcast this is. In: the programme in the store. Out: `app.state.site`, kept fresh after `ProgrammeSet`."""

from fastapi import FastAPI

from api.desk import Desk
from episodes.commands import RecordMade
from episodes.events import ProgrammeSet
from store.episodes import programmes
from web.render import Site


class SiteNow:
    """Reads the programme once, and again when it was changed."""

    def __init__(self, app: FastAPI, desk: Desk) -> None:
        self._app = app
        self._desk = desk
        self._stale = True
        desk.store.listeners.append(self._recorded)

    async def refresh(self) -> None:
        """Before a page is made."""
        if not self._stale:
            return
        self._stale = False
        async with self._desk.store.read() as session:
            found = await programmes(session)
        if found:
            self._app.state.site = Site(found[0].name, found[0].agency)

    def _recorded(self, records: tuple[RecordMade, ...]) -> None:
        self._stale = self._stale or any(isinstance(record.event, ProgrammeSet) for record in records)
