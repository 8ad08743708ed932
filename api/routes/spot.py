"""What phones send from the spot. In: ticks, answers, notes, photos, questions, objections, consents. Out: ids.

A phone without network sends later what was done: each body names its episode and its moment, each deed its id.
"""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import Field

from api.access import device, needs, the_desk, the_device, the_person
from api.auth.who import Device, Person
from api.bodies import Body, CommandHeader, Id, Line, Nothing, Small, command_id
from api.deeds import ask_desk, consents, evidence_files, inspection, objections
from api.deeds.inspection import ItemAnswer, When
from api.desk import Desk
from api.inspection_views import SPOT_ROLES, spot_now
from episodes.events import Answer, Tick
from episodes.inspection import MOST_FILES, MOST_NOTE, MOST_PLACE, MOST_SENTENCE, Measure
from episodes.people import Role
from runtime.problems import UserProblem

router = APIRouter(tags=["spot"], route_class=Small)
files = APIRouter(tags=["spot"])
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
Held = Annotated[Device, Depends(the_device)]
ON_THE_SPOT = needs(*SPOT_ROLES)
OFFICER = needs(Role.OFFICER)
MEETING_GUESTS = needs(*SPOT_ROLES, Role.HOST, Role.DIRECTOR, Role.PRODUCER)
Millis = Annotated[int, Field(ge=0, le=4_102_444_800_000)]
Files = Annotated[tuple[Id, ...], Field(max_length=MOST_FILES)]
Place = Annotated[Line, Field(min_length=1, max_length=MOST_PLACE)]
Prose = Annotated[str, Field(max_length=MOST_NOTE)]
Degrees = Annotated[float, Field(ge=-180, le=180)]


class Entry(Body):
    """Where and when it was done. `paper`: written on paper first, entered afterwards (事后补录)."""

    episode_id: Id
    at_ms: Millis
    paper: bool = False

    @property
    def when(self) -> When:
        return When(self.at_ms * 1_000_000, self.paper)


class TickMade(Entry):
    """Recording announced, or credentials shown."""

    tick: Tick


class AnswerGiven(Entry):
    """An item of a place; `version` is the one its author saw. `place` is a code, never a trade name."""

    item_id: Id
    place: Place
    answer: Answer
    version: Annotated[int, Field(ge=0, le=10**6)] = 0
    sentence: Annotated[Line, Field(max_length=MOST_SENTENCE)] = ""
    measure: Measure = ""
    note: Prose = ""
    files: Files = ()


class NoteGiven(Entry):
    """A note that belongs to no item."""

    place: Annotated[Line, Field(max_length=MOST_PLACE)] = ""
    text: Prose = ""
    files: Files = ()


class QuestionAsked(Entry):
    """To the legal desk, in private; an empty thread begins one."""

    thread_id: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9._:-]*$")] = ""
    text: Prose = ""
    files: Files = ()


class Objection(Body):
    """`everywhere`: all cameras of the episode, not this phone's alone."""

    everywhere: bool = True


class Consent(Entry):
    """A guest's; `signed` is what the pad made."""

    name: Annotated[Line, Field(min_length=1, max_length=30)]
    title: Annotated[Line, Field(min_length=1, max_length=40)]
    signed: Annotated[str, Field(min_length=1, max_length=14_000)]


class Where(Body):
    """Where the phone is; kept in memory only."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Degrees
    accuracy_m: Annotated[float, Field(ge=0, le=100_000)]


@router.get("/api/v1/spot", dependencies=[ON_THE_SPOT])
async def now(desk: House, who: Who) -> dict[str, Any]:
    """All that a phone shows and works on without network."""
    return await spot_now(desk, who)


@router.post("/api/v1/spot/ticks", dependencies=[OFFICER])
async def tick(body: TickMade, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """告知录像, 出示证件: with its time, once."""
    cid = command_id(body, header)
    await inspection.tick(desk, who, command_id=cid, episode_id=body.episode_id, tick=body.tick, when=body.when)
    return {}


@router.post("/api/v1/spot/answers", dependencies=[OFFICER])
async def answer(body: AnswerGiven, desk: House, who: Who, header: CommandHeader = "") -> dict[str, Any]:
    """An item of the checklist; one that fails opens a finding. 409 `conflict` when somebody answered meanwhile."""
    fields = body.model_dump(exclude={"command_id", "episode_id", "at_ms", "paper"})
    given = ItemAnswer(**fields)
    cid = command_id(body, header)
    made = await inspection.answer(desk, who, command_id=cid, episode_id=body.episode_id, given=given, when=body.when)
    return {"version": made.version, "finding_id": made.finding_id}


@router.post("/api/v1/spot/notes", dependencies=[ON_THE_SPOT], status_code=201)
async def note(body: NoteGiven, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A note with its pictures."""
    made = await inspection.note(
        desk,
        who,
        command_id=command_id(body, header),
        episode_id=body.episode_id,
        place=body.place,
        text=body.text,
        files=body.files,
        when=body.when,
    )
    return {"note_id": made.note_id}


