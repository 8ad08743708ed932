"""Replays. In: a player's wish, a producer's look. Out: the public cut, never the master; how far the finishing is.

The public gets it when the episode is published; producers, directors and legal reviewers look at it before.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.access import anyone, needs, the_desk
from api.bodies import Id
from api.desk import Desk
from api.finishing import finished
from api.ranges import ranged
from api.replays import BEFORE_ALL, may_see, recording_view
from api.routes.pages import shows_of
from api.shows import Shows
from runtime.media import MediaStore
from web.render import words_of

router = APIRouter(tags=["episodes"])
TheDesk = Annotated[Desk, Depends(the_desk)]
ThePast = Annotated[Shows, Depends(shows_of)]


@router.get("/episodes/{number:int}/replay.mp4", dependencies=[anyone()])
async def replay(request: Request, number: int, desk: TheDesk, past: ThePast) -> Response:
    """An episode's public cut (MP4, ranges). 404 before it is published."""
    return await _part(request, number, 1, desk, past)


@router.get("/episodes/{number:int}/replay-{part:int}.mp4", dependencies=[anyone()], include_in_schema=False)
async def replay_part(request: Request, number: int, part: int, desk: TheDesk, past: ThePast) -> Response:
    """A further part, when the picture's format changed in mid-show."""
    return await _part(request, number, part, desk, past)


async def _part(request: Request, number: int, part: int, desk: Desk, past: Shows) -> Response:
    show = await past.by_number(number)
    if show is None or show.live is None or show.on_air or not may_see(request, show):
        raise HTTPException(404)
    done = await desk.files.run(finished, desk.places, show.live.episode_id)
    if done is None or not 1 <= part <= len(done.public):
        raise HTTPException(404)
    file = MediaStore(desk.places.media).episode(show.live.episode_id) / done.public[part - 1].file
    # A cut may be made anew without what was withheld since: caches ask each time.
    headers = {"Cache-Control": "no-cache", "ETag": f'"{done.job[:16]}{done.edits[:16]}"'}
    return await ranged(desk, file, "video/mp4", request.headers.get("range", ""), headers)


@router.get("/api/v1/episodes/{episode_id}/recording", dependencies=[needs(*BEFORE_ALL)])
async def recording(request: Request, episode_id: Id, desk: TheDesk) -> dict[str, Any]:
    """How far an ended episode's master and public cut are; `why` says what stands in the way."""
    return await recording_view(desk, episode_id, words_of(request))
