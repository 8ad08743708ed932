"""A bad network on one machine: a UDP relay with faults, one per phone. In: a target address and `Faults`. Out: a way there.

`Relay(target)` listens at `address`; what a phone sends there reaches the target from an address of the relay's own, and
back. Set `faults` at any moment; `move()` gives the phone a new address, as a NAT that rebinds or another network does.
`through(answer)` and `without_candidates(offer)` make a session take this way and no other.
"""

import heapq
import itertools
import random
import re
import selectors
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Self

_CANDIDATE = re.compile(r"^a=(?:candidate:[^\r\n]*|end-of-candidates)\r?\n", re.MULTILINE)
_QUEUE_S = 0.3


@dataclass(frozen=True)
class Faults:
    """What happens to datagrams, in both directions alike. The cap is for what the phone sends."""

    latency_ms: float = 0
    jitter_ms: float = 0
    loss: float = 0
    reorder: float = 0
    """The share that is overtaken by some 30 ms."""
    cap_kbps: float = 0
    """A queue of 0.3 s stands before it, as in a modem; what does not fit is lost."""
    dark: bool = False


class Relay:
    """One phone's way to the studio."""

    def __init__(self, target: tuple[str, int], faults: Faults | None = None, seed: int = 1) -> None:
        self.target = target
        self.faults = faults or Faults()
        self.counts: Counter[str] = Counter()
        self._chance = random.Random(seed)  # noqa: S311 - a bad network, not a secret
        self._host = target[0]
        self._near = self._bound()
        self._far = self._bound()
        self._phone: tuple[str, int] | None = None
        self._due: list[tuple[float, int, bytes, bool]] = []
        self._numbers = itertools.count()
        self._free_at = 0.0
        self._ending = False
        self._moving = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay")
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        return self._near.getsockname()

    def through(self, sdp: str) -> str:
        """The answer with this way in the place of its candidates. Give the studio the offer `without_candidates`."""
        host, port = self.address
        line = f"a=candidate:1 1 udp 2130706431 {host} {port} typ host\r\na=end-of-candidates\r\n"
        return re.sub(r"(?m)^(m=.*\r?\n)", lambda found: found[0] + line, without_candidates(sdp))

    def move(self) -> None:
        """From now on the phone speaks from another address; what is sent to the old one is lost."""
        self._moving.set()

    def stop(self) -> None:
        self._ending = True
        self._thread.join()
        self._near.close()
        self._far.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _bound(self) -> socket.socket:
        made = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        made.setblocking(False)
        made.bind((self._host, 0))
        return made

    def _run(self) -> None:
        watch = selectors.DefaultSelector()
        watch.register(self._near, selectors.EVENT_READ, True)
        watch.register(self._far, selectors.EVENT_READ, False)
        while not self._ending:
            wait = min(0.05, max(0.0, self._due[0][0] - time.monotonic())) if self._due else 0.05
            for key, _ in watch.select(wait):
                self._take(key.fileobj, outward=key.data)
            if self._moving.is_set():
                self._moving.clear()
                watch.unregister(self._far)
                self._far.close()
                self._far = self._bound()
                watch.register(self._far, selectors.EVENT_READ, False)
                self.counts["moves"] += 1
            self._send()
        watch.close()

    def _take(self, heard: socket.socket, *, outward: bool) -> None:
        while True:
            try:
                data, addr = heard.recvfrom(2048)
            except OSError:
                return
            if outward:
                self._phone = addr[:2]
            way = "up" if outward else "down"
            self.counts[way] += 1
            at = self._arrival(len(data), outward=outward)
            if at is None:
                self.counts[f"{way}_lost"] += 1
            else:
                heapq.heappush(self._due, (at, next(self._numbers), data, outward))

    def _arrival(self, size: int, *, outward: bool) -> float | None:
        faults, now = self.faults, time.monotonic()
        if faults.dark or self._chance.random() < faults.loss:
            return None
        at = now
        if faults.cap_kbps and outward:
            self._free_at = max(self._free_at, now)
            if self._free_at - now > _QUEUE_S:
                return None
            self._free_at += size * 8 / (faults.cap_kbps * 1000)
            at = self._free_at
        at += (faults.latency_ms + self._chance.uniform(0, faults.jitter_ms)) / 1000
        return at + (0.03 if self._chance.random() < faults.reorder else 0)

    def _send(self) -> None:
        now = time.monotonic()
        while self._due and self._due[0][0] <= now:
            _, _, data, outward = heapq.heappop(self._due)
            try:
                if outward:
                    self._far.sendto(data, self.target)
                elif self._phone is not None:
                    self._near.sendto(data, self._phone)
            except OSError:
                self.counts["unsent"] += 1


def without_candidates(sdp: str) -> str:
    """A description that tells no way."""
    return _CANDIDATE.sub("", sdp)


def candidate(answer: str) -> tuple[str, int]:
    """The first IPv4 address an answer offers."""
    for found in re.finditer(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", answer):
        if ":" not in found[1]:
            return found[1], int(found[2])
    raise AssertionError("the answer has no candidate")
