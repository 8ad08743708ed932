"""Between director and phones. In: prompts, taps, 切走我, a phone's own words, the director's voice. Out: SDP, nothing.

The voice goes to the studio by one session and to each phone by another (`/whep/talkback`); neither can reach the
programme.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api import sdp, turn
from api.access import device, directing, needs, the_desk, the_device, the_person
from api.auth.who import Device, Person
from api.bodies import Body, Camera, CommandHeader, Id, Line, Nothing, Small, command_id
from api.deeds import crew
from api.deeds.control import header as bus_header
from api.deeds.doing import ask
from api.desk import Desk
from api.phones import PhoneWord
from episodes.commands import AimTalk, Done, OfferTalk
from episodes.people import Role

router = APIRouter(tags=["talkback"], route_class=Small)
voice = APIRouter(tags=["talkback"])
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
Held = Annotated[Device, Depends(the_device)]
STEERING = directing()
_S = 1_000_000_000
LOOKING = needs(Role.DIRECTOR, Role.PRODUCER)
Figure = Annotated[float, Field(ge=0, le=1e6)]


class Words(Body):
    """Words for one phone, or for all."""

    camera: Annotated[Line, Field(max_length=64)] = ""
    text: Annotated[Line, Field(min_length=1, max_length=60)]


class Tap(Body):
    """Which words were heard."""

    prompt_id: Id


class Word(Body):
    """How a phone is."""

    battery_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    charging: bool = False
    network: Annotated[str, Field(pattern="^(wifi|cellular|ethernet|none|other)?$")] = ""
    rtt_ms: Figure = 0.0
    loss_percent: Annotated[float, Field(ge=0, le=100)] = 0.0
    kbps: Figure = 0.0
    dropped: Annotated[int, Field(ge=0, le=10**6)] = 0
    earpiece: bool = False


class Aim(Body):
    """`on` while the key is held; an empty `camera` speaks to all."""

    camera: Annotated[Line, Field(max_length=64)] = ""
    on: bool


class Seen(Body):
    """Which alarm."""

    room: Annotated[Line, Field(max_length=40)]
    code: Annotated[Line, Field(max_length=60)]
    about: Annotated[Line, Field(max_length=200)] = ""


class Which(Body):
    """Which camera."""

    camera: Camera


@router.post("/api/v1/talk/say", dependencies=[STEERING], status_code=201)
async def say(body: Words, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Words on the phones, until somebody taps."""
    sent = await crew.say(desk, who, command_id=command_id(body, header), camera=body.camera, text=body.text)
    return {"prompt_id": sent.prompt_id}


@router.post("/api/v1/talk/back", dependencies=[STEERING])
async def bring_back(body: Which, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Take a phone's 切走我 back; nothing goes on air by it."""
    await crew.back(desk, who, command_id=command_id(body, header), camera=body.camera)
    return {}


@router.post("/api/v1/alarms/acknowledge", dependencies=[LOOKING])
async def acknowledge(body: Seen, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """I have seen this alarm."""
    cid = command_id(body, header)
    await crew.acknowledge(desk, who, command_id=cid, room=body.room, code=body.code, about=body.about)
    return {}


@router.post("/api/v1/camera/heard", dependencies=[device()])
async def heard(body: Tap, desk: House, held: Held) -> dict[str, str]:
    """The phone's holder tapped 知道了."""
    await crew.heard(desk, held, prompt_id=body.prompt_id)
    return {}


@router.post("/api/v1/camera/state", dependencies=[device()])
async def state(body: Word, desk: House, held: Held) -> dict[str, str]:
    """How the phone is: every five seconds."""
    desk.phones.hear(held.camera, PhoneWord(**body.model_dump(exclude={"command_id"})))
    return {}


@router.post("/api/v1/camera/away", dependencies=[device()])
async def away(body: Nothing, desk: House, held: Held, header: CommandHeader = "") -> dict[str, str]:
    """切走我: off the picture and silent, at once."""
    await crew.away(desk, held, command_id=command_id(body, header))
    return {}


@router.post("/api/v1/camera/back", dependencies=[device()])
async def back(body: Nothing, desk: House, held: Held, header: CommandHeader = "") -> dict[str, str]:
    """回来: the camera may be taken again."""
    await crew.back(desk, crew.phone(held), command_id=command_id(body, header), camera=held.camera)
    return {}


@router.post("/api/v1/talk/aim/{session}", dependencies=[STEERING])
async def aim(session: str, body: Aim, desk: House) -> dict[str, str]:
    """Speak (`on`) or be silent."""
    message = AimTalk(session_id=session, camera=body.camera, on=body.on, **bus_header(desk, ""))
    await ask(desk, "studio.talk.aim", message, Done)
    return {}


@voice.post("/talk", dependencies=[STEERING], status_code=201)
async def speak(request: Request, desk: House) -> Response:
    """The director's microphone, by WebRTC: heard by nobody before it is aimed."""
    text = await sdp.body_of(request, sdp.SDP)
    answer = await sdp.offer(request, desk.bus, "studio.talk", OfferTalk(sdp=text))
    return sdp.created(answer, "talk", "voice", turn.links(desk.settings.studio, desk.clock.utc_ns() // _S))


@voice.delete("/talk/voice/{session}", dependencies=[needs(Role.DIRECTOR)])
async def hang_up(session: str, desk: House) -> Response:
    """End the session."""
    await sdp.end(desk.bus, session)
    return Response()


router.include_router(voice)
