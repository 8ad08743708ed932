"""Passwords and PINs. In: what a person chose or typed. Out: an argon2id hash, or whether it fits.

Hashing takes about a tenth of a second and 64 MiB, so it has its own thread, one at a time.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from runtime.problems import UserProblem
from runtime.threads import NamedExecutor, named_executor

SHORTEST, LONGEST = 10, 200
PIN_SHORTEST, PIN_LONGEST = 6, 12
_COMMON = frozenset({"password12", "1234567890", "qwertyuiop", "0987654321", "1q2w3e4r5t", "daylight12"})


def check_password(password: str, login: str) -> None:
    """Refuse what is guessed first; length is what counts."""
    if len(password) < SHORTEST:
        raise UserProblem("password_short", "密码至少要%(shortest)s个字符，可以用一句话", 422, shortest=SHORTEST)
    if len(password) > LONGEST:
        raise UserProblem("password_long", "密码最多%(longest)s个字符", 422, longest=LONGEST)
    plain = password.casefold()
    if plain in _COMMON or len(set(plain)) < 4 or plain == login.strip().casefold():  # noqa: PLR2004 - "aaaaaaaaaa"
        raise UserProblem("password_common", "这个密码太容易猜到，请换一个", 422)


def check_pin(pin: str) -> None:
    """A PIN confirms on the spot, beside a password for the door."""
    if not pin.isdecimal() or not PIN_SHORTEST <= len(pin) <= PIN_LONGEST or len(set(pin)) == 1:
        raise UserProblem("pin_weak", "PIN要6到12位数字，不能全部相同", 422)


@cache
def _nobodys_hash() -> str:
    """What an unknown account's secret is compared with; made once a process, on the thread."""
    return PasswordHasher().hash("nobody has this password")


class Passwords:
    """Hashes and compares on a thread of its own."""

    def __init__(self, thread: NamedExecutor) -> None:
        self._thread = thread
        self._hasher = PasswordHasher()

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["Passwords"]:
        """With its thread, joined at the end."""
        async with named_executor("passwords", bound=32) as thread:
            await thread.run(_nobodys_hash)
            yield cls(thread)

    async def hash(self, secret: str) -> str:
        """What the store keeps."""
        return await self._thread.run(self._hasher.hash, secret)

    async def fits(self, kept: str, secret: str) -> bool:
        """Whether `secret` made `kept`. Takes as long when there is no account (`kept` empty)."""
        return await self._thread.run(self._verify, kept or _nobodys_hash(), secret) and bool(kept)

    def _verify(self, kept: str, secret: str) -> bool:
        try:
            return self._hasher.verify(kept, secret)
        except (VerificationError, InvalidHashError):
            return False
