"""All outputs of the episode. In: what a person wants, the public's frames. Out: one task and one worker for each.

Only a changed address restarts an output; the others never notice. What a person stopped stays stopped.
"""

import asyncio
from collections.abc import Callable

from broadcaster.playout.form import Form
from broadcaster.playout.output import Output
from episodes.commands import OutputSpec
from episodes.status import OutputStatus
from runtime.clock import Clock
from runtime.settings.model import Playout
from runtime.supervise import supervise


class Outputs:
    """Start with `run` in a TaskGroup; `want` may be called at any time."""

    def __init__(self, form: Form, settings: Playout, clock: Clock, changed: Callable[[], None]) -> None:
        self._form = form
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

    def put(self, framed: bytes, *, video_key: bool) -> None:
        """One frame of the public's programme to every output that runs."""
        for output, _ in self._running.values():
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
            if output_id not in wanted or wanted[output_id].url != output.spec.url
        ]
        ending = [self._running.pop(output_id)[1] for output_id in gone]
        for task in ending:
            task.cancel()
        if ending:
            await asyncio.wait(ending)
        for output_id, spec in wanted.items():
            if output_id in self._running:
                self._running[output_id][0].spec = spec
                continue
            output = Output(spec, self._form, self._settings, self._clock, self._changed)
            task = tasks.create_task(supervise(f"output {output_id}", output.run), name=f"output {output_id}")
            self._running[output_id] = (output, task)
        self._changed()

    def _status(self, spec: OutputSpec) -> OutputStatus:
        found = self._running.get(spec.output_id)
        if found and spec.on:
            return found[0].status
        return OutputStatus(output_id=spec.output_id, name=spec.name, state="stopped")
