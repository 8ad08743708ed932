"""One person's calendar by a link. In: a token in the path. Out: their posts and times as iCalendar."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import select
from starlette.responses import Response

from api.access import anyone, signed_in, the_desk, the_person
from api.auth.who import Person
from api.bodies import CommandHeader, Id, Nothing, Small, command_id
from api.crew_views import join_base
from api.deeds import calendar_links
from api.desk import Desk
from episodes.assignment import POST_WORDS, posts_of
from runtime.problems import UserProblem
from store.episodes import programmes
from store.plans import crews_of
from store.tables.episodes import Episode
from store.tables.plan import CrewPlace
from web.pages.calendar import OwnPlace, own_feed
from web.render import words_of

router = APIRouter(tags=["plan"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Me = Annotated[Person, Depends(the_person)]
Token = Annotated[str, Path(min_length=40, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
_PAST_NS = 31 * 24 * 3600 * 1_000_000_000
_MOST = 200


@router.post("/api/v1/calendar-links", dependencies=[signed_in()], status_code=201)
async def make(body: Nothing, request: Request, desk: House, me: Me) -> dict[str, str]:  # noqa: ARG001 - one shape for all deeds
    """A link to one's own calendar, told this once."""
    made = await calendar_links.make_link(desk, me)
    return {"link_id": made.link_id, "url": f"{join_base(desk, request)}/calendar/{made.token}.ics"}


@router.post("/api/v1/calendar-links/{link_id}/revoke", dependencies=[signed_in()])
async def revoke(link_id: Id, body: Nothing, desk: House, me: Me, header: CommandHeader = "") -> dict[str, str]:
    """One's own link opens nothing any more."""
    await calendar_links.revoke_link(desk, me, command_id=command_id(body, header), link_id=link_id)
    return {}


@router.get("/calendar/{token}.ics", dependencies=[anyone()], include_in_schema=False)
async def calendar(token: Token, request: Request, desk: House) -> Response:
    """A month back and all that is planned: numbers, times and one's own posts; no title, theme, target or address."""
    user_id = await calendar_links.reader_of(desk, token)
    if user_id is None:
        raise UserProblem("link_dead", "这个日历链接已经收回。请登录后在“我的账号”里重新生成。", 410)
    words = words_of(request)
    async with desk.store.read() as session:
        mine = select(CrewPlace.episode_id).where(CrewPlace.user_id == user_id)
        query = (
            select(Episode)
            .where(Episode.id.in_(mine), Episode.starts_utc_ns > desk.clock.utc_ns() - _PAST_NS)
            .order_by(Episode.starts_utc_ns)
            .limit(_MOST)
        )
        rows = (await session.scalars(query)).all()
        crews = await crews_of(session, [row.id for row in rows])
        houses = {each.id: each for each in await programmes(session)}
    places = [
        OwnPlace(
            uid=row.id,
            name=houses[row.programme_id].name,
            number=row.number,
            starts_utc_ns=row.starts_utc_ns,
            minutes=row.minutes or houses[row.programme_id].minutes,
            posts=tuple(words(POST_WORDS[post]) for post in posts_of(crews[row.id], user_id)),
            rehearsal=row.rehearsal,
        )
        for row in rows
    ]
    text = own_feed(places, now_utc_ns=desk.clock.utc_ns(), words=words)
    # The address is a secret: nobody keeps it, nothing follows from it to another site.
    headers = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}
    return Response(text, media_type="text/calendar", headers=headers)
