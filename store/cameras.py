"""Who holds which camera. In: a session and hashes. Out: rows."""

import hashlib

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables.cameras import CameraBinding


def token_hash(token: str) -> bytes:
    """How a device's token or a join code rests in the database. They are long and random: no salt, no slow hash."""
    return hashlib.sha256(token.encode()).digest()


async def holder_of_token(session: AsyncSession, token: str) -> CameraBinding | None:
    """The binding whose device shows `token`; None once another device holds the camera."""
    return await session.scalar(select(CameraBinding).where(CameraBinding.token_hash == token_hash(token)))


async def holder(session: AsyncSession, camera: str) -> CameraBinding | None:
    """The device that holds `camera`."""
    return await session.get(CameraBinding, camera)


async def bindings(session: AsyncSession) -> tuple[CameraBinding, ...]:
    return tuple((await session.scalars(select(CameraBinding).order_by(CameraBinding.camera))).all())
