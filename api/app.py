"""The desk's web application. In: a `Desk`. Out: an ASGI app whose every route names who may.

Routers stand in one list; adding a page means adding its router here. `web.render` makes the pages.
"""

from importlib import import_module

from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.middleware import Middleware

from api import problems
from api.access import require_access
from api.desk import Desk
from api.shell import Headers, Language, Limited, Proxied
from runtime.hub import Hub
from web.render import Site

SLICES: tuple[str, ...] = (
    "system",
    "auth",
    "pages",
    "live",
    "chat",
    "moderate",
    "tips",
    "tips_desk",
    "whip",
    "whep",
    "studio",
    "crew",
    "produce",
    "episodes",
    "outputs",
    "rapid_tests",
)
"""Modules of api.routes, each with a `router`; the order decides between paths that could both match."""


def routers() -> list[APIRouter]:
    """Every slice's router."""
    return [import_module(f"api.routes.{name}").router for name in SLICES]


def create_app(desk: Desk) -> FastAPI:
    """The application of one desk."""
    server = desk.settings.server
    app = FastAPI(
        title="Daylight",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(Proxied, trusted=server.trusted_proxies),
            Middleware(Headers, hsts=bool(server.public_url)),
            Middleware(Language),
            Middleware(Limited, most=server.max_body_mib * 1024 * 1024),
        ],
    )
    app.state.desk = desk
    app.state.site = Site()
    problems.install(app)
    for router in routers():
        app.include_router(router)
    require_access(list(iter_route_contexts(app.routes)))
    return app


def hub_of(app: FastAPI) -> Hub:
    """The hub of the desk behind `app`."""
    desk: Desk = app.state.desk
    return desk.hub
