"""What a fault left behind. In: a house before and after. Out: its processes, descriptors and memory, compared."""

import contextlib
from collections import Counter
from dataclasses import dataclass

import psutil

from tests.faults.onair import OnAir

MIB = 1024 * 1024
ROOMS = ("desk", "studio", "playout")


@dataclass(frozen=True)
class Kept:
    """Of a whole house: what each room holds, and which children there are, by what they are for."""

    memory: dict[str, int]
    descriptors: dict[str, int]
    processes: Counter[str]


def kept(show: OnAir) -> Kept:
    """Now; memory is what is in no other process (USS), in bytes."""
    memory: dict[str, int] = {}
    descriptors: dict[str, int] = {}
    processes: Counter[str] = Counter()
    for each in show.house.family():
        with contextlib.suppress(psutil.Error):
            if each.status() == psutil.STATUS_ZOMBIE:
                continue
            words = each.cmdline()
            name = words[words.index("-m") + 1] if "-m" in words else words[0]
            processes[name] += 1
    for room in ROOMS:
        found = show.house.room(room)
        if found:
            memory[room], descriptors[room] = found.memory_full_info().uss, found.num_fds()
    return Kept(memory, descriptors, processes)


def compare(before: Kept, after: Kept, *, more_mib: float = 40.0, more_fds: int = 6) -> None:
    """Nobody was left behind, nothing held that was not held before."""
    assert after.processes == before.processes, "as many of each as before"
    for room, had in before.memory.items():
        grown = (after.memory[room] - had) / MIB
        assert grown < more_mib, f"{room} holds {grown:.0f} MiB more"
        more = after.descriptors[room] - before.descriptors[room]
        assert more <= more_fds, f"{room} holds {more} more descriptors"
