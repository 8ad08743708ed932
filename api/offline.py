"""What the command line does to the databases, beside a running desk or without one. In: settings. Out: what to print.

A running desk hears of it like of any other commit: it follows the record log.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from api.auth.accounts import add_user
from api.auth.passwords import Passwords
from episodes.events import PastFiguresSet
from episodes.people import Role
from evidence.export import Verified, export_lines, verify_lines
from runtime.clock import SystemClock
from runtime.places import Places
from runtime.problems import CannotStart
from runtime.settings.model import Settings
from store import Store, log

ACTOR = "cli"


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Store]:
    places = Places(settings.server.var)
    places.prepare()
    async with Store.open(settings.store.url, places) as store:
        yield store


async def new_user(settings: Settings, login: str, name: str, password: str, roles: Iterable[Role]) -> str:
    """The id of the new account. Raises UserProblem."""
    async with _store(settings) as store, Passwords.open() as passwords:
        return await add_user(
            store, passwords, SystemClock(), login=login, name=name, password=password, roles=roles, actor=ACTOR
        )


async def import_figures(settings: Settings, file: Path) -> PastFiguresSet:
    """Put totals reported elsewhere on record. Raises CannotStart when the file does not hold them."""
    figures = read_figures(file)
    async with _store(settings) as store, store.work(ACTOR) as work:
        work.record(figures)
    return figures


def read_figures(file: Path) -> PastFiguresSet:
    """`file` is JSON with the fields of PastFiguresSet."""
    try:
        figures = msgspec.convert(
            {"kind": "PastFiguresSet", **msgspec.json.decode(file.read_bytes(), type=dict[str, object])},
            type=PastFiguresSet,
        )
    except OSError as error:
        raise CannotStart(f"{file} cannot be read ({error.strerror}).") from error
    except msgspec.MsgspecError as error:
        fields = ", ".join(f for f in PastFiguresSet.__struct_fields__ if f != "episode_id")
        raise CannotStart(f"{file} does not hold past figures ({error}). It is JSON with: {fields}.") from error
    counts = [value for value in msgspec.structs.astuple(figures) if isinstance(value, int)]
    if min(counts) < 0 or figures.findings_verified > figures.findings:
        raise CannotStart(f"{file}: no figure may be below 0, nor findings_verified above findings.")
    return figures


async def export_record(settings: Settings, out: BinaryIO) -> int:
    """Write the record as JSON lines; how many."""
    count = 0
    async with _store(settings) as store, store.read() as session:
        async for line in export_lines(session):
            out.write(line)
            count += 1
    return count


async def verify_database(settings: Settings) -> Verified:
    """Walk our own record log. Raises LogBroken."""
    async with _store(settings) as store, store.read() as session:
        head = await log.verify(session)
        return Verified(head.seq, head.seq, head.chain.hex())


def verify_file(file: Path) -> Verified:
    """Walk an export. Raises Broken, or CannotStart when there is no such file."""
    try:
        with file.open("rb") as lines:
            return verify_lines(lines)
    except OSError as error:
        raise CannotStart(f"{file} cannot be read ({error.strerror}).") from error
