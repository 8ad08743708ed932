"""Accounts and sessions. In: hashes made by `api.auth`. Out: frozen `Account` and `SignedIn` values.

Nothing here knows a password, a PIN or a token: it sees their hashes. Deeds on people that belong in the record log
are in `api.deeds.people`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from episodes.people import Role
from store.tables.people import LoginTry, Session, User

_AGENT_CHARS = 300


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the staff."""

    user_id: str
    login: str
    name: str
    roles: frozenset[Role]
    lang: str
    active: bool
    password_hash: str
    pin_hash: str
    totp_sealed: bytes | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has not expired, with its account."""

    account: Account
    csrf: str
    second_factor: bool
    seen_utc_ns: int
    expires_utc_ns: int


def _account(row: User) -> Account:
    return Account(
        user_id=row.id,
        login=row.login,
        name=row.name,
        roles=frozenset(Role(role) for role in row.roles),
        lang=row.lang,
        active=row.active,
        password_hash=row.password_hash,
        pin_hash=row.pin_hash,
        totp_sealed=row.totp_sealed,
    )


def folded(login: str) -> str:
    """A login as it is compared: without outer spaces, in lower case."""
    return login.strip().casefold()


async def account_by_login(session: AsyncSession, login: str) -> Account | None:
    row = await session.scalar(select(User).where(User.login == folded(login)))
    return _account(row) if row else None


async def account_by_id(session: AsyncSession, user_id: str) -> Account | None:
    row = await session.get(User, user_id)
    return _account(row) if row else None


async def accounts(session: AsyncSession) -> tuple[Account, ...]:
    """All accounts by login."""
    return tuple(_account(row) for row in (await session.scalars(select(User).order_by(User.login))).all())


async def names(session: AsyncSession, user_ids: Iterable[str]) -> dict[str, str]:
    """The names of these accounts; unknown ids are missing."""
    rows = await session.execute(select(User.id, User.name).where(User.id.in_(set(user_ids))))
    return {row.id: row.name for row in rows}


async def anyone(session: AsyncSession) -> bool:
    """Whether there is any account yet (else the first-run page shows)."""
    return bool(await session.scalar(select(func.count()).select_from(User)))


async def change(
    session: AsyncSession,
    user_id: str,
    *,
    name: str | None = None,
    lang: str | None = None,
    password_hash: str | None = None,
    pin_hash: str | None = None,
    active: bool | None = None,
) -> None:
    """Change what is given. A new password or a closed account ends all its sessions."""
    given = {"name": name, "lang": lang, "password_hash": password_hash, "pin_hash": pin_hash, "active": active}
    values = {key: value for key, value in given.items() if value is not None}
    if values:
        await session.execute(update(User).where(User.id == user_id).values(**values))
    if password_hash is not None or active is False:
        await end_sessions(session, user_id)


async def set_totp(session: AsyncSession, user_id: str, sealed: bytes | None) -> None:
    """The sealed key of the second factor, or None to drop it."""
    await session.execute(update(User).where(User.id == user_id).values(totp_sealed=sealed))


async def open_session(
    session: AsyncSession,
    *,
    token_hash: bytes,
    user_id: str,
    csrf: str,
    agent: str,
    now_utc_ns: int,
    expires_utc_ns: int,
    second_factor: bool = False,
) -> None:
    """A new signed-in browser; expired sessions are swept on the way."""
    await session.execute(delete(Session).where(Session.expires_utc_ns <= now_utc_ns))
    session.add(
        Session(
            token_hash=token_hash,
            user_id=user_id,
            csrf=csrf,
            second_factor=second_factor,
            agent=agent[:_AGENT_CHARS],
            made_utc_ns=now_utc_ns,
            seen_utc_ns=now_utc_ns,
            expires_utc_ns=expires_utc_ns,
        )
    )


async def signed_in(session: AsyncSession, token_hash: bytes, now_utc_ns: int) -> SignedIn | None:
    """Whose session this is; None when unknown, expired, or the account is closed."""
    query = select(Session, User).join(User, User.id == Session.user_id).where(Session.token_hash == token_hash)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    row, user = found
    if row.expires_utc_ns <= now_utc_ns or not user.active:
        return None
    return SignedIn(
        account=_account(user),
        csrf=row.csrf,
        second_factor=row.second_factor,
        seen_utc_ns=row.seen_utc_ns,
        expires_utc_ns=row.expires_utc_ns,
    )


async def touch_session(
    session: AsyncSession, token_hash: bytes, *, now_utc_ns: int, second_factor: bool | None = None
) -> None:
    """The session was seen; with `second_factor` also that the code was right."""
    values: dict[str, object] = {"seen_utc_ns": now_utc_ns}
    if second_factor is not None:
        values["second_factor"] = second_factor
    await session.execute(update(Session).where(Session.token_hash == token_hash).values(**values))


async def end_session(session: AsyncSession, token_hash: bytes) -> None:
    await session.execute(delete(Session).where(Session.token_hash == token_hash))


async def end_sessions(session: AsyncSession, user_id: str) -> None:
    """Sign the account out everywhere."""
    await session.execute(delete(Session).where(Session.user_id == user_id))


async def note_try(session: AsyncSession, key: str, now_utc_ns: int, *, keep_ns: int) -> None:
    """A failed try at the door; tries older than `keep_ns` are swept."""
    await session.execute(delete(LoginTry).where(LoginTry.utc_ns < now_utc_ns - keep_ns))
    session.add(LoginTry(key=key, utc_ns=now_utc_ns))


async def tries(session: AsyncSession, key: str, since_utc_ns: int) -> int:
    """How many tries failed for `key` since then."""
    query = select(func.count()).select_from(LoginTry).where(LoginTry.key == key, LoginTry.utc_ns >= since_utc_ns)
    return await session.scalar(query) or 0


async def forget_tries(session: AsyncSession, key: str) -> None:
    """The door opened."""
    await session.execute(delete(LoginTry).where(LoginTry.key == key))
