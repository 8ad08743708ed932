"""Reading and writing draws. In: a session and ids. Out: rows; large sealed texts in pieces that a backup can carry."""

import zlib
from collections.abc import Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.secrets_box import SecretsBox
from store.tables.draws import Draw, DrawPart, DrawPlace, DrawPool

_PART_BYTES = 1024 * 1024


def sealed_parts(box: SecretsBox, owner: str, text: bytes) -> tuple[bytes, ...]:
    """`text` compressed, cut and encrypted; each piece is bound to its place."""
    packed = zlib.compress(text, 1)
    pieces = [packed[at : at + _PART_BYTES] for at in range(0, len(packed), _PART_BYTES)]
    return tuple(box.seal(piece, f"draw_parts.sealed.{owner}.{part}") for part, piece in enumerate(pieces))


def opened(box: SecretsBox, owner: str, parts: Sequence[bytes]) -> bytes:
    """What `sealed_parts` sealed."""
    pieces = (box.unseal(piece, f"draw_parts.sealed.{owner}.{part}") for part, piece in enumerate(parts))
    return zlib.decompress(b"".join(pieces))


async def put_parts(session: AsyncSession, owner: str, parts: Sequence[bytes]) -> None:
    """Keep the pieces."""
    rows = [{"owner": owner, "part": part, "sealed": piece} for part, piece in enumerate(parts)]
    await session.execute(insert(DrawPart), rows)


async def parts_of(session: AsyncSession, owner: str) -> tuple[bytes, ...]:
    """The pieces in order."""
    query = select(DrawPart.sealed).where(DrawPart.owner == owner).order_by(DrawPart.part)
    return tuple((await session.scalars(query)).all())


async def pools(session: AsyncSession) -> Sequence[DrawPool]:
    """Loaded pools, newest first."""
    return (await session.scalars(select(DrawPool).order_by(DrawPool.loaded_utc_ns.desc()))).all()


async def draws_of(session: AsyncSession, episode_id: str, purpose: str = "") -> Sequence[Draw]:
    """An episode's draws, of targets first, oldest first; of one purpose or of both."""
    query = select(Draw).where(Draw.episode_id == episode_id).order_by(Draw.purpose.desc(), Draw.attempt)
    return (await session.scalars(query.where(Draw.purpose == purpose) if purpose else query)).all()


async def places_of(session: AsyncSession, draw_id: str) -> Sequence[DrawPlace]:
    """The tickets that came up, by stratum and rank."""
    query = select(DrawPlace).where(DrawPlace.draw_id == draw_id).order_by(DrawPlace.stratum, DrawPlace.rank)
    return (await session.scalars(query)).all()


async def place_of_target(session: AsyncSession, target_id: str) -> DrawPlace | None:
    """The ticket by which a target was drawn; None for one that was chosen another way."""
    found: DrawPlace | None = await session.scalar(select(DrawPlace).where(DrawPlace.target_id == target_id))
    return found


async def visits(session: AsyncSession, purpose: str, since_utc_ns: int) -> tuple[tuple[str, int], ...]:
    """Who was drawn and revealed since, as (id, UTC ns)."""
    query = (
        select(DrawPlace.holder_id, DrawPlace.utc_ns)
        .join(Draw, Draw.id == DrawPlace.draw_id)
        .where(Draw.purpose == purpose, DrawPlace.holder_id != "", DrawPlace.utc_ns >= since_utc_ns)
    )
    return tuple((row.holder_id, row.utc_ns) for row in (await session.execute(query)).all())


async def still_sealed(session: AsyncSession, draw_id: str) -> int:
    """How many drawn tickets wait for their door."""
    query = select(func.count()).where(DrawPlace.draw_id == draw_id, DrawPlace.outcome == "sealed")
    return await session.scalar(query) or 0
