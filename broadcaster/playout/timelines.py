"""The public programme in every rendition. In: packets, a person's wishes. Out: packets, each with its rendition. Pure.

Every rendition has a timeline of its own and the same rules: the delay, its changes, DUMP, KILL and the end apply to
all. What is asked is answered by the main one; what must not be sent is reckoned from the one that has sent least.
"""

from collections.abc import Iterator

from broadcaster.packets import Packet
from broadcaster.playout.air import AirPacket
from broadcaster.playout.slate import Slate
from broadcaster.playout.timeline import Timeline

MAIN = "main"


class Timelines:
    """`main` always; `sides` by name, while an output asks for them."""

    def __init__(self, main: Timeline) -> None:
        self.main = main
        self.sides: dict[str, Timeline] = {}

    # -- what may be asked

    @property
    def delay_ns(self) -> int:
        return self.main.delay_ns

    @property
    def out_ns(self) -> int:
        return self.main.out_ns

    @property
    def unsent_ns(self) -> int:
        """Programme time: on some rendition nothing of this moment or later has been handed out yet."""
        return min(each.unsent_ns for each in self._all())

    @property
    def drained(self) -> bool:
        return self.main.drained

    def get(self, rendition: str) -> Timeline | None:
        """The timeline of one rendition, if it runs."""
        return self.main if rendition == MAIN else self.sides.get(rendition)

    # -- what may be told

    def begin(self, rendition: str, slate: Slate, air_from_ns: int) -> Timeline:
        """A further rendition joins where the main one is: slate until its first keyframe is due."""
        main = self.main
        side = Timeline(slate, main.out_ns, main.delay_ns, air_from_ns=air_from_ns)
        side.set_delay(main.wanted_ns)
        self.sides[rendition] = side
        return side

    def drop(self, rendition: str) -> None:
        """Nobody asks for it any more."""
        self.sides.pop(rendition, None)

    def put(self, packet: Packet) -> bool:
        """Picture to its own timeline, sound to all; False when the main one did not hold it."""
        if packet.kind == "video":
            timeline = self.get(packet.rendition)
            return timeline is None or timeline.put(packet)
        for side in self.sides.values():
            side.put(packet)
        return self.main.put(packet)

    def step(self, now_ns: int) -> Iterator[tuple[str, AirPacket]]:
        """Everything that has become due, rendition after rendition."""
        for packet in self.main.step(now_ns):
            yield MAIN, packet
        for name, side in self.sides.items():
            for packet in side.step(now_ns):
                yield name, packet

    def set_delay(self, delay_ns: int) -> None:
        for each in self._all():
            each.set_delay(delay_ns)

    def remove(self, from_ns: int, to_ns: int | None) -> None:
        """A DUMP: programme time `[from_ns, to_ns)` never comes out."""
        for each in self._all():
            each.buffer.remove(from_ns, to_ns)

    def kill(self, from_ns: int) -> None:
        for each in self._all():
            each.kill(from_ns)

    def restore(self, to_ns: int) -> None:
        for each in self._all():
            each.restore(to_ns)

    def end(self, now_ns: int) -> None:
        for each in self._all():
            each.end(now_ns)

    def new_stream(self) -> None:
        """Another studio speaks: every picture must begin with a keyframe."""
        for each in self._all():
            each.buffer.new_stream()

    def _all(self) -> tuple[Timeline, ...]:
        return (self.main, *self.sides.values())
