"""One connection to a platform. In: an address, frames. Out: the same at the platform, what proves it, why it ended.

A worker process does the sending; this side starts it, feeds it, believes only what the peer's kernel has
acknowledged, and kills it when that stands still. Test pushes and outputs on air are made of the same thing.
"""

import asyncio
import signal
from collections import deque
from collections.abc import Callable

from broadcaster.feed import ToPlatform
from broadcaster.feeding import Fed
from broadcaster.playout.form import Form
from episodes.outputs import Ended
from runtime.children import python
from runtime.clock import Clock
from runtime.settings.model import Playout

_NS = 1_000_000_000
# A worker begins by loading libav, which takes its time on a busy machine; then the peer's clock runs.
_START_S = 20.0
_CONNECT_S = 10.0
_BACKLOG_S = 4
_CLOSE_S = 2.0
_RATE_NS = 2 * _NS
_LOSS_NS = 10 * _NS
# The kernel doubles what it is told, and so does its book-keeping: this keeps about half a second there.
_KERNEL_S = 0.4
# More than this on its way to a platform when a person takes something back is never sent.
_BACKLOG_AT_CUT_NS = _NS
_FOR_GOOD = {"scheme", "address", "internal"}


class Push:
    """`run` once; `put` and `flush` once `accepted`."""

    def __init__(
        self, name: str, url: str, form: Form, settings: Playout, clock: Clock, news: Callable[[], None]
    ) -> None:
        self.accepted = False
        self.proven = False
        """Whether the peer has acknowledged some of the programme."""
        self.goodbye = True
        """Whether a cancelled push ends the broadcast at the platform, or only the line."""
        self.slow = False
        """Whether frames were dropped in the last ten seconds."""
        self.acked = 0
        self.rtt_ms = 0.0
        self.proof_ns = self._first_proof_ns = 0
        self._name, self._url, self._form = name, url, form
        self._settings, self._clock, self._news = settings, clock, news
        self._stage = ""
        self._base = 0
        self._proofs: deque[tuple[int, int]] = deque(maxlen=64)
        self._losses: deque[tuple[int, int]] = deque(maxlen=64)
        self._lost = 0
        self._fed: Fed | None = None
        self._handed_ns = self._sent_ns = self._waiting = 0
        self._was_cut = False

    @property
    def dropped(self) -> int:
        """Frames this connection was too slow for."""
        return self._lost + (self._fed.dropped if self._fed else 0)

    @property
    def proof_ago_s(self) -> float:
        """Since the peer last acknowledged something new."""
        return (self._clock.mono_ns() - self.proof_ns) / _NS if self.proof_ns else 0.0

    def put(self, framed: bytes, *, video_key: bool) -> None:
        if self._fed:
            self._fed.put(framed, video_key=video_key)

    def flush(self) -> None:
        """Write what was put."""
        if self._fed:
            if self._fed.batch:
                self._handed_ns = self._clock.mono_ns()
            self._fed.flush()

    def cut(self) -> bool:
        """A DUMP or a KILL: break the line when more than a second is on its way; what waited is never sent."""
        if not (self.accepted and self._fed and self._sent_ns):
            return False
        # Up to when we handed over, not up to now: between two hand-overs nothing is on its way.
        behind_ns = self._handed_ns - self._sent_ns + self._waiting * _NS // self._form.bytes_per_s
        if behind_ns <= _BACKLOG_AT_CUT_NS:
            return False
        self._was_cut = True
        self._fed.child.signal(signal.SIGKILL)
        return True

    def kbps(self) -> float:
        """What the peer has acknowledged in the last two seconds."""
        now_ns, proofs = self._clock.mono_ns(), self._proofs
        while len(proofs) > 2 and now_ns - proofs[0][0] > _RATE_NS:  # noqa: PLR2004 - two make a rate
            proofs.popleft()
        if not self.proven or not proofs:
            return 0.0
        (from_ns, from_bytes), (_, to_bytes) = proofs[0], proofs[-1]
        return round((to_bytes - from_bytes) * 8 * 1_000_000 / max(now_ns - from_ns, 1), 1)

    async def run(self) -> Ended:
        """Connect and send until it fails. Cancelled, it says goodbye, or only breaks the line."""
        first = ToPlatform(
            url=self._url,
            picture=self._form.picture,
            sound=self._form.sound,
            send_buffer_bytes=max(32_768, round(self._form.bytes_per_s * _KERNEL_S)),
            allow_internal=self._settings.allow_internal_outputs,
        )
        most_bytes = max(512 * 1024, self._form.bytes_per_s * _BACKLOG_S)
        self._fed = fed = await Fed.start(self._name, python("broadcaster.worker"), first, most_bytes)
        try:
            async with asyncio.timeout(_START_S) as limit:
                ended = await self._listen(fed, limit)
        except TimeoutError:
            ended = self._silence(), ""
        except asyncio.CancelledError:
            if self.goodbye:
                await asyncio.shield(fed.finish(meant=True, grace_s=_CLOSE_S if self.accepted else 0.0))
            raise
        finally:
            self._lost += fed.dropped
            self._fed = None
            await fed.kill()
        reason, says = ended
        return Ended(
            reason=reason,
            says=says,
            had_us=self.proven,
            held_s=(self.proof_ns - self._first_proof_ns) / _NS,
            for_good=reason in _FOR_GOOD,
        )

    async def _listen(self, fed: Fed, limit: asyncio.Timeout) -> tuple[str, str]:
        loop = asyncio.get_running_loop()
        failed: tuple[str, str] | None = None
        async for told in fed.reports():
            if told.get("what") == "failed":
                failed = str(told.get("reason", "")), str(told.get("says", ""))
            elif self._hear(told):
                wedged_s = self._settings.wedged_s
                limit.reschedule(loop.time() + (wedged_s if self.accepted else min(_CONNECT_S, wedged_s)))
        code = await fed.child.wait()
        if self._was_cut:
            return "cut", ""
        return failed or ("ended", f"exit code {code}")

    def _silence(self) -> str:
        if self.accepted:
            return "wedged"
        if not self._stage:
            return "slow_start"
        return "unresolved" if self._stage == "resolving" else "timeout"

    def _hear(self, told: dict[str, object]) -> bool:
        """One report; True when it proves progress."""
        what, acked, written = told.get("what"), told.get("acked"), told.get("written")
        if what == "stage":
            self._stage = str(told.get("stage"))
            return True
        if what == "connected":
            # Greetings and headers are acknowledged too: only what comes after them is programme.
            self._base = written if isinstance(written, int) else 0
            self.accepted = True
            self._news()
            return True
        if what == "bytes" and isinstance(acked, int):
            rtt_ms, sent, waiting = told.get("rtt_ms"), told.get("sent_ns"), told.get("waiting")
            if isinstance(sent, int) and isinstance(waiting, int):
                self._sent_ns, self._waiting = sent, waiting
            self.rtt_ms = rtt_ms if isinstance(rtt_ms, float) else 0.0
            self._losses.append((self._clock.mono_ns(), self.dropped))
            if self.slow != self._losing():
                self.slow = not self.slow
                self._news()
            return self._arrived(acked)
        return False

    def _losing(self) -> bool:
        now_ns = self._clock.mono_ns()
        return any(self.dropped > lost and now_ns - at_ns < _LOSS_NS for at_ns, lost in self._losses)

    def _arrived(self, acked: int) -> bool:
        if acked <= max(self.acked, self._base):
            return False
        self.acked, self.proof_ns = acked, self._clock.mono_ns()
        self._proofs.append((self.proof_ns, acked))
        if not self.proven:
            self.proven, self._first_proof_ns = True, self.proof_ns
            self._news()
        return True
