"""The disclosure ladder over HTTP, and 目的地. In: rungs, a release, a look. Out: the address, to an open rung only."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from api.access import needs, signed_in, the_desk, the_person
from api.auth.who import Person
from api.bodies import Body, CommandHeader, Id, Line, Nothing, Small, command_id
from api.deeds import ladder as deeds
from api.deeds import targets
from api.desk import Desk
from api.gate.ladder import destinations
from episodes.ladder import MOST_MINUTES, Rung
from episodes.people import Role
from web.render import page

router = APIRouter(tags=["ladder"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]


class RungLine(BaseModel):
    """Who learns the address together; by time, by somebody's release, or by what comes first."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    title: Annotated[Line, Field(min_length=1, max_length=20)]
    people: Annotated[tuple[Id, ...], Field(max_length=30)]
    minutes_before: Annotated[int, Field(ge=0, le=MOST_MINUTES)] | None = None
    releaser: Annotated[str, Field(max_length=64)] = ""


class LadderLines(Body):
    """The whole ladder; `version` is the one that was on the page (0: none)."""

    rungs: Annotated[tuple[RungLine, ...], Field(max_length=12)]
    version: Annotated[int, Field(ge=0, le=10**6)] = 0


class WhichTarget(Body):
    """A target by id; empty is the next one."""

    target_id: Annotated[str, Field(max_length=64)] = ""


@router.get("/destination", dependencies=[signed_in()], response_class=HTMLResponse, include_in_schema=False)
async def destination_page(request: Request, desk: House, who: Who) -> HTMLResponse:
    """Where one goes: closed until one's rung is open; the address comes by a press and stands in no page."""
    return page(request, "destination.html", coming=await destinations(desk, who))


@router.post("/api/v1/episodes/{episode_id}/ladder", dependencies=[needs(Role.PRODUCER)])
async def set_ladder(
    episode_id: Id, body: LadderLines, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, str]:
    """Write the whole ladder; approved before, it needs approval again."""
    rungs = tuple(Rung(**each.model_dump()) for each in body.rungs)
    cid = command_id(body, header)
    await deeds.set_ladder(desk, who, command_id=cid, episode_id=episode_id, rungs=rungs, version=body.version)
    return {}


@router.post("/api/v1/ladder/{rung_id}/release", dependencies=[signed_in()])
async def release(rung_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """The rung's named person opens it."""
    await deeds.release(desk, who, command_id=command_id(body, header), rung_id=rung_id)
    return {}


@router.post("/api/v1/ladder/{rung_id}/acknowledge", dependencies=[signed_in()])
async def acknowledge(rung_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """已知悉, once one has looked."""
    await deeds.acknowledge(desk, who, command_id=command_id(body, header), rung_id=rung_id)
    return {}


@router.post("/api/v1/episodes/{episode_id}/target/view", dependencies=[signed_in()])
async def view_target(
    episode_id: Id, body: WhichTarget, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, str]:
    """Look into the sealed box, from an open rung; the look is on record first."""
    cid = command_id(body, header)
    seen = await targets.view_target(desk, who, command_id=cid, episode_id=episode_id, target_id=body.target_id)
    return {"name": seen.name, "place": seen.place, "address": seen.address}