@router.post("/api/v1/spot/asks", dependencies=[ON_THE_SPOT], status_code=201)
async def ask(body: QuestionAsked, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """问法制: seen by the asker and the legal desk, never on air."""
    made = await ask_desk.ask_desk(
        desk,
        who,
        command_id=command_id(body, header),
        episode_id=body.episode_id,
        thread_id=body.thread_id,
        text=body.text,
        files=body.files,
        when=body.when,
    )
    return {"thread_id": made.thread_id}


@router.post("/api/v1/spot/objections", dependencies=[ON_THE_SPOT], status_code=201)
async def object_to_filming(body: Objection, desk: House, who: Who, header: CommandHeader = "") -> dict[str, Any]:
    """拒绝拍摄, by somebody signed in: all cameras go off the air at once, their originals go on."""
    cid = command_id(body, header)
    made = await objections.object_to_filming(desk, who, command_id=cid, everywhere=True)
    return {"objection_id": made.objection_id, "cameras": made.cameras}


@router.post("/api/v1/camera/objection", dependencies=[device()], status_code=201)
async def phone_objects(body: Objection, desk: House, held: Held, header: CommandHeader = "") -> dict[str, Any]:
    """The same by a bound phone, nobody signed in: its own camera, or all of them."""
    cid = command_id(body, header)
    made = await objections.object_to_filming(desk, held, command_id=cid, everywhere=body.everywhere)
    return {"objection_id": made.objection_id, "cameras": made.cameras}


@router.post("/api/v1/spot/consents", dependencies=[MEETING_GUESTS], status_code=201)
async def consent(body: Consent, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A guest signed; their strap is ready."""
    made = await consents.consent(
        desk,
        who,
        command_id=command_id(body, header),
        episode_id=body.episode_id,
        name=body.name,
        title=body.title,
        signed=body.signed,
        when=body.when,
    )
    return {"consent_id": made.consent_id}


@router.post("/api/v1/spot/consents/{consent_id}/withdraw", dependencies=[MEETING_GUESTS])
async def withdraw_consent(
    consent_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, str]:
    """The guest took it back."""
    await consents.withdraw_consent(desk, who, command_id=command_id(body, header), consent_id=consent_id)
    return {}


@router.post("/api/v1/camera/position", dependencies=[device()])
async def position(body: Where, desk: House, held: Held) -> dict[str, str]:
    """Where the phone is, when its holder agreed."""
    desk.whereabouts.hear(held.camera, body.latitude, body.longitude, body.accuracy_m)
    return {}


@router.post("/api/v1/camera/position/forget", dependencies=[device()])
async def forget_position(body: Nothing, desk: House, held: Held) -> dict[str, str]:  # noqa: ARG001 - one shape for all deeds
    """The holder does not agree any more."""
    desk.whereabouts.forget(held.camera)
    return {}


@router.get("/api/v1/positions", dependencies=[needs(Role.DIRECTOR, Role.PRODUCER)])
async def positions(desk: House) -> Response:
    """The plan for the desk: metres between phones, how old each word is; no place on the earth."""
    return Response(msgspec.json.encode(desk.whereabouts.plan()), media_type="application/json")


@files.post("/api/v1/spot/files", dependencies=[ON_THE_SPOT], status_code=201)
async def keep_file(
    request: Request,
    desk: House,
    who: Who,
    episode_id: Annotated[str, Query(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")],
    at_ms: Annotated[int, Query(ge=0, le=4_102_444_800_000)],
    sha256: Annotated[str, Header(alias="X-Sha256", pattern=r"^[0-9a-f]{64}$")],
    header: Annotated[str, Header(alias="X-Command-Id", max_length=64, pattern=r"^[A-Za-z0-9._:-]{8,}$")],
    camera: Annotated[str, Query(max_length=64)] = "",
    private: bool = False,
    paper: bool = False,
) -> dict[str, str]:
    """A photo or spoken note, as the body. Its id is the command's: what follows may name it before it arrived."""
    made = await evidence_files.keep_file(
        desk,
        who,
        command_id=header,
        episode_id=episode_id,
        content=await _whole(request),
        media_type=request.headers.get("content-type", "").partition(";")[0],
        sha256=sha256,
        camera=camera,
        private=private,
        when=When(at_ms * 1_000_000, paper),
    )
    return {"file_id": made.file_id}


@files.get("/api/v1/spot/files/{file_id}", dependencies=[needs(*SPOT_ROLES, Role.LEGAL, Role.PRODUCER)])
async def open_file(file_id: Id, desk: House, who: Who) -> Response:
    """The file, for its maker and those whose work it is. Somebody else's look is recorded."""
    found = await evidence_files.open_file(desk, who, file_id)
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": "inline"}
    return Response(found.content, media_type=found.media_type, headers=headers)


async def _whole(request: Request) -> bytes:
    most = max(evidence_files.MOST_BYTES.values())
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > most:
            raise UserProblem("too_large", "内容超过了大小上限，请缩小后再试。", 413)
    return bytes(content)


router.include_router(files)
