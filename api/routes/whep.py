"""WHEP, a staff monitor's way out. In: an SDP offer for a camera or `program`. Out: the studio's answer.

Monitors sit left of the delay, so they are the staff's only: a session cookie with its CSRF token, or the bearer token
of a bound device. `public` is reserved: the public's picture is the HLS page.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.requests import HTTPConnection

from api import sdp, turn
from api.access import Access, anyone, the_desk
from api.auth.who import Device
from api.crew_views import known_camera
from api.desk import Desk
from episodes.commands import OfferMonitor
from episodes.people import Role
from runtime.problems import UserProblem

router = APIRouter(tags=["WHEP"], route_class=sdp.CrossOrigin)
House = Annotated[Desk, Depends(the_desk)]
WATCHERS = (Role.DIRECTOR, Role.PRODUCER, Role.MODERATOR, Role.HOST, Role.LEGAL, Role.ADMIN)
PROGRAM = "program"
_S = 1_000_000_000
RESERVED = "public"
TALKBACK = "talkback"
"""The director's voice, for bound phones."""


@dataclass(frozen=True)
class StaffOrDevice(Access):
    """A bound device by its bearer token, else the staff of these roles."""

    async def __call__(self, connection: HTTPConnection) -> None:
        """Let pass or refuse."""
        if "authorization" in connection.headers:
            await Access("device")(connection)
        else:
            await super().__call__(connection)


def watchers() -> Any:
    """Who may see what the public does not see yet."""
    return Depends(StaffOrDevice("roles", frozenset(WATCHERS)))


@router.post("/whep/{source}", dependencies=[watchers()], status_code=201)
async def watch(source: str, request: Request, desk: House) -> Response:
    """Watch a camera or the programme, sub-second. 409 with Retry-After while there is no picture."""
    if source == TALKBACK:
        return await _listen(request, desk)
    if source == RESERVED or (source != PROGRAM and not await known_camera(desk, source)):
        raise UserProblem("source_unknown", "没有这一路画面", 404)
    text = await sdp.body_of(request, sdp.SDP)
    answer = await sdp.offer(request, desk.bus, "studio.whep", OfferMonitor(source=source, sdp=text))
    return sdp.created(answer, "whep", source, turn.links(desk.settings.studio, desk.clock.utc_ns() // _S))


async def _listen(request: Request, desk: Desk) -> Response:
    """A phone's earpiece: what the director says to its camera, and nothing else."""
    held: Device | None = getattr(request.state, "device", None)
    if held is None:
        raise UserProblem("source_unknown", "没有这一路画面", 404)
    text = await sdp.body_of(request, sdp.SDP)
    message = OfferMonitor(source=TALKBACK, sdp=text, listener=held.camera)
    answer = await sdp.offer(request, desk.bus, "studio.whep", message)
    return sdp.created(answer, "whep", TALKBACK, turn.links(desk.settings.studio, desk.clock.utc_ns() // _S))


@router.patch("/whep/{source}/{session}", dependencies=[watchers()], status_code=204)
async def add_candidates(source: str, session: str, request: Request, desk: House) -> Response:
    """Trickle more candidates into a session, or restart ICE."""
    return await sdp.trickle(request, desk.bus, session, f"monitor {source}")


@router.delete("/whep/{source}/{session}", dependencies=[watchers()])
async def stop(source: str, session: str, desk: House) -> Response:
    """End a session."""
    await sdp.end(desk.bus, session, f"monitor {source}")
    return Response(headers=sdp.CORS)


@router.options("/whep/{source}", dependencies=[anyone()], status_code=204)
async def what_may_be_sent(source: str, request: Request, desk: House) -> Response:  # noqa: ARG001 - in the path
    """Accept-Post and CORS for everybody; for the staff and bound devices also the STUN and TURN servers (`Link`)."""
    headers = dict(sdp.PREFLIGHT)
    if "authorization" in request.headers or "x-csrf-token" in request.headers:
        await watchers().dependency(request)
        if links := turn.links(desk.settings.studio, desk.clock.utc_ns() // _S):
            headers["Link"] = links
    return Response(status_code=204, headers=headers)


sdp.add_silence(router, "whep")
