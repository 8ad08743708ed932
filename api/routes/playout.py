"""What a person takes from the public and gives back. In: presses of the director. Out: what was taken, is withheld."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request
from pydantic import Field

from api.access import needs, the_desk, the_person
from api.auth.who import Person
from api.bodies import Body, CommandHeader, Line, Small, Text200, command_id
from api.deeds import dump as deeds
from api.desk import Desk
from api.withheld_views import withheld_rows
from episodes.people import Role
from web.i18n import texts

router = APIRouter(prefix="/api/v1", tags=["playout"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
DIRECTOR = needs(Role.DIRECTOR)
DECIDING = needs(Role.DIRECTOR, Role.PRODUCER, Role.LEGAL)
Why = Annotated[Line, Field(max_length=200)]


class Pressed(Body):
    """Why: it may be said later, the press does not wait for it."""

    reason: Why = ""


class Dumped(Pressed):
    """`seconds` null: all that is unsent."""

    seconds: Annotated[float, Field(gt=0, le=600)] | None = None


class Given(Body):
    """A decision has a reason."""

    reason: Text200


@router.post("/playout/dump", dependencies=[DIRECTOR])
async def dump(body: Dumped, desk: House, who: Who, header: CommandHeader = "") -> dict[str, Any]:
    """Take what is unsent, or the last seconds, from every output, HLS and the pages."""
    cid = command_id(body, header)
    done = await deeds.dump(desk, who, command_id=cid, seconds=body.seconds, reason=body.reason)
    return msgspec.structs.asdict(done)


@router.post("/playout/kill", dependencies=[DIRECTOR])
async def kill(body: Pressed, desk: House, who: Who, header: CommandHeader = "") -> dict[str, Any]:
    """Black and silence on every public output; the connections stay."""
    done = await deeds.kill(desk, who, command_id=command_id(body, header), reason=body.reason)
    return msgspec.structs.asdict(done)


@router.post("/playout/restore", dependencies=[DIRECTOR])
async def restore(body: Pressed, desk: House, who: Who, header: CommandHeader = "") -> dict[str, Any]:
    """End the KILL; the delay is honoured anew."""
    done = await deeds.restore(desk, who, command_id=command_id(body, header), reason=body.reason)
    return msgspec.structs.asdict(done)


@router.get("/withheld", dependencies=[DECIDING])
async def withheld(request: Request, desk: House) -> dict[str, Any]:
    """The records of the newest episodes that a DUMP or KILL keeps from the public."""
    return {"withheld": await withheld_rows(desk, texts(request.state.lang))}


@router.post("/withheld/{seq}/release", dependencies=[DECIDING])
async def release(seq: int, body: Given, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Give it to the public, with all that is withheld of the same test, question or finding."""
    await deeds.release(desk, who, command_id=command_id(body, header), seq=seq, reason=body.reason)
    return {}
