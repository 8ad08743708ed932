"""Businesses: put, found, drawn from. In: a session. Out: rows; a chunk of a file is put in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import String, func, insert, literal, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from episodes.entity import RISK_WEIGHTS, Change, CreditGrade, Entity, HygieneGrade, RiskGrade, changes, merged, shown
from episodes.licence import cleaned
from episodes.spelling import initials, plain, spells, words, words_typed
from store.tables.entities import EntityChange, EntityRow

_LOCK_KEY = 0x656E746974696573
"""PostgreSQL's advisory lock of who gives out ids ("entities")."""
_LOOK_AT = 200
"""Rows that hold all the typed words, of which those are shown that hold the typed text."""
_NEAR = 3
_MARK = "|"
"""Stands between spellings, and is never typed."""


class Ready(msgspec.Struct, frozen=True):
    """A business with what finding it needs, worked out before the transaction."""

    entity: Entity
    spelt: str
    words: str


class Put(msgspec.Struct, frozen=True):
    """What a chunk did."""

    added: int = 0
    changed: int = 0
    same: int = 0


class InPool(msgspec.Struct, frozen=True):
    """One business that may be drawn."""

    entity_id: str
    stratum: str
    weight: int


def ready(entity: Entity) -> Ready:
    """Spell it and cut it into words."""
    spelt = initials(entity.name)
    return Ready(entity, _MARK.join(spelt), words(entity.name, entity.place, spelt))


def entity_of(row: EntityRow) -> Entity:
    """The row as the rules know it."""
    return Entity(
        licence=row.licence,
        name=row.name,
        place=row.place,
        grid=row.grid,
        category=row.category,
        risk=RiskGrade(row.risk) if row.risk else None,
        credit=CreditGrade(row.credit) if row.credit else None,
        hygiene=HygieneGrade(row.hygiene) if row.hygiene else None,
        graded_on=row.graded_on,
    )


async def known(session: AsyncSession, licences: Sequence[str]) -> dict[str, EntityRow]:
    """Those of `licences` that we have, by licence."""
    query = select(EntityRow).where(EntityRow.licence.in_(licences))
    return {row.licence: row for row in (await session.scalars(query)).all()}


async def put(session: AsyncSession, rows: Sequence[Ready], import_id: str, now_utc_ns: int) -> Put:
    """New ones are added, changed ones become history, the same ones stay untouched. Licences are distinct."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    have = await known(session, [each.entity.licence for each in rows])
    fresh = [each for each in rows if each.entity.licence not in have]
    if fresh:
        last = await session.scalar(select(func.max(EntityRow.id))) or 0
        values = [_values(each, now_utc_ns) | {"id": last + n} for n, each in enumerate(fresh, 1)]
        await session.execute(insert(EntityRow), [each | {"made_utc_ns": now_utc_ns} for each in values])
    changed = 0
    for each in rows:
        if row := have.get(each.entity.licence):
            changed += await _change(session, row, each, import_id, now_utc_ns)
    return Put(added=len(fresh), changed=changed, same=len(rows) - len(fresh) - changed)


async def _change(session: AsyncSession, row: EntityRow, new: Ready, import_id: str, now_utc_ns: int) -> bool:
    before = entity_of(row)
    after = merged(before, new.entity)
    found = changes(before, after)
    if not found:
        return False
    same_words = (after.name, after.place) == (new.entity.name, new.entity.place)
    values = _values(new if same_words and after == new.entity else ready(after), now_utc_ns)
    await session.execute(update(EntityRow).where(EntityRow.id == row.id).values(**values))
    await session.execute(
        insert(EntityChange),
        [_history(row.id, each, after.graded_on, import_id, now_utc_ns) for each in found],
    )
    return True


def _history(entity_id: int, change: Change, graded_on: str, import_id: str, now_utc_ns: int) -> dict[str, Any]:
    graded = change.field in {"risk", "credit", "hygiene"}
    return {
        "entity_id": entity_id,
        "utc_ns": now_utc_ns,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "since": graded_on if graded else "",
        "import_id": import_id,
    }


def _values(each: Ready, now_utc_ns: int) -> dict[str, Any]:
    fields = {name: shown(getattr(each.entity, name)) for name in Entity.__struct_fields__}
    return {**fields, "spelt": each.spelt, "words": each.words, "changed_utc_ns": now_utc_ns}


async def refresh_statistics(session: AsyncSession) -> None:
    """After many rows: PostgreSQL chooses the index of the words by what it knows of them."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("ANALYZE entities"))


async def by_id(session: AsyncSession, entity_id: int) -> EntityRow | None:
    return await session.get(EntityRow, entity_id)


async def by_licence(session: AsyncSession, licence: str) -> EntityRow | None:
    """The business on a scanned or typed licence."""
    return await session.scalar(select(EntityRow).where(EntityRow.licence == cleaned(licence)))


