"""Live events for pages: one socket a page, many topics. In: `publish`. Out: batches of JSON, ready to send.

Each message gets its topic's next number. A message is serialised once, and a batch once per group of clients with the
same topics and language; batches leave on a tick. The last `keep` messages of a topic stay, so that a page that was
away resumes where it stood; one that was away too long is told to `reload`, which fetches the page anew. A client that
cannot keep up loses its queue, is told to `resume`, and comes back from its own number: nobody waits for it.
"""

import asyncio
import secrets
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

RELOAD = b'[{"type":"reload"}]'
RESUME = b'[{"type":"resume"}]'
NOTHING = b"[]"
PING = b'[{"type":"ping"}]'


@dataclass(frozen=True)
class Sent:
    """One message: `body` is JSON; `lang` None speaks to everybody."""

    topic: str
    seq: int
    lang: str | None
    body: bytes


@dataclass(eq=False)
class Client:
    """One page's end: what it hears and what waits for it."""

    topics: frozenset[str]
    lang: str
    bound: int
    waiting: deque[bytes] = field(default_factory=deque)
    lagging: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, batch: bytes) -> bool:
        """Queue a batch; False once the client lags and the batch is lost to it."""
        if self.lagging:
            return False
        if len(self.waiting) >= self.bound:
            self.lagging = True
            self.waiting.clear()
        else:
            self.waiting.append(batch)
        self.news.set()
        return not self.lagging

    async def batches(self, ping_s: float = 20.0) -> AsyncIterator[bytes]:
        """Batches as they come, a ping after `ping_s` of silence; ends after telling a lagging client to resume."""
        while True:
            while self.waiting:
                yield self.waiting.popleft()
            if self.lagging:
                yield RESUME
                return
            self.news.clear()
            try:
                async with asyncio.timeout(ping_s):
                    await self.news.wait()
            except TimeoutError:
                yield PING


class Hub:
    """All topics of one desk. Used from the event loop only."""

    def __init__(self, *, tick_s: float = 0.05, bound: int = 64, keep: int = 512) -> None:
        self.epoch = secrets.token_hex(6)
        self.dropped = 0
        self.sent = 0
        self._tick_s = tick_s
        self._bound = bound
        self._seq: defaultdict[str, int] = defaultdict(int)
        self._kept: dict[str, deque[Sent]] = {}
        self._keep = keep
        self._pending: list[Sent] = []
        self._flush_at: asyncio.TimerHandle | None = None
        self._groups: defaultdict[tuple[frozenset[str], str], set[Client]] = defaultdict(set)

    @property
    def clients(self) -> int:
        """Pages now connected."""
        return sum(len(group) for group in self._groups.values())

    def watching(self, topic: str) -> int:
        """Pages that hear `topic`."""
        return sum(len(group) for (topics, _), group in self._groups.items() if topic in topics)

    def place(self, topics: Iterable[str]) -> dict[str, Any]:
        """Where the topics stand now. Read it before the state a page shows, and put it into the page."""
        return {"epoch": self.epoch, "at": {topic: self._seq[topic] for topic in topics}}

    def publish(self, topic: str, data: Mapping[str, Any], *, lang: str | None = None) -> int:
        """To every page that hears `topic` (and reads `lang`); `data` needs a `type`. Returns its number."""
        self._seq[topic] += 1
        seq = self._seq[topic]
        sent = Sent(topic, seq, lang, msgspec.json.encode({**data, "topic": topic, "seq": seq}))
        if not topic.startswith("me:"):  # one reader's own news is not kept: their page asks for its state anew
            self._kept.setdefault(topic, deque(maxlen=self._keep)).append(sent)
        self._pending.append(sent)
        if self._flush_at is None:
            self._flush_at = asyncio.get_running_loop().call_later(self._tick_s, self._flush)
        return seq

    @contextmanager
    def client(
        self, topics: Iterable[str], lang: str, *, epoch: str = "", at: Mapping[str, int] | None = None
    ) -> Iterator[Client]:
        """A page's end while in the context. With `epoch` and `at` (see `place`) it resumes from there."""
        wanted = frozenset(topics)
        one = Client(wanted, lang, self._bound)
        self._flush()  # what is pending was published before this client came: it is resumed below
        if epoch and (missed := self._missed(wanted, lang, epoch, at or {})) != NOTHING:
            one.put(missed)
        key = (wanted, lang)
        self._groups[key].add(one)
        try:
            yield one
        finally:
            self._groups[key].discard(one)
            if not self._groups[key]:
                del self._groups[key]

    def _missed(self, topics: frozenset[str], lang: str, epoch: str, at: Mapping[str, int]) -> bytes:
        if epoch != self.epoch:
            return RELOAD
        missed: list[bytes] = []
        for topic in sorted(topics & at.keys()):
            kept = self._kept.get(topic, ())
            gone = self._seq[topic] - len(kept)
            if topic.startswith("me:"):
                continue
            if not gone <= at[topic] <= self._seq[topic]:
                return RELOAD
            missed += [each.body for each in kept if each.seq > at[topic] and each.lang in (None, lang)]
        return _batch(missed)

    def _flush(self) -> None:
        if self._flush_at is not None:
            self._flush_at.cancel()
            self._flush_at = None
        pending, self._pending = self._pending, []
        if not pending:
            return
        for (topics, lang), group in self._groups.items():
            bodies = [each.body for each in pending if each.topic in topics and each.lang in (None, lang)]
            if not bodies:
                continue
            batch = _batch(bodies)
            for one in group:
                if one.put(batch):
                    self.sent += len(bodies)
                else:
                    self.dropped += len(bodies)


def _batch(bodies: list[bytes]) -> bytes:
    return b"[" + b",".join(bodies) + b"]"
