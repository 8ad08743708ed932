"""One output. In: its record, the public's frames. Out: the same at the platform, and its state for the desk.

Each connection is a `Push`; what follows its end is `episodes.outputs.after`. A slow platform loses its own frames
only. It is `live` only while the peer acknowledges programme.
"""

import asyncio
from collections.abc import Callable

from broadcaster.playout.alarms import Alarms
from broadcaster.playout.form import Form
from broadcaster.playout.push import Push
from episodes.commands import OutputSpec
from episodes.outputs import Again, Attempts, Ended, Rules, Stop, after
from episodes.status import AlarmLevel, OutputState, OutputStatus
from runtime.clock import Clock
from runtime.log import get
from runtime.settings.model import Playout

_log = get("output")
_NS = 1_000_000_000
_STALLED_S = 3.0
_MOST_GOP = 2000
_ALARMS: dict[str, AlarmLevel] = {
    "output_failing": "alarm",
    "output_given_up": "alarm",
    "output_spare": "warning",
    "output_slow": "warning",
}


class Output:
    """Runs until cancelled; `run` belongs into a TaskGroup. `attempts` may go on from another process's life."""

    def __init__(
        self,
        spec: OutputSpec,
        form: Form,
        settings: Playout,
        clock: Clock,
        changed: Callable[[], None],
        alarms: Alarms,
        attempts: Attempts,
    ) -> None:
        self.spec = spec
        self.attempts = attempts
        self._form = form
        self._settings = settings
        self._clock = clock
        self._changed = changed
        self._alarms = alarms
        self._state: OutputState = "connecting"
        self._reason = self._says = ""
        self._tries = 0
        self._retry_at_ns = 0
        self._lost = 0
        self._push: Push | None = None
        self._gop: list[tuple[bytes, bool]] = []

    @property
    def dropped(self) -> int:
        """Frames this output alone has lost."""
        return self._lost + (self._push.dropped if self._push else 0)

    @property
    def status(self) -> OutputStatus:
        wait_ns = max(0, self._retry_at_ns - self._clock.mono_ns()) if self._retry_at_ns else 0
        push = self._push
        state, reason = self._seen()
        return OutputStatus(
            output_id=self.spec.output_id,
            name=self.spec.name,
            state=state,
            reason=reason,
            says=self._says,
            kbps=push.kbps() if push else 0.0,
            acked_bytes=push.acked if push else 0,
            retry_in_s=round(wait_ns / _NS, 1),
            tries=self._tries,
            dropped_frames=self.dropped,
            use=self.attempts.use,
            acked_ago_s=round(push.proof_ago_s, 1) if push else 0.0,
        )

    def goes_on_as(self, spec: OutputSpec) -> bool:
        """Take the new record; False when that needs a new beginning."""
        old, self.spec = self.spec, spec
        if spec.turn != old.turn or spec.rendition != old.rendition:
            return False
        waits = self._state in {"failing", "refused", "given_up"}
        moved = {"main": spec.url != old.url, "spare": spec.spare_url != old.spare_url}
        return not (moved[self.attempts.use] or (waits and (any(moved.values()) or spec.policy != old.policy)))

    def break_line(self) -> None:
        """When cancelled: no goodbye, the next connection resumes the same broadcast."""
        if self._push:
            self._push.goodbye = False

    def put(self, framed: bytes, *, video_key: bool) -> None:
        """One frame; until the platform has accepted us, only the newest group of pictures is kept."""
        if self._push and self._push.accepted:
            self._push.put(framed, video_key=video_key)
            return
        if video_key:
            self._gop.clear()
        if video_key or (self._gop and len(self._gop) < _MOST_GOP):
            self._gop.append((framed, video_key))

    def cut(self) -> None:
        """A DUMP or a KILL: what waits for this platform goes with its connection, unless it is next to nothing."""
        self._gop.clear()
        if self._push and self._push.cut():
            _log.warning("closed with what it had not got yet", output=self.spec.name)

    def flush(self) -> None:
        """Write what was put."""
        if self._push:
            self._push.flush()

    async def run(self) -> None:
        """Connect, send, and after each failure do what the policy says."""
        try:
            while True:
                ended = await self._once()
                rules = _rules(self._settings).with_policy(self.spec.policy)
                self.attempts, follows = after(
                    self.attempts, ended, rules, self._clock.mono_ns(), has_spare=bool(self.spec.spare_url)
                )
                if isinstance(follows, Stop):
                    await self._stop(follows, ended)
                else:
                    await self._wait(follows, ended)
        finally:
            for code in _ALARMS:
                self._alarms.clear(code, self.spec.output_id)

    async def _once(self) -> Ended:
        self._tries += 1
        self._retry_at_ns = 0
        self._set("connecting", self._reason, self._says)
        spare = self.attempts.use == "spare"
        self._alarm("output_spare", spare)
        url = self.spec.spare_url if spare else self.spec.url
        name = f"output {self.spec.output_id}"
        push = self._push = Push(name, url, self._form, self._settings, self._clock, self._heard)
        try:
            return await push.run()
        finally:
            self._lost += push.dropped
            self._push = None

    async def _wait(self, follows: Again, ended: Ended) -> None:
        self._retry_at_ns = self._clock.mono_ns() + round(follows.wait_s * _NS)
        self._set("failing", ended.reason, ended.says)
        self._alarm("output_failing", True)
        _log.warning(
            "an output failed",
            output=self.spec.name,
            reason=ended.reason,
            says=ended.says,
            again_in_s=follows.wait_s,
            next=self.attempts.use,
        )
        await self._clock.sleep(follows.wait_s)

    async def _stop(self, follows: Stop, ended: Ended) -> None:
        if follows.why == "address":
            self._set("refused", ended.reason, ended.says)
        else:
            self._set("given_up", follows.why, ended.says)
        self._alarm("output_given_up", True)
        self._alarm("output_failing", False)
        _log.warning("an output waits for a person", output=self.spec.name, why=follows.why, reason=ended.reason)
        await asyncio.Event().wait()

    def _heard(self) -> None:
        push = self._push
        if push is None:
            return
        if push.proven:
            self._set("live", "", "")
            self._alarm("output_failing", False)
            self._alarm("output_slow", push.slow)
        elif push.accepted:
            gop, self._gop = self._gop, []
            for framed, video_key in gop:
                push.put(framed, video_key=video_key)
            push.flush()

    def _seen(self) -> tuple[OutputState, str]:
        """State and reason now: without fresh proof nothing is live."""
        if self._state != "live" or not self._push:
            return self._state, self._reason
        if self._push.proof_ago_s > _STALLED_S:
            return "stalled", "stalled"
        return "live", "slow" if self._push.slow else ""

    def _alarm(self, code: str, standing: bool) -> None:
        if standing:
            self._alarms.raise_(code, self.spec.output_id, _ALARMS[code])
        else:
            self._alarms.clear(code, self.spec.output_id)

    def _set(self, state: OutputState, reason: str, says: str) -> None:
        news = (state, reason, says) != (self._state, self._reason, self._says)
        self._state, self._reason, self._says = state, reason, says
        if news:
            self._changed()


def begin(spec: OutputSpec) -> Attempts:
    """As a person wishes it."""
    return Attempts(use=spec.use if spec.spare_url else "main")


def _rules(settings: Playout) -> Rules:
    return Rules(
        grace_s=settings.grace_s,
        retry_first_s=settings.retry_first_s,
        retry_most_s=settings.retry_most_s,
        tries_most=settings.tries_most,
        resume_s=settings.resume_s,
        spare_after=settings.spare_after,
    )
