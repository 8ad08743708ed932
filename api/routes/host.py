"""The host's page, and the printable cards of each role. In: who asks. Out: pages that only tell."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from api.access import needs, signed_in, the_desk
from api.auth.accounts import ROLE_WORDS
from api.desk import Desk
from api.host_views import host_view
from api.role_cards import CARDS
from episodes.people import Role
from web.render import page, words_of

router = APIRouter(tags=["host"])
House = Annotated[Desk, Depends(the_desk)]


@router.get(
    "/host",
    dependencies=[needs(Role.HOST, Role.DIRECTOR, Role.PRODUCER)],
    response_class=HTMLResponse,
    include_in_schema=False,
)
async def host_page(request: Request, desk: House) -> HTMLResponse:
    """Next cue, approved question, safe phrases, time left."""
    request.state.live_place = desk.hub.place(("host",))
    return page(request, "host.html", **await host_view(desk, words_of(request)))


@router.get("/cards", dependencies=[signed_in()], response_class=HTMLResponse, include_in_schema=False)
async def cards_page(request: Request) -> HTMLResponse:
    """One card a role, each on a page of its own when it is printed."""
    return page(request, "cards.html", cards=CARDS, role_words=ROLE_WORDS)
