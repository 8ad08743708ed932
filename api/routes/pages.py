"""The public's pages. In: requests. Out: pages made by `web` of what the public clock has released, no more."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from api.access import anyone, the_desk
from api.desk import Desk
from api.draw.proof import public_draws
from api.replays import replay_of
from api.routes.chat import panel_of
from api.shows import Shows
from api.taken_back import notice_of
from episodes.figures import with_past
from episodes.public import PublicShow
from store.episodes import all_upcoming, programmes, upcoming
from store.tables.episodes import Episode
from web.fragments import TOPIC
from web.pages import calendar, figures
from web.pages import episode as episode_view
from web.pages import show as show_view
from web.pages.episodes import NextEpisode, next_of
from web.render import page, words_of

router = APIRouter(include_in_schema=False)

TheDesk = Annotated[Desk, Depends(the_desk)]
LATEST = 6


async def shows_of(request: Request) -> Shows:
    """The reader of past shows."""
    shows: Shows = request.app.state.shows
    return shows


ThePast = Annotated[Shows, Depends(shows_of)]


@router.get("/", dependencies=[anyone()])
async def home(request: Request, desk: TheDesk, past: ThePast) -> Response:
    """The live show, or the next one."""
    # Where the hub stands is read before the show: what comes between is sent again, and changes nothing twice.
    request.state.live_place = desk.hub.place((TOPIC, "chat"))
    show = desk.public.show
    if is_public(show):
        chat = await panel_of(request, desk)
        shown: dict[str, Any] = {"delay_s": round(delay_s(desk)), "notice": notice_of(desk.rooms.playout)}
        return page(request, "viewer.html", show=show, view=show_view, chat=chat, **shown)
    coming = await _next(desk)
    return page(request, "offair.html", next=coming, past=await past.past(LATEST), total=await past.count())


def is_public(show: PublicShow) -> bool:
    """On air for everybody; a rehearsal is nobody's business."""
    return show.on_air and show.live is not None and not show.live.rehearsal


def delay_s(desk: Desk) -> float:
    """How far the public's picture is behind, as playout says, else as configured."""
    playout = desk.rooms.playout
    return playout.delay_s if playout else desk.settings.playout.delay_s


async def _coming(desk: Desk) -> Episode | None:
    async with desk.store.read() as session:
        return await upcoming(session)


async def _next(desk: Desk) -> NextEpisode | None:
    row = await _coming(desk)
    return next_of(row.number, row.starts_utc_ns, desk.clock.utc_ns()) if row else None


@router.get("/next.ics", dependencies=[anyone()])
async def next_ics(request: Request, desk: TheDesk) -> Response:
    """The next episode for a calendar."""
    row = await _coming(desk)
    if row is None:
        raise HTTPException(404)
    return await _calendar(request, desk, (row,))


@router.get("/calendar.ics", dependencies=[anyone()])
async def calendar_ics(request: Request, desk: TheDesk) -> Response:
    """Every episode to come, to subscribe to. No theme, no place: they are not public yet."""
    async with desk.store.read() as session:
        rows = await all_upcoming(session)
    return await _calendar(request, desk, rows)


async def _calendar(request: Request, desk: Desk, rows: tuple[Episode, ...]) -> Response:
    async with desk.store.read() as session:
        houses = {each.id: each for each in await programmes(session)}
    coming = [
        calendar.Coming(
            uid=row.id,
            name=houses[row.programme_id].name,
            number=row.number,
            starts_utc_ns=row.starts_utc_ns,
            minutes=row.minutes or houses[row.programme_id].minutes,
        )
        for row in rows
    ]
    url = desk.settings.server.public_url or str(request.base_url)
    text = calendar.feed(coming, url=url, now_utc_ns=desk.clock.utc_ns(), words=words_of(request))
    return Response(text, media_type="text/calendar", headers={"Cache-Control": "no-cache"})


@router.get("/episodes", dependencies=[anyone()])
async def episodes(request: Request, desk: TheDesk, past: ThePast) -> Response:
    """Every ended episode."""
    show = desk.public.show
    live = show.live if is_public(show) else None
    return page(request, "episodes.html", past=await past.past(), next=await _next(desk), live=live)


@router.get("/episodes/{number:int}", dependencies=[anyone()])
async def episode(request: Request, number: int, desk: TheDesk, past: ThePast) -> Response:
    """One episode's record: corrections first, every test, every finding."""
    show = await past.by_number(number)
    if show is None or show.live is None:
        raise HTTPException(404)
    if show.on_air:
        return RedirectResponse("/", 302)
    more, lab = episode_view.of(show), episode_view.laboratory
    film = await replay_of(request, desk, show)
    shown: dict[str, Any] = {"film": film, "draws": await public_draws(desk, show.live.episode_id)}
    return page(request, "episode.html", show=show, live=show.live, view=show_view, more=more, lab=lab, **shown)


@router.get("/record", dependencies=[anyone()])
async def record(request: Request, desk: TheDesk, past: ThePast) -> Response:
    """The figures, each with where it comes from."""
    shows = tuple([await past.show(event.episode_id) for event in await past.begun()])
    now = figures.counted(shows)
    reported = desk.public.show.past
    total = with_past(now, reported) if reported else now
    view: dict[str, Any] = {
        "totals": figures.TOTALS,
        "outcomes": figures.OUTCOMES,
        "shown": figures.shown(total, words_of(request)),
    }
    return page(request, "record.html", total=total, reported=reported, own=now, **view)
