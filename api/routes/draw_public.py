"""The public side of a draw. In: requests. Out: what was published beforehand; after the last door the whole proof.

The page, the proof and the pool exist for everybody alike; nothing here is ahead of what the public was told.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.access import anyone, the_desk
from api.bodies import Id
from api.desk import Desk
from api.draw.proof import is_public, proof_of, public_view
from api.draw.views import ABORT_WORDS, PASS_WORDS
from episodes import draw_proof
from web.render import page, words_of

router = APIRouter(tags=["draw"])
TheDesk = Annotated[Desk, Depends(the_desk)]


@router.get("/draws/{draw_id}", dependencies=[anyone()], include_in_schema=False)
async def draw_page(request: Request, draw_id: Id, desk: TheDesk) -> Response:
    """What was fixed beforehand, what came of it, and the check."""
    words = words_of(request)
    view: dict[str, Any] = await public_view(desk, draw_id, words)
    return page(request, "draw.html", draw=view, abort_words=ABORT_WORDS, pass_words=PASS_WORDS)


@router.get("/draws/{draw_id}/proof.json", dependencies=[anyone()])
async def proof(draw_id: Id, desk: TheDesk) -> Response:
    """The proof, for `daylight draw verify`. 404 until all is revealed."""
    return Response(await _proof(desk, draw_id), media_type="application/json", headers=_HEADERS)


@router.get("/draws/{draw_id}/pool.txt", dependencies=[anyone()])
async def pool(draw_id: Id, desk: TheDesk) -> Response:
    """The sealed pool, for three lines of shell. 404 until all is revealed."""
    text = draw_proof.read(await _proof(desk, draw_id)).pool
    return Response(text, media_type="text/plain", headers=_HEADERS)


# What is public can be withheld again by nobody, but its proof waits for withheld reveals: caches ask each time.
_HEADERS = {"Cache-Control": "no-cache"}


async def _proof(desk: Desk, draw_id: str) -> bytes:
    if not await is_public(desk, draw_id):
        raise HTTPException(404)
    return await proof_of(desk, draw_id)
