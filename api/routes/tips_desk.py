"""The tip desk's pages. In: acts of the role `tip_desk`. Out: sealed contents; they open in that person's browser only.

The passphrase and the private key never come here. A view is written into the tips' own chain before it is answered.
"""

import base64
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from api.access import needs, person, the_desk
from api.desk import Desk
from api.routes.tips import QUIET, STATE_WORDS, b64, tips_of
from episodes.people import Role
from tips import seal
from tips.box import SAID_MOST
from tips.progress import State
from web.render import fragment, page, words_of

router = APIRouter(include_in_schema=False)
TheDesk = Annotated[Desk, Depends(the_desk)]
MAY = [needs(Role.TIP_DESK)]


@router.get("/desk/tips", dependencies=MAY)
async def desk_page(request: Request, desk: TheDesk) -> Response:
    """The list, and the sealed keys for the browser to open."""
    inbox = tips_of(desk).inbox
    keys = await inbox.keys()
    return page(
        request,
        "desk_tips.html",
        headers=QUIET,
        rows=await inbox.rows(),
        keys=[{"id": key.key_id, "recipient": key.recipient, "sealed": key.sealed_identity} for key in keys],
        state_words=STATE_WORDS,
        now_utc_ns=desk.clock.utc_ns(),
        broken_at=await inbox.broken_at(),
    )


@router.get("/desk/tips/list", dependencies=MAY)
async def desk_list(request: Request, desk: TheDesk) -> Response:
    """The list alone."""
    rows = await tips_of(desk).inbox.rows()
    html = fragment(
        "parts/desk_tips_rows.html",
        words_of(request).lang,
        rows=rows,
        state_words=STATE_WORDS,
        now_utc_ns=desk.clock.utc_ns(),
    )
    return JSONResponse({"html": html}, 200, QUIET)


class NewKey(BaseModel):
    """A pair made in the browser."""

    recipient: str = Field(max_length=100)
    sealed_identity: str = Field(max_length=4096)
    expects: int = Field(default=0, ge=0)


@router.post("/desk/tips/key", dependencies=MAY)
async def desk_key(made: NewKey, request: Request, desk: TheDesk) -> Response:
    """The first key, or a new one in place of `expects`."""
    key = seal.DeskKey(made.recipient, made.sealed_identity)
    key_id = await tips_of(desk).inbox.set_key(key, person(request).user_id, expects=made.expects)
    return JSONResponse({"key_id": key_id}, 201, QUIET)


@router.post("/desk/tips/{tip_id}/view", dependencies=MAY)
async def desk_view(tip_id: str, request: Request, desk: TheDesk) -> Response:
    """One tip, sealed. A POST: looking is a deed, and it is logged."""
    opened = await tips_of(desk).inbox.view(tip_id, person(request).user_id)
    said = [
        {
            "text": "",
            "sealed": base64.b64encode(one.sealed).decode(),
            "by_desk": one.by_desk,
            "answer": one.answer,
            "utc_ns": one.utc_ns,
        }
        for one in opened.said
    ]
    html = fragment(
        "parts/desk_tip.html",
        words_of(request).lang,
        tip=opened.row,
        letter=base64.b64encode(opened.letter).decode(),
        said=said,
        state_words=STATE_WORDS,
    )
    return JSONResponse({"html": html, "recipient": opened.recipient}, 200, QUIET)


@router.post("/desk/tips/{tip_id}/pictures/{place}", dependencies=MAY)
async def desk_picture(
    tip_id: str, place: Annotated[int, Path(ge=0, le=999)], request: Request, desk: TheDesk
) -> Response:
    """One sealed picture."""
    sealed = await tips_of(desk).inbox.picture(tip_id, place, person(request).user_id)
    return Response(sealed, 200, QUIET, "application/octet-stream")


class Move(BaseModel):
    to: State


@router.post("/desk/tips/{tip_id}/move", dependencies=MAY)
async def desk_move(tip_id: str, move: Move, request: Request, desk: TheDesk) -> Response:
    """Accepted, or being checked."""
    await tips_of(desk).inbox.move(tip_id, move.to, person(request).user_id)
    return JSONResponse({}, 200, QUIET)


class Reference(BaseModel):
    reference: str = Field(max_length=200)


@router.post("/desk/tips/{tip_id}/reference", dependencies=MAY)
async def desk_reference(tip_id: str, given: Reference, request: Request, desk: TheDesk) -> Response:
    """Handed to 12315."""
    await tips_of(desk).inbox.refer(tip_id, given.reference, person(request).user_id)
    return JSONResponse({}, 200, QUIET)


class Reply(BaseModel):
    """Sealed in the browser to the reporter and to the desk; base64."""

    sealed: str = Field(max_length=SAID_MOST * 2)
    answer: bool = False


@router.post("/desk/tips/{tip_id}/reply", dependencies=MAY)
async def desk_reply(tip_id: str, reply: Reply, request: Request, desk: TheDesk) -> Response:
    """A message; as an answer it closes the tip."""
    inbox = tips_of(desk).inbox
    await inbox.reply(tip_id, b64(reply.sealed), person(request).user_id, answer=reply.answer)
    return JSONResponse({}, 200, QUIET)
