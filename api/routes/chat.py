"""The viewers' side of the chat. In: names and messages of anyone watching. Out: panels, and what became of one's own.

A name is chosen once and kept in a signed cookie bound to this browser. No address is kept.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import JSONResponse, RedirectResponse

from api.access import anyone, cookie_names, the_desk, visitor
from api.desk import Desk
from chat import identity
from chat.inbound import mine, recent
from chat.words import clean_name
from runtime.pace import Pace
from runtime.problems import UserProblem
from store.secrets_box import key_from
from web.render import fragment, words_of

router = APIRouter(include_in_schema=False)
TheDesk = Annotated[Desk, Depends(the_desk)]

NAME_DAYS = 30
POSTS_MOST, POSTS_WINDOW_S, POSTS_ALL = 60, 60.0, 20_000
"""Of one address (a whole office may sit behind it), and of everybody."""
_FORM = "application/x-www-form-urlencoded"


class Post(BaseModel):
    """One message; `name` only when it is chosen or changed."""

    text: str = Field(max_length=4000)
    name: str = Field(default="", max_length=200)
    question: bool = False


@cache
def name_key(folder: Path) -> bytes:
    """The key that signs names."""
    return key_from(folder / "chat-name.key")


def name_cookie(request: Request) -> str:
    """The cookie's name; over HTTPS with the browser's own guarantee."""
    return cookie_names(request)[1].replace("visitor", "chat_name")


def name_of(request: Request, desk: Desk) -> str:
    """The name this browser chose, or empty."""
    cookie = request.cookies.get(name_cookie(request), "")
    return identity.read(name_key(desk.places.secrets), visitor(request), cookie)


def pace_of(request: Request) -> Pace:
    """Posts by address, in memory only."""
    state = request.app.state
    if not hasattr(state, "chat_pace"):
        desk: Desk = state.desk
        state.chat_pace = Pace(POSTS_MOST, POSTS_WINDOW_S, POSTS_ALL, desk.clock.mono_ns)
    pace: Pace = state.chat_pace
    return pace


async def panel_of(request: Request, desk: Desk) -> dict[str, Any]:
    """What `parts/chat.html` shows to this browser."""
    room_id = desk.chat.room_id()
    async with desk.store.read() as session:
        said = await recent(session, room_id) if room_id else ()
        own = await mine(session, room_id, visitor(request)) if room_id else ()
    return {
        "open": bool(room_id),
        "name": name_of(request, desk),
        "said": said,
        "mine": own,
        "stages": _stages(desk),
        "mode": await desk.chat.mode() if room_id else "all",
        "most": desk.settings.chat.message_chars,
    }


def _stages(desk: Desk) -> dict[str, str]:
    """What the public may know of each question, by the public clock."""
    return {each.asked.question_id: each.state for each in desk.public.show.questions}


@router.get("/chat/mine", dependencies=[anyone()])
async def own_messages(request: Request, desk: TheDesk) -> Response:
    """This browser's own messages that the room does not show."""
    html = fragment("parts/chat_mine.html", words_of(request).lang, chat=await panel_of(request, desk))
    return JSONResponse({"html": html}, 200, {"Cache-Control": "no-store"})


@router.post("/chat", dependencies=[anyone()])
async def post(request: Request, desk: TheDesk) -> Response:
    """Say or ask something. A page without scripts posts the form and comes back to `/`."""
    form = request.headers.get("content-type", "").startswith(_FORM)
    sent = await _sent(request, form=form)
    pace_of(request).check(request.client.host if request.client else "")
    kept = name_of(request, desk)
    name = clean_name(sent.name) if sent.name.strip() else kept
    if not name:
        raise UserProblem("name_needed", "先起一个名字，再发言。", 422)
    item = await desk.chat.post(visitor(request), name, sent.text, question=sent.question)
    answer: Response = RedirectResponse("/#talk", 303)
    if not form:
        answer = JSONResponse({"id": item.message_id, "state": item.state, "name": name}, 201)
    if name != kept:
        signed = identity.sign(name_key(desk.places.secrets), visitor(request), name)
        answer.set_cookie(
            name_cookie(request),
            signed,
            max_age=NAME_DAYS * 86_400,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
    return answer


async def _sent(request: Request, *, form: bool) -> Post:
    try:
        if form:
            fields = await request.form()
            return Post(
                text=str(fields.get("text", "")),
                name=str(fields.get("name", "")),
                question=str(fields.get("question", "")) == "1",
            )
        return Post.model_validate_json(await request.body())
    except ValidationError:
        raise UserProblem("post_unreadable", "这条消息读不懂，没有发出去。", 422) from None


@router.post("/chat/mine/{message_id}/forget", dependencies=[anyone()])
async def forget(message_id: str, request: Request, desk: TheDesk) -> Response:
    """The sender has seen the private offer of the tip form."""
    await desk.chat.forget(message_id, visitor(request))
    return Response(status_code=204)
