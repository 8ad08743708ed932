"""Legal basis and approval over HTTP. In: words, versions that were read. Out: states; never a target's name."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from api.access import needs, the_desk, the_person
from api.auth.who import Person
from api.bodies import Body, CommandHeader, Id, Line, Small, Text200, command_id
from api.deeds import approvals as deeds
from api.desk import Desk
from api.gate.approvals import GIVERS, approval_json, approval_view
from episodes.people import Role
from web.render import words_of

router = APIRouter(prefix="/api/v1/episodes/{episode_id}", tags=["approval"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
Version = Annotated[int, Field(ge=0, le=10**6)]


class Basis(Body):
    """On what the inspection rests and how far it reaches; `version` is the one that was on the page (0: none)."""

    legal_basis: Text200
    scope: Text200
    version: Version = 0


class Reviewed(Body):
    """Which version of the basis was read."""

    version: Version


class Approval(Body):
    """The hash of what was read, and the number of the paper that says so, if there is one."""

    version: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    document: Annotated[Line, Field(max_length=60)] = ""


@router.get("/approval", dependencies=[needs(Role.PRODUCER, Role.LEGAL, Role.DIRECTOR)])
async def approval(request: Request, episode_id: Id, desk: House, who: Who) -> dict[str, Any]:
    """What there is to approve, by its hash, and what the caller can do."""
    return approval_json(await approval_view(desk, who, episode_id, words_of(request)))


@router.post("/legal-basis", dependencies=[needs(*GIVERS)])
async def give_basis(episode_id: Id, body: Basis, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Give or change the legal basis."""
    fields = body.model_dump(exclude={"command_id"})
    await deeds.give_basis(desk, who, command_id=command_id(body, header), episode_id=episode_id, **fields)
    return {}


@router.post("/legal-basis/review", dependencies=[needs(Role.LEGAL)])
async def review(episode_id: Id, body: Reviewed, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Another person than its giver has read it."""
    cid = command_id(body, header)
    await deeds.review_basis(desk, who, command_id=cid, episode_id=episode_id, version=body.version)
    return {}


@router.post("/approve", dependencies=[needs(Role.LEGAL)])
async def approve(episode_id: Id, body: Approval, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A second person approves what they have read; on air: a target that was added."""
    fields = body.model_dump(exclude={"command_id"})
    now = await deeds.approve(desk, who, command_id=command_id(body, header), episode_id=episode_id, **fields)
    return {"state": now.state}
