"""What playout took from the public. In: the edits in its status. Out: staff facts in the record, word to the pages.

Playout acts and keeps the edit list before anybody else hears of it; this writes each edit into the record once, also
when the desk was away or the database busy while it happened. Pages that may still hold what was called back are told
to drop it, and every viewer hears that the show goes on.
"""

import asyncio
from typing import Any

from api.rooms import Rooms
from episodes.edits import Edit
from episodes.events import AnyEvent, ProgrammeDumped, ProgrammeKilled, ProgrammeRestored
from episodes.status import PlayoutStatus
from runtime.hub import Hub
from runtime.log import get
from store import Store, StoreBusy, log
from web.i18n import LANGUAGES
from web.render import fragment

TOPIC, PART = "public", "notice"
_KINDS = (ProgrammeDumped, ProgrammeKilled, ProgrammeRestored)
_AGAIN_S = 1.0
_log = get("taken back")


class TakenBack:
    """Runs beside the deeds; both write through `record`, so nothing is written twice."""

    def __init__(self, store: Store, rooms: Rooms, hub: Hub) -> None:
        self._store = store
        self._rooms = rooms
        self._hub = hub
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()
        self._known: dict[str, bool] | None = None
        """Edits in the record, and whether each still stands there."""
        self._said = ""

    async def run(self) -> None:
        """Until cancelled."""
        self._rooms.listeners.append(self._wake.set)
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                if status := self._rooms.playout:
                    self._tell_viewers(status)
                    await self._record_all(status)
        finally:
            self._rooms.listeners.remove(self._wake.set)

    async def record(self, edit: Edit, episode_id: str) -> None:
        """Write what the record does not know of this edit. Raises StoreBusy."""
        async with self._turn:
            known = await self._recorded()
            stands = known.get(edit.edit_id)
            if stands == edit.stands or stands is False:
                return
            if stands is None:
                await self._write(edit.by, _began(edit, episode_id))
                if edit.recalled:
                    self._hub.publish(TOPIC, {"type": "cut"})
            if edit.kind == "kill" and not edit.stands:
                await self._write(edit.restored_by, _restored(edit, episode_id))
            known[edit.edit_id] = edit.stands

    async def _record_all(self, status: PlayoutStatus) -> None:
        for edit in status.edits:
            try:
                await self.record(edit, status.episode_id)
            except StoreBusy:
                _log.warning("an edit is not in the record yet", edit=edit.edit_id)
                await asyncio.sleep(_AGAIN_S)
                self._wake.set()

    async def _recorded(self) -> dict[str, bool]:
        if self._known is None:
            async with self._store.read() as session:
                records = await log.read(session, kinds=_KINDS)
            self._known = {}
            for record in records:
                if isinstance(record.event, _KINDS):
                    self._known[record.event.edit_id] = isinstance(record.event, ProgrammeKilled)
        return self._known

    async def _write(self, by: str, event: AnyEvent) -> None:
        async with self._store.work(f"user:{by}") as work:
            work.record(event)

    def _tell_viewers(self, status: PlayoutStatus) -> None:
        said = notice_of(status)
        if said == self._said:
            return
        self._said = said
        # What is black is black for everybody at once; slate waits for each page's own picture.
        when: dict[str, Any] = {} if said == "black" else {"utc_ns": status.since_utc_ns}
        for lang in LANGUAGES:
            html = fragment("parts/viewer/notice.html", lang, notice=said)
            self._hub.publish(TOPIC, {"type": "fragment", "target": PART, "html": html, **when}, lang=lang)


def notice_of(status: PlayoutStatus | None) -> str:
    """Why viewers see no programme, as far as they are told: `slate` or `black` after a DUMP or KILL, or nothing."""
    if status is None or status.why not in ("dump", "kill") or status.public not in ("slate", "black"):
        return ""
    return status.public


def _began(edit: Edit, episode_id: str) -> AnyEvent:
    if edit.kind == "dump":
        return ProgrammeDumped(
            episode_id=episode_id,
            edit_id=edit.edit_id,
            seconds=edit.seconds,
            from_utc_ns=edit.from_utc_ns,
            to_utc_ns=edit.to_utc_ns or edit.from_utc_ns,
            after_seq=edit.after_seq,
            made_utc_ns=edit.made_utc_ns,
            by=edit.by,
            reason=edit.reason,
        )
    return ProgrammeKilled(
        episode_id=episode_id,
        edit_id=edit.edit_id,
        from_utc_ns=edit.from_utc_ns,
        after_seq=edit.after_seq,
        made_utc_ns=edit.made_utc_ns,
        by=edit.by,
        reason=edit.reason,
    )


def _restored(edit: Edit, episode_id: str) -> AnyEvent:
    return ProgrammeRestored(
        episode_id=episode_id,
        edit_id=edit.edit_id,
        to_utc_ns=edit.to_utc_ns or 0,
        restored_utc_ns=edit.restored_utc_ns,
        by=edit.restored_by,
        reason=edit.restored_reason,
    )
