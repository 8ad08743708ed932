"""Compositors that are closed again."""

from collections.abc import Callable, Iterator

import pytest

from overlay.compositor import Compositor


@pytest.fixture
def compositor() -> Iterator[Callable[..., Compositor]]:
    made: list[Compositor] = []

    def make(width: int = 1280, height: int = 720) -> Compositor:
        made.append(Compositor(width, height))
        return made[-1]

    yield make
    for each in made:
        each.close()
