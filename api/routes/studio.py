"""The director's page and deeds. In: cuts, graphics, join codes. Out: the page, and what the rooms last said."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from api.access import directing, needs, the_desk, the_person
from api.auth.who import Person
from api.bodies import Body, Camera, CommandHeader, Id, Line, Nothing, Small, Text40, Text200, command_id
from api.control_room import studio_view
from api.deeds import control, graphics, questions
from api.desk import Desk
from episodes.events import Graphic
from episodes.people import Role
from episodes.shot import LEAST_GAIN_DB, MOST_GAIN_DB, HoldReason, Layout, Transition
from web.render import page

router = APIRouter(tags=["studio"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
DIRECTOR = directing()
LOOKING = needs(Role.DIRECTOR, Role.PRODUCER)


class Source(Body):
    """A camera's name; `slate` for a take."""

    source: Camera


class Take(Source):
    """A shot: a camera, `clip:<id>`, `slate`, or `hold` with its reason; `then` follows a clip."""

    layout: Layout = "full"
    second: Annotated[Line, Field(max_length=64)] = ""
    transition: Transition = "cut"
    reason: HoldReason | Literal[""] = ""
    then: Annotated[Line, Field(max_length=64)] = ""


class Freeze(Body):
    """Hold the picture, or let it run."""

    on: bool


class Sound(Body):
    """Whose sound is heard, and how loud one source is; what is missing stays."""

    mic: Annotated[Line, Field(max_length=64)] | None = None
    source: Annotated[Line, Field(max_length=64)] = ""
    muted: bool | None = None
    gain_db: Annotated[float, Field(ge=LEAST_GAIN_DB, le=MOST_GAIN_DB)] | None = None


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
async def take(body: Take, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Put a shot on air: one source or two, by a cut or a dissolve; answered once it is."""
    shot = body.model_dump(exclude={"command_id"})
    await control.take(desk, who, command_id=command_id(body, header), **shot)
    return {}


@router.post("/api/v1/studio/freeze", dependencies=[DIRECTOR])
async def freeze(body: Freeze, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Hold the last picture, or let it run; the next take ends it."""
    await control.freeze(desk, who, command_id=command_id(body, header), on=body.on)
    return {}


@router.post("/api/v1/studio/sound", dependencies=[DIRECTOR])
async def sound(body: Sound, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Whose sound is heard, who is muted, and how loud."""
    change = body.model_dump(exclude={"command_id"})
    await control.set_sound(desk, who, command_id=command_id(body, header), **change)
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


@router.post("/api/v1/graphics/question/show", dependencies=[directing(Role.MODERATOR)])
async def show_question(body: Question, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """An approved question on the picture."""
    await questions.show_question(desk, who, command_id=command_id(body, header), question_id=body.question_id)
    return {}


@router.post("/api/v1/graphics/question/clear", dependencies=[directing(Role.MODERATOR)])
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
