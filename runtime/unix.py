"""Unix sockets with private modes. In: a path of any length. Out: a listening or connected socket.

The kernel's limit of 107 bytes for such a path is met by going through the folder's descriptor.
"""

import asyncio
import os
import socket
import stat
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_MOST_BYTES = 100


@contextmanager
def _reachable(path: Path) -> Iterator[str]:
    if len(os.fsencode(path)) <= _MOST_BYTES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def listen(path: Path, backlog: int = 16) -> socket.socket:
    """A non-blocking listening socket at `path`, mode 0600; a socket left by a dead process is replaced."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        before = os.umask(0o177)
        try:
            with _reachable(path) as name:
                made.bind(name)
        finally:
            os.umask(before)
        made.listen(backlog)
        made.setblocking(False)
    except BaseException:
        made.close()
        raise
    return made


async def serve(
    path: Path,
    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None] | None],
    *,
    limit: int = 2**16,
) -> asyncio.Server:
    """`asyncio.start_unix_server` on `path`, whatever its length."""
    return await asyncio.start_unix_server(handler, sock=listen(path), limit=limit)


async def connect(path: Path, *, limit: int = 2**16) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to `path`. Raises OSError when nobody listens there."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        with _reachable(path) as name:
            await asyncio.get_running_loop().sock_connect(made, name)
        return await asyncio.open_unix_connection(sock=made, limit=limit)
    except BaseException:
        made.close()
        raise