async def history(session: AsyncSession, entity_id: int) -> tuple[EntityChange, ...]:
    """Newest first."""
    query = select(EntityChange).where(EntityChange.entity_id == entity_id).order_by(EntityChange.utc_ns.desc())
    return tuple((await session.scalars(query)).all())


async def counted(session: AsyncSession) -> int:
    """How many there are. Ids have no gaps: none is ever deleted."""
    return await session.scalar(select(func.max(EntityRow.id))) or 0


async def listed(session: AsyncSession, after: int = 0, limit: int = 50) -> tuple[EntityRow, ...]:
    """In the order they came."""
    query = select(EntityRow).where(EntityRow.id > after).order_by(EntityRow.id).limit(limit)
    return tuple((await session.scalars(query)).all())


async def search(session: AsyncSession, typed: str, limit: int = 20) -> tuple[EntityRow, ...]:
    """By a part of the name, place or pinyin initials, or the beginning of the licence; the nearest first."""
    signs = plain(typed)
    found: dict[int, EntityRow] = {}
    if not signs or (len(signs) == 1 and signs.isascii()):
        return ()
    if signs.isascii() and not (spells(signs) and len(signs) < _NEAR):
        found = {row.id: row for row in await _by_licence_begins(session, signs.upper(), limit)}
    if len(found) < limit:
        for row in await _by_words(session, signs):
            found.setdefault(row.id, row)
    return tuple(sorted(found.values(), key=lambda row: _far(row, signs))[:limit])


def _far(row: EntityRow, signs: str) -> tuple[int, int, int]:
    """What begins so is nearer than what holds it; shorter names are nearer."""
    name = plain(row.name)
    spellings = row.spelt.split(_MARK)
    if row.licence.lower().startswith(signs):
        order = 0
    elif name.startswith(signs) or any(each.startswith(signs) for each in spellings):
        order = 1
    else:
        order = 2 if signs in name or any(signs in each for each in spellings) else 3
    return order, len(name), row.id


async def _by_licence_begins(session: AsyncSession, begins: str, limit: int) -> Iterable[EntityRow]:
    end = begins[:-1] + chr(ord(begins[-1]) + 1)
    if session.get_bind().dialect.name == "postgresql":
        query = select(EntityRow).where(
            EntityRow.licence.op("~>=~", is_comparison=True)(begins),
            EntityRow.licence.op("~<~", is_comparison=True)(end),
        )
    else:
        query = select(EntityRow).where(EntityRow.licence >= begins, EntityRow.licence < end)
    return (await session.scalars(query.limit(limit))).all()


async def _by_words(session: AsyncSession, signs: str) -> Iterable[EntityRow]:
    """The words are a sieve; what passes it is looked at."""
    needed = words_typed(signs)
    if session.get_bind().dialect.name == "postgresql":
        have = func.string_to_array(EntityRow.words, " ")
        wanted = func.string_to_array(literal(" ".join(needed), String), " ")
        query = select(EntityRow).where(have.op("@>", is_comparison=True)(wanted)).limit(_LOOK_AT)
    else:
        match = " ".join(f'"{each}"' for each in needed)
        ids = text("SELECT rowid FROM entities_words WHERE entities_words MATCH :match LIMIT :most")
        found = (await session.execute(ids, {"match": match, "most": _LOOK_AT})).scalars().all()
        query = select(EntityRow).where(EntityRow.id.in_(found))
    return [row for row in (await session.scalars(query)).all() if _holds(row, signs)]


def _holds(row: EntityRow, signs: str) -> bool:
    return signs in plain(row.name) or signs in plain(row.place) or (spells(signs) and signs in row.spelt)


async def pool(
    session: AsyncSession,
    *,
    categories: Sequence[str] = (),
    grids: Sequence[str] = (),
    stratum: str = "category",
    weights: Mapping[RiskGrade | None, int] = RISK_WEIGHTS,
) -> tuple[InPool, ...]:
    """Whom a draw may choose from, in the order of their ids; empty filters take all. Staff only.

    `stratum` is `category`, `grid` or `risk`; a weight of 0 leaves its grade out.
    """
    by = {"category": EntityRow.category, "grid": EntityRow.grid, "risk": EntityRow.risk}[stratum]
    query = select(EntityRow.id, by, EntityRow.risk).order_by(EntityRow.id)
    if categories:
        query = query.where(EntityRow.category.in_(categories))
    if grids:
        query = query.where(EntityRow.grid.in_(grids))
    by_letter = {shown(grade): weight for grade, weight in weights.items()}
    rows = (await session.execute(query)).all()
    return tuple(
        InPool(str(entity_id), in_stratum, weight)
        for entity_id, in_stratum, risk in rows
        if (weight := by_letter.get(risk, 0)) > 0
    )
