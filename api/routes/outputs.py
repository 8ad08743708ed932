"""Outputs over HTTP. In: names and push addresses. Out: masked addresses and what playout says of each."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query
from pydantic import Field, SecretStr

from api.access import needs, the_desk, the_person
from api.auth.who import Person
from api.bodies import Body, CommandHeader, Id, Line, Nothing, Small, command_id
from api.deeds import outputs as deeds
from api.desk import Desk
from episodes.people import Role

router = APIRouter(prefix="/api/v1/outputs", tags=["outputs"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
STAFF = needs(Role.DIRECTOR, Role.PRODUCER)
Name = Annotated[Line, Field(min_length=1, max_length=100)]
Url = Annotated[SecretStr, Field(min_length=1, max_length=1000)]


class NewOutput(Body):
    """An output of an episode. The address is stored whole, encrypted, and never shown again."""

    episode_id: Id
    name: Name
    url: Url
    wanted: bool = True


class ChangedOutput(Body):
    """What changes."""

    name: Name | None = None
    url: Url | None = None


@router.get("", dependencies=[STAFF])
async def all_outputs(desk: House, episode_id: Annotated[str, Query(max_length=64)]) -> dict[str, Any]:
    """The episode's outputs."""
    return {"outputs": [msgspec.to_builtins(each) for each in await deeds.list_outputs(desk, episode_id)]}


@router.post("", dependencies=[STAFF], status_code=201)
async def add(body: NewOutput, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Add an output; the answer is the last time its address is shown."""
    url = body.url.get_secret_value()
    made = await deeds.set_output(
        desk,
        who,
        command_id=command_id(body, header),
        episode_id=body.episode_id,
        name=body.name,
        url=url,
        wanted=body.wanted,
    )
    return {"output_id": made.output_id, "url": url.strip()}


@router.post("/{output_id}", dependencies=[STAFF])
async def change(
    output_id: Id, body: ChangedOutput, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, str]:
    """Another name or address; a running output begins anew."""
    url = body.url.get_secret_value() if body.url else None
    cid = command_id(body, header)
    made = await deeds.set_output(desk, who, command_id=cid, output_id=output_id, name=body.name, url=url)
    return {"output_id": made.output_id}


@router.post("/{output_id}/start", dependencies=[STAFF])
async def start(output_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, bool]:
    """Push from now on."""
    cid = command_id(body, header)
    return {"wanted": (await deeds.want_output(desk, who, command_id=cid, output_id=output_id, on=True)).wanted}


@router.post("/{output_id}/stop", dependencies=[STAFF])
async def stop(output_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, bool]:
    """Stop; a stopped output stays stopped."""
    cid = command_id(body, header)
    return {"wanted": (await deeds.want_output(desk, who, command_id=cid, output_id=output_id, on=False)).wanted}


@router.post("/{output_id}/delete", dependencies=[STAFF])
async def remove(output_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Forget a stopped output and its address."""
    await deeds.remove_output(desk, who, command_id=command_id(body, header), output_id=output_id)
    return {}
