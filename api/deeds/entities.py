"""Businesses. In: a file that came whole, a word to go on or stop, what somebody typed. Out: reports and cards.

Grades are for staff. A search goes in a request's body: what somebody looks for stands in no address and no log.
"""

import hashlib
from pathlib import Path

import msgspec
from sqlalchemy import func, select

from api.deeds.doing import Actor, Ok, StateNow, once
from api.desk import Desk
from episodes.events import TargetRevealed
from runtime.channel import ChannelFull
from runtime.problems import UserProblem
from runtime.words import N_
from store import Work, entities, entity_imports, log
from store.tables.entities import EntityChange, EntityImport, EntityRow
from store.tables.episodes import Episode
from store.tables.graphics import Finding

REASONS: dict[str, str] = {
    "file_gone": N_("文件在导入中途不见了，请重新上传。"),
    "file_empty": N_("文件是空的，请换一个文件。"),
    "file_encoding": N_("文件不是UTF-8，也不是GB18030编码。请在表格软件里另存为CSV UTF-8。"),
    "file_columns": N_("表头里没有证照号或名称这两列。请看模板。"),
}
"""Why a file failed as a whole."""


class ImportMade(msgspec.Struct, frozen=True):
    """It is being checked; nothing is written before somebody says so."""

    import_id: str
    state: str


class Visit(msgspec.Struct, frozen=True):
    """An episode that revealed this business at its door; `findings` are all of that episode's."""

    number: int
    title: str
    starts_utc_ns: int
    findings: int
    verified: int


class Card(msgspec.Struct, frozen=True):
    """Everything staff may know of a business."""

    entity: EntityRow
    history: tuple[EntityChange, ...]
    visits: tuple[Visit, ...]


async def add_file(desk: Desk, actor: Actor, *, command_id: str = "", import_id: str, name: str) -> ImportMade:
    """A file has come whole (`desk.entities.path`): it is checked at once."""
    path = desk.entities.path(import_id)
    try:
        sha256, size = await desk.files.run(_digest, path)

        async def body(work: Work) -> ImportMade:
            await entity_imports.begin(
                work.session,
                import_id,
                name=name,
                sha256=sha256,
                size_bytes=size,
                state="checking",
                by=actor.user_id,
                made_utc_ns=desk.clock.utc_ns(),
            )
            return ImportMade(import_id, "checking")

        made = await once(desk, actor, "add_entities_file", command_id, ImportMade, body)
    except BaseException:
        desk.entities.forget(import_id)
        raise
    if made.import_id != import_id:
        desk.entities.forget(import_id)
        return made
    _put(desk, import_id)
    return made


async def apply_import(desk: Desk, actor: Actor, *, command_id: str = "", import_id: str) -> StateNow:
    """Bring the checked file in. Its bad rows are left out."""

    async def body(work: Work) -> StateNow:
        row = await _import(work, import_id)
        if row.state != "checked":
            raise UserProblem("import_state", "这个文件还没有核对完，或已经导入过。", 409)
        await entity_imports.begin_again(work.session, import_id, "applying")
        return StateNow("applying")

    done = await once(desk, actor, "apply_import", command_id, StateNow, body)
    _put(desk, import_id)
    return done


async def stop_import(desk: Desk, actor: Actor, *, command_id: str = "", import_id: str) -> Ok:
    """Not this file, or no further: what is already in stays, and the report says how much that is."""
    await desk.entities.stop(import_id)

    async def body(work: Work) -> Ok:
        row = await _import(work, import_id)
        if row.state not in {"checking", "checked", "applying"}:
            raise UserProblem("import_over", "这个文件已经处理完了。", 409)
        await entity_imports.finish(work.session, import_id, "stopped", desk.clock.utc_ns())
        return Ok()

    done = await once(desk, actor, "stop_import", command_id, Ok, body)
    desk.entities.forget(import_id)
    return done


async def card(desk: Desk, entity_id: int) -> Card:
    """Raises UserProblem `no_entity`."""
    async with desk.store.read() as session:
        row = await entities.by_id(session, entity_id)
        if row is None:
            raise UserProblem("no_entity", "没有这家经营主体。", 404)
        history = await entities.history(session, entity_id)
        revealed = await log.read(session, kinds=[TargetRevealed])
        # Only what was revealed on air: of a sealed target nobody learns here that it is one.
        wanted = {made.event.episode_id for made in revealed if made.event and made.event.name == row.name}  # type: ignore[union-attr]
        visits = []
        query = select(Episode).where(Episode.id.in_(wanted)).order_by(Episode.starts_utc_ns.desc())
        for episode in (await session.scalars(query)).all():
            counts = select(func.count(), func.count().filter(Finding.verified_utc_ns > 0))
            found = (await session.execute(counts.where(Finding.episode_id == episode.id))).one()
            visits.append(Visit(episode.number, episode.title, episode.starts_utc_ns, found[0], found[1]))
    return Card(row, history, tuple(visits))


async def _import(work: Work, import_id: str) -> EntityImport:
    row = await work.session.get(EntityImport, import_id, with_for_update=True)
    if row is None:
        raise UserProblem("no_import", "没有这个导入文件。", 404)
    return row


def _put(desk: Desk, import_id: str) -> None:
    try:
        desk.entities.put(import_id)
    except ChannelFull:
        raise UserProblem("imports_busy", "还有文件在导入，请等它完成。", 503, headers={"Retry-After": "30"}) from None


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
