"""A disk that is full: a real one where we may mount, otherwise the kernel refuses longer files."""

import contextlib
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from broadcaster.recording import Recording


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 4 MB at `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        yield folder
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(recording: Recording, disk: Path, *, full: bool) -> None:
    """Leave no room, or give it back. Without a disk of our own, the kernel refuses longer files instead."""
    if os.geteuid() == 0:
        (disk / "ballast").write_bytes(bytes(4_120_000) if full else b"")
        return
    most = 60_000 if full else resource.RLIM_INFINITY
    resource.prlimit(recording._fed.child.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


@contextlib.contextmanager
def read_only(disk: Path) -> Iterator[Callable[[], None]]:
    """The disk may not be written until what this gives is called."""
    if os.geteuid() == 0:
        mount = ["mount", "-o", "remount,ro", disk]
        subprocess.run(mount, check=True)
        yield lambda: subprocess.run([*mount[:2], "remount,rw", disk], check=True) and None
        return
    disk.chmod(0o555)
    yield lambda: disk.chmod(0o755)
