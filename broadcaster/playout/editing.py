"""DUMP, KILL and restore of one episode. In: what a person pressed. Out: the public's picture at once, then an edit.

What is shown changes before anything is awaited; the disk comes after. The clock of the edits is the programme's own:
a DUMP at this moment takes what was made up to this moment, whether it has reached us yet or not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import msgspec

from broadcaster.playout.cuts import Cuts
from broadcaster.playout.hls_feed import HlsFeed
from broadcaster.playout.outputs import Outputs
from broadcaster.playout.position import Position
from broadcaster.playout.saved import Saved, boot_id
from broadcaster.playout.timeline import Timeline
from broadcaster.playout.timelines import Timelines
from episodes.commands import Dump, Edited, Kill, Restore
from episodes.edits import Edit
from runtime.bus.protocol import Refused
from runtime.clock import Clock
from runtime.log import get

_log = get("editing")
_NS = 1_000_000_000
# A DUMP of all takes no less than a DUMP of the last seconds does: with a short delay some of it has been sent, and
# those who play late are spared it.
_LEAST_NS = 10 * _NS
MOST_DUMP_S = 600.0
# After a hole the programme waits for a keyframe.
_KEYFRAME_NS = 3 * _NS

Why = Literal["", "start", "dump", "kill", "gap"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """`step` hands out what has become due, so that the hole begins now and not with the next turn."""

    timelines: Timelines
    position: Position
    outputs: Outputs
    hls: HlsFeed
    cuts: Cuts
    clock: Clock
    saved: Saved
    step: Callable[[], None]

    async def dump(self, command: Dump) -> Edited:
        """Take what is unsent, or the last seconds. Raises Refused `seconds`."""
        if command.seconds is not None and not 0 < command.seconds <= MOST_DUMP_S:
            raise Refused("seconds", f"{command.seconds} is not within 0 and {MOST_DUMP_S:g}")
        if found := self.cuts.find(command.command_id):
            return Edited(edit=found, durable=True)
        now_ns, unsent_ns = self.clock.mono_ns(), self.timelines.unsent_ns
        least_ns = now_ns - (_LEAST_NS if command.seconds is None else round(command.seconds * _NS))
        from_ns = least_ns if command.seconds is not None else min(unsent_ns, least_ns)
        from_ns = max(from_ns, self.saved.air_from_ns)
        edit = self._edit(command, "dump", from_ns, now_ns, recalled=from_ns < unsent_ns)
        edit = msgspec.structs.replace(edit, seconds=command.seconds)
        self.timelines.remove(from_ns, now_ns)
        self._take_back(from_ns + self.timelines.delay_ns if edit.recalled else None)
        return await self._done(edit)

    async def kill(self, command: Kill) -> Edited:
        """Black and silence; a second KILL changes nothing."""
        if found := self.cuts.find(command.command_id) or self.cuts.standing:
            return Edited(edit=found, durable=True)
        from_ns = self.timelines.unsent_ns
        edit = self._edit(command, "kill", from_ns, None, recalled=True)
        self.timelines.kill(from_ns)
        self._take_back(self.saved.air_from_ns)
        return await self._done(edit)

    async def restore(self, command: Restore) -> Edited:
        """End the KILL. Raises Refused `not_killed`."""
        if found := self.cuts.find(command.command_id):
            return Edited(edit=found, durable=True)
        standing = self.cuts.standing
        if standing is None:
            raise Refused("not_killed")
        now_ns = self.clock.mono_ns()
        edit = msgspec.structs.replace(
            standing,
            to_mono_ns=now_ns,
            to_utc_ns=now_ns + self.saved.utc_offset_ns,
            restore_id=command.command_id,
            restored_utc_ns=self.clock.utc_ns(),
            restored_by=command.by,
            restored_reason=command.reason,
        )
        self.timelines.restore(now_ns)
        self.step()
        return await self._done(edit)

    def again(self) -> None:
        """After a restart: what was taken stays out, what was killed stays black."""
        self.teach(self.timelines.main)
        boot, now_ns = boot_id(), self.clock.mono_ns()
        for edit in self.cuts.all:
            if edit.stands:
                self.hls.cut(self.saved.air_from_ns, now_ns)
            elif edit.boot == boot and edit.recalled and edit.kind == "dump" and edit.to_mono_ns is not None:
                self.hls.cut(edit.from_mono_ns + self.saved.delay_ns, edit.to_mono_ns)

    def teach(self, timeline: Timeline) -> None:
        """What was taken so far is taken from this one too: a restarted one, or a rendition that begins."""
        boot = boot_id()
        for edit in self.cuts.all:
            if edit.stands:
                # Moments of another run of the machine lie before everything that can still come.
                timeline.kill(edit.from_mono_ns if edit.boot == boot else self.saved.air_from_ns)
            elif edit.boot == boot:
                timeline.buffer.remove(edit.from_mono_ns, edit.to_mono_ns)

    def why(self) -> Why:
        """Why the public sees no programme at this moment, if it sees none."""
        if self.cuts.standing:
            return "kill"
        public_ns = self.timelines.out_ns - self.timelines.delay_ns
        for edit in reversed(self.cuts.all):
            if edit.from_mono_ns <= public_ns < (edit.to_mono_ns or 0) + _KEYFRAME_NS:
                return edit.kind
        return "start" if public_ns < self.saved.air_from_ns + _KEYFRAME_NS else "gap"

    def _take_back(self, from_out_ns: int | None) -> None:
        self.outputs.cut()
        if from_out_ns is not None:
            self.hls.cut(from_out_ns, self.timelines.out_ns)
        self.step()

    def _edit(
        self, command: Dump | Kill, kind: Literal["dump", "kill"], from_ns: int, to_ns: int | None, *, recalled: bool
    ) -> Edit:
        offset_ns = self.saved.utc_offset_ns
        return Edit(
            edit_id=command.command_id,
            episode_id=self.saved.episode_id,
            kind=kind,
            from_mono_ns=from_ns,
            to_mono_ns=to_ns,
            from_utc_ns=from_ns + offset_ns,
            to_utc_ns=None if to_ns is None else to_ns + offset_ns,
            boot=boot_id(),
            made_utc_ns=self.clock.utc_ns(),
            by=command.by,
            reason=command.reason,
            after_seq=self._seq_before(from_ns),
            recalled=recalled,
        )

    def _seq_before(self, from_ns: int) -> int:
        held = reversed(self.timelines.main.buffer.video)
        last = next((packet.scene_seq for packet in held if packet.mono_ns < from_ns), None)
        return self.position.before(from_ns + self.timelines.delay_ns) if last is None else last

    async def _done(self, edit: Edit) -> Edited:
        _log.warning("taken from the public", kind=edit.kind, edit=edit.edit_id, stands=edit.stands, by=edit.by)
        return Edited(edit=edit, durable=await self.cuts.add(edit))
