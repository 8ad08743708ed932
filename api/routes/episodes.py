"""Episodes over HTTP. In: plans, targets, going live. Out: states; never a sealed target's name."""

from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends
from pydantic import Field, model_validator

from api.access import STAFF, directing, needs, the_desk, the_person
from api.auth.who import Person
from api.bodies import (
    Body,
    Camera,
    CommandHeader,
    Id,
    Line,
    Moment,
    Nothing,
    Seen,
    Small,
    Text40,
    Text200,
    command_id,
    utc_ns,
)
from api.deeds import cameras, findings, holidays, rehearsals, targets
from api.deeds import episodes as deeds
from api.desk import Desk
from api.episode_views import episodes_json, live_episode
from episodes.events import PastFiguresSet
from episodes.people import Role
from episodes.slots import OnHoliday
from episodes.target import TargetContent

router = APIRouter(prefix="/api/v1", tags=["episodes"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
PRODUCER = needs(Role.PRODUCER)
ON_AIR = directing(Role.PRODUCER)
Count = Annotated[int, Field(ge=0, le=10**12)]


class Programme(Body):
    """A programme with its slots; `weekday` 0 is Monday, -1 none; `days` are those of each month."""

    programme_id: Annotated[str, Field(max_length=64)] = ""
    name: Annotated[Line, Field(min_length=1, max_length=60)]
    agency: Annotated[Line, Field(min_length=1, max_length=60)]
    weekday: Annotated[int, Field(ge=-1, le=6)]
    days: Annotated[tuple[Annotated[int, Field(ge=1, le=31)], ...], Field(max_length=31)] = ()
    on_holiday: OnHoliday = "keep"
    starts: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    minutes: Annotated[int, Field(ge=1, le=600)]
    timezone: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_+\-/]+$")] = "Asia/Shanghai"


class HolidayText(Body):
    """CSV (`2026-10-01,休,国庆节`) or an iCalendar file."""

    text: Annotated[str, Field(min_length=1, max_length=15000)]


class Plan(Body):
    """An episode's plan. With `episode_id` the plan changes, and needs approval again.

    A template gives cameras, theme and minutes that are left out, and fills in the rest.
    """

    programme_id: Annotated[str, Field(max_length=64)] = ""
    episode_id: Annotated[str, Field(max_length=64)] = ""
    number: Annotated[int, Field(ge=1, le=100000)]
    title: Text40
    theme: Annotated[Line, Field(max_length=40)] = ""
    starts: Moment
    minutes: Annotated[int, Field(ge=0, le=1440)] = 0
    template_id: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    cameras: Annotated[tuple[Camera, ...], Field(max_length=16)] = ()
    rehearsal: bool = False
    demo: Annotated[bool, Field(description="its figures are invented, and every page says so")] = False


class CamerasOf(Body):
    """All cameras of the episode, in order."""

    cameras: Annotated[tuple[Camera, ...], Field(min_length=1, max_length=16)]
    seen: Seen = ""


class Target(Body):
    """Whom the show will visit: sealed until the reveal, with the route by which it was chosen and its evidence."""

    name: Annotated[Line, Field(min_length=1, max_length=60)]
    place: Annotated[Line, Field(min_length=1, max_length=60)]
    address: Annotated[Line, Field(max_length=120)] = ""
    ordinal: Annotated[int, Field(ge=0, le=50)] = 0
    route: Literal["double_random", "public_vote", "proposal", "complaint_lead"]
    evidence: Annotated[Line, Field(min_length=1, max_length=500)]


class WhichTarget(Body):
    """A target by id; empty is the next one."""

    target_id: Annotated[str, Field(max_length=64)] = ""


class GoLive(Body):
    """`delay_s` overrides the setting; `source` is what is on air first."""

    delay_s: Annotated[float, Field(ge=0, le=120)] | None = None
    source: Camera = "slate"


class TimelineLine(Body):
    """A host's line in the 图文."""

    text: Text200


class Finding(Body):
    """What an officer found; `where` is a code."""

    key_item: bool
    where: Annotated[Line, Field(min_length=1, max_length=64)]
    sentence: Text200
    measure: Annotated[Line, Field(max_length=200)] = ""


class PastFigures(Body):
    """Totals from before this system."""

    as_of: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    demo: bool
    episodes: Count
    views_at_least: Count
    entities_inspected: Count
    findings: Count
    findings_verified: Count
    cases_filed: Count
    business_suspensions: Count
    platform_delisting_orders: Count
    hygiene_grade_downgrades: Count

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.findings_verified > self.findings:
            raise ValueError("findings_verified exceeds findings")
        return self


@router.post("/programmes", dependencies=[PRODUCER], status_code=201)
async def set_programme(body: Programme, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Make a programme, or change the one named."""
    cid = command_id(body, header)
    made = await deeds.set_programme(desk, who, command_id=cid, **body.model_dump(exclude={"command_id"}))
    return {"programme_id": made.programme_id}


@router.post("/holidays", dependencies=[PRODUCER])
async def set_holidays(body: HolidayText, desk: House, who: Who, header: CommandHeader = "") -> dict[str, int]:
    """Days of the holiday table; others stay."""
    done = await holidays.set_holidays(desk, who, command_id=command_id(body, header), text=body.text)
    return {"days": done.days}


@router.get("/episodes", dependencies=[needs(*STAFF)])
async def all_episodes(desk: House) -> dict[str, Any]:
    """Every episode, newest first; of targets only that they exist."""
    return {"episodes": await episodes_json(desk)}


@router.post("/episodes", dependencies=[PRODUCER], status_code=201)
async def plan(body: Plan, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Plan an episode."""
    fields = body.model_dump(exclude={"command_id", "starts"})
    cid = command_id(body, header)
    made = await deeds.plan_episode(desk, who, command_id=cid, starts_utc_ns=utc_ns(body.starts), **fields)
    return {"episode_id": made.episode_id}


@router.post("/episodes/{episode_id}/rehearse", dependencies=[needs(Role.PRODUCER, Role.DIRECTOR)], status_code=201)
async def rehearse(episode_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A rehearsal of an approved episode: private outputs only, a practice target, nothing public."""
    made = await rehearsals.rehearse(desk, who, command_id=command_id(body, header), episode_id=episode_id)
    return {"episode_id": made.episode_id}


@router.post("/episodes/{episode_id}/cameras", dependencies=[ON_AIR])
async def set_cameras(
    episode_id: Id, body: CamerasOf, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, str]:
    """Add cameras or take some away, before the show and on air."""
    cid = command_id(body, header)
    await cameras.set_cameras(desk, who, command_id=cid, episode_id=episode_id, cameras=body.cameras, seen=body.seen)
    return {}


@router.post("/episodes/{episode_id}/target", dependencies=[PRODUCER], status_code=201)
async def seal(episode_id: Id, body: Target, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Seal a target; the answer holds only the commitment."""
    content = TargetContent(name=body.name, place=body.place, address=body.address)
    chosen = targets.Chosen(route=body.route, evidence=body.evidence)
    cid = command_id(body, header)
    made = await targets.seal_target(
        desk, who, command_id=cid, episode_id=episode_id, content=content, ordinal=body.ordinal, chosen=chosen
    )
    return {"target_id": made.target_id, "commitment": made.commitment}


@router.post("/episodes/{episode_id}/reveal", dependencies=[directing()])
async def reveal(
    episode_id: Id, body: WhichTarget, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, str]:
    """At the target's own door, on air."""
    cid = command_id(body, header)
    shown = await targets.reveal(desk, who, command_id=cid, episode_id=episode_id, target_id=body.target_id)
    return {"target_id": shown.target_id, "name": shown.name, "place": shown.place}


@router.post("/episodes/{episode_id}/live", dependencies=[ON_AIR])
async def go_live(episode_id: Id, body: GoLive, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """On air."""
    cid = command_id(body, header)
    now = await deeds.go_live(
        desk, who, command_id=cid, episode_id=episode_id, delay_s=body.delay_s, source=body.source
    )
    return {"state": now.state}


@router.post("/episodes/{episode_id}/end", dependencies=[ON_AIR])
async def end(episode_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Off air: the delay drains, then everything closes."""
    now = await deeds.end(desk, who, command_id=command_id(body, header), episode_id=episode_id)
    return {"state": now.state}


@router.post("/episodes/{episode_id}/publish", dependencies=[PRODUCER])
async def publish(episode_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """The ended episode's record is published."""
    now = await deeds.publish(desk, who, command_id=command_id(body, header), episode_id=episode_id)
    return {"state": now.state}


@router.post("/timeline", dependencies=[needs(Role.HOST, Role.DIRECTOR)], status_code=201)
async def post_line(body: TimelineLine, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A line in the live episode's 图文."""
    episode_id, cid = await live_episode(desk), command_id(body, header)
    made = await deeds.post_timeline(desk, who, command_id=cid, episode_id=episode_id, text=body.text)
    return {"entry_id": made.entry_id}


@router.post("/findings", dependencies=[needs(Role.OFFICER)], status_code=201)
async def open_finding(body: Finding, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A finding of the live episode; it stays open until verified."""
    episode_id, cid = await live_episode(desk), command_id(body, header)
    fields = body.model_dump(exclude={"command_id"})
    made = await findings.open_finding(desk, who, command_id=cid, episode_id=episode_id, **fields)
    return {"finding_id": made.finding_id}


@router.post("/past-figures", dependencies=[PRODUCER], status_code=201)
async def past_figures(body: PastFigures, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Totals reported before this system kept the record."""
    figures = PastFiguresSet(**body.model_dump(exclude={"command_id"}))
    await deeds.set_past_figures(desk, who, command_id=command_id(body, header), figures=figures)
    return {}
