"""Large files to browsers. In: a path that the route has checked, a Range header. Out: the bytes asked for, in pieces.

A player asks for the end of a film before its beginning, so ranges are needed; they are read off the loop.
"""

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from fastapi import HTTPException
from starlette.responses import Response, StreamingResponse

from api.desk import Desk

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_PIECE = 256 * 1024


def span(asked: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last. None when the whole file is meant. Raises 416."""
    found = _RANGE.fullmatch(asked.strip())
    if not found or not any(found.groups()):
        return None
    first, last = found.groups()
    begin = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if begin >= size or begin >= end:
        raise HTTPException(416, headers={"Content-Range": f"bytes */{size}"})
    return begin, end


async def ranged(desk: Desk, path: Path, kind: str, asked: str, headers: Mapping[str, str]) -> Response:
    """The file or the part of it that `asked` (the Range header) names; 404 when it went away."""
    try:
        size = (await desk.files.run(path.stat)).st_size
    except FileNotFoundError:
        raise HTTPException(404) from None
    part = span(asked, size)
    begin, end = part or (0, size)
    own = {**headers, "Accept-Ranges": "bytes", "Content-Length": str(end - begin)}
    if part:
        own["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    return StreamingResponse(_pieces(desk, path, begin, end), 206 if part else 200, own, media_type=kind)


async def _pieces(desk: Desk, path: Path, begin: int, end: int) -> AsyncIterator[bytes]:
    at = begin
    while at < end:
        piece = await desk.files.run(_read, path, at, min(_PIECE, end - at))
        if not piece:
            # It was exchanged while it was read: the reader sees a short answer and asks again.
            return
        at += len(piece)
        yield piece


def _read(path: Path, at: int, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(at)
            return file.read(size)
    except FileNotFoundError:
        return b""
