"""The producer's page, and accounts. In: a chosen episode, people and their roles. Out: the page."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import Field, SecretStr

from api.access import needs, the_desk, the_person
from api.auth.accounts import ROLE_WORDS
from api.auth.who import Person
from api.bodies import Body, CommandHeader, Id, Line, Seen, Small, command_id
from api.deeds import people as deeds
from api.deeds.clips import list_clips
from api.desk import Desk
from api.draw.views import ABORT_WORDS, PASS_WORDS, draw_rows, pool_rows
from api.episode_views import produce_view
from api.gate.approvals import approval_view
from api.gate.ladder import ladder_view
from api.gate.panel import gate_panel
from api.mix_views import clip_rows
from api.replays import recording_view
from episodes.people import Role
from store import people
from web.render import page, words_of

router = APIRouter(tags=["produce"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
ADMIN = needs(Role.ADMIN)
Roles = Annotated[tuple[Role, ...], Field(min_length=1, max_length=11)]


class NewUser(Body):
    """An account. The person changes the password at their first log-in."""

    login: Annotated[Line, Field(min_length=2, max_length=64)]
    name: Annotated[Line, Field(min_length=1, max_length=64)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=200)]
    pin: Annotated[SecretStr, Field(max_length=12)] = SecretStr("")
    roles: Roles


class NewRoles(Body):
    """What an account may do from now on."""

    roles: Roles
    seen: Seen = ""


@router.get(
    "/produce",
    dependencies=[needs(Role.PRODUCER, Role.LEGAL, Role.DIRECTOR, Role.ADMIN)],
    response_class=HTMLResponse,
    include_in_schema=False,
)
async def produce_page(
    request: Request,
    desk: House,
    who: Who,
    episode: Annotated[int | None, Query(ge=1, le=10**9)] = None,
    start: Annotated[int, Query(ge=0, le=2**62)] = 0,
    month: Annotated[str, Query(max_length=7)] = "",
) -> HTMLResponse:
    """The coming slots and one episode."""
    request.state.live_place = desk.hub.place(("studio",))
    view = await produce_view(desk, episode, words_of(request), month)
    chosen = view["chosen"]
    has_ended = chosen is not None and chosen.state in {"ended", "published"}
    view["recording"] = await recording_view(desk, chosen.id, words_of(request)) if has_ended else None
    films = await list_clips(desk, chosen.id) if chosen else ()
    view["clips"] = clip_rows(films, words_of(request))
    view["draws"] = await draw_rows(desk, who, chosen.id, words_of(request)) if chosen else []
    view["pools"] = await pool_rows(desk)
    view["abort_words"], view["pass_words"] = ABORT_WORDS, PASS_WORDS
    view["approval"] = await approval_view(desk, who, chosen.id, words_of(request)) if chosen else None
    view["ladder"] = await ladder_view(desk, who, chosen.id) if chosen else None
    view["start"] = start
    view["gate"] = await gate_panel(desk, who, chosen.id, words_of(request)) if chosen else None
    view["clip_most_mib"] = desk.settings.studio.clip_most_mib
    return page(request, "produce.html", role_words=ROLE_WORDS, may=_may(who), **view)


def _may(who: Person) -> dict[str, bool]:
    return {
        "plan": who.is_a(Role.PRODUCER),
        "approve": who.is_a(Role.LEGAL),
        "outputs": who.is_a(Role.PRODUCER, Role.DIRECTOR),
        "air": who.is_a(Role.PRODUCER, Role.DIRECTOR),
        "people": who.is_a(Role.ADMIN),
    }


@router.get("/api/v1/users", dependencies=[ADMIN])
async def all_users(desk: House) -> dict[str, Any]:
    """Accounts by login, with their roles."""
    async with desk.store.read() as session:
        found = await people.accounts(session)
    return {
        "users": [
            {"user_id": each.user_id, "login": each.login, "name": each.name, "roles": sorted(each.roles)}
            for each in found
        ]
    }


@router.post("/api/v1/users", dependencies=[ADMIN], status_code=201)
async def add(body: NewUser, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A new account; roles that one person may not hold together are refused."""
    made = await deeds.add(
        desk,
        who,
        command_id=command_id(body, header),
        login=body.login,
        name=body.name,
        password=body.password.get_secret_value(),
        pin=body.pin.get_secret_value(),
        roles=body.roles,
    )
    return {"user_id": made.user_id}


@router.post("/api/v1/users/{user_id}/roles", dependencies=[ADMIN])
async def set_roles(user_id: Id, body: NewRoles, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Other roles; the last administrator stays one."""
    cid = command_id(body, header)
    await deeds.set_roles(desk, who, command_id=cid, user_id=user_id, roles=body.roles, seen=body.seen)
    return {}
