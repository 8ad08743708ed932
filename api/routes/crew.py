"""Phones: joining, the crew's page, and what a bound device hears. In: codes and tokens. Out: bindings and tallies."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Annotated, Any, Literal
from urllib.parse import quote

import msgspec
import segno
from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, HTMLResponse, StreamingResponse
from pydantic import Field, SecretStr

from api.access import anyone, device, needs, the_desk, the_device, the_person
from api.auth.who import Device, Person
from api.bodies import Body, Camera, CommandHeader, Line, Nothing, Small
from api.crew_views import CameraNow, camera_now, cameras_json, crew_view, join_base
from api.deeds import cameras as deeds
from api.desk import Desk
from episodes.people import Role
from runtime.problems import UserProblem
from web.assets import DIST, manifest
from web.moments import iso
from web.render import page

router = APIRouter(tags=["crew"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
Held = Annotated[Device, Depends(the_device)]
DIRECTING = needs(Role.DIRECTOR, Role.PRODUCER)
KEEPALIVE_S = 3.0
_JOINING = "join-code"
Duty = Literal["film", "inspect", "test"]


class JoinCodeAsked(Body):
    """`replace` is the director's yes to replacing a camera that is on air."""

    camera: Camera
    replace: bool = False
    duties: Annotated[tuple[Duty, ...], Field(max_length=3)] = ()
    """What this phone is for, besides filming; unsaid, its holder chooses."""


class Join(Body):
    """A one-use code; `device_id` is made and kept by the device."""

    code: Annotated[SecretStr, Field(min_length=4, max_length=24)]
    device_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
    device_name: Annotated[Line, Field(max_length=100)] = ""


@router.get("/crew", dependencies=[anyone()], response_class=HTMLResponse, include_in_schema=False)
async def crew_page(request: Request, desk: House) -> HTMLResponse:
    """The phone's page: it joins by itself when it knows how."""
    request.state.live_place = desk.hub.place(("crew",))
    return page(request, "crew.html", **await crew_view(desk, request))


@router.get("/crew/worker.js", dependencies=[anyone()], response_class=FileResponse, include_in_schema=False)
async def crew_worker() -> FileResponse:
    """What opens the page without network. Under a name of its own, so that it may speak for `/crew`."""
    path = DIST / manifest().files["pages/crew_worker.js"]
    headers = {"Service-Worker-Allowed": "/crew", "Cache-Control": "no-cache"}
    return FileResponse(path, media_type="text/javascript", headers=headers)


@router.get("/api/v1/cameras", dependencies=[DIRECTING])
async def all_cameras(desk: House) -> dict[str, Any]:
    """The coming or running episode's cameras, who holds them, how they are."""
    return {"cameras": await cameras_json(desk)}


@router.post("/api/v1/join-codes", dependencies=[DIRECTING], status_code=201)
async def make_code(body: JoinCodeAsked, request: Request, desk: House, who: Who) -> dict[str, str]:
    """A code for one phone, as text, address and QR. The code stands in the fragment: no log ever sees it."""
    made = await deeds.create_join_code(desk, who, camera=body.camera, replace=body.replace)
    address = f"{join_base(desk, request)}/crew#join={quote(made.code)}"
    if body.duties:
        address += f"&as={'+'.join(body.duties)}"
    drawn = BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=6, border=2, xmldecl=False, svgns=True, dark="#0e1a26")
    return {
        "code": made.code,
        "camera": made.camera,
        "url": address,
        "qr_svg": drawn.getvalue().decode(),
        "expires": iso(made.expires_utc_ns),
    }


@router.post("/api/v1/join", dependencies=[anyone(csrf_in_body=True)], status_code=201)
async def join(body: Join, request: Request, desk: House) -> dict[str, str]:
    """Exchange a code for a token bound to this device. Nobody is signed in here, so there is nothing to forge."""
    address = request.client.host if request.client else ""
    await desk.auth.limit.check(_JOINING, address)
    try:
        got = await deeds.redeem_join_code(
            desk, code=body.code.get_secret_value(), device_id=body.device_id, device_name=body.device_name
        )
    except UserProblem as problem:
        if problem.code == "code_wrong":
            await desk.auth.limit.failed(_JOINING, address)
        raise
    return {"camera": got.camera, "token": got.token, "device_id": got.device_id}


@router.get("/api/v1/camera", dependencies=[device()])
async def camera(desk: House, held: Held) -> dict[str, Any]:
    """What the device's camera is to the show now."""
    return dict(msgspec.to_builtins(await camera_now(desk, held.camera)))


@router.get("/api/v1/camera/events", dependencies=[device()])
async def camera_events(request: Request, desk: House, held: Held) -> StreamingResponse:
    """The same, one JSON object a line, whenever it changes and every 3 s; ends when the token dies."""
    token = request.headers["authorization"].partition(" ")[2].strip()
    lines = _camera_lines(desk, held.camera, token)
    return StreamingResponse(lines, media_type="application/x-ndjson", headers={"Cache-Control": "no-store"})


async def _camera_lines(desk: Desk, camera: str, token: str) -> AsyncIterator[bytes]:
    changed = asyncio.Event()
    desk.rooms.listeners.append(changed.set)
    before: CameraNow | None = None
    said_at = 0.0
    loop = asyncio.get_running_loop()
    try:
        while True:
            now = await camera_now(desk, camera)
            if now != before or loop.time() - said_at >= KEEPALIVE_S:
                if await deeds.device_of(desk, token) is None:
                    return
                yield msgspec.json.encode(now) + b"\n"
                before, said_at = now, loop.time()
            changed.clear()
            try:
                async with asyncio.timeout(KEEPALIVE_S):
                    await changed.wait()
            except TimeoutError:
                continue
    finally:
        desk.rooms.listeners.remove(changed.set)


@router.post("/api/v1/camera/leave", dependencies=[device()])
async def leave(body: Nothing, request: Request, desk: House, header: CommandHeader = "") -> dict[str, str]:  # noqa: ARG001 - one shape for all deeds
    """Give the camera back; the token dies."""
    left = await deeds.leave(desk, token=request.headers["authorization"].partition(" ")[2].strip())
    desk.whereabouts.forget(left.camera)
    return {}
