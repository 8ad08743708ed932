"""SDP over HTTP, what WHIP and WHEP share (RFC 9725). In: a request. Out: a checked body, and problems for refusals.

Only text passes here: the desk checks type, length and token; the studio reads the SDP and owns every session.
"""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from api.access import anyone
from episodes.commands import Answered, Done, EndSession, OfferCamera, OfferMonitor, OfferTalk, Trickle, Trickled
from runtime.bus.protocol import Bus, BusError, Refused
from runtime.problems import Problem, ProtocolProblem, UserProblem
from runtime.words import N_

SDP = "application/sdp"
TRICKLE = "application/trickle-ice-sdpfrag"
MOST_BYTES = 64 * 1024
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Retry-After",
}
PREFLIGHT = {
    **CORS,
    "Accept-Post": SDP,
    "Access-Control-Allow-Methods": "OPTIONS, GET, HEAD, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Max-Age": "86400",
}
OF_SESSION = {**PREFLIGHT, "Accept-Patch": TRICKLE}
_ANSWER_S = 5.0
_AGAIN = {"Retry-After": "2"}

_REFUSALS: dict[str, tuple[int, str]] = {
    "bad_sdp": (400, "The body is not an SDP offer."),
    "two_videos": (422, "The offer has more than one audio or video section."),
    "unsupported": (422, "The studio supports nothing in this offer."),
    "gone": (404, "There is no such session."),
    "stale": (412, "The ETag is not the session's."),
}
_WAITS: dict[str, tuple[int, str]] = {
    "full": (503, N_("演播室的连接已满，请稍后再试")),
    "starting": (503, N_("演播室正在启动，请稍后再试")),
    "not_live": (409, N_("这一路现在没有画面")),
}


class CrossOrigin(APIRoute):
    """A route whose refusals a page of another origin may read, too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler; its problems carry the CORS headers."""
        handler = super().get_route_handler()

        async def readable(request: Request) -> Response:
            try:
                return await handler(request)
            except Problem as refused:
                refused.headers = CORS | refused.headers
                raise

        return readable


async def body_of(request: Request, content_type: str) -> str:
    """The body as text. Raises 415, 413 or 400."""
    given = request.headers.get("content-type", "").split(";", 1)[0].strip().lower()
    if given != content_type:
        accept = "Accept-Post" if content_type == SDP else "Accept-Patch"
        raise ProtocolProblem("not_sdp", f"Content-Type must be {content_type}.", 415, headers={accept: content_type})
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise ProtocolProblem("sdp_too_long", "An SDP has at most 64 KiB.", 413)
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise ProtocolProblem("bad_sdp", "The body is not UTF-8.", 400) from None


async def offer(request: Request, bus: Bus, subject: str, message: OfferCamera | OfferMonitor | OfferTalk) -> Answered:
    """Ask the studio. A client that went away in the meantime leaves no session behind."""
    try:
        answer = await bus.request(subject, message, Answered, timeout_s=_ANSWER_S)
    except (Refused, BusError) as error:
        raise problem(error) from error
    if await request.is_disconnected():
        await end(bus, answer.session_id)
    return answer


async def end(bus: Bus, session_id: str, of: str = "") -> None:
    """Close a session `of` this endpoint. Raises 404 when it is gone, 503 when the studio is away."""
    try:
        await bus.request("studio.end", EndSession(session_id=session_id, of=of), Done, timeout_s=_ANSWER_S)
    except (Refused, BusError) as error:
        raise problem(error) from error


async def trickle(request: Request, bus: Bus, session_id: str, of: str) -> Response:
    """PATCH: candidates are 204, an ICE restart is 200 with new credentials. Raises 428, 412, 404, 415, 400."""
    fragment = await body_of(request, TRICKLE)
    etag = request.headers.get("if-match", "")
    if not etag:
        raise ProtocolProblem("if_match", "Send If-Match with the session's ETag.", 428)
    message = Trickle(session_id=session_id, etag=etag, fragment=fragment, of=of)
    try:
        done = await bus.request("studio.trickle", message, Trickled, timeout_s=_ANSWER_S)
    except (Refused, BusError) as error:
        raise problem(error) from error
    if not done.etag:
        return Response(status_code=204, headers=CORS)
    return Response(done.fragment, 200, {**CORS, "ETag": done.etag}, media_type=TRICKLE)


def created(answer: Answered, endpoint: str, name: str, links: str) -> Response:
    """201 with the answer; the session's address is unguessable, `links` tells STUN and TURN servers."""
    headers = {**CORS, "Location": f"/{endpoint}/{quote(name, safe='')}/{answer.session_id}", "ETag": answer.etag}
    if links:
        headers["Link"] = links
    return Response(answer.sdp, 201, headers, media_type=SDP)


def problem(error: BusError) -> Problem:
    """What a refusal or a silence of the studio means in HTTP."""
    code = error.code if isinstance(error, Refused) else "studio_away"
    if code in _REFUSALS:
        status, text = _REFUSALS[code]
        return ProtocolProblem(code, text, status)
    status, text = _WAITS.get(code, (503, N_("演播室暂时不在，正在恢复，请稍后再试")))
    return UserProblem(code, text, status, headers=_AGAIN)


async def _nothing() -> Response:
    """A GET is answered with nothing, as the RFC asks; it tells nobody which cameras or sessions exist."""
    return Response(status_code=204, headers=CORS)


async def _session_preflight() -> Response:
    """What may be sent to a session, for browsers of other origins."""
    return Response(status_code=204, headers=OF_SESSION)


def add_silence(router: APIRouter, endpoint: str) -> None:
    """GET and HEAD on the endpoint and its sessions, OPTIONS on the sessions."""
    base = f"/{endpoint}/{{name}}"
    session = base + "/{session}"
    for path in (base, session):
        router.add_api_route(path, _nothing, methods=["GET", "HEAD"], dependencies=[anyone()], include_in_schema=False)
    router.add_api_route(session, _session_preflight, methods=["OPTIONS"], dependencies=[anyone()], status_code=204)
