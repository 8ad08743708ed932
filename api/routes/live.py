"""What is live. In: a player's or a page's wish. Out: the playlist and its segments; the hub's batches.

The playlist is there while the public's clock is on air, and for the staff alone in a rehearsal. A segment's bytes
never change, but a cut may take it back, so caches keep it briefly.

`/ws?topics=public,chat&epoch=…&at=public:12`: a page says where it stood, and gets what it missed or `reload`.
"""

import asyncio
import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request, WebSocket
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.websockets import WebSocketDisconnect

from api.access import anyone, identify, same_origin, the_desk, visitor
from api.auth.who import Person
from api.desk import Desk
from api.files import whole
from episodes.people import Role
from runtime.hub import Client

router = APIRouter()

TOPICS: dict[str, frozenset[Role] | None] = {
    "public": None,
    "chat": None,
    "moderate": frozenset({Role.MODERATOR}),
    "studio": frozenset({Role.DIRECTOR, Role.PRODUCER, Role.HOST}),
    "crew": frozenset({Role.CAMERA, Role.OFFICER, Role.TESTER, Role.DIRECTOR}),
    "produce": frozenset({Role.PRODUCER, Role.LEGAL}),
    "legal": frozenset({Role.LEGAL}),
    "host": frozenset({Role.HOST, Role.DIRECTOR, Role.PRODUCER}),
    "tips": frozenset({Role.TIP_DESK}),
}
"""Who may hear which topic; None is everybody."""

WATCHING = (Role.DIRECTOR, Role.PRODUCER, Role.MODERATOR, Role.HOST, Role.LEGAL, Role.ADMIN)
"""Who sees a rehearsal as the public would."""
PLAYLIST, FOLDER = "program.m3u8", "live"
_NAME = re.compile(r"[A-Za-z0-9-]{1,80}\.(?P<kind>m4s|mp4)")
_KINDS = {"m4s": "video/iso.segment", "mp4": "video/mp4"}

WRONG_ORIGIN, NOT_YOURS, TRY_AGAIN = 4403, 4401, 1013
RECHECK_S = 30.0
MOST_CLIENTS = 5000


def allowed(topics: frozenset[str], person: Person | None) -> bool:
    """Whether `person` may hear all of `topics`."""
    for topic in topics:
        if topic not in TOPICS:
            return False
        roles = TOPICS[topic]
        if roles is not None and (person is None or not person.is_a(*roles)):
            return False
    return True


def places(text: str) -> dict[str, int]:
    """`public:12,chat:3` → numbers by topic; what is not a number is left out."""
    pairs = (item.partition(":") for item in text.split(",")[:20])
    return {topic: int(seq) for topic, _, seq in pairs if seq.isdigit()}


def _may_play(desk: Desk, request: Request) -> bool:
    """The public's programme is everybody's on air; a rehearsal is the staff's."""
    show, person = desk.public.show, request.state.person
    if not show.on_air:
        return False
    return show.live is None or not show.live.rehearsal or (person is not None and person.is_a(*WATCHING))


@router.get("/live/program.m3u8", dependencies=[anyone()])
async def playlist(request: Request, desk: Annotated[Desk, Depends(the_desk)]) -> Response:
    """The public's programme (HLS, fMP4). 404 off air."""
    path = desk.places.hls / FOLDER / PLAYLIST
    if not _may_play(desk, request) or not path.is_file():
        raise HTTPException(404)
    return await whole(desk, path, "application/vnd.apple.mpegurl", {"Cache-Control": "no-cache"})


@router.get("/live/{name}", dependencies=[anyone()], include_in_schema=False)
async def segment(name: str, request: Request, desk: Annotated[Desk, Depends(the_desk)]) -> Response:
    """One of the files the playlist names; 410 for one that was taken back."""
    live = desk.public.show.live
    if live and live.rehearsal and not _may_play(desk, request):
        raise HTTPException(404)
    found = _NAME.fullmatch(name)
    path = desk.places.hls / FOLDER / name
    if found and path.with_name(f"{name}.gone").exists():
        raise HTTPException(410)
    if not found or not path.is_file():
        raise HTTPException(404)
    return await whole(desk, path, _KINDS[found["kind"]], {"Cache-Control": "public, max-age=60"})


@router.websocket("/ws", dependencies=[anyone()])
async def page_socket(socket: WebSocket, desk: Annotated[Desk, Depends(the_desk)]) -> None:
    """One page's live events until it goes away, lags, or its reader may no longer hear them."""
    await socket.accept()
    wanted = frozenset(topic for topic in socket.query_params.get("topics", "").split(",") if topic)
    if "origin" not in socket.headers or not same_origin(socket):
        await socket.close(WRONG_ORIGIN)
        return
    if not allowed(wanted, socket.state.person):
        await socket.close(NOT_YOURS)
        return
    if desk.hub.clients >= MOST_CLIENTS:
        await socket.close(TRY_AGAIN)
        return
    own = f"me:{visitor(socket)}"
    at = places(socket.query_params.get("at", ""))
    with desk.hub.client(
        {*wanted, own}, socket.state.lang, epoch=socket.query_params.get("epoch", ""), at=at
    ) as client:
        await _serve(socket, client)


class _Ended(Exception):  # noqa: N818 - an ending, not an error
    """This socket is done; `code` closes it unless the page has gone already."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__()
        self.code = code


async def _serve(socket: WebSocket, client: Client) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_send(socket, client), name="page socket: send")
            group.create_task(_hear(socket), name="page socket: hear")
            if socket.state.person is not None:
                group.create_task(_recheck(socket), name="page socket: recheck")
    except* _Ended as ended:
        codes = [each.code for each in _leaves(ended) if each.code is not None]
        if codes:
            await socket.close(codes[0])


def _leaves(group: BaseExceptionGroup[_Ended]) -> list[_Ended]:
    found: list[_Ended] = []
    for each in group.exceptions:
        found += _leaves(each) if isinstance(each, BaseExceptionGroup) else [each]
    return found


async def _send(socket: WebSocket, client: Client) -> None:
    try:
        async for batch in client.batches():
            await socket.send_text(batch.decode())
    except (WebSocketDisconnect, RuntimeError, OSError):
        raise _Ended from None  # the page went away while we spoke
    raise _Ended(TRY_AGAIN)


async def _hear(socket: WebSocket) -> None:
    """Pages have nothing to say here; this notices that they left."""
    try:
        while True:
            await socket.receive_text()
    except (WebSocketDisconnect, RuntimeError, KeyError):
        raise _Ended from None


async def _recheck(socket: WebSocket) -> None:
    """Signed out, or the role was taken away: staff topics end."""
    before: Person = socket.state.person
    while True:
        await asyncio.sleep(RECHECK_S)
        await identify(socket)
        now: Person | None = socket.state.person
        if now is None or now.roles != before.roles:
            raise _Ended(NOT_YOURS)
