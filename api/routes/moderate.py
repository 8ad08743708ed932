"""The moderators' page. In: acts of the role `moderator`. Out: the queue as it is for that person."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from starlette.responses import JSONResponse

from api.access import needs, person, the_desk
from api.auth.who import Person
from api.bodies import CommandHeader
from api.deeds.questions import clear_question, show_question
from api.desk import Desk
from api.gate.panel import duty_now
from chat.moderation import Act, claimed_by_other, needs_second, stops
from chat.queue import look
from chat.reasons import main_hit, pieces, reason
from chat.room import Mode
from episodes.people import Role
from episodes.questions import strap_mark
from store.people import names
from web.render import fragment, page, words_of

router = APIRouter(include_in_schema=False)
TheDesk = Annotated[Desk, Depends(the_desk)]
MAY = [needs(Role.MODERATOR)]
MAY_SCREEN = [needs(Role.MODERATOR, Role.DIRECTOR)]
NO_STORE = {"Cache-Control": "no-store"}


async def queue_of(desk: Desk, who: Person, selected: str) -> dict[str, Any]:
    """What the templates show."""
    room_id, now = desk.chat.room_id(), desk.clock.utc_ns()
    async with desk.store.read() as session:
        view = await look(session, room_id, who.user_id, selected, now)
        others = {one for item in view.items for one in (item.claimed_by, item.first_yes)} - {""}
        known = await names(session, others)
    return {
        "q": view,
        "me": who.user_id,
        "names": known,
        "now_utc_ns": now,
        "mode": await desk.chat.mode() if room_id else "",
        "live": desk.public.show.live if room_id else None,
        "public_utc_ns": desk.public.utc_ns,
        "reason": reason,
        "main_hit": main_hit,
        "pieces": pieces,
        "stops": stops,
        "needs_second": needs_second,
        "taken": lambda item: claimed_by_other(item, who.user_id, now),
        "strap_mark": strap_mark,
    }


@router.get("/moderate", dependencies=MAY)
async def moderate_page(request: Request, desk: TheDesk) -> Response:
    """The page."""
    request.state.live_place = desk.hub.place(("moderate",))
    view = await queue_of(desk, person(request), "")
    duty = await duty_now(desk, person(request))
    return page(request, "moderate.html", headers=NO_STORE, **view, **duty)


@router.get("/moderate/queue", dependencies=MAY)
async def moderate_queue(request: Request, desk: TheDesk, selected: str = "") -> Response:
    """Its moving parts, with `selected` opened."""
    view = await queue_of(desk, person(request), selected[:64])
    lang = words_of(request).lang
    parts = {
        name: fragment(f"parts/moderate/{name}.html", lang, **view) for name in ("bar", "queue", "context", "foot")
    }
    return JSONResponse(parts, 200, NO_STORE)


@router.post("/moderate/{message_id}/claim", dependencies=MAY)
async def claim(message_id: str, request: Request, desk: TheDesk) -> Response:
    """I look at it: colleagues see so and leave it to me for a moment."""
    await desk.chat.claim(message_id, person(request).user_id)
    return Response(status_code=204)


@router.post("/moderate/{message_id}/undo", dependencies=MAY)
async def undo(message_id: str, request: Request, desk: TheDesk) -> Response:
    """My decision taken back."""
    await desk.chat.undo(message_id, person(request).user_id)
    return Response(status_code=204)


class Decided(BaseModel):
    act: Act


@router.post("/moderate/{message_id}/decide", dependencies=MAY)
async def decide(message_id: str, decided: Decided, request: Request, desk: TheDesk) -> Response:
    """Approve, to question, hide, leave to a colleague, or split off as a report."""
    item = await desk.chat.decide(message_id, decided.act, person(request).user_id)
    return JSONResponse(
        {"state": item.state, "first_yes": bool(item.first_yes) and item.state == "waiting"}, 200, NO_STORE
    )


class RoomMode(BaseModel):
    mode: Mode


@router.post("/moderate/mode", dependencies=MAY)
async def set_mode(wanted: RoomMode, request: Request, desk: TheDesk) -> Response:
    """What waits from now on."""
    await desk.chat.set_mode(wanted.mode, person(request).user_id)
    return Response(status_code=204)


class Cleared(BaseModel):
    answered: bool = False


@router.post("/moderate/questions/{question_id}/screen", dependencies=MAY_SCREEN)
async def to_screen(question_id: str, request: Request, desk: TheDesk, header: CommandHeader = "") -> Response:
    """Send an approved question to the picture."""
    await show_question(desk, person(request), command_id=header, question_id=question_id)
    desk.hub.publish("moderate", {"type": "queue"})
    return Response(status_code=204)


@router.post("/moderate/questions/{question_id}/clear", dependencies=MAY_SCREEN)
async def off_screen(
    question_id: str, cleared: Cleared, request: Request, desk: TheDesk, header: CommandHeader = ""
) -> Response:
    """Take it off the picture, answered or not."""
    await clear_question(desk, person(request), command_id=header, question_id=question_id, answered=cleared.answered)
    desk.hub.publish("moderate", {"type": "queue"})
    return Response(status_code=204)
