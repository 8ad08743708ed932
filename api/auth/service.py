"""The door. In: names, secrets, cookies, bearer tokens. Out: a `Person`, a `Device`, a session, or a refusal.

Sessions live in the store; the cookie's value is known to the browser alone (the store keeps its hash). A session of an
account with a second factor counts only once its code was right.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from sqlalchemy import select

from api.auth.limits import TriesLimit
from api.auth.passwords import Passwords
from api.auth.second_factor import SecondFactor
from api.auth.tokens import csrf_token, new_token, seat_of, token_hash
from api.auth.who import Device, Person
from runtime.clock import Clock
from runtime.problems import UserProblem
from runtime.settings.model import Auth as AuthSettings
from store import Store, people
from store.people import Account
from store.secrets_box import SecretsBox
from store.tables.cameras import CameraBinding

_HOUR_NS = 3_600_000_000_000
MOST_TEXT = 200
"""Longer names and secrets are nobody's; hashing megabytes would be a gift to strangers."""


@dataclass(frozen=True)
class Opened:
    """A new session: its cookie, how long it lasts, and whether the second factor is still to come."""

    token: str
    seconds: int
    account: Account
    needs_code: bool


class Auth:
    """One desk's accounts and sessions."""

    def __init__(
        self, store: Store, settings: AuthSettings, clock: Clock, passwords: Passwords, second_factor: SecondFactor
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self.passwords = passwords
        self.second_factor = second_factor
        self.limit = TriesLimit(store, clock, settings)

    @classmethod
    @asynccontextmanager
    async def open(cls, store: Store, settings: AuthSettings, clock: Clock, box: SecretsBox) -> AsyncIterator["Auth"]:
        """With the thread that hashes, joined at the end."""
        async with Passwords.open() as passwords:
            yield cls(store, settings, clock, passwords, SecondFactor(box, clock))

    async def person(self, session_token: str) -> Person | None:
        """Who is signed in with this cookie, second factor included."""
        async with self._store.read() as session:
            found = await people.signed_in(session, token_hash(session_token), self._clock.utc_ns())
        if found is None or (found.account.totp_sealed and not found.second_factor):
            return None
        return replace(person_of(found.account), seat=seat_of(session_token))

    async def device(self, token: str) -> Device | None:
        """The camera's device that holds this token."""
        query = select(CameraBinding).where(CameraBinding.token_hash == token_hash(token))
        async with self._store.read() as session:
            bound = await session.scalar(query)
        return Device(device_id=bound.device_id, camera=bound.camera) if bound else None

    async def anybody(self) -> bool:
        """Whether there is any account; until then the first-run page shows."""
        async with self._store.read() as session:
            return await people.anyone(session)

    async def check(self, login: str, secret: str, address: str, *, pin: bool = False) -> Account:
        """The account behind name and secret (with `pin` also its PIN). Counts and limits failures."""
        if not login.strip() or len(login) > MOST_TEXT or len(secret) > MOST_TEXT:
            raise _wrong()
        await self.limit.check(login, address)
        async with self._store.read() as session:
            account = await people.account_by_login(session, login)
        kept = account.password_hash if account and account.active else ""
        fits = await self.passwords.fits(kept, secret)
        if not fits and pin and secret.isdecimal():
            fits = await self.passwords.fits(account.pin_hash if account and account.active else "", secret)
        if account is None or not fits:
            await self.limit.failed(login, address)
            raise _wrong()
        await self.limit.opened(login, address)
        return account

    async def log_in(self, login: str, password: str, *, address: str, agent: str) -> Opened:
        """Open a session by password."""
        account = await self.check(login, password, address)
        return await self._opened(account, agent, second_factor=False)

    async def enter_code(self, session_token: str, code: str, *, address: str, agent: str) -> Opened:
        """The second factor's code; the half-open session is replaced by a whole one."""
        async with self._store.read() as session:
            half = await people.signed_in(session, token_hash(session_token), self._clock.utc_ns())
        if half is None or not half.account.totp_sealed:
            raise UserProblem("sign_in", "登录已过期，请重新登录", 401)
        account, sealed = half.account, half.account.totp_sealed
        await self.limit.check(account.login, address)
        if not self.second_factor.fits(sealed, account.user_id, code):
            await self.limit.failed(account.login, address)
            raise UserProblem("code_wrong", "动态码不对，请看手机上最新的六位数", 403)
        opened = await self._opened(account, agent, second_factor=True)
        await self.log_out(session_token)
        return opened

    async def log_out(self, session_token: str) -> None:
        """End this session."""
        async with self._store.work("door") as work:
            await people.end_session(work.session, token_hash(session_token))

    async def sign_in(self, account: Account, agent: str) -> Opened:
        """A session for somebody already known to be it (the first account, a new password)."""
        return await self._opened(account, agent, second_factor=account.totp_sealed is not None)

    async def _opened(self, account: Account, agent: str, *, second_factor: bool) -> Opened:
        token, now = new_token(), self._clock.utc_ns()
        lasts_ns = round(self._settings.session_hours * _HOUR_NS)
        async with self._store.work(f"user:{account.user_id}") as work:
            await people.open_session(
                work.session,
                token_hash=token_hash(token),
                user_id=account.user_id,
                csrf=csrf_token(token),
                agent=agent,
                now_utc_ns=now,
                expires_utc_ns=now + lasts_ns,
                second_factor=second_factor,
            )
        needs_code = account.totp_sealed is not None and not second_factor
        return Opened(token, lasts_ns // 1_000_000_000, account, needs_code)


def person_of(account: Account) -> Person:
    """The account as routes see it."""
    return Person(account.user_id, account.name, account.roles, account.lang, account.login)


def _wrong() -> UserProblem:
    return UserProblem("login_wrong", "账号或密码不对", 403)
