"""The one kind of queue in the house. In: items from one task. Out: the same items to another, by a stated policy.

A channel has a bound, a policy for when it is full and a counter of what it dropped. It belongs to one event loop; a
thread hands over with `loop.call_soon_threadsafe(channel.put_nowait, item)`.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, Generic, TypeVar
from weakref import WeakSet

T = TypeVar("T")


class Policy(Enum):
    """What happens to a put when the channel is full."""

    LATEST = auto()
    """Forget everything that waits: only the newest matters (raw video)."""
    DROP_OLDEST = auto()
    """Forget the oldest (audio, statuses)."""
    REFUSE = auto()
    """Raise ChannelFull: the sender must decide (a person's message)."""
    WAIT = auto()
    """`await put` waits for room; `put_nowait` raises ChannelFull (records)."""


class ChannelFull(Exception):  # noqa: N818 - a state, not an error of ours
    """There is no room and the policy drops nothing."""


class ChannelClosed(Exception):  # noqa: N818 - a state, not an error of ours
    """Nothing can be put any more."""


class Channel(Generic[T]):
    """Bounded; iterate it to receive. After `close` the iteration ends once it is empty."""

    def __init__(self, bound: int, policy: Policy, name: str) -> None:
        if bound < 1:
            raise ValueError("a channel holds at least one item")
        self.bound = bound
        self.policy = policy
        self.name = name
        self.dropped = 0
        self._items: deque[T] = deque()  # bounded by put_nowait
        self._getters: deque[asyncio.Future[None]] = deque()  # bounded by its waiting tasks
        self._putters: deque[asyncio.Future[None]] = deque()  # bounded by its waiting tasks
        self._closed = False
        _open.add(self)

    def __len__(self) -> int:
        return len(self._items)

    @property
    def closed(self) -> bool:
        return self._closed

    def put_nowait(self, item: T) -> None:
        """Put without waiting; raises ChannelFull (REFUSE, WAIT) or ChannelClosed."""
        if self._closed:
            raise ChannelClosed(self.name)
        if len(self._items) >= self.bound:
            self._make_room()
        self._items.append(item)
        _wake_one(self._getters)

    async def put(self, item: T) -> None:
        """Put; with WAIT, wait for room."""
        while self.policy is Policy.WAIT and len(self._items) >= self.bound and not self._closed:
            await _wait_in(self._putters)
        self.put_nowait(item)

    async def get(self) -> T:
        """The next item; raises ChannelClosed when closed and empty."""
        while not self._items:
            if self._closed:
                raise ChannelClosed(self.name)
            await _wait_in(self._getters)
        item = self._items.popleft()
        _wake_one(self._putters)
        if self._items:
            _wake_one(self._getters)
        return item

    def get_nowait(self) -> T | None:
        """The next item, or None when there is none now."""
        if not self._items:
            return None
        item = self._items.popleft()
        _wake_one(self._putters)
        return item

    def close(self) -> None:
        """No more puts; what waits may still be taken."""
        self._closed = True
        _open.discard(self)
        for waiting in (self._getters, self._putters):
            while waiting:
                _wake_one(waiting)

    def __aiter__(self) -> "Channel[T]":
        return self

    async def __anext__(self) -> T:
        try:
            return await self.get()
        except ChannelClosed:
            raise StopAsyncIteration from None

    def _make_room(self) -> None:
        if self.policy in {Policy.REFUSE, Policy.WAIT}:
            if self.policy is Policy.REFUSE:
                self.dropped += 1
            raise ChannelFull(self.name)
        gone = len(self._items) if self.policy is Policy.LATEST else 1
        for _ in range(gone):
            self._items.popleft()
        self.dropped += gone


_open: WeakSet[Channel[Any]] = WeakSet()


def open_channels() -> Iterator[Channel[Any]]:
    """Every channel now open in this process, for the metrics page."""
    return iter(tuple(_open))


async def _wait_in(queue: deque[asyncio.Future[None]]) -> None:
    waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    queue.append(waiter)
    try:
        await waiter
    except asyncio.CancelledError:
        if waiter in queue:
            queue.remove(waiter)
        elif queue:
            # Woken and cancelled in the same turn: the wake belongs to the next in line.
            _wake_one(queue)
        raise


def _wake_one(queue: deque[asyncio.Future[None]]) -> None:
    while queue:
        waiter = queue.popleft()
        if not waiter.done():
            waiter.set_result(None)
            return
