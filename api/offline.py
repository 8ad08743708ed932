"""What the command line does to the databases, beside a running desk or without one. In: settings. Out: what to print.

A running desk hears of it like of any other commit: it follows the record log.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from sqlalchemy import select

from api.auth.accounts import add_user
from api.auth.passwords import Passwords
from episodes.events import PastFiguresSet
from episodes.people import Role
from evidence import bundle
from evidence.keeper import Keeper, signing_key
from runtime.clock import SystemClock
from runtime.places import Places
from runtime.problems import CannotStart
from runtime.settings.model import Settings
from store import Store, log
from store.tables.log import PublicPlace

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


async def export_record(settings: Settings) -> bytes:
    """The bundle of every public record, with proofs. Raises LogBroken."""
    clock, secrets = SystemClock(), Places(settings.server.var).secrets
    async with _store(settings) as store:
        keeper = Keeper(store, clock, signing_key(secrets), settings.evidence.checkpoint_every_s)
        async with store.read() as session:
            public = await session.scalar(select(PublicPlace.seq)) or 0
        return await bundle.make(store, keeper, upto=public)


async def verify_database(settings: Settings) -> log.Head:
    """Walk our own record log. Raises LogBroken."""
    async with _store(settings) as store, store.read() as session:
        return await log.verify(session)
