"""Who holds the director's desk. In: a director's press. Out: nothing; the pages hear of it by `status`."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from api.access import needs, the_desk, the_person
from api.auth.who import Person
from api.bodies import Body, CommandHeader, Line, Nothing, Small, command_id
from api.deeds import seat
from api.desk import Desk
from episodes.people import Role

router = APIRouter(tags=["studio"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
DIRECTOR = needs(Role.DIRECTOR)


class Offer(Body):
    """To which account; empty takes the offer back."""

    to: Annotated[Line, Field(max_length=64)] = ""


@router.post("/api/v1/studio/desk/take", dependencies=[DIRECTOR])
async def take(body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Hold the desk: a free one, one offered to you, or one whose holder is silent."""
    await seat.take(desk, who, command_id=command_id(body, header))
    return {}


@router.post("/api/v1/studio/desk/offer", dependencies=[DIRECTOR])
async def offer(body: Offer, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Offer the desk you hold to another director."""
    await seat.offer(desk, who, command_id=command_id(body, header), to=body.to)
    return {}


@router.post("/api/v1/studio/desk/release", dependencies=[DIRECTOR])
async def release(body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Let go of the desk."""
    await seat.release(desk, who, command_id=command_id(body, header))
    return {}


@router.post("/api/v1/studio/desk/here", dependencies=[DIRECTOR])
async def here(body: Nothing, desk: House, who: Who) -> dict[str, str]:  # noqa: ARG001 - one shape for all deeds
    """This page is open: every five seconds."""
    await seat.here(desk, who)
    return {}
