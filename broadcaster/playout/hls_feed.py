"""HLS from this side. In: the public's frames. Out: the moments up to which players can fetch.

The packager is a process; one that dies or lists nothing for a while is replaced, and goes on with a discontinuity.
"""

import asyncio
import signal
from collections.abc import Callable

from broadcaster.feed import Cut, ToPlaylist
from broadcaster.feeding import Fed
from runtime.children import python
from runtime.clock import Clock
from runtime.log import get
from runtime.supervise import Backoff

_log = get("hls")
_NS = 1_000_000_000
_STALLED_S = 15.0
_CLOSE_S = 4.0
_MOST_BYTES = 8 * 1024 * 1024


class HlsFeed:
    """Runs until cancelled or finished; either way the list is ended in good order."""

    def __init__(
        self,
        first: ToPlaylist,
        clock: Clock,
        listed: Callable[[int], None],
        trouble: Callable[[bool], None],
    ) -> None:
        self._first = first
        self._clock = clock
        self._listed = listed
        self._trouble = trouble
        self._fed: Fed | None = None
        self._ending = False
        self._cut: Cut | None = None

    def cut(self, from_ns: int, to_ns: int) -> None:
        """Take back what became public within; a packager that dies of it hears it again."""
        self._cut = Cut(from_ns=from_ns, to_ns=to_ns)
        if self._fed and not self._ending:
            self._fed.tell(self._cut)

    def put(self, framed: bytes, *, video_key: bool) -> None:
        if self._fed and not self._ending:
            self._fed.put(framed, video_key=video_key)

    def flush(self) -> None:
        if self._fed and not self._ending:
            self._fed.flush()

    async def run(self) -> None:
        """Keep a packager running."""
        pace, failures = Backoff(first_s=0.2, most_s=5.0), 0
        while not self._ending:
            began_ns = self._clock.mono_ns()
            why = await self._once()
            if self._ending:
                return
            failures = 1 if self._clock.mono_ns() - began_ns >= pace.healthy_s * _NS else failures + 1
            _log.warning("the packager ended", why=why, failures=failures)
            self._trouble(True)
            await self._clock.sleep(pace.wait_s(failures))

    async def finish(self) -> None:
        """Nothing more will come: list the rest and end the list."""
        self._ending = True
        fed = self._fed or await self._start()
        await fed.finish(meant=True, grace_s=_CLOSE_S)

    async def _start(self) -> Fed:
        # When we die it shall list what it holds, not die too.
        fed = await Fed.start(
            "hls", python("broadcaster.playout.hls"), self._first, _MOST_BYTES, death_signal=signal.SIGTERM
        )
        if self._cut:
            fed.tell(self._cut)
        return fed

    async def _once(self) -> str:
        self._fed = fed = await self._start()
        says = ""
        try:
            async with asyncio.timeout(_STALLED_S) as limit:
                async for told in fed.reports():
                    listed = told.get("time_ns")
                    if isinstance(listed, int):
                        limit.reschedule(asyncio.get_running_loop().time() + _STALLED_S)
                        self._trouble(False)
                        self._listed(listed)
                    says = str(told.get("says", says))
        except TimeoutError:
            return "stalled"
        except asyncio.CancelledError:
            if not self._ending:
                await asyncio.shield(self.finish())
            raise
        else:
            return says or f"exit code {await fed.child.wait()}"
        finally:
            if not self._ending:
                self._fed = None
                await fed.kill()
