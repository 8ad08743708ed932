"""The episode's edits while it is on air. In: edits as a person makes them. Out: the same, on the disk; what stands.

What is shown never waits for the disk; the person's answer does, for a second. An edit that a disk refuses stays in
force and in the list, is said by an alarm, and is tried again until it is written.
"""

import asyncio
import contextlib
from collections import deque
from pathlib import Path

from broadcaster import edits as disk_list
from broadcaster.playout.alarms import Alarms
from episodes.edits import Edit
from runtime.clock import Clock
from runtime.log import get
from runtime.threads import NamedExecutor

_log = get("cuts")
_PATIENCE_S = 1.0
_AGAIN_S = 2.0
_NS = 1_000_000_000
# The desk hears of each edit for so long, and of no more than so many: it writes them into the record at once.
_TOLD_NS = 3600 * _NS
_MOST_TOLD = 64


class Cuts:
    """`keep` belongs into a task of its own."""

    def __init__(self, path: Path, edits: tuple[Edit, ...], disk: NamedExecutor, clock: Clock, alarms: Alarms) -> None:
        self._path = path
        self._all = {edit.edit_id: edit for edit in edits}
        self._disk = disk
        self._clock = clock
        self._alarms = alarms
        self._unsaved: deque[Edit] = deque()  # bounded by what one person presses while a disk is full
        self._news = asyncio.Event()
        self._saved = asyncio.Event()

    @property
    def all(self) -> tuple[Edit, ...]:
        return tuple(self._all.values())

    @property
    def standing(self) -> Edit | None:
        """The KILL that nobody has restored."""
        return next((edit for edit in self._all.values() if edit.stands), None)

    def told(self) -> tuple[Edit, ...]:
        """What others must know of: the newest, and a KILL that stands."""
        since_ns = self._clock.utc_ns() - _TOLD_NS
        recent = [edit for edit in self._all.values() if edit.stands or _touched_ns(edit) > since_ns]
        return tuple(recent[-_MOST_TOLD:])

    def find(self, command_id: str) -> Edit | None:
        """What a command has done before, over a restart too."""
        restored = (edit for edit in self._all.values() if edit.restore_id == command_id)
        return self._all.get(command_id) or next(restored, None)

    async def add(self, edit: Edit) -> bool:
        """Hold it, and wait until it is on the disk; False when the disk takes too long."""
        self._all[edit.edit_id] = edit
        self._unsaved.append(edit)
        self._saved.clear()
        self._news.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                await self._saved.wait()
        return edit not in self._unsaved

    async def keep(self) -> None:
        """Write until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._unsaved and not await self._write():
                await self._clock.sleep(_AGAIN_S)
            self._saved.set()

    async def _write(self) -> bool:
        edit = self._unsaved[0]
        try:
            await self._disk.run(disk_list.append, self._path, edit)
        except OSError as error:
            _log.warning("an edit cannot be saved", edit=edit.edit_id, why=error.strerror)
            self._alarms.raise_("edits_unsaved", "playout")
            return False
        self._unsaved.popleft()
        self._alarms.clear("edits_unsaved", "playout")
        return True


def _touched_ns(edit: Edit) -> int:
    return max(edit.made_utc_ns, edit.restored_utc_ns)


async def recall(path: Path, disk: NamedExecutor, alarms: Alarms) -> tuple[Edit, ...]:
    """The edits of before this process; none, and an alarm, when they cannot be read."""
    try:
        return await disk.run(disk_list.read, path)
    except OSError as error:
        _log.warning("the edit list cannot be read", why=error.strerror)
        alarms.raise_("edits_unsaved", "playout")
        return ()
