"""Draws over HTTP, for staff. In: pools, halves of the secret, the public value. Out: states; never who was drawn."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.access import needs, the_desk, the_person
from api.auth.who import Person
from api.bodies import CommandHeader, Id, Line, Nothing, Small, command_id
from api.deeds import draw as deeds
from api.deeds import draw_pools, draw_run
from api.desk import Desk
from api.draw.bodies import Abort, GiveWay, Lock, Prepare, Share, Value
from api.draw.views import draw_rows
from episodes import draw_pool
from episodes.draw import Candidate
from episodes.people import Role
from runtime.problems import UserProblem
from runtime.threads import named_executor
from web.render import words_of

router = APIRouter(prefix="/api/v1", tags=["draw"], route_class=Small)
uploads = APIRouter(tags=["draw"])
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
PRODUCER = needs(Role.PRODUCER)
HOLDERS = needs(Role.PRODUCER, Role.LEGAL, Role.DIRECTOR, Role.ADMIN)
WITNESSES = needs(Role.PRODUCER, Role.LEGAL, Role.DIRECTOR, Role.ADMIN, Role.OFFICER, Role.HOST)
AT_THE_DOOR = needs(Role.PRODUCER, Role.DIRECTOR)


@uploads.post("/draw-pools", dependencies=[PRODUCER], status_code=201)
async def load_pool(
    request: Request,
    desk: House,
    who: Who,
    name: Annotated[Line, Query(min_length=1, max_length=80)],
    header: CommandHeader = "",
) -> dict[str, Any]:
    """A list of candidates: `text/csv` with a head line, or JSON rows. A bad row refuses the whole, by its line."""
    data = await request.body()
    as_json = request.headers.get("content-type", "").startswith("application/json")
    async with named_executor("draw") as thread:
        candidates = await thread.run(_candidates, data, as_json=as_json)
    made = await draw_pools.load_pool(desk, who, command_id=header, name=name, candidates=candidates)
    return {"pool_id": made.pool_id, "candidates": made.candidates, "strata": made.strata}


def _candidates(data: bytes, *, as_json: bool) -> tuple[Candidate, ...]:
    try:
        if as_json:
            return draw_pool.read_rows(msgspec.json.decode(data, type=list[dict[str, str | int | None]]))
        return draw_pool.read_csv(data.decode())
    except (UnicodeDecodeError, msgspec.MsgspecError):
        raise UserProblem("pool_file", "请上传UTF-8的CSV表，或JSON数组，每项有 id 和 name。", 422) from None


@router.get("/episodes/{episode_id}/draws", dependencies=[HOLDERS])
async def listed(request: Request, episode_id: Id, desk: House, who: Who) -> dict[str, Any]:
    """An episode's draws and what each waits for; no name."""
    rows = await draw_rows(desk, who, episode_id, words_of(request))
    return {"draws": [{name: each[name] for name in each if name != "said"} for each in rows]}


@router.post("/episodes/{episode_id}/draws", dependencies=[PRODUCER], status_code=201)
async def prepare(episode_id: Id, body: Prepare, desk: House, who: Who, header: CommandHeader = "") -> dict[str, Any]:
    """Freeze the pool; the caller holds the first half of the secret and sends its hash."""
    cid = command_id(body, header)
    made = await deeds.prepare(desk, who, command_id=cid, episode_id=episode_id, wish=body.wish(), lock=body.lock)
    return {"draw_id": made.draw_id, "candidates": made.candidates, "excluded": made.excluded}


@router.post("/episodes/{episode_id}/draws/disclose", dependencies=[AT_THE_DOOR])
async def disclose(episode_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """The secret of draws that no sealed target stands against; after a last reveal it goes by itself."""
    await draw_run.disclose(desk, who, command_id=command_id(body, header), episode_id=episode_id)
    return {}


@router.post("/draws/{draw_id}/join", dependencies=[HOLDERS])
async def join(draw_id: Id, body: Lock, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Another person locks in the second half: all is fixed and published by its hash."""
    now = await deeds.join(desk, who, command_id=command_id(body, header), draw_id=draw_id, lock=body.lock)
    return {"state": now.state}


@router.post("/draws/{draw_id}/value", dependencies=[WITNESSES])
async def value(draw_id: Id, body: Value, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """The public value, once it is out."""
    cid = command_id(body, header)
    now = await deeds.set_value(desk, who, command_id=cid, draw_id=draw_id, value=body.value, signature=body.signature)
    return {"state": now.state, "waits_for": now.waits_for}


@router.post("/draws/{draw_id}/share", dependencies=[HOLDERS])
async def share(draw_id: Id, body: Share, desk: House, who: Who, header: CommandHeader = "") -> dict[str, Any]:
    """One's own half; with the second one the draw is made."""
    now = await draw_run.give_share(desk, who, command_id=command_id(body, header), draw_id=draw_id, share=body.share)
    return {"state": now.state, "places": now.places}


@router.post("/draws/{draw_id}/run", dependencies=[HOLDERS])
async def run(draw_id: Id, _: Nothing, desk: House, who: Who) -> dict[str, Any]:
    """Finish a draw whose halves are in, should the desk have died between."""
    now = await draw_run.run(desk, who, draw_id=draw_id)
    return {"state": now.state, "places": now.places}


@router.post("/draws/{draw_id}/abort", dependencies=[needs(Role.PRODUCER, Role.LEGAL)])
async def abort(draw_id: Id, body: Abort, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Give it up; it stays counted."""
    await deeds.abort(desk, who, command_id=command_id(body, header), draw_id=draw_id, reason=body.reason)
    return {}


@router.post("/draws/give-way", dependencies=[AT_THE_DOOR])
async def give_way(body: GiveWay, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A closed shop: the next ticket takes its place."""
    await draw_run.give_way(
        desk,
        who,
        command_id=command_id(body, header),
        target_id=body.target_id,
        reason=body.reason,
        successor=body.successor,
    )
    return {}


@router.post("/draws/{draw_id}/audit", dependencies=[needs(Role.LEGAL)])
async def audit(draw_id: Id, _: Nothing, desk: House, who: Who) -> Response:
    """The auditor's copy: names, weights, exclusions. Each taking is on record."""
    data = await draw_run.audit(desk, who, draw_id=draw_id)
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="audit.json"'}
    return Response(data, media_type="application/json", headers=headers)


router.include_router(uploads)
