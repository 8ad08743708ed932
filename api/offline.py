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
from api.checks import Finding
from api.show_checks import examine_show
from episodes.events import CustodiansNamed, OriginalsOpened, PastFiguresSet
from episodes.people import Role
from evidence import bundle
from evidence.keeper import Keeper, signing_key
from runtime.clock import SystemClock
from runtime.custody.envelope import Custodian
from runtime.custody.opening import sealed_files
from runtime.media import MediaStore
from runtime.places import Places
from runtime.problems import CannotStart
from runtime.settings.model import Settings
from store import SecretsBox, Store, Work, log
from store.episodes import by_number
from store.tables.log import PublicPlace
from store.tables.people import User

ACTOR = "cli"


@asynccontextmanager
async def opened_store(settings: Settings) -> AsyncIterator[Store]:
    places = Places(settings.server.var)
    places.prepare()
    async with Store.open(settings.store.url, places) as store:
        yield store


async def new_user(settings: Settings, login: str, name: str, password: str, roles: Iterable[Role]) -> str:
    """The id of the new account. Raises UserProblem."""
    async with opened_store(settings) as store, Passwords.open() as passwords:
        return await add_user(
            store, passwords, SystemClock(), login=login, name=name, password=password, roles=roles, actor=ACTOR
        )


async def show_findings(settings: Settings) -> list[Finding]:
    """What the coming show needs, as far as it can be seen without its rooms; nothing before there is a database."""
    places = Places(settings.server.var)
    if not settings.store.url and not (settings.server.var / "daylight.db").is_file():
        return []
    async with opened_store(settings) as store:
        box = SecretsBox.open(places.secrets)
        found = await examine_show(store, box, settings, SystemClock().utc_ns(), None, None)
    return [each for each in found if each.name != "cameras"]


async def import_figures(settings: Settings, file: Path) -> PastFiguresSet:
    """Put totals reported elsewhere on record. Raises CannotStart when the file does not hold them."""
    figures = read_figures(file)
    async with opened_store(settings) as store, store.work(ACTOR) as work:
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
    async with opened_store(settings) as store:
        keeper = Keeper(store, clock, signing_key(secrets), settings.evidence.checkpoint_every_s)
        async with store.read() as session:
            public = await session.scalar(select(PublicPlace.seq)) or 0
        return await bundle.make(store, keeper, upto=public)


async def verify_database(settings: Settings) -> log.Head:
    """Walk our own record log. Raises LogBroken."""
    async with opened_store(settings) as store, store.read() as session:
        return await log.verify(session)


class Originals(msgspec.Struct, frozen=True):
    """One camera's sealed files in one episode."""

    episode_id: str
    camera: str
    files: tuple[Path, ...]


async def originals_of(settings: Settings, places: Places, number: int, camera: str) -> Originals:
    """The sealed files. Raises CannotStart when there are none."""
    async with opened_store(settings) as store, store.read() as session:
        row = await by_number(session, number)
    files = sealed_files(MediaStore(places.media).originals(row.id, camera)) if row else ()
    if row is None or not files:
        raise CannotStart(f"There are no sealed originals of {camera!r} in episode {number}.")
    return Originals(row.id, camera, files)


async def record_opening(settings: Settings, what: Originals, custodians: tuple[str, ...], by: str, why: str) -> None:
    """Before anything is opened. Raises CannotStart for an unknown person or no reason."""
    names = tuple(path.name for path in what.files)
    async with opened_store(settings) as store, store.work(ACTOR) as work:
        event = OriginalsOpened(
            episode_id=what.episode_id,
            camera=what.camera,
            files=names,
            custodians=custodians,
            by=await _account(work, by),
            why=why.strip(),
        )
        if not event.why:
            raise CannotStart("Say what for: --why.")
        work.record(event)


async def name_custodians(settings: Settings, custodians: tuple[Custodian, ...], by: str) -> None:
    """On record before it is so. Raises CannotStart for an unknown person."""
    keys = tuple(key for each in custodians for key in each.recipients)
    async with opened_store(settings) as store, store.work(ACTOR) as work:
        names = tuple(each.name for each in custodians)
        work.record(CustodiansNamed(names=names, keys=keys, by=await _account(work, by)))


async def _account(work: Work, login: str) -> str:
    """The id of who acts at this command line."""
    found = await work.session.scalar(select(User.id).where(User.login == login))
    if found is None:
        raise CannotStart(f"Nobody signs in as {login!r}: say who you are with --by.")
    return str(found)
