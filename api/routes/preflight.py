"""开播检查, the gate. In: a press, a decision, a duty. Out: every finding by its stage, in the caller's language."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from api.access import directing, needs, the_desk, the_person
from api.auth.who import Person
from api.bodies import Body, CommandHeader, Id, Line, Nothing, Small, command_id
from api.checks import Finding
from api.deeds import gate as deeds
from api.desk import Desk
from api.doctor import examine
from api.gate import points
from api.show_checks import clock_steady, examine_show
from episodes import gate as rules
from episodes.people import Role
from runtime.problems import UserProblem
from runtime.threads import named_executor
from store.episodes import current
from web.i18n import Texts
from web.render import words_of

router = APIRouter(tags=["studio"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
_looking: set[int] = set()


class Decision(Body):
    """Going on without a blocking point: by whom is who is signed in, why is said here."""

    point: Literal["masks", "moderation", "delay", "approval", "officers"]
    why: Annotated[Line, Field(min_length=1, max_length=200)]


class Duty(Body):
    """Whether one is on duty as a moderator from now on."""

    on: bool


@router.post("/api/v1/preflight", dependencies=[needs(Role.DIRECTOR, Role.PRODUCER)])
async def preflight(body: Nothing, request: Request, desk: House) -> dict[str, Any]:  # noqa: ARG001 - one shape for all deeds
    """Look over everything; takes a few seconds, one at a time. The machine's checks are those of `daylight doctor`."""
    if id(desk) in _looking:
        raise UserProblem("looking", "正在检查，请等几秒。", 409)
    _looking.add(id(desk))
    try:
        studio, playout, clock = desk.rooms.studio, desk.rooms.playout, desk.clock
        gate, episode_id, waiting = await _gate(desk)
        show = await examine_show(desk.store, desk.secrets_box, desk.settings, clock.utc_ns(), studio, playout)
        # Off the loop, on a thread that serves nobody else.
        async with named_executor("pre-flight") as thread:
            machine = await thread.run(examine, desk.settings)
    finally:
        _looking.discard(id(desk))
    steady = clock_steady(*desk.present.began, clock.mono_ns(), clock.utc_ns())
    words = words_of(request)
    findings = [finding_json(each, words) for each in (*gate, *show, steady, *machine)]
    return {
        "ok": all(each["ok"] for each in findings),
        "episode_id": episode_id,
        "waiting": list(waiting),
        "findings": findings,
    }


async def _gate(desk: Desk) -> tuple[list[Finding], str, tuple[str, ...]]:
    async with desk.store.read() as session:
        episode = await current(session)
        if episode is None:
            return [], "", ()
        found = await points.look(desk, session, episode)
        return found, episode.id, points.waiting(found, rehearsal=episode.rehearsal)


def finding_json(each: Finding, words: Texts) -> dict[str, Any]:
    """A finding in one language, with its place in the gate."""
    stage = rules.stage_of(each.name)
    point = rules.POINTS.get(each.name)
    return {
        "name": each.name,
        "title": words(point.title) if point else "",
        "ok": each.ok,
        "says": each.says.in_words(words),
        "mend": each.mend.in_words(words),
        "stage": stage.value,
        "stage_says": words(rules.STAGE_WORDS[stage]),
        "blocks": each.blocks,
        "open_to": each.open_to,
        "decided": each.decided.in_words(words) if each.decided else "",
    }


@router.post("/api/v1/episodes/{episode_id}/gate/decide", dependencies=[directing(Role.PRODUCER)])
async def decide(episode_id: Id, body: Decision, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Go on without a point that the show waits for; named and on record. Approval and officers are no choice."""
    cid = command_id(body, header)
    await deeds.decide(desk, who, command_id=cid, episode_id=episode_id, point=body.point, why=body.why)
    return {}


@router.post("/api/v1/episodes/{episode_id}/duty", dependencies=[needs(Role.MODERATOR)])
async def duty(episode_id: Id, body: Duty, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A moderator begins or ends their duty for this show."""
    await deeds.duty(desk, who, command_id=command_id(body, header), episode_id=episode_id, on=body.on)
    return {}
