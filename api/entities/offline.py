"""Businesses from the command line, beside a running desk or without one. In: settings, a file. Out: what was done."""

import hashlib
import secrets
from pathlib import Path

import msgspec

from api.entities.importing import finish
from api.entities.reading import read_through
from api.offline import ACTOR, opened_store
from episodes.entity import Trouble
from runtime.clock import SystemClock
from runtime.problems import CannotStart
from runtime.settings.model import Settings
from runtime.threads import named_executor
from store import entity_imports
from store.entity_imports import Tally


class BroughtIn(msgspec.Struct, frozen=True):
    """The tally, and the first troubles by line."""

    tally: Tally
    troubles: tuple[tuple[int, Trouble], ...]


async def import_entities(settings: Settings, file: Path, *, dry: bool) -> BroughtIn:
    """Raises CannotStart when the file cannot be read, UserProblem when it is no file of businesses."""
    clock, import_id = SystemClock(), secrets.token_hex(8)
    async with opened_store(settings) as store, named_executor("entities") as thread:
        try:
            sha256, size = await thread.run(_digest, file)
        except OSError as error:
            raise CannotStart(f"{file} cannot be read ({error.strerror}).") from error
        async with store.work(ACTOR) as work:
            await entity_imports.begin(
                work.session,
                import_id,
                name=file.name[:200],
                sha256=sha256,
                size_bytes=size,
                # Not one of a running desk's own, which it would go on with.
                state="outside",
                by="",
                made_utc_ns=clock.utc_ns(),
            )
        try:
            tally = await read_through(store, clock, thread, file, import_id, actor=ACTOR, dry=dry, alone=False)
        except BaseException:
            async with store.work(ACTOR) as work:
                await entity_imports.finish(work.session, import_id, "stopped", clock.utc_ns())
            raise
        if dry:
            async with store.work(ACTOR) as work:
                await entity_imports.finish(work.session, import_id, "stopped", clock.utc_ns())
        else:
            await finish(store, clock, import_id, tally, sha256, "", ACTOR)
        async with store.read() as session:
            told = await entity_imports.troubles(session, import_id, 200)
    return BroughtIn(tally, tuple((each.line, Trouble(each.field, each.code, each.value)) for each in told))


def _digest(file: Path) -> tuple[str, int]:
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
        return found, opened.tell()
