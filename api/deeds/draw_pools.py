"""Pools for draws. In: candidates, conflicts, past visits. Out: a list kept encrypted; a frozen pool, its hashes."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.deeds.doing import Actor, new_id, once
from api.desk import Desk
from episodes import draw as rules
from episodes import draw_pool, draw_proof, officers
from episodes.draw import Candidate, Purpose, Route
from episodes.draw_chance import Source
from episodes.draw_pool import Cap, Conflict, Poll, Pool
from episodes.entity import RISK_WEIGHTS
from episodes.events import DrawPoolLoaded
from runtime.problems import UserProblem
from runtime.threads import named_executor
from store import Work
from store import draws as store
from store.officers import register
from store.tables.draws import DrawPool
from store.tables.entities import EntityRow

_CHUNK = 2_000
_DAY_NS = 86_400_000_000_000
_candidates = msgspec.json.Decoder(tuple[Candidate, ...])


class PoolMade(msgspec.Struct, frozen=True):
    pool_id: str
    candidates: int
    strata: dict[str, int]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be drawn, before the pool is frozen. `together` makes one stratum of all.

    Candidates come from a loaded pool, else from the register of businesses (by `grids`, `categories`).
    """

    purpose: Purpose = "targets"
    pool_id: str = ""
    grids: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    stratum: Literal["", "category", "grid"] = ""
    together: bool = False
    route: Route = "double_random"
    draws: Mapping[str, int] = {}
    conflicts: tuple[Conflict, ...] = ()
    cap: Cap = Cap()
    poll: Poll | None = None
    evidence: str = ""
    source: Source = Source()


class Frozen(msgspec.Struct, frozen=True):
    """What a draw is from; `parts` are the auditor's copy, sealed."""

    pool: Pool
    pool_hash: str
    audit_hash: str
    parts: tuple[bytes, ...]


async def load_pool(
    desk: Desk, actor: Actor, *, command_id: str = "", name: str, candidates: Sequence[Candidate]
) -> PoolMade:
    """Keep a list of candidates, encrypted, for the draws to come."""
    pool_id, strata = new_id(), dict(Counter(each.stratum for each in candidates))
    async with named_executor("draw") as thread:
        text = await thread.run(msgspec.json.encode, tuple(candidates))
        parts = await thread.run(store.sealed_parts, desk.secrets_box, pool_id, text)

    async def body(work: Work) -> PoolMade:
        await store.put_parts(work.session, pool_id, parts)
        work.session.add(
            DrawPool(
                id=pool_id,
                name=name,
                candidates=len(candidates),
                strata=strata,
                loaded_by=actor.user_id,
                loaded_utc_ns=desk.clock.utc_ns(),
            )
        )
        work.record(DrawPoolLoaded(pool_id=pool_id, candidates=len(candidates), by=actor.user_id))
        return PoolMade(pool_id, len(candidates), strata)

    return await once(desk, actor, "load_pool", command_id, PoolMade, body)


async def listed(desk: Desk, wish: Wish, day: date) -> tuple[tuple[Candidate, ...], tuple[tuple[str, int], ...]]:
    """Everybody who might be drawn, and past visits; officers are those of the register who count on `day`."""
    since = desk.clock.utc_ns() - wish.cap.days * _DAY_NS
    async with desk.store.read() as session:
        visits = await store.visits(session, wish.purpose, since)
        if wish.purpose == "officers":
            good = officers.counting(await register(session), day)
            if not good:
                raise UserProblem("no_officers", "在册执法人员里没有证件有效的，请先到“人员与器材”登记。", 409)
            return tuple(Candidate(id=each.user_id, name=each.name) for each in good), visits
        if not wish.pool_id:
            return await _businesses(session, wish), visits
        pool = await session.get(DrawPool, wish.pool_id)
        if pool is None:
            raise UserProblem("no_pool", "请先导入候选名单。", 404)
        parts = await store.parts_of(session, pool.id)
    async with named_executor("draw") as thread:
        text = await thread.run(store.opened, desk.secrets_box, wish.pool_id, parts)
        return await thread.run(_candidates.decode, text), visits


async def _businesses(session: AsyncSession, wish: Wish) -> tuple[Candidate, ...]:
    """From the register, weighted by risk; a licence is the id, so that anybody can look up who was drawn."""
    query = select(
        EntityRow.licence, EntityRow.name, EntityRow.place, EntityRow.category, EntityRow.grid, EntityRow.risk
    )
    if wish.categories:
        query = query.where(EntityRow.category.in_(wish.categories))
    if wish.grids:
        query = query.where(EntityRow.grid.in_(wish.grids))
    weights = {grade.value if grade else "": weight for grade, weight in RISK_WEIGHTS.items()}
    found: list[Candidate] = []
    async for chunk in (await session.stream(query.execution_options(yield_per=_CHUNK))).partitions():
        for row in chunk:
            stratum = {"": "", "category": row.category, "grid": row.grid}[wish.stratum]
            weight, why = weights.get(row.risk or "", 1), f"risk {row.risk}" if row.risk else ""
            fields = {"licence": row.licence, "place": row.place, "because": why}
            found.append(Candidate(id=row.licence, name=row.name, stratum=stratum, weight=weight, **fields))
        if len(found) > draw_pool.MOST_TICKETS:
            break
    if not found:
        raise UserProblem("no_pool", "请先导入候选名单。", 404)
    return tuple(found)


def freeze(
    desk: Desk,
    draw_id: str,
    wish: Wish,
    candidates: tuple[Candidate, ...],
    visits: tuple[tuple[str, int], ...],
) -> Frozen:
    """Who is left out, the sealed pool, the auditor's copy: a second's work for 100,000, so on a thread."""
    if wish.together:
        candidates = tuple(msgspec.structs.replace(each, stratum="") for each in candidates)
    kept, out = draw_pool.leave_out(candidates, wish.conflicts, visits, wish.cap, desk.clock.utc_ns())
    pool = draw_pool.frozen(kept, out, purpose=wish.purpose, draws=wish.draws, poll=wish.poll)
    audit = draw_proof.Audit(
        draw_id=draw_id, key=secrets.token_hex(32), candidates=pool.candidates, excluded=pool.excluded
    )
    text = draw_proof.bytes_of(audit)
    sealed_pool = rules.pool_text([each.name for each in pool.strata], rules.owners_of(audit.key, pool.candidates))
    parts = store.sealed_parts(desk.secrets_box, draw_id, text)
    return Frozen(pool, rules.pool_hash(sealed_pool), draw_proof.hash_of(text), parts)
