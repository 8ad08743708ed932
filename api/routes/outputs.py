"""Outputs over HTTP. In: names and push addresses. Out: masked addresses and what playout says of each."""

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.access import directing, needs, the_desk, the_person
from api.auth.who import Person
from api.bodies import Body, CommandHeader, Id, Line, Nothing, Seen, Small, command_id
from api.deeds import outputs as deeds
from api.deeds.output_trials import try_output
from api.desk import Desk
from api.output_words import tried_words
from episodes.outputs import OutputPolicy
from episodes.people import Role
from episodes.renditions import RenditionName
from web.i18n import texts

router = APIRouter(prefix="/api/v1/outputs", tags=["outputs"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
STAFF = needs(Role.DIRECTOR, Role.PRODUCER)
STEERING = directing(Role.PRODUCER)
Name = Annotated[Line, Field(min_length=1, max_length=100)]
Url = Annotated[SecretStr, Field(min_length=1, max_length=1000)]


class Policy(BaseModel):
    """How the output comes back; what is missing is the house's setting."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    grace_s: Annotated[float, Field(ge=0, le=120)] | None = None
    retry_first_s: Annotated[float, Field(ge=0.2, le=300)] | None = None
    retry_most_s: Annotated[float, Field(ge=0.2, le=600)] | None = None
    tries_most: Annotated[int, Field(ge=0, le=1000)] | None = None
    resume_s: Annotated[float, Field(ge=0, le=3600)] | None = None
    spare_after: Annotated[int, Field(ge=0, le=100)] | None = None

    def policy(self) -> OutputPolicy:
        """As the rules know it."""
        return OutputPolicy(**self.model_dump())


class NewOutput(Body):
    """An output of an episode. The address is stored whole, encrypted, and never shown again."""

    episode_id: Id
    name: Name
    url: Url
    spare_url: Annotated[SecretStr, Field(max_length=1000)] | None = None
    policy: Policy | None = None
    rendition: RenditionName = "main"
    wanted: bool = True
    private: bool = False


class ChangedOutput(Body):
    """What changes; an empty `spare_url` takes the spare address away, `policy` replaces the whole policy."""

    name: Name | None = None
    url: Url | None = None
    spare_url: Annotated[SecretStr, Field(max_length=1000)] | None = None
    policy: Policy | None = None
    rendition: RenditionName | None = None
    private: bool | None = None
    seen: Seen = ""


class Turn(Body):
    """Which address to use from now on."""

    use: Literal["main", "spare"]


def _open(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


@router.get("", dependencies=[STAFF])
async def all_outputs(desk: House, episode_id: Annotated[str, Query(max_length=64)]) -> dict[str, Any]:
    """The episode's outputs."""
    return {"outputs": [msgspec.to_builtins(each) for each in await deeds.list_outputs(desk, episode_id)]}


@router.post("", dependencies=[STEERING], status_code=201)
async def add(body: NewOutput, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Add an output; the answer is the last time its address is shown."""
    made = await deeds.set_output(
        desk,
        who,
        command_id=command_id(body, header),
        episode_id=body.episode_id,
        name=body.name,
        url=_open(body.url),
        spare_url=_open(body.spare_url),
        policy=body.policy.policy() if body.policy else None,
        rendition=body.rendition,
        wanted=body.wanted,
        private=body.private,
    )
    return {"output_id": made.output_id, "url": body.url.get_secret_value().strip()}


@router.post("/{output_id}", dependencies=[STEERING])
async def change(
    output_id: Id, body: ChangedOutput, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, str]:
    """Another name, address or policy; only another address in use begins a running output anew."""
    cid = command_id(body, header)
    made = await deeds.set_output(
        desk,
        who,
        command_id=cid,
        output_id=output_id,
        name=body.name,
        url=_open(body.url),
        spare_url=_open(body.spare_url),
        policy=body.policy.policy() if body.policy else None,
        rendition=body.rendition,
        private=body.private,
        seen=body.seen,
    )
    return {"output_id": made.output_id, "seen": made.seen}


@router.post("/{output_id}/reconnect", dependencies=[STEERING])
async def reconnect(output_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Break the line and connect anew now; the platform resumes the same broadcast."""
    cid = command_id(body, header)
    return {"use": (await deeds.turn_output(desk, who, command_id=cid, output_id=output_id)).use}


@router.post("/{output_id}/switch", dependencies=[STEERING])
async def switch(output_id: Id, body: Turn, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Go over to the spare address, or back to the main one."""
    cid = command_id(body, header)
    return {"use": (await deeds.turn_output(desk, who, command_id=cid, output_id=output_id, use=body.use)).use}


@router.post("/{output_id}/try", dependencies=[STEERING])
async def try_it(
    request: Request, output_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, Any]:
    """A test push before the show: a few seconds of colour bars, what the platform said to it, and that in words."""
    tried = await try_output(desk, who, command_id=command_id(body, header), output_id=output_id)
    return {**msgspec.structs.asdict(tried), "words": tried_words(tried, texts(request.state.lang))}


@router.post("/{output_id}/start", dependencies=[STEERING])
async def start(output_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, bool]:
    """Push from now on."""
    cid = command_id(body, header)
    return {"wanted": (await deeds.want_output(desk, who, command_id=cid, output_id=output_id, on=True)).wanted}


@router.post("/{output_id}/stop", dependencies=[STEERING])
async def stop(output_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, bool]:
    """Stop; a stopped output stays stopped."""
    cid = command_id(body, header)
    return {"wanted": (await deeds.want_output(desk, who, command_id=cid, output_id=output_id, on=False)).wanted}


@router.post("/{output_id}/delete", dependencies=[STEERING])
async def remove(output_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Forget a stopped output and its address."""
    await deeds.remove_output(desk, who, command_id=command_id(body, header), output_id=output_id)
    return {}
