"""Frames at an even rate. In: frames and the moments a file tells, in any order. Out: the frame of each tick (pure)."""

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Steady(Generic[T]):
    """Repeats and drops, so that frame n stands for the moment `zero_s` + n / fps."""

    def __init__(self, fps: int, zero_s: float) -> None:
        self._fps, self._zero_s = fps, zero_s
        self._held: T | None = None
        self._next = 0

    def put(self, frame: T, at_s: float) -> Iterator[T]:
        """The frames that are due before this one; lazily, because a file may claim any moment."""
        while self._held is not None and self._next / self._fps < at_s - self._zero_s - 0.5 / self._fps:
            self._next += 1
            yield self._held
        self._held = frame

    def end(self) -> Iterator[T]:
        """The last one."""
        if self._held is not None:
            yield self._held
        self._held = None
