"""The HTTP interface described by itself. In: the route table. Out: OpenAPI, and a page of it without scripts."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from starlette.responses import JSONResponse, Response

from api.access import Access, anyone, declared
from web.pages.apidocs import sections
from web.render import page

router = APIRouter(include_in_schema=False)
VERSION = "1"


def _schema(request: Request) -> dict[str, Any]:
    """Made once; each operation says who may (`x-who`)."""
    kept: dict[str, Any] | None = getattr(request.app.state, "openapi", None)
    if kept is None:
        kept = get_openapi(title="Daylight", version=VERSION, routes=request.app.routes)
        for context in iter_route_contexts(request.app.routes):
            dependant = getattr(context, "dependant", None)
            access = declared(dependant) if dependant is not None else None
            operations = kept["paths"].get(context.path_format or "", {})
            for method in context.methods or ():
                if access is not None and method.lower() in operations:
                    operations[method.lower()]["x-who"] = who(access)
        request.app.state.openapi = kept
    return kept


def who(access: Access) -> list[str]:
    """Roles by name, or the kind of caller."""
    return sorted(access.roles) if access.kind == "roles" else [access.kind]


@router.get("/api/openapi.json", dependencies=[anyone()])
async def openapi(request: Request) -> Response:
    """OpenAPI 3.1."""
    return JSONResponse(_schema(request))


@router.get("/api/docs", dependencies=[anyone()])
async def docs(request: Request) -> Response:
    """The same for people."""
    return page(request, "apidocs.html", sections=sections(_schema(request)))
