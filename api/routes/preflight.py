"""开播检查. In: a press. Out: every finding on machine and show, in the caller's language, each with its mend."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from api.access import needs, the_desk
from api.bodies import Nothing, Small
from api.desk import Desk
from api.doctor import examine
from api.show_checks import clock_steady, examine_show
from episodes.people import Role
from runtime.problems import UserProblem
from runtime.threads import named_executor
from web.render import words_of

router = APIRouter(tags=["studio"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
_looking: set[int] = set()


@router.post("/api/v1/preflight", dependencies=[needs(Role.DIRECTOR, Role.PRODUCER)])
async def preflight(body: Nothing, request: Request, desk: House) -> dict[str, Any]:  # noqa: ARG001 - one shape for all deeds
    """Look over everything; takes a few seconds, one at a time. The same checks as `daylight doctor`."""
    if id(desk) in _looking:
        raise UserProblem("looking", "正在检查，请等几秒。", 409)
    _looking.add(id(desk))
    try:
        studio, playout, clock = desk.rooms.studio, desk.rooms.playout, desk.clock
        show = await examine_show(desk.store, desk.secrets_box, desk.settings, clock.utc_ns(), studio, playout)
        # Off the loop, on a thread that serves nobody else.
        async with named_executor("pre-flight") as thread:
            machine = await thread.run(examine, desk.settings)
    finally:
        _looking.discard(id(desk))
    steady = clock_steady(*desk.present.began, clock.mono_ns(), clock.utc_ns())
    words = words_of(request)
    findings = [
        {"name": each.name, "ok": each.ok, "says": each.says.in_words(words), "mend": each.mend.in_words(words)}
        for each in (*show, steady, *machine)
    ]
    return {"ok": all(each["ok"] for each in findings), "findings": findings}
