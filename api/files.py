"""Files to browsers. In: a path that the route has checked. Out: a response with the whole file, read off the loop.

Segments and assets are a few hundred kB and change names with their contents, so ranges and validators are not needed.
"""

from collections.abc import Mapping
from pathlib import Path

from fastapi import HTTPException
from starlette.responses import Response

from api.desk import Desk


async def whole(desk: Desk, path: Path, kind: str, headers: Mapping[str, str]) -> Response:
    """The file as `kind`; 404 when it went away meanwhile, as old segments do."""
    try:
        body = await desk.files.run(path.read_bytes)
    except FileNotFoundError:
        raise HTTPException(404) from None
    return Response(body, media_type=kind, headers=dict(headers))
