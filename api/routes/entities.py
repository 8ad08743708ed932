"""Businesses over HTTP, for staff. In: a file as the whole body, what somebody typed, a licence. Out: cards, reports.

What is searched for comes in the body: it stands in no address, no history and no log.
"""

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field

from api.access import needs, the_desk, the_person
from api.arriving import receive_file
from api.auth.who import Person
from api.bodies import Body, CommandHeader, Id, Line, Nothing, Small, command_id
from api.deeds import entities as deeds
from api.deeds.doing import new_id
from api.desk import Desk
from api.entities.views import card_view, import_view, row_view
from episodes.entity_columns import COLUMNS
from episodes.licence import found_in
from episodes.people import Role
from runtime.problems import UserProblem
from store import entities, entity_imports
from web.render import page, words_of

UPLOAD = "/api/v1/entities/imports"
_MIB = 1024 * 1024
_KINDS = ("text/", "application/")
PAGE_ROWS = 50
router = APIRouter(tags=["entities"])
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
PRODUCER = needs(Role.PRODUCER)
LOOKING = needs(Role.PRODUCER, Role.DIRECTOR, Role.LEGAL)
ON_THE_SPOT = needs(Role.PRODUCER, Role.DIRECTOR, Role.LEGAL, Role.OFFICER)
EntityId = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Typed(Body):
    """A part of a name, place or pinyin initials, or the beginning of a licence."""

    typed: Annotated[Line, Field(max_length=60)]


class Scanned(Body):
    """A licence number as typed, or all that a scanned code says."""

    licence: Annotated[str, Field(min_length=1, max_length=600)]


@router.get("/produce/entities", dependencies=[LOOKING], response_class=HTMLResponse, include_in_schema=False)
async def entities_page(
    request: Request, desk: House, who: Who, after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> HTMLResponse:
    """Search, list, import."""
    async with desk.store.read() as session:
        rows = await entities.listed(session, after, PAGE_ROWS)
        count = await entities.counted(session)
        imports = await entity_imports.latest(session)
    words = words_of(request)
    return page(
        request,
        "produce/entities.html",
        rows=[row_view(each) for each in rows],
        count=count,
        more=rows[-1].id if len(rows) == PAGE_ROWS else 0,
        imports=[import_view(each, (), words) for each in imports],
        may_import=who.is_a(Role.PRODUCER),
        most_mib=desk.settings.store.import_most_mib,
    )


@router.get(
    "/produce/entities/{entity_id}", dependencies=[LOOKING], response_class=HTMLResponse, include_in_schema=False
)
async def entity_page(request: Request, entity_id: EntityId, desk: House) -> HTMLResponse:
    """One business: its card, what changed, where we were."""
    card = await deeds.card(desk, entity_id)
    return page(request, "produce/entity.html", card=card_view(card, words_of(request)))


async def search(body: Typed, desk: House) -> dict[str, Any]:
    """The nearest twenty, while somebody types."""
    async with desk.store.read() as session:
        found = await entities.search(session, body.typed)
    return {"entities": [row_view(each) for each in found]}


async def scan(body: Scanned, desk: House) -> dict[str, Any]:
    """The business on a licence, for whoever stands before it. 404 when we have none."""
    async with desk.store.read() as session:
        found = await entities.by_licence(session, found_in(body.licence))
    if found is None:
        raise UserProblem("no_entity", "没有这家经营主体。", 404)
    return row_view(found)


@router.post(UPLOAD, dependencies=[PRODUCER], status_code=202)
async def upload(
    request: Request,
    desk: House,
    who: Who,
    name: Annotated[Line, Query(min_length=1, max_length=200)],
    header: CommandHeader = "",
) -> dict[str, str]:
    """The file is the body: CSV or JSON. 202: it is being checked; nothing is written before `apply`."""
    if not request.headers.get("content-type", "").startswith(_KINDS):
        raise UserProblem("import_kind", "请上传CSV或JSON文件。", 415)
    import_id = new_id()
    most = desk.settings.store.import_most_mib * _MIB
    if not await receive_file(request, desk, desk.entities.path(import_id), most):
        raise UserProblem("file_empty", "文件是空的，请换一个文件。", 422)
    made = await deeds.add_file(desk, who, command_id=header or new_id(), import_id=import_id, name=name.strip())
    return {"import_id": made.import_id, "state": made.state}


@router.get(UPLOAD + "/{import_id}", dependencies=[PRODUCER])
async def progress(request: Request, import_id: Id, desk: House) -> dict[str, Any]:
    """How far it is, and the first troubles in words."""
    async with desk.store.read() as session:
        row = await entity_imports.get(session, import_id)
        if row is None:
            raise UserProblem("no_import", "没有这个导入文件。", 404)
        troubles = await entity_imports.troubles(session, import_id, 200)
    return import_view(row, troubles, words_of(request))


@router.get(UPLOAD + "/{import_id}/troubles.csv", dependencies=[PRODUCER], response_class=Response)
async def troubles_file(request: Request, import_id: Id, desk: House) -> Response:
    """Every bad row we kept: line, column, what stood there, what to do."""
    async with desk.store.read() as session:
        row = await entity_imports.get(session, import_id)
        if row is None:
            raise UserProblem("no_import", "没有这个导入文件。", 404)
        view = import_view(row, await entity_imports.troubles(session, import_id), words_of(request))
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["line", "column", "value", "mend"])
    writer.writerows([one["line"], one["column"], _cell(one["value"]), one["says"]] for one in view["troubles"])
    return _as_csv(file.getvalue(), "troubles.csv")


@router.get("/api/v1/entities/template.csv", dependencies=[LOOKING], response_class=Response)
async def template() -> Response:
    """An empty table with our columns."""
    file = io.StringIO()
    csv.writer(file).writerow([aliases[0] for aliases in COLUMNS.values()])
    return _as_csv(file.getvalue(), "entities.csv")


async def apply(import_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Bring the checked file in, but for its bad rows."""
    done = await deeds.apply_import(desk, who, command_id=command_id(body, header), import_id=import_id)
    return {"state": done.state}


async def stop(import_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Not this file, or no further."""
    await deeds.stop_import(desk, who, command_id=command_id(body, header), import_id=import_id)
    return {}


for _path, _deed, _who in (
    ("/api/v1/entities/search", search, LOOKING),
    ("/api/v1/entities/scan", scan, ON_THE_SPOT),
    (UPLOAD + "/{import_id}/apply", apply, PRODUCER),
    (UPLOAD + "/{import_id}/stop", stop, PRODUCER),
):
    router.add_api_route(_path, _deed, methods=["POST"], dependencies=[_who], route_class_override=Small)


def _cell(value: str) -> str:
    """A text that a spreadsheet takes for no formula."""
    return f"'{value}" if value[:1] in "=+-@\t\r" and value else value


def _as_csv(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=headers)
