"""Brings uploaded files of businesses in, one at a time. In: files that came whole. Out: a report, then, on a person's
word, the rows in the store.

    checking → checked → applying → done        any of the first three → stopped; checking, applying → failed

A desk that was killed goes on where the last chunk ended.
"""

import asyncio
from pathlib import Path

from api.entities.reading import read_through
from episodes.events import EntitiesImported
from runtime.channel import Channel, Policy
from runtime.clock import Clock
from runtime.log import get
from runtime.problems import UserProblem
from runtime.threads import NamedExecutor
from store import Store, entities, entity_imports
from store.entity_imports import Tally

MOST_WAITING = 8
_log = get("entities")


class EntityImporter:
    """One file at a time: the machine is the show's."""

    def __init__(self, store: Store, clock: Clock, thread: NamedExecutor, folder: Path) -> None:
        self._store, self._clock, self._thread, self._folder = store, clock, thread, folder
        self._waiting: Channel[str] = Channel(MOST_WAITING, Policy.REFUSE, "files of businesses")
        self._now: tuple[str, asyncio.Task[None]] | None = None

    async def run(self) -> None:
        """Until cancelled."""
        async with self._store.read() as session:
            left = await entity_imports.unfinished(session)
        for import_id in left:
            await self._bring(import_id)
        async for import_id in self._waiting:
            await self._bring(import_id)

    def put(self, import_id: str) -> None:
        """Have it read. Raises ChannelFull."""
        self._waiting.put_nowait(import_id)

    def path(self, import_id: str) -> Path:
        """Where the file lies until it is done."""
        return self._folder / f"{import_id}.rows"

    def forget(self, import_id: str) -> None:
        """The file goes; the report stays."""
        self.path(import_id).unlink(missing_ok=True)

    async def stop(self, import_id: str) -> None:
        """After the chunk at hand; rows already put stay, and the report says how many."""
        if self._now and self._now[0] == import_id:
            self._now[1].cancel()
            await asyncio.wait([self._now[1]])

    async def _bring(self, import_id: str) -> None:
        async with self._store.read() as session:
            row = await entity_imports.get(session, import_id)
        if row is None or row.state not in {"checking", "applying"}:
            return
        # A task of its own, so that a person can stop this file and not the importer.
        async with asyncio.TaskGroup() as tasks:
            self._now = (import_id, tasks.create_task(self._one(import_id, row.state, row.by, row.sha256)))
        self._now = None

    async def _one(self, import_id: str, state: str, by: str, sha256: str) -> None:
        dry, actor = state == "checking", f"user:{by}"
        try:
            tally = await read_through(
                self._store, self._clock, self._thread, self.path(import_id), import_id, actor=actor, dry=dry
            )
        except UserProblem as problem:
            await self._finish(import_id, actor, "failed", problem.code)
        except OSError:
            _log.exception("the file of businesses is gone", import_id=import_id)
            await self._finish(import_id, actor, "failed", "file_gone")
        else:
            if dry:
                await self._finish(import_id, actor, "checked")
                return
            await finish(self._store, self._clock, import_id, tally, sha256, by, actor)
            self.forget(import_id)

    async def _finish(self, import_id: str, actor: str, state: str, reason: str = "") -> None:
        async with self._store.work(actor) as work:
            await entity_imports.finish(work.session, import_id, state, self._clock.utc_ns(), reason)
        if state == "failed":
            self.forget(import_id)


async def finish(store: Store, clock: Clock, import_id: str, tally: Tally, sha256: str, by: str, actor: str) -> None:
    """Every row is behind us: the record says so."""
    async with store.work(actor) as work:
        await entity_imports.finish(work.session, import_id, "done", clock.utc_ns())
        await entities.refresh_statistics(work.session)
        work.record(
            EntitiesImported(
                import_id=import_id,
                sha256=sha256,
                rows=tally.rows,
                added=tally.added,
                changed=tally.changed,
                same=tally.same,
                bad=tally.bad,
                by=by,
            )
        )
