"""The room's memory. In: changes. Out: the same after a sudden end, written by a thread of its own."""

import asyncio
import contextlib

import msgspec

from broadcaster.playout.alarms import Alarms
from broadcaster.playout.saved import Saved, Store, boot_id
from episodes.commands import OutputSpec
from runtime.clock import Clock
from runtime.log import get
from runtime.threads import NamedExecutor

_log = get("memory")
_EVERY_S = 5.0
_PATIENCE_S = 1.0


class Memory:
    """`saved` is the truth of this moment; the disk follows."""

    def __init__(self, store: Store, disk: NamedExecutor, clock: Clock, alarms: Alarms, delay_ns: int) -> None:
        self.saved = Saved(delay_ns=delay_ns)
        self.wanted: tuple[OutputSpec, ...] = ()
        self._store = store
        self._disk = disk
        self._clock = clock
        self._alarms = alarms
        self._seal = False
        self._dirty = asyncio.Event()
        self._written = asyncio.Event()

    async def recall(self) -> bool:
        """What was before this process; True when an episode was on air."""
        found = await self._disk.run(self._store.load, self._clock.utc_ns())
        if not found.episode_id:
            self.saved = msgspec.structs.replace(self.saved, public_seq=found.public_seq)
            return False
        if found.boot != boot_id():
            # The machine itself started anew, and its monotonic clock with it.
            mono_ns = self._clock.mono_ns()
            found = msgspec.structs.replace(
                found, air_from_ns=mono_ns, utc_offset_ns=self._clock.utc_ns() - mono_ns, boot=boot_id()
            )
        self.saved = found
        self.wanted = await self._disk.run(self._store.load_outputs)
        return True

    def want(self, outputs: tuple[OutputSpec, ...]) -> None:
        """These outputs; their URLs will be sealed."""
        self.wanted, self._seal = outputs, True
        self.update(outputs=tuple((spec.output_id, spec.name, spec.on) for spec in outputs))

    def update(self, **changes: object) -> None:
        """Change some of it, now; the disk follows."""
        self.saved = msgspec.structs.replace(self.saved, **changes)
        self._written.clear()
        self._dirty.set()

    async def flush(self) -> None:
        """Wait until it is on the disk, but not for long: the show does not wait for a disk."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                await self._written.wait()

    async def keep(self) -> None:
        """Write what changes, and while on air now and then that we live; until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_EVERY_S):
                    await self._dirty.wait()
            if self._dirty.is_set() or self.saved.episode_id:
                await self._write()

    async def _write(self) -> None:
        self._dirty.clear()
        seal, self._seal = self._seal, False
        self.saved = msgspec.structs.replace(self.saved, alive_utc_ns=self._clock.utc_ns(), boot=boot_id())
        try:
            if seal:
                await self._disk.run(self._store.save_outputs, self.wanted)
            await self._disk.run(self._store.save, self.saved)
        except OSError as error:
            self._seal = self._seal or seal
            _log.warning("the state cannot be saved", why=error.strerror)
            self._alarms.raise_("state_unsaved", "playout")
        else:
            self._alarms.clear("state_unsaved", "playout")
            if not self._dirty.is_set():
                self._written.set()
