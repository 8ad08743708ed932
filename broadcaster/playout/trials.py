"""Test pushes, one for an output at a time. In: `TryOutput`. Out: `PushTried`, or a refusal.

The test signal is coded by a child when the first one is asked for, and kept on the disk like the slate.
"""

from broadcaster.encoders import for_rendition
from broadcaster.playout.form import Form
from broadcaster.playout.slate_source import NoSlate, SlateSource
from broadcaster.playout.trial import Trial
from episodes.commands import PushTried, TryOutput
from runtime.bus.protocol import Refused
from runtime.clock import Clock
from runtime.settings import Settings

_MOST = 4
_LEAST_S, _MOST_S = 1.0, 15.0


class Trials:
    """Which of them run now."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._running: set[str] = set()

    async def run(self, command: TryOutput) -> PushTried:
        """Push the test signal where the output would go. Raises Refused."""
        output = command.output
        if not _LEAST_S <= command.seconds <= _MOST_S:
            raise Refused("seconds", f"{command.seconds}")
        if output.output_id in self._running or len(self._running) >= _MOST:
            raise Refused("busy", output.output_id)
        self._running.add(output.output_id)
        try:
            encode = for_rendition(self._settings.encode, output.rendition)
            signal, _ = await SlateSource(self._settings, encode, bars=True).first()
            form = Form.of(signal, encode)
            url = output.spare_url if output.use == "spare" and output.spare_url else output.url
            trial = Trial(f"trial {output.output_id}", url, signal, form, self._settings.playout, self._clock)
            return await trial.run(command.seconds)
        except NoSlate:
            raise Refused("no_signal", "the test signal cannot be coded") from None
        finally:
            self._running.discard(output.output_id)
