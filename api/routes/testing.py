"""The house's tables and its instruments. In: CSV, names, signed messages. Out: tables, keys, readings."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field
from starlette.responses import JSONResponse

from api.access import anyone, needs, the_desk, the_person
from api.auth.who import Person
from api.bodies import MOST_BYTES, Body, CommandHeader, Id, Line, Nothing, Small, command_id
from api.deeds import devices, house_tables
from api.desk import Desk
from api.testing_views import testing_view, waiting_readings
from episodes.house_tables import Table, written
from episodes.people import Role
from runtime.problems import UserProblem
from store.house_tables import rows_of
from web.render import page, words_of

router = APIRouter(tags=["methods, limits, instruments"])
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
PRODUCER = needs(Role.PRODUCER)
LOOKING = needs(Role.PRODUCER, Role.LEGAL, Role.TESTER)
TESTER = needs(Role.TESTER)
QUIET = {"Cache-Control": "no-store"}
Signed = Annotated[str, Header(max_length=200)]


class TableGiven(Body):
    """A whole table as CSV, made from `version` of it."""

    text: Annotated[str, Field(max_length=500_000)]
    version: Annotated[int, Field(ge=0)]


class Device(Body):
    """An instrument."""

    device_id: Annotated[str, Field(min_length=3, max_length=60)]
    name: Annotated[Line, Field(max_length=80)] = ""


class TakeOver(Body):
    """A reading that waits."""

    reading_id: Id


@router.get("/produce/testing", dependencies=[LOOKING], response_class=HTMLResponse, include_in_schema=False)
async def testing_page(request: Request, desk: House, who: Who) -> HTMLResponse:
    """Methods, limits, deadlines, instruments."""
    view = await testing_view(desk, words_of(request))
    return page(request, "produce/testing.html", may_change=who.is_a(Role.PRODUCER), **view)


@router.get("/api/v1/tables/{table}.csv", dependencies=[LOOKING])
async def download(table: Table, desk: House) -> Response:
    """As it counts now, for editing."""
    async with desk.store.read() as session:
        text = written(table, await rows_of(session, table))
    name = {"Content-Disposition": f'attachment; filename="{table}.csv"', **QUIET}
    return Response("\ufeff" + text, 200, name, "text/csv; charset=utf-8")


@router.post("/api/v1/tables/{table}", dependencies=[PRODUCER])
async def replace(table: Table, body: TableGiven, desk: House, who: Who, header: CommandHeader = "") -> dict[str, int]:
    """The whole table anew, or nothing: 422 with the line; 409 when somebody changed it meanwhile."""
    cid = command_id(body, header)
    now = await house_tables.set_table(desk, who, command_id=cid, table=table, text=body.text, version=body.version)
    return {"version": now.version, "rows": now.rows}


async def register(body: Device, desk: House, who: Who) -> Response:
    """A key, shown once; the instrument's key before dies."""
    made = await devices.register(desk, who, device_id=body.device_id, name=body.name)
    return JSONResponse({"device_id": made.device_id, "key": made.key}, 201, QUIET)


async def revoke(device_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Its messages are refused from now on."""
    await devices.revoke(desk, who, command_id=command_id(body, header), device_id=device_id)
    return {}


async def take_over(test_id: Id, body: TakeOver, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """An instrument's reading becomes the tester's entry; the second person reads blind as ever."""
    cid = command_id(body, header)
    now = await devices.take_over(desk, who, command_id=cid, test_id=test_id, reading_id=body.reading_id)
    return {"state": now.state}


@router.get("/api/v1/device-readings", dependencies=[TESTER])
async def waiting(desk: House) -> dict[str, Any]:
    """What waits to be taken over: which sample, which instrument, when; never the value."""
    return {"readings": await waiting_readings(desk)}


@router.post("/api/v1/device-readings", dependencies=[anyone(csrf_in_body=True)], status_code=201)
async def upload(
    request: Request,
    desk: House,
    x_device_id: Signed = "",
    x_timestamp: Signed = "",
    x_nonce: Signed = "",
    x_signature: Signed = "",
) -> dict[str, Any]:
    """From an instrument, signed: nobody is signed in here, so there is nothing to forge."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise UserProblem("too_large", "内容超过了大小上限，请缩小后再试。", 413)
    got = await devices.receive(
        desk, device_id=x_device_id, timestamp=x_timestamp, nonce=x_nonce, signature=x_signature, body=bytes(body)
    )
    return {"reading_id": got.reading_id, "again": got.again}


for _path, _deed, _who in (
    ("/api/v1/test-devices", register, PRODUCER),
    ("/api/v1/test-devices/{device_id}/revoke", revoke, PRODUCER),
    ("/api/v1/rapid-tests/{test_id}/take-over", take_over, TESTER),
):
    router.add_api_route(_path, _deed, methods=["POST"], dependencies=[_who], route_class_override=Small)
