"""The episode's films over HTTP. In: a file as the whole body. Out: the list, posters, words when it is refused."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.access import needs, the_desk, the_person
from api.arriving import receive_file
from api.auth.who import Person
from api.bodies import CommandHeader, Id, Line, Nothing, Small, command_id
from api.deeds import clips
from api.deeds.doing import new_id
from api.desk import Desk
from api.files import whole
from episodes.people import Role
from runtime.media import clip_poster, clip_source
from runtime.problems import UserProblem

UPLOAD = "/api/v1/clips"
_MIB = 1024 * 1024
_KINDS = ("video/", "audio/", "application/octet-stream")
router = APIRouter(tags=["clips"])
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
PRODUCER = needs(Role.PRODUCER)
LOOKING = needs(Role.DIRECTOR, Role.PRODUCER)


@router.post(UPLOAD, dependencies=[PRODUCER], status_code=202)
async def upload(
    request: Request,
    desk: House,
    who: Who,
    episode_id: Annotated[Id, Query()],
    name: Annotated[Line, Query(min_length=1, max_length=80)],
    header: CommandHeader = "",
) -> dict[str, str]:
    """The file is the body. 202: it is being made ready; 422 with words when it cannot go on air."""
    if not request.headers.get("content-type", "").startswith(_KINDS):
        raise UserProblem("clip_kind", "请上传视频或音频文件。", 415)
    await clips.check_room(desk, episode_id)
    clip_id = new_id()
    most = desk.settings.studio.clip_most_mib * _MIB
    if not await receive_file(request, desk, clip_source(desk.places.clips, clip_id), most):
        raise UserProblem("clip_unreadable", clips.REASONS["unreadable"], 422)
    cid = header or new_id()
    made = await clips.add_clip(desk, who, command_id=cid, episode_id=episode_id, clip_id=clip_id, name=name.strip())
    return {"clip_id": made.clip_id, "state": made.state}


@router.get(UPLOAD, dependencies=[LOOKING])
async def listed(desk: House, episode_id: Annotated[Id, Query()]) -> dict[str, Any]:
    """All of an episode's, in order."""
    return {"clips": [msgspec.to_builtins(each) for each in await clips.list_clips(desk, episode_id)]}


@router.get("/api/v1/clips/{clip_id}/poster", dependencies=[LOOKING])
async def poster(clip_id: Id, desk: House) -> Response:
    """A picture of it, for the staff."""
    path = clip_poster(desk.places.clips, clip_id)
    return await whole(desk, path, "image/jpeg", {"Cache-Control": "private, max-age=3600"})


async def delete(clip_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Remove it and its files; not while it is on air or cued."""
    await clips.remove_clip(desk, who, command_id=command_id(body, header), clip_id=clip_id)
    return {}


router.add_api_route(
    UPLOAD + "/{clip_id}/delete", delete, methods=["POST"], dependencies=[PRODUCER], route_class_override=Small
)
