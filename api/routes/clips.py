"""The episode's films over HTTP. In: a file as the whole body. Out: the list, posters, words when it is refused."""

from typing import IO, Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.access import needs, the_desk, the_person
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
_AT_ONCE = 2
_KINDS = ("video/", "application/octet-stream")
router = APIRouter(tags=["clips"])
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
PRODUCER = needs(Role.PRODUCER)
LOOKING = needs(Role.DIRECTOR, Role.PRODUCER)

_coming = 0


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
        raise UserProblem("clip_kind", "请上传视频文件。", 415)
    await clips.check_room(desk, episode_id)
    clip_id = new_id()
    await _receive(request, desk, clip_id)
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


async def _receive(request: Request, desk: Desk, clip_id: str) -> None:
    """Onto the disk as it comes; what does not come whole leaves nothing behind."""
    global _coming  # noqa: PLW0603 - one count for the process: it bounds disk and bandwidth
    if _coming >= _AT_ONCE:
        raise UserProblem("uploads_busy", "现在提交的人多，请稍后再试。", 503, headers={"Retry-After": "5"})
    path = clip_source(desk.places.clips, clip_id)
    _coming += 1
    try:
        file = await desk.files.run(path.open, "wb")
        try:
            await _copy(request, desk, file)
        finally:
            await desk.files.run(file.close)
    except OSError:
        path.unlink(missing_ok=True)
        raise UserProblem("disk_full", "磁盘写不下了，请腾出空间再传。", 507) from None
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        _coming -= 1


async def _copy(request: Request, desk: Desk, file: IO[bytes]) -> None:
    most, seen = desk.settings.studio.clip_most_mib * _MIB, 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > most:
            raise UserProblem("too_large", "内容超过了大小上限，请缩小后再试。", 413)
        await desk.files.run(file.write, chunk)
    if not seen:
        raise UserProblem("clip_unreadable", clips.REASONS["unreadable"], 422)
