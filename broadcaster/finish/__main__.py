"""`python -m broadcaster.finish`. In: a `Job` as JSON on stdin. Out: `master.mp4`, `public.mp4`, `finished.json`.

It tells its progress on stdout, may be ended at any moment and begun again: files get their names when they are whole,
`finished.json` comes last, and what is finished of the same material is not made twice.
"""

import errno
import hashlib
import os
import shutil
import sys
from pathlib import Path

import av
import msgspec

from broadcaster import edits, feed
from broadcaster.finish import plan
from broadcaster.finish.join import Joiner
from broadcaster.recorder.ends import end_utc_ns
from broadcaster.recorder.index import Line, lines
from episodes.finishing import Finished, Job

_NICE = 15
_SPARE_BYTES = 64 * 1024 * 1024
_NAMES = ("master", "public")
_ROOM_FACTOR = 2.1


class CannotFinish(Exception):  # noqa: N818 - says what it is
    """The argument is the stable word of `Progress.failed`."""


class Finish:
    """One episode's folder."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._folder = Path(job.folder)
        self._master = self._folder / "master"
        self._edits = self._folder / "edits.jsonl"
        self._read = self._all = 0

    def run(self) -> None:
        """Make what is not there yet. Raises CannotFinish, OSError, av.FFmpegError."""
        lasting = self._digests()
        if self._is_done(lasting):
            return
        for part in self._folder.glob("*.part"):
            part.unlink()
        found = self._segments()
        if not found:
            raise CannotFinish("nothing")
        size = sum((self._master / each.file).stat().st_size for each in found)
        if shutil.disk_usage(self._folder).free < size * _ROOM_FACTOR + _SPARE_BYTES:
            raise CannotFinish("no_room")
        self._all = 2 * size
        self._make(found, lasting)

    def _make(self, found: tuple[plan.Segment, ...], lasting: tuple[str, str, str]) -> None:
        job = self._job
        pieces = plan.public(found, edits.read(self._edits), job.end_utc_ns)
        # Before the old files go: what they hold may be what was removed since.
        (self._folder / "finished.json").unlink(missing_ok=True)
        self._forget()
        # No chapters in the master: it is nobody's programme.
        master = Joiner(self._folder, "master", job.title, ()).join(self._master, plan.whole(found), self._told)
        public = Joiner(self._folder, "public", job.title, job.chapters).join(self._master, pieces, self._told)
        places = tuple(place for each in job.chapters if (place := public.place(each)))
        done = Finished(
            job=lasting[0],
            recorded=lasting[1],
            edits=lasting[2],
            master=tuple(master.parts),
            public=tuple(public.parts),
            chapters=places,
            gaps=plan.gaps(found),
            removed_s=plan.removed_s(found, pieces, job.end_utc_ns),
        )
        if self._digests() != lasting:
            raise CannotFinish("changed")
        _write(self._folder / "finished.json", msgspec.json.encode(done))

    def _segments(self) -> tuple[plan.Segment, ...]:
        """The files that are there; where nobody wrote the end of one, it is looked for."""
        known = list(lines(self._master / "index.jsonl"))
        closed = {line.file for line in known if line.what == "closed"}
        for line in known[:]:
            if line.what == "segment" and line.file not in closed:
                end_ns = end_utc_ns(self._master / line.file, line.utc_ns)
                known.append(Line(what="closed", file=line.file, utc_ns=end_ns or line.utc_ns))
        return tuple(each for each in plan.segments(known) if (self._master / each.file).is_file())

    def _digests(self) -> tuple[str, str, str]:
        return (
            hashlib.sha256(msgspec.json.encode(self._job)).hexdigest(),
            _digest(self._master / "index.jsonl"),
            _digest(self._edits),
        )

    def _is_done(self, lasting: tuple[str, str, str]) -> bool:
        try:
            done = msgspec.json.decode((self._folder / "finished.json").read_bytes(), type=Finished)
        except (OSError, msgspec.MsgspecError):
            return False
        whole = all((self._folder / part.file).is_file() for part in (*done.master, *done.public))
        return whole and (done.job, done.recorded, done.edits) == lasting

    def _forget(self) -> None:
        for name in _NAMES:
            for old in (self._folder / f"{name}.mp4", *self._folder.glob(f"{name}-*.mp4")):
                old.unlink(missing_ok=True)

    def _told(self, read: int) -> None:
        self._read += read
        feed.report(percent=round(min(99.0, 100 * self._read / max(1, self._all)), 1))


def _digest(path: Path) -> str:
    """Empty when there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(file, data)
        os.fsync(file)
    finally:
        os.close(file)
    part.replace(path)


def main() -> int:
    os.nice(_NICE)
    av.logging.set_level(av.logging.PANIC)
    try:
        Finish(msgspec.json.decode(sys.stdin.buffer.read(), type=Job)).run()
    except CannotFinish as error:
        feed.report(failed=str(error))
        return 1
    except (OSError, av.FFmpegError) as error:
        full = getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
        feed.report(failed="no_room" if full else "disk")
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    feed.report(percent=100.0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
