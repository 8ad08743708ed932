"""The officers' register. In: a session. Out: everybody who is, or has ever been registered as, an officer."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from episodes.officers import Credential, Officer
from episodes.people import Role
from store.tables.gate import CredentialRow
from store.tables.people import User


def credential_of(row: CredentialRow) -> Credential:
    """The row as the rules know it."""
    return Credential(
        user_id=row.user_id,
        number=row.number,
        valid_from=date.fromisoformat(row.valid_from),
        valid_until=date.fromisoformat(row.valid_until),
    )


async def credential_row(session: AsyncSession, user_id: str) -> CredentialRow | None:
    return await session.get(CredentialRow, user_id)


async def people_with_credentials(session: AsyncSession, user_ids: Iterable[str] | None = None) -> tuple[Officer, ...]:
    """Accounts by name with their credentials: these, or all."""
    query = select(User, CredentialRow).outerjoin(CredentialRow, CredentialRow.user_id == User.id).order_by(User.name)
    if user_ids is not None:
        query = query.where(User.id.in_(set(user_ids)))
    return tuple(_officer(user, row) for user, row in (await session.execute(query)).all())


async def register(session: AsyncSession) -> tuple[Officer, ...]:
    """Everybody with the officer's role or a credential."""
    everybody = await people_with_credentials(session)
    return tuple(each for each in everybody if Role.OFFICER in each.roles or each.credential)


def _officer(user: User, row: CredentialRow | None) -> Officer:
    return Officer(
        user_id=user.id,
        name=user.name,
        roles=frozenset(Role(role) for role in user.roles),
        active=user.active,
        credential=credential_of(row) if row else None,
    )
