"""CPU seconds. In: processes. Out: what they and their children used, and what each thread did."""

from pathlib import Path

import psutil

_TICKS = 100


def of_tree(process: psutil.Process) -> dict[int, float]:
    """CPU seconds by process id, the process itself and everything below it."""
    found = {}
    for each in [process, *process.children(recursive=True)]:
        try:
            times = each.cpu_times()
            found[each.pid] = times.user + times.system
        except psutil.NoSuchProcess:
            continue
    return found


def of_threads(process: psutil.Process) -> dict[str, float]:
    """CPU seconds by thread name."""
    found: dict[str, float] = {}
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        try:
            name = (task / "comm").read_text().strip()
            fields = (task / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        found[name] = found.get(name, 0.0) + (int(fields[11]) + int(fields[12])) / _TICKS
    return found


def used(before: dict[int, float], after: dict[int, float]) -> float:
    """Seconds between two readings; a child that was born in between counts whole."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def names(process: psutil.Process) -> dict[int, str]:
    """What each process below is for, as its command line tells."""
    found = {}
    for each in [process, *process.children(recursive=True)]:
        try:
            line = each.cmdline()
            found[each.pid] = next((part for part in line if part.startswith("broadcaster")), " ".join(line)[:40])
        except psutil.NoSuchProcess:
            continue
    return found
