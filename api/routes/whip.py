"""WHIP, a camera's way in (RFC 9725). In: an SDP offer with the camera's token. Out: the studio's answer.

Bad input answers: no token 401, wrong token or another camera's 403, unknown camera 404, not SDP 415, broken SDP 400,
two videos 422, studio away 503. Nothing is kept here, so nothing is left behind.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api import sdp
from api.access import device, the_desk
from api.auth.who import Device
from api.crew_views import known_camera
from api.desk import Desk
from episodes.commands import OfferCamera
from runtime.problems import UserProblem

router = APIRouter(tags=["WHIP"])
House = Annotated[Desk, Depends(the_desk)]


async def _own(desk: Desk, request: Request, camera: str) -> Device:
    """The device when it holds `camera`. Raises 404 for a camera nobody planned, 403 for another's."""
    holder: Device = request.state.device
    if not await known_camera(desk, camera):
        raise UserProblem("camera_unknown", "没有这个机位", 404, headers=sdp.CORS)
    if holder.camera != camera:
        raise UserProblem("camera_not_yours", "这部手机加入的是另一个机位", 403, headers=sdp.CORS)
    return holder


@router.post("/whip/{camera}", dependencies=[device()], status_code=201)
async def publish(camera: str, request: Request, desk: House) -> Response:
    """Publish a camera. A newer offer with the camera's token takes over from the older one."""
    holder = await _own(desk, request, camera)
    text = await sdp.body_of(request, sdp.SDP)
    message = OfferCamera(camera=camera, device_id=holder.device_id, sdp=text)
    return sdp.created(await sdp.offer(request, desk.bus, "studio.whip", message), "whip", camera)


@router.patch("/whip/{camera}/{session}", dependencies=[device()], status_code=204)
async def add_candidates(camera: str, session: str, request: Request, desk: House) -> Response:
    """Trickle more candidates into a session."""
    await _own(desk, request, camera)
    return await sdp.trickle(request, desk.bus, session)


@router.delete("/whip/{camera}/{session}", dependencies=[device()])
async def stop(camera: str, session: str, request: Request, desk: House) -> Response:
    """End a session; ETags do not matter here."""
    await _own(desk, request, camera)
    await sdp.end(desk.bus, session)
    return Response(headers=sdp.CORS)


sdp.add_silence(router, "whip")
