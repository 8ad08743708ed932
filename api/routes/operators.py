"""The operator's own page, by the link of their record, without an account. In: a token in a header. Out: the record.

The token comes out of the address's fragment and travels in `Authorization`: it stands in no address, log or history.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import Field

from api.access import anyone, the_desk
from api.bodies import Body, CommandHeader, Id, Small, command_id
from api.deeds import operators
from api.deeds.doing import Operator, new_id
from api.desk import Desk
from api.photo_strip import MOST_BYTES
from api.served_views import operator_view
from episodes.events import Asked
from runtime.problems import UserProblem
from web.render import fragment, page, words_of

router = APIRouter(tags=["operators"])
House = Annotated[Desk, Depends(the_desk)]
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


async def the_operator(request: Request, desk: House) -> tuple[Operator, int]:
    """Whose link the header holds, and until when."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return await operators.operator_of(desk, token.strip() if scheme.lower() == "bearer" else "")


Mine = Annotated[tuple[Operator, int], Depends(the_operator)]


class Asking(Body):
    """What the operator wants; `about` is the sample of a retest."""

    asked: Asked
    words: Annotated[str, Field(min_length=1, max_length=1000)]
    about: Annotated[str, Field(max_length=64)] = ""


@router.get("/served", dependencies=[anyone()], response_class=HTMLResponse, include_in_schema=False)
async def served_page(request: Request) -> HTMLResponse:
    """An empty page: its script reads the fragment and asks for the record."""
    return page(request, "served.html", headers=PRIVATE)


@router.get("/api/v1/served", dependencies=[anyone()])
async def mine(request: Request, desk: House, who: Mine) -> Response:
    """The record, the retest clock, what was asked and answered, pictures: as the page shows it."""
    operator, expires = who
    view = await operator_view(desk, operator.user_id, expires, words_of(request))
    html = fragment("served/mine.html", request.state.lang, record=view)
    return JSONResponse({"html": html, "hash": view["hash"], "expires_utc_ns": expires}, 200, PRIVATE)


async def ask(body: Asking, desk: House, who: Mine, header: CommandHeader = "") -> dict[str, Any]:
    """A task for the legal desk."""
    made = await operators.ask(
        desk, who[0], command_id=command_id(body, header), asked=body.asked, words=body.words, about=body.about
    )
    return {"request_id": made.request_id, "due_utc_ns": made.due_utc_ns}


router.add_api_route(
    "/api/v1/served/requests",
    ask,
    methods=["POST"],
    dependencies=[anyone()],
    status_code=201,
    route_class_override=Small,
)


@router.post("/api/v1/served/photos", dependencies=[anyone()], status_code=201)
async def photo(
    request: Request,
    desk: House,
    who: Mine,
    finding_id: Annotated[Id, Query()],
    side: Annotated[Literal["before", "after"], Query()],
    header: CommandHeader = "",
) -> dict[str, str]:
    """A JPEG as the whole body. Only staff see it, and the operator by this link."""
    if not request.headers.get("content-type", "").startswith("image/jpeg"):
        raise UserProblem("photo_kind", "请上传照片（JPEG）。", 415)
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise UserProblem("photo_large", "照片太大，请换一张小一些的。", 413)
    made = await operators.send_photo(
        desk, who[0], command_id=header or new_id(), finding_id=finding_id, side=side, data=bytes(data)
    )
    return {"photo_id": made.photo_id}


@router.get("/api/v1/served/photos/{photo_id}", dependencies=[anyone()])
async def own_photo(photo_id: Id, desk: House, who: Mine) -> Response:
    """One of the operator's own pictures."""
    data = await operators.photo_bytes(desk, photo_id, record_id=who[0].user_id)
    return Response(data, 200, PRIVATE, "image/jpeg")
