"""How often a door may be tried. In: whom somebody claims to be and where they come from. Out: a refusal in time.

Three counts: this account from this address, this address for any account, this account from anywhere. The last is
generous, so that a stranger cannot lock a person out by failing on purpose from one place.
"""

import hashlib
import math

from runtime.clock import Clock
from runtime.problems import UserProblem
from runtime.settings.model import Auth as AuthSettings
from store import Store, people

ADDRESS_TIMES, ACCOUNT_TIMES = 4, 10
_NS = 1_000_000_000


class TriesLimit:
    """Failed tries, kept in the store so that a restart forgives nobody."""

    def __init__(self, store: Store, clock: Clock, settings: AuthSettings) -> None:
        self._store = store
        self._clock = clock
        self._tries = settings.login_tries
        self._window_ns = round(settings.login_window_s * _NS)

    async def check(self, login: str, address: str) -> None:
        """Refuse with 429 when too many tries failed in the window."""
        since = self._clock.utc_ns() - self._window_ns
        async with self._store.read() as session:
            for key, most in self._keys(login, address).items():
                if await people.tries(session, key, since) >= most:
                    minutes = math.ceil(self._window_ns / _NS / 60)
                    wait_s = str(math.ceil(self._window_ns / _NS))
                    raise UserProblem(
                        "too_many_tries",
                        "试得太多了，请过%(minutes)s分钟再试",
                        429,
                        headers={"Retry-After": wait_s},
                        minutes=minutes,
                    )

    async def failed(self, login: str, address: str) -> None:
        """Count one for each key."""
        now = self._clock.utc_ns()
        async with self._store.work("door") as work:
            for key in self._keys(login, address):
                await people.note_try(work.session, key, now, keep_ns=self._window_ns)

    async def opened(self, login: str, address: str) -> None:
        """The right person came: what failed for them here is forgotten."""
        async with self._store.work("door") as work:
            await people.forget_tries(work.session, _key("pair", people.folded(login), address))

    def _keys(self, login: str, address: str) -> dict[str, int]:
        account = people.folded(login)
        return {
            _key("pair", account, address): self._tries,
            _key("address", address): self._tries * ADDRESS_TIMES,
            _key("account", account): self._tries * ACCOUNT_TIMES,
        }


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
