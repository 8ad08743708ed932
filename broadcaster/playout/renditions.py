"""What further renditions need before they can be public. In: which are wanted. Out: for each a slate and a form.

Slates are coded by a child, one after the other, when an output first asks for a size; kept on the disk like the main
one. Until then the outputs that wait for it are connecting, and nobody else notices.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from broadcaster.encoders import for_rendition
from broadcaster.playout.form import Form
from broadcaster.playout.slate import Slate
from broadcaster.playout.slate_source import NoSlate, SlateSource
from episodes.commands import OutputSpec
from runtime.clock import Clock
from runtime.log import get
from runtime.settings import Settings

_log = get("renditions")
_AGAIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """One rendition, ready."""

    slate: Slate
    form: Form


def wanted_by(outputs: tuple[OutputSpec, ...]) -> frozenset[str]:
    """The further renditions that outputs which are on ask for."""
    return frozenset(spec.rendition for spec in outputs if spec.on and spec.rendition != "main")


class Renditions:
    """`want` at any time; `run` belongs into a task; `ready` is called after each."""

    def __init__(self, settings: Settings, clock: Clock, *, picture: bool = True) -> None:
        self.ready: Callable[[], None] = lambda: None
        self._settings = settings
        self._clock = clock
        self._picture = picture
        self._done: dict[str, Prepared] = {}
        self._wanted: frozenset[str] = frozenset()
        self._news = asyncio.Event()

    def get(self, name: str) -> Prepared | None:
        """Slate and form, once they are there."""
        return self._done.get(name)

    def want(self, names: frozenset[str]) -> None:
        """These may be needed soon."""
        self._wanted = names
        self._news.set()

    async def run(self) -> None:
        """Make what is wanted, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            for name in sorted(self._wanted - self._done.keys()):
                try:
                    self._done[name] = await self._make(name)
                except NoSlate as error:
                    _log.error("no slate for this rendition", rendition=name, why=str(error))
                    self._news.set()
                    await self._clock.sleep(_AGAIN_S)
                else:
                    self.ready()

    async def _make(self, name: str) -> Prepared:
        encode = for_rendition(self._settings.encode, name)
        slate, _ = await SlateSource(self._settings, encode, picture=self._picture).first()
        return Prepared(slate, Form.of(slate, encode))
