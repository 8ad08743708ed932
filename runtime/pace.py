"""Rate limits without keeping addresses. In: a key such as an address. Out: yes, or how long to wait.

Keys live in memory only, as a keyed hash whose secret is drawn at start and again each hour; nothing is written.
"""

import hashlib
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable

from runtime.problems import UserProblem

FORGET_NS = 3_600 * 10**9
MOST_KEYS = 10_000


class Pace:
    """At most `most` acts per `window_s` for each key, and `most_all` for everybody together."""

    def __init__(self, most: int, window_s: float, most_all: int, mono_ns: Callable[[], int]) -> None:
        self._most, self._window_ns, self._most_all = most, int(window_s * 1e9), most_all
        self._mono_ns = mono_ns
        self._secret, self._since_ns = secrets.token_bytes(32), mono_ns()
        self._seen: OrderedDict[bytes, deque[int]] = OrderedDict()
        self._all: deque[int] = deque()  # bounded by most_all

    def check(self, key: str) -> None:
        """Count one act of `key`, or raise with the wait."""
        now = self._mono_ns()
        if now - self._since_ns > FORGET_NS:
            self._secret, self._since_ns = secrets.token_bytes(32), now
            self._seen.clear()
        name = hashlib.blake2b(key.encode(), key=self._secret, digest_size=16).digest()
        mine = self._seen.setdefault(name, deque())  # bounded by most
        self._seen.move_to_end(name)
        if len(self._seen) > MOST_KEYS:
            self._seen.popitem(last=False)
        for times, most in ((mine, self._most), (self._all, self._most_all)):
            while times and now - times[0] >= self._window_ns:
                times.popleft()
            if len(times) >= most:
                wait_s = int((self._window_ns - (now - times[0])) / 1e9) + 1
                headers = {"Retry-After": str(wait_s)}
                raise UserProblem("pace", "太频繁了，请%(seconds)s秒后再试。", 429, headers=headers, seconds=wait_s)
        mine.append(now)
        self._all.append(now)
