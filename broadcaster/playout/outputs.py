"""All outputs of the episode. In: what a person wants, the public's frames. Out: one task and one worker for each.

Only another address, or a person's press, begins an output anew; the others never notice. What a person stopped stays
stopped, and who went over to the spare address stays there until a person says otherwise, also after a sudden end.
"""

import asyncio
from collections.abc import Callable

import msgspec

from broadcaster.playout.alarms import Alarms
from broadcaster.playout.form import Form
from broadcaster.playout.output import Output, begin
from episodes.commands import OutputSpec
from episodes.status import OutputState, OutputStatus
from runtime.clock import Clock
from runtime.settings.model import Playout
from runtime.supervise import supervise


class Outputs:
    """Start with `run` in a TaskGroup; `want` may be called at any time."""

    def __init__(
        self,
        form_of: Callable[[str], Form | None],
        settings: Playout,
        clock: Clock,
        changed: Callable[[], None],
        alarms: Alarms,
        spared: tuple[tuple[str, int], ...] = (),
    ) -> None:
        self._spared = set(spared)
        self._alarms = alarms
        self._form_of = form_of
        self._settings = settings
        self._clock = clock
        self._changed = changed
        self._wanted: tuple[OutputSpec, ...] = ()
        self._running: dict[str, tuple[Output, asyncio.Task[None]]] = {}
        self._news = asyncio.Event()

    def want(self, outputs: tuple[OutputSpec, ...]) -> None:
        """These, and no others."""
        self._wanted = outputs
        self._news.set()

    def look_again(self) -> None:
        """A rendition has become ready."""
        self._news.set()

    def put(self, framed: bytes, *, video_key: bool, rendition: str = "main") -> None:
        """One frame of the public's programme to every output that shows it in this rendition."""
        for output, _ in self._running.values():
            if output.spec.rendition == rendition:
                output.put(framed, video_key=video_key)

    def cut(self) -> None:
        """A DUMP or a KILL: nothing from before may still be on its way."""
        for output, _ in self._running.values():
            output.cut()

    def flush(self) -> None:
        """Write what was put, each output's frames at once."""
        for output, _ in self._running.values():
            output.flush()

    def status(self) -> tuple[OutputStatus, ...]:
        """Each in the order it was asked for."""
        return tuple(self._status(spec) for spec in self._wanted)

    @property
    def spared(self) -> tuple[tuple[str, int], ...]:
        """Who went over to the spare address by itself, and at which of a person's turns."""
        now = {
            (output.spec.output_id, output.spec.turn)
            for output, _ in self._running.values()
            if output.attempts.use == "spare" and output.spec.use == "main"
        }
        return tuple(sorted(now))

    def pushes(self, output_id: str) -> bool:
        """Whether this output holds, or tries to hold, a connection to its platform."""
        return output_id in self._running

    @property
    def dropped(self) -> int:
        return sum(output.dropped for output, _ in self._running.values())

    async def run(self) -> None:
        """Keep what runs equal to what is wanted, until cancelled; then close all connections."""
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    self._news.clear()
                    await self._settle(tasks)
                    await self._news.wait()
        finally:
            self._running.clear()

    async def _settle(self, tasks: asyncio.TaskGroup) -> None:
        wanted = {spec.output_id: spec for spec in self._wanted if spec.on}
        gone = [
            output_id
            for output_id, (output, _) in self._running.items()
            if output_id not in wanted or not self._goes_on(output, wanted[output_id])
        ]
        ending = [self._running.pop(output_id)[1] for output_id in gone]
        for task in ending:
            task.cancel()
        if ending:
            await asyncio.wait(ending)
        for output_id, spec in wanted.items():
            form = self._form_of(spec.rendition)
            if output_id not in self._running and form:
                self._running[output_id] = self._start(spec, form, tasks)
        self._changed()

    def _goes_on(self, output: Output, spec: OutputSpec) -> bool:
        turned = spec.turn != output.spec.turn
        goes_on = output.goes_on_as(spec)
        if turned:
            # The same broadcast goes on: the platform shall see a broken line, no end.
            output.break_line()
        return goes_on

    def _start(self, spec: OutputSpec, form: Form, tasks: asyncio.TaskGroup) -> tuple[Output, asyncio.Task[None]]:
        attempts = begin(spec)
        if spec.spare_url and (spec.output_id, spec.turn) in self._spared:
            attempts = msgspec.structs.replace(attempts, use="spare")
        self._spared.discard((spec.output_id, spec.turn))
        output = Output(spec, form, self._settings, self._clock, self._changed, self._alarms, attempts)
        task = tasks.create_task(supervise(f"output {spec.output_id}", output.run), name=f"output {spec.output_id}")
        return output, task

    def _status(self, spec: OutputSpec) -> OutputStatus:
        found = self._running.get(spec.output_id)
        if found and spec.on:
            return found[0].status
        state: OutputState = "connecting" if spec.on else "stopped"
        return OutputStatus(output_id=spec.output_id, name=spec.name, state=state)
