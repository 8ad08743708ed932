"""Large files from browsers. In: a request whose body is the file. Out: the file on the disk, whole, or nothing."""

from pathlib import Path
from typing import IO

from starlette.requests import Request

from api.desk import Desk
from runtime.problems import UserProblem

_FILES_AT_ONCE = 2
_coming = 0


async def receive_file(request: Request, desk: Desk, path: Path, most_bytes: int) -> int:
    """The whole body onto the disk as it comes; its size. What does not come whole, or is empty, leaves nothing."""
    global _coming  # noqa: PLW0603 - one count for the process: it bounds disk and bandwidth
    if _coming >= _FILES_AT_ONCE:
        raise UserProblem("uploads_busy", "现在提交的人多，请稍后再试。", 503, headers={"Retry-After": "5"})
    _coming += 1
    try:
        file = await desk.files.run(path.open, "wb")
        try:
            seen = await _copy(request, desk, file, most_bytes)
        finally:
            await desk.files.run(file.close)
    except OSError:
        _drop(path)
        raise UserProblem("disk_full", "磁盘写不下了，请腾出空间再传。", 507) from None
    except BaseException:
        _drop(path)
        raise
    finally:
        _coming -= 1
    if not seen:
        _drop(path)
    return seen


async def _copy(request: Request, desk: Desk, file: IO[bytes], most_bytes: int) -> int:
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > most_bytes:
            raise UserProblem("too_large", "内容超过了大小上限，请缩小后再试。", 413)
        await desk.files.run(file.write, chunk)
    return seen


def _drop(path: Path) -> None:
    path.unlink(missing_ok=True)
