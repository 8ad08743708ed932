"""WHIP, a camera's way in (RFC 9725). In: an SDP offer with the camera's token. Out: the studio's answer.

Bad input answers: no token 401, wrong token or another camera's 403, unknown camera 404, not SDP 415, broken SDP 400,
two videos 422, studio away, starting or full 503. Nothing is kept here, so nothing is left behind.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api import sdp, turn
from api.access import anyone, device, the_desk
from api.auth.who import Device
from api.crew_views import known_camera
from api.desk import Desk
from episodes.commands import OfferCamera
from runtime.problems import UserProblem

router = APIRouter(tags=["WHIP"], route_class=sdp.CrossOrigin)
House = Annotated[Desk, Depends(the_desk)]
_S = 1_000_000_000


async def _own(desk: Desk, request: Request, camera: str) -> Device:
    """The device when it holds `camera`. Raises 404 for a camera nobody planned, 403 for another's."""
    holder: Device = request.state.device
    if not await known_camera(desk, camera):
        raise UserProblem("camera_unknown", "没有这个机位", 404)
    if holder.camera != camera:
        raise UserProblem("camera_not_yours", "这部手机加入的是另一个机位", 403)
    return holder


@router.post("/whip/{camera}", dependencies=[device()], status_code=201)
async def publish(camera: str, request: Request, desk: House) -> Response:
    """Publish a camera. A newer offer with the camera's token takes over from the older one."""
    holder = await _own(desk, request, camera)
    text = await sdp.body_of(request, sdp.SDP)
    message = OfferCamera(camera=camera, device_id=holder.device_id, sdp=text)
    answer = await sdp.offer(request, desk.bus, "studio.whip", message)
    return sdp.created(answer, "whip", camera, turn.links(desk.settings.studio, desk.clock.utc_ns() // _S))


@router.patch("/whip/{camera}/{session}", dependencies=[device()], status_code=204)
async def add_candidates(camera: str, session: str, request: Request, desk: House) -> Response:
    """Trickle more candidates into a session, or restart ICE: the phone has another network now."""
    await _own(desk, request, camera)
    return await sdp.trickle(request, desk.bus, session, f"camera {camera}")


@router.delete("/whip/{camera}/{session}", dependencies=[device()])
async def stop(camera: str, session: str, request: Request, desk: House) -> Response:
    """End a session; ETags do not matter here."""
    await _own(desk, request, camera)
    await sdp.end(desk.bus, session, f"camera {camera}")
    return Response(headers=sdp.CORS)


@router.options("/whip/{camera}", dependencies=[anyone()], status_code=204)
async def what_may_be_sent(camera: str, request: Request, desk: House) -> Response:
    """Accept-Post and CORS for everybody; with the camera's token also the STUN and TURN servers (`Link`)."""
    headers = dict(sdp.PREFLIGHT)
    if "authorization" in request.headers:
        await device().dependency(request)
        await _own(desk, request, camera)
        if links := turn.links(desk.settings.studio, desk.clock.utc_ns() // _S):
            headers["Link"] = links
    return Response(status_code=204, headers=headers)


sdp.add_silence(router, "whip")
