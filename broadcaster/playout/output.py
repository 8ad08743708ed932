"""One output. In: its address, the public's frames. Out: the same at the platform, and its state for the desk.

A worker process does the sending; this side starts it, feeds it, believes only what the peer's kernel has
acknowledged, and kills and replaces it when that stands still. A slow platform loses its own frames only.
"""

import asyncio
import signal
from collections import deque
from collections.abc import Callable

from broadcaster.feed import ToPlatform
from broadcaster.feeding import Fed
from broadcaster.playout.form import Form
from episodes.commands import OutputSpec
from episodes.status import OutputState, OutputStatus
from runtime.children import python
from runtime.clock import Clock
from runtime.log import get
from runtime.settings.model import Playout
from runtime.supervise import Backoff

_log = get("output")
_NS = 1_000_000_000
# A worker begins by loading libav, which takes its time on a busy machine; then the peer's clock runs.
_START_S = 20.0
_CONNECT_S = 10.0
_BACKLOG_S = 4
_CLOSE_S = 2.0
_RATE_NS = 2 * _NS
# The kernel doubles what it is told, and so does its book-keeping: this keeps about half a second there.
_KERNEL_S = 0.4
_FOR_GOOD = {"scheme", "address", "internal"}
_MOST_GOP = 2000
# More than this on its way to a platform when a person takes something back is never sent.
_BACKLOG_AT_CUT_NS = _NS


