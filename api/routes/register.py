"""人员与器材: officers, kits and reagents. In: what stands on a card or a box. Out: the page, and the same as JSON."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from api.access import needs, the_desk, the_person
from api.auth.who import Person
from api.bodies import Body, CommandHeader, Id, Line, Small, command_id
from api.deeds import register as deeds
from api.desk import Desk
from api.gate.register import kit_rows, officer_rows, today
from episodes.people import Role
from web.render import page, words_of

router = APIRouter(tags=["register"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
KEEPERS = (Role.ADMIN, Role.LEGAL)
READERS = (*KEEPERS, Role.PRODUCER, Role.DIRECTOR, Role.TESTER)
PACKERS = (Role.ADMIN, Role.PRODUCER, Role.TESTER)
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class CredentialLines(Body):
    """As it stands on the card; `version` is the one that was on the page (0: none)."""

    number: Annotated[Line, Field(min_length=1, max_length=40)]
    valid_from: Day
    valid_until: Day
    version: Annotated[int, Field(ge=0, le=10**6)] = 0


class BatchLines(Body):
    """As it stands on the box; without `batch_id` a new one."""

    batch_id: Annotated[str, Field(max_length=64)] = ""
    kind: Literal["reagent", "kit"]
    name: Annotated[Line, Field(min_length=1, max_length=60)]
    batch: Annotated[Line, Field(min_length=1, max_length=40)]
    expires: Day
    retired: bool = False
    version: Annotated[int, Field(ge=0, le=10**6)] = 0


@router.get("/produce/register", dependencies=[needs(*READERS)], response_class=HTMLResponse, include_in_schema=False)
async def register_page(request: Request, desk: House, who: Who) -> HTMLResponse:
    """Officers with their credentials, kits and reagents with their expiry."""
    words, day = words_of(request), await today(desk)
    return page(
        request,
        "produce/register.html",
        officers=await officer_rows(desk, words, day),
        batches=await kit_rows(desk, words, day),
        day=day.isoformat(),
        may_keep=who.is_a(*KEEPERS),
        may_pack=who.is_a(*PACKERS),
    )


@router.get("/api/v1/officers", dependencies=[needs(*READERS)])
async def officers(request: Request, desk: House) -> dict[str, Any]:
    """The register as it stands today."""
    return {"officers": await officer_rows(desk, words_of(request), await today(desk))}


@router.post("/api/v1/officers/{user_id}", dependencies=[needs(*KEEPERS)])
async def set_credential(
    user_id: Id, body: CredentialLines, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, str]:
    """Enter or renew a credential; never one's own."""
    fields = body.model_dump(exclude={"command_id"})
    await deeds.set_credential(desk, who, command_id=command_id(body, header), user_id=user_id, **fields)
    return {}


@router.get("/api/v1/kits", dependencies=[needs(*READERS)])
async def all_batches(request: Request, desk: House) -> dict[str, Any]:
    """Batches in use."""
    return {"batches": await kit_rows(desk, words_of(request), await today(desk))}


@router.post("/api/v1/kits", dependencies=[needs(*PACKERS)])
async def set_batch(body: BatchLines, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Enter a batch, change it, or take it out of use."""
    fields = body.model_dump(exclude={"command_id"})
    await deeds.set_batch(desk, who, command_id=command_id(body, header), **fields)
    return {}
