"""The legal desk's page (法制台). In: rulings on filming, answers to the spot. Out: the page.

Photos stand as links: each look is recorded, so nothing is loaded before somebody means to look.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from api.access import needs, the_desk, the_person
from api.auth.who import Person
from api.bodies import Body, CommandHeader, Id, Small, Text200, command_id
from api.deeds import ask_desk, objections
from api.desk import Desk
from api.inspection_views import legal_view
from episodes.events import Ruling
from episodes.inspection import ANSWER_WORDS, MOST_NOTE
from episodes.people import Role
from web.render import page

router = APIRouter(tags=["legal desk"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
LEGAL = needs(Role.LEGAL)


class RulingMade(Body):
    """`resume` gives the cameras back, `keep` leaves them off."""

    ruling: Ruling
    reason: Text200


class AnswerGiven(Body):
    """In a thread of the spot."""

    text: Annotated[str, Field(min_length=1, max_length=MOST_NOTE)]


@router.get("/legal", dependencies=[LEGAL], response_class=HTMLResponse, include_in_schema=False)
async def legal_page(request: Request, desk: House) -> HTMLResponse:
    """Objections to filming, questions from the spot, what was found there."""
    request.state.live_place = desk.hub.place(("legal",))
    return page(request, "legal.html", answer_words=ANSWER_WORDS, **await legal_view(desk))


@router.post("/api/v1/objections/{objection_id}/ruling", dependencies=[LEGAL])
async def rule(objection_id: Id, body: RulingMade, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """The legal desk decides; it may decide anew."""
    cid = command_id(body, header)
    await objections.rule(desk, who, command_id=cid, objection_id=objection_id, ruling=body.ruling, reason=body.reason)
    return {}


@router.post("/api/v1/threads/{thread_id}/answer", dependencies=[LEGAL], status_code=201)
async def answer(thread_id: Id, body: AnswerGiven, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Answer who asked."""
    cid = command_id(body, header)
    await ask_desk.answer_thread(desk, who, command_id=cid, thread_id=thread_id, text=body.text)
    return {"thread_id": thread_id}
