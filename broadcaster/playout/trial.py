"""A test push before the show. In: an address, a test signal. Out: whether the platform took it, in its own words.

The same worker as on air sends it for a few seconds in real time, then says goodbye. Well is a platform that accepted
us and whose kernel acknowledged at least half of what was sent; nothing less proves that the show would arrive.
"""

import asyncio
import contextlib

from broadcaster import feed
from broadcaster.feed import Frame
from broadcaster.playout.form import Form
from broadcaster.playout.push import Push
from broadcaster.playout.slate import Slate
from episodes.commands import PushTried
from episodes.outputs import Ended
from runtime.clock import Clock
from runtime.settings.model import Playout
from runtime.supervise import Background

_NS = 1_000_000_000
_STEP_S = 0.05
_SETTLE_S = 1.0
_MOST_S = 40.0
"""Loading libav, the name, the connection and the greeting, at their slowest, and the push itself."""


class Trial:
    """One test push. `run` answers; it never raises but for cancellation."""

    def __init__(self, name: str, url: str, slate: Slate, form: Form, settings: Playout, clock: Clock) -> None:
        self._slate, self._clock = slate, clock
        self._push = Push(name, url, form, settings, clock, lambda: None)
        self._sent = 0
        self._ended: Ended | None = None

    async def run(self, seconds: float) -> PushTried:
        """Push for `seconds`."""
        began_ns = self._clock.mono_ns()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds + _MOST_S), Background() as tasks:
                tasks.start("test push", self._hold())
                await self._send(seconds)
        took_s = round((self._clock.mono_ns() - began_ns) / _NS, 1)
        return self._judged(took_s)

    def _judged(self, took_s: float) -> PushTried:
        ended, push = self._ended, self._push
        arrived = max(0, push.acked)
        reason, says = (ended.reason, ended.says) if ended else ("", "")
        if not reason and arrived * 2 < self._sent:
            reason = "slow" if push.proven else "wedged"
        return PushTried(
            ok=not reason,
            reason=reason,
            says=says,
            sent_bytes=self._sent,
            acked_bytes=arrived,
            rtt_ms=push.rtt_ms,
            took_s=took_s,
        )

    async def _hold(self) -> None:
        self._ended = await self._push.run()

    async def _send(self, seconds: float) -> None:
        slate, clock = self._slate, self._clock
        while not (self._push.accepted or self._ended):
            await clock.sleep(_STEP_S)
        zero_ns = clock.mono_ns()
        picture = sound = 0
        while self._ended is None and (now_ns := clock.mono_ns() - zero_ns) < seconds * _NS:
            while picture * slate.frame_ns <= now_ns:
                unit = slate.units[picture % len(slate.units)]
                self._put("video", picture * slate.frame_ns, slate.frame_ns, unit.data, key=unit.key)
                picture += 1
            while sound * slate.sound_ns <= now_ns:
                self._put("audio", sound * slate.sound_ns, slate.sound_ns, slate.silence, key=True)
                sound += 1
            self._push.flush()
            await clock.sleep(_STEP_S)
        if self._ended is None:
            await clock.sleep(_SETTLE_S)

    def _put(self, kind: feed.Kind, time_ns: int, duration_ns: int, data: bytes, *, key: bool) -> None:
        framed = feed.encode(Frame(kind=kind, time_ns=time_ns, duration_ns=duration_ns, key=key, data=data))
        self._sent += len(data)
        self._push.put(framed, video_key=kind == "video" and key)
