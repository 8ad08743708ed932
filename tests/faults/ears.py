"""Hears every room of a running house, whoever of them is away at the moment. In: its folder. Out: their last words."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from runtime.bus.watch import watch
from runtime.places import Places
from runtime.supervise import Background


class Ears:
    """`last[subject]` is the newest message; `heard` all of them with their monotonic time in seconds."""

    def __init__(self) -> None:
        self.last: dict[str, dict[str, Any]] = {}
        self.heard: list[tuple[float, str, dict[str, Any]]] = []

    async def listen(self, places: Places, room: str) -> None:
        while True:
            try:
                async with watch(places, room) as messages:
                    async for subject, message in messages:
                        self.last[subject] = message
                        self.heard.append((time.monotonic(), subject, message))
            except (OSError, asyncio.IncompleteReadError, msgspec.MsgspecError):
                pass
            await asyncio.sleep(0.05)

    async def until(self, what: str, true: Callable[[], object], within_s: float = 60.0) -> float:
        """How long it took, in seconds."""
        began = time.monotonic()
        while not true():
            assert time.monotonic() - began < within_s, f"{what} did not come within {within_s:.0f} s"
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    def since(self, mono_s: float, subject: str) -> list[dict[str, Any]]:
        return [message for at, about, message in self.heard if at >= mono_s and about == subject]


@asynccontextmanager
async def ears(var: Path) -> AsyncIterator[Ears]:
    made = Ears()
    async with Background() as tasks:
        for room in ("desk", "studio", "playout"):
            tasks.start(f"hear {room}", made.listen(Places(var), room))
        yield made
