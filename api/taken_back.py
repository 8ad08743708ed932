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
    """One task writes; a deed hands it its edit and waits a moment, so nothing is written twice."""

    def __init__(self, store: Store, rooms: Rooms, hub: Hub) -> None:
        self._store = store
        self._rooms = rooms
        self._hub = hub
        self._wake = asyncio.Event()
        self._written = asyncio.Event()
        self._given: dict[str, Edit] = {}
        self._known: dict[str, bool] | None = None
        """Edits in the record, and whether each still stands there."""
        self._said = self._called_back = ""

    async def run(self) -> None:
        """Until cancelled."""
        self._rooms.listeners.append(self._wake.set)
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                status = self._rooms.playout
                if status:
                    self._tell_viewers(status)
                await self._write_all((*(status.edits if status else ()), *self._given.values()))
        finally:
            self._rooms.listeners.remove(self._wake.set)

    async def record(self, edit: Edit, within_s: float) -> bool:
        """Have this edit written; False when that takes longer (it will be written)."""
        self._given[edit.edit_id] = edit
        self._wake.set()
        try:
            async with asyncio.timeout(within_s):
                while self._given.get(edit.edit_id) is edit:
                    self._written.clear()
                    await self._written.wait()
        except TimeoutError:
            return False
        return True

    def knows(self, edit_id: str) -> bool:
        """Whether the record has it."""
        return edit_id in (self._known or {})

    async def _write_all(self, edits: tuple[Edit, ...]) -> None:
        for edit in edits:
            try:
                await self._write_one(edit)
            except StoreBusy:
                _log.warning("an edit is not in the record yet", edit=edit.edit_id)
                await asyncio.sleep(_AGAIN_S)
                self._wake.set()
                continue
            if self._given.get(edit.edit_id) == edit:
                del self._given[edit.edit_id]
                self._written.set()

    async def _write_one(self, edit: Edit) -> None:
        known = await self._recorded()
        if edit.edit_id not in known:
            if edit.recalled and edit.edit_id != self._called_back:
                # Pages drop what they hold before the database had its turn.
                self._called_back = edit.edit_id
                self._hub.publish(TOPIC, {"type": "cut"})
            await self._write(edit.by, _began(edit))
            known[edit.edit_id] = edit.kind == "kill"
        if known[edit.edit_id] and not edit.stands:
            await self._write(edit.restored_by, _restored(edit))
            known[edit.edit_id] = False

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


def _began(edit: Edit) -> AnyEvent:
    if edit.kind == "dump":
        return ProgrammeDumped(
            episode_id=edit.episode_id,
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
        episode_id=edit.episode_id,
        edit_id=edit.edit_id,
        from_utc_ns=edit.from_utc_ns,
        after_seq=edit.after_seq,
        made_utc_ns=edit.made_utc_ns,
        by=edit.by,
        reason=edit.reason,
    )


def _restored(edit: Edit) -> AnyEvent:
    return ProgrammeRestored(
        episode_id=edit.episode_id,
        edit_id=edit.edit_id,
        to_utc_ns=edit.to_utc_ns or 0,
        restored_utc_ns=edit.restored_utc_ns,
        by=edit.restored_by,
        reason=edit.restored_reason,
    )
