"""The director's page and deeds. In: cuts, graphics, join codes. Out: the page, and what the rooms last said."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from api.access import needs, the_desk, the_person
from api.auth.who import Person
from api.bodies import Body, Camera, CommandHeader, Id, Line, Nothing, Small, Text40, Text200, command_id
from api.control_room import studio_view
from api.deeds import control, graphics, questions
from api.desk import Desk
from episodes.events import Graphic
from episodes.people import Role
from web.render import page

router = APIRouter(tags=["studio"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
DIRECTOR = needs(Role.DIRECTOR)
LOOKING = needs(Role.DIRECTOR, Role.PRODUCER)


class Source(Body):
    """A camera's name; `slate` for a take."""

    source: Camera


class Delay(Body):
    """Seconds between the studio and the public."""

    episode_id: Id
    delay_s: Annotated[float, Field(ge=0, le=120)]


class Card(Body):
    """Which test's card."""

    test_id: Id


class Strap(Body):
    """A person's name strap. `credential` only for officers."""

    name: Text40
    title: Annotated[Line, Field(min_length=1, max_length=60)]
    credential: Annotated[Line, Field(max_length=40)] = ""


class Law(Body):
    """A law card: what the statute says, and what it means."""

    statute: Annotated[Line, Field(min_length=1, max_length=60)]
    article: Annotated[Line, Field(min_length=1, max_length=40)]
    plain: Text200


class TipLine(Body):
    """The short address and the telephone."""

    address: Annotated[Line, Field(max_length=80)] = ""
    phone: Annotated[str, Field(max_length=20, pattern=r"^[0-9+\- ]*$")] = "12315"


class Question(Body):
    """An approved question."""

    question_id: Id


class QuestionGone(Question):
    """Clear it; `answered` when the guests did."""

    answered: bool = True


@router.get("/studio", dependencies=[LOOKING], response_class=HTMLResponse, include_in_schema=False)
async def studio_page(request: Request, desk: House) -> HTMLResponse:
    """The director's page."""
    request.state.live_place = desk.hub.place(("studio",))
    return page(request, "studio.html", **await studio_view(desk, request.state.lang))


@router.get("/api/v1/studio", dependencies=[LOOKING])
async def studio_now(desk: House) -> dict[str, Any]:
    """What studio and playout last said, and the open alarms."""
    view = await studio_view(desk, "zh-CN")
    return {**view["now"], "alarms": view["alarms"]}


@router.post("/api/v1/studio/cue", dependencies=[DIRECTOR])
async def cue(body: Source, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Start decoding a camera, to take it next."""
    await control.cue(desk, who, command_id=command_id(body, header), source=body.source)
    return {}


@router.post("/api/v1/studio/take", dependencies=[DIRECTOR])
async def take(body: Source, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Put a camera, or `slate`, on air."""
    await control.take(desk, who, command_id=command_id(body, header), source=body.source)
    return {}


@router.post("/api/v1/studio/slate", dependencies=[DIRECTOR])
async def slate(body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Put the slate on air."""
    await control.take(desk, who, command_id=command_id(body, header), source="slate")
    return {}


@router.post("/api/v1/studio/delay", dependencies=[DIRECTOR])
async def delay(body: Delay, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """How long the public's picture is held back."""
    cid = command_id(body, header)
    await control.set_delay(desk, who, command_id=cid, episode_id=body.episode_id, delay_s=body.delay_s)
    return {}


@router.post("/api/v1/graphics/card/show", dependencies=[DIRECTOR])
async def show_card(body: Card, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Put the card of a test back on the picture; its words come from the record."""
    await graphics.show_card(desk, who, command_id=command_id(body, header), test_id=body.test_id)
    return {}


@router.post("/api/v1/graphics/strap/show", dependencies=[DIRECTOR])
async def show_strap(body: Strap, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A person's name, with the credential number of an officer."""
    cid = command_id(body, header)
    await graphics.show_strap(desk, who, command_id=cid, name=body.name, title=body.title, credential=body.credential)
    return {}


@router.post("/api/v1/graphics/law/show", dependencies=[DIRECTOR])
async def show_law(body: Law, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A law card."""
    cid = command_id(body, header)
    await graphics.show_law_card(
        desk, who, command_id=cid, statute=body.statute, article=body.article, plain=body.plain
    )
    return {}


@router.post("/api/v1/graphics/tip-line/show", dependencies=[DIRECTOR])
async def show_tip_line(body: TipLine, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """How to send a tip, with an address the same phone can type."""
    cid = command_id(body, header)
    await graphics.show_tip_line(desk, who, command_id=cid, address=body.address, phone=body.phone)
    return {}


@router.post("/api/v1/graphics/question/show", dependencies=[needs(Role.DIRECTOR, Role.MODERATOR)])
async def show_question(body: Question, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """An approved question on the picture."""
    await questions.show_question(desk, who, command_id=command_id(body, header), question_id=body.question_id)
    return {}


@router.post("/api/v1/graphics/question/clear", dependencies=[needs(Role.DIRECTOR, Role.MODERATOR)])
async def clear_question(body: QuestionGone, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Take it off again."""
    cid = command_id(body, header)
    await questions.clear_question(desk, who, command_id=cid, question_id=body.question_id, answered=body.answered)
    return {}


CLEARS: dict[str, Graphic] = {"card": "card", "strap": "strap", "law": "law", "tip-line": "tip_line"}


def _add_clear(path: str, graphic: Graphic) -> None:
    async def clear(body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
        """Take the graphic off the picture."""
        await graphics.clear_graphic(desk, who, command_id=command_id(body, header), graphic=graphic)
        return {}

    router.add_api_route(f"/api/v1/graphics/{path}/clear", clear, methods=["POST"], dependencies=[DIRECTOR])


for _path, _graphic in CLEARS.items():
    _add_clear(_path, _graphic)
