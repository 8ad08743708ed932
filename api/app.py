"""The desk's web application. In: a `Desk`. Out: an ASGI app whose every route names who may.

Routers stand in one list; adding a page means adding its router here. `web.render` makes the pages.
"""

from functools import partial
from importlib import import_module

from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.middleware import Middleware

from api import problems
from api.access import require_access
from api.desk import Desk
from api.routes import clips, entities
from api.shell import Headers, Language, Limited, Proxied
from api.shows import Shows
from api.site import SiteNow
from episodes.commands import RecordMade
from web.fragments import TOPIC, messages
from web.i18n import LANGUAGES
from web.render import Site

_MIB = 1024 * 1024
SLICES: tuple[str, ...] = (
    "system",
    "auth",
    "account",
    "people",
    "trust",
    "docs",
    "pages",
    "live",
    "chat",
    "moderate",
    "tips",
    "tips_desk",
    "whip",
    "whep",
    "studio",
    "seat",
    "talk",
    "preflight",
    "crew",
    "spot",
    "legal",
    "host",
    "produce",
    "plan",
    "plan_pages",
    "run_of_show",
    "staff_calendar",
    "draw",
    "draw_public",
    "episodes",
    "approvals",
    "ladder",
    "register",
    "replay",
    "outputs",
    "playout",
    "clips",
    "entities",
    "rapid_tests",
    "served",
    "operators",
    "after",
    "testing",
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
            Middleware(
                Limited,
                most=server.max_body_mib * _MIB,
                larger={
                    clips.UPLOAD: desk.settings.studio.clip_most_mib * _MIB,
                    entities.UPLOAD: desk.settings.store.import_most_mib * _MIB,
                },
            ),
            Middleware(problems.Faults),
        ],
    )
    app.state.desk = desk
    app.state.site = Site()
    app.state.site_now = SiteNow(app, desk)
    app.state.shows = Shows(desk)
    desk.public.listeners.append(partial(_release, desk))
    problems.install(app)
    for router in routers():
        app.include_router(router)
    require_access(list(iter_route_contexts(app.routes)))
    return app


def _release(desk: Desk, records: tuple[RecordMade, ...], utc_ns: int) -> None:
    """What the public clock lets go goes to the pages, in every language; pages hold it for their own picture."""
    show = desk.public.show
    if show.live and show.live.rehearsal:
        return
    for lang in LANGUAGES:
        for message in messages(records, show, utc_ns, lang):
            desk.hub.publish(TOPIC, message, lang=lang)
