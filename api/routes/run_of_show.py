"""The run of show over HTTP. In: the editor's list, the director's presses. Out: where the show is."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from api.access import STAFF, directing, needs, the_desk, the_person
from api.auth.who import Person
from api.bodies import CommandHeader, Id, Whole, command_id
from api.deeds import run_cues, runs
from api.desk import Desk
from api.plan.bodies import CueName, RunBody, SegmentName
from api.plan.runs import run_json
from episodes.people import Role

router = APIRouter(prefix="/api/v1/episodes/{episode_id}/run-of-show", tags=["run of show"], route_class=Whole)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
EDITING = needs(Role.PRODUCER, Role.DIRECTOR)


@router.get("", dependencies=[needs(*STAFF)])
async def run_of_show(episode_id: Id, desk: House) -> dict[str, Any]:
    """The list, how far it is, and where the show stands now."""
    return await run_json(desk, episode_id)


@router.post("", dependencies=[EDITING])
async def save(episode_id: Id, body: RunBody, desk: House, who: Who, header: CommandHeader = "") -> dict[str, int]:
    """The whole list, on air too; 409 `run_changed` when somebody else saved meanwhile."""
    segments, graphics = body.made()
    now = await runs.save_run(
        desk,
        who,
        command_id=command_id(body, header),
        episode_id=episode_id,
        base=body.base,
        segments=segments,
        graphics=graphics,
    )
    return {"version": now.version}


@router.post("/begin", dependencies=[directing()])
async def begin(episode_id: Id, body: SegmentName, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Go to a segment, on air."""
    cid = command_id(body, header)
    await runs.begin_segment(desk, who, command_id=cid, episode_id=episode_id, segment_id=body.segment_id)
    return {}


@router.post("/cue", dependencies=[directing()])
async def cue(episode_id: Id, body: CueName, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Do a step: take its camera, show or clear its graphic, reveal its target; then it is ticked off."""
    cid = command_id(body, header)
    await run_cues.give_cue(desk, who, command_id=cid, episode_id=episode_id, cue_id=body.cue_id)
    return {}
