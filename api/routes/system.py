"""Static files, health and metrics. In: paths. Out: built assets to keep for ever, and one word of health."""

import mimetypes
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.access import anyone, the_desk
from api.desk import Desk
from api.files import whole
from web.assets import DIST, manifest

router = APIRouter()

FOR_EVER = "public, max-age=31536000, immutable"
SHORT = "public, max-age=300"
PACKED = (("br", ".br"), ("gzip", ".gz"))


@router.get("/static/{path:path}", dependencies=[anyone()], include_in_schema=False)
async def static(path: str, request: Request, desk: Annotated[Desk, Depends(the_desk)]) -> Response:
    """A built asset; its name holds its hash, so it never changes."""
    file = (DIST / path).resolve()
    if not file.is_relative_to(DIST) or not file.is_file() or file.suffix in {".gz", ".br"}:
        raise HTTPException(404)
    headers = {"Cache-Control": FOR_EVER if "-" in file.stem else SHORT, "Vary": "Accept-Encoding"}
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    wanted = request.headers.get("accept-encoding", "")
    for coding, ending in PACKED:
        packed = file.with_name(file.name + ending)
        if coding in wanted and packed.is_file():
            return await whole(desk, packed, kind, {**headers, "Content-Encoding": coding})
    return await whole(desk, file, kind, headers)


@router.get("/favicon.ico", dependencies=[anyone()], include_in_schema=False)
async def favicon() -> Response:
    """For browsers that ask without looking."""
    return RedirectResponse(manifest().url("favicon.svg"), 308)


@router.get("/healthz", dependencies=[anyone()], include_in_schema=False)
async def healthz() -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


@router.get("/readyz", dependencies=[anyone()], include_in_schema=False)
async def readyz(desk: Annotated[Desk, Depends(the_desk)]) -> Response:
    """200 once the desk can serve: its store answers. Whether studio and playout speak is told beside it."""
    async with desk.store.read() as session:
        await session.execute(select(1))
    rooms = {"desk": True, "studio": desk.rooms.studio is not None, "playout": desk.rooms.playout is not None}
    return JSONResponse({"status": "ready", "rooms": rooms}, headers={"Cache-Control": "no-store"})


@router.get("/metrics", dependencies=[anyone()], include_in_schema=False)
async def metrics(desk: Annotated[Desk, Depends(the_desk)]) -> Response:
    """Counters for Prometheus; nothing that names a target, a person or a key."""
    own = (
        f"# TYPE daylight_pages_connected gauge\ndaylight_pages_connected {desk.hub.clients}\n"
        f"# TYPE daylight_hub_sent counter\ndaylight_hub_sent_total {desk.hub.sent}\n"
        f"# TYPE daylight_hub_dropped counter\ndaylight_hub_dropped_total {desk.hub.dropped}\n"
    )
    return Response(generate_latest() + own.encode(), media_type=CONTENT_TYPE_LATEST)