class Output:
    """Runs until cancelled; `run` belongs into a TaskGroup."""

    def __init__(
        self, spec: OutputSpec, form: Form, settings: Playout, clock: Clock, changed: Callable[[], None]
    ) -> None:
        self.spec = spec
        self._form = form
        self._settings = settings
        self._clock = clock
        self._changed = changed
        self._state: OutputState = "connecting"
        self._reason = self._says = ""
        self._stage = ""
        self._tries = 0
        self._retry_at_ns = 0
        self._acked = 0
        self._rate: deque[tuple[int, int]] = deque(maxlen=64)
        self._lost = 0
        self._sent_ns = 0
        self._waiting = 0
        self._was_cut = False
        self._fed: Fed | None = None
        self._gop: list[tuple[bytes, bool]] = []

    @property
    def dropped(self) -> int:
        """Frames this output alone has lost."""
        return self._lost + (self._fed.dropped if self._fed else 0)

    @property
    def status(self) -> OutputStatus:
        wait_ns = max(0, self._retry_at_ns - self._clock.mono_ns()) if self._retry_at_ns else 0
        return OutputStatus(
            output_id=self.spec.output_id,
            name=self.spec.name,
            state=self._state,
            reason=self._reason,
            says=self._says,
            kbps=self._kbps(),
            acked_bytes=self._acked,
            retry_in_s=round(wait_ns / _NS, 1),
            tries=self._tries,
            dropped_frames=self.dropped,
        )

    def put(self, framed: bytes, *, video_key: bool) -> None:
        """One frame; until the platform has accepted us, only the newest group of pictures is kept."""
        if self._state == "live" and self._fed:
            self._fed.put(framed, video_key=video_key)
            return
        if video_key:
            self._gop.clear()
        if video_key or (self._gop and len(self._gop) < _MOST_GOP):
            self._gop.append((framed, video_key))

    def cut(self) -> None:
        """A DUMP or a KILL: what waits for this platform goes with its connection, unless it is next to nothing."""
        self._gop.clear()
        if self._state != "live" or not self._fed or not self._sent_ns:
            return
        behind_ns = self._clock.mono_ns() - self._sent_ns + self._waiting * _NS // self._form.bytes_per_s
        if behind_ns > _BACKLOG_AT_CUT_NS:
            _log.warning("closed with what it had not got yet", output=self.spec.name, behind_s=behind_ns / _NS)
            self._was_cut = True
            self._fed.child.signal(signal.SIGKILL)

    def flush(self) -> None:
        """Write what was put."""
        if self._fed:
            self._fed.flush()

    async def run(self) -> None:
        """Connect, send, and after each failure try again, more and more patiently."""
        pace = Backoff(first_s=self._settings.retry_first_s, most_s=self._settings.retry_most_s)
        failures = 0
        while True:
            self._tries += 1
            self._retry_at_ns = 0
            self._set("connecting", self._reason, self._says)
            began_ns = self._clock.mono_ns()
            reason, says = await self._once()
            if reason in _FOR_GOOD:
                self._set("refused", reason, says)
                _log.warning("the address is refused", output=self.spec.name, reason=reason)
                await asyncio.Event().wait()
            healthy = self._clock.mono_ns() - began_ns >= pace.healthy_s * _NS
            failures = 1 if healthy else failures + 1
            wait_s = pace.wait_s(failures)
            self._retry_at_ns = self._clock.mono_ns() + round(wait_s * _NS)
            self._set("failing", reason, says)
            _log.warning("an output failed", output=self.spec.name, reason=reason, says=says, again_in_s=wait_s)
            await self._clock.sleep(wait_s)

    async def _once(self) -> tuple[str, str]:
        """One connection's life; why it ended."""
        self._stage, self._acked, self._sent_ns = "", 0, 0
        self._rate.clear()
        first = ToPlatform(
            url=self.spec.url,
            picture=self._form.picture,
            sound=self._form.sound,
            send_buffer_bytes=max(32_768, round(self._form.bytes_per_s * _KERNEL_S)),
            allow_internal=self._settings.allow_internal_outputs,
        )
        fed = await Fed.start(
            f"output {self.spec.output_id}",
            python("broadcaster.worker"),
            first,
            max(512 * 1024, self._form.bytes_per_s * _BACKLOG_S),
        )
        self._fed = fed
        try:
            return await self._listen(fed)
        except asyncio.CancelledError:
            # Somebody stopped it: say goodbye to the platform, if it still listens.
            await asyncio.shield(fed.finish(meant=True, grace_s=_CLOSE_S if self._state == "live" else 0.0))
            raise
        finally:
            self._lost += fed.dropped
            self._fed = None
            await fed.kill()

    async def _listen(self, fed: Fed) -> tuple[str, str]:
        loop = asyncio.get_running_loop()
        wedged_s = self._settings.wedged_s
        failed: tuple[str, str] | None = None
        try:
            async with asyncio.timeout(_START_S) as limit:
                async for told in fed.reports():
                    if told.get("what") == "failed":
                        failed = str(told.get("reason", "")), str(told.get("says", ""))
                    elif self._hear(told, fed):
                        patience_s = wedged_s if self._state == "live" else min(_CONNECT_S, wedged_s)
                        limit.reschedule(loop.time() + patience_s)
        except TimeoutError:
            return self._silence(), ""
        code = await fed.child.wait()
        if self._was_cut:
            self._was_cut = False
            return "cut", ""
        return failed or ("ended", f"exit code {code}")

    def _silence(self) -> str:
        if self._state == "live":
            return "wedged"
        if not self._stage:
            return "slow_start"
        return "unresolved" if self._stage == "resolving" else "timeout"

    def _hear(self, told: dict[str, object], fed: Fed) -> bool:
        """One report; True when it proves progress."""
        what = told.get("what")
        if what == "stage":
            self._stage = str(told.get("stage"))
            return True
        if what == "connected":
            self._set("live", "", "")
            gop, self._gop = self._gop, []
            for framed, video_key in gop:
                fed.put(framed, video_key=video_key)
            fed.flush()
            return True
        if what == "bytes":
            sent, waiting, acked = told.get("sent_ns"), told.get("waiting"), told.get("acked")
            if isinstance(sent, int) and isinstance(waiting, int):
                self._sent_ns, self._waiting = sent, waiting
            if isinstance(acked, int) and acked > self._acked:
                self._acked = acked
                self._rate.append((self._clock.mono_ns(), acked))
                return True
        return False

    def _kbps(self) -> float:
        if self._state != "live" or not self._rate:
            return 0.0
        now_ns = self._clock.mono_ns()
        while len(self._rate) > 2 and now_ns - self._rate[0][0] > _RATE_NS:  # noqa: PLR2004 - two make a rate
            self._rate.popleft()
        (from_ns, from_bytes), (_, to_bytes) = self._rate[0], self._rate[-1]
        span_ns = max(now_ns - from_ns, 1)
        return round((to_bytes - from_bytes) * 8 * 1_000_000 / span_ns, 1)

    def _set(self, state: OutputState, reason: str, says: str) -> None:
        news = (state, reason, says) != (self._state, self._reason, self._says)
        self._state, self._reason, self._says = state, reason, says
        if news:
            self._changed()
