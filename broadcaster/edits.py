"""The edit list on disk. In: edits as they are made. Out: `edits.jsonl`, durable before anybody is told; the list.

One JSON object a line (`episodes.edits.Edit`). A later line with the same `edit_id` replaces the earlier one: a KILL is
written when it begins and again when it is restored. Playout alone writes; a torn last line is no edit.
"""

import os
from pathlib import Path

import msgspec

from episodes.edits import Edit
from runtime.log import get

_log = get("edits")


def read(path: Path) -> tuple[Edit, ...]:
    """Every edit as it last stood, in the order they were made; none when there is no file. Raises OSError."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    found: dict[str, Edit] = {}
    for number, line in enumerate(lines, 1):
        try:
            edit = msgspec.json.decode(line, type=Edit)
        except msgspec.MsgspecError as error:
            _log.warning("a line of the edit list cannot be read", line=number, why=str(error))
            continue
        found[edit.edit_id] = edit
    return tuple(found.values())


def append(path: Path, edit: Edit) -> None:
    """Add one edit; it is on the disk when this returns. Blocking. Raises OSError, and then nothing was added."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(file).st_size
        torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        line = (b"\n" if torn else b"") + msgspec.json.encode(edit) + b"\n"
        try:
            if os.write(file, line) < len(line):
                raise OSError(28, os.strerror(28))  # noqa: TRY301 - a full disk takes half a line
            os.fsync(file)
        except OSError:
            os.ftruncate(file, size)
            raise
    finally:
        os.close(file)
    if new:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
