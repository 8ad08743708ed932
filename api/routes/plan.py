"""Planning over HTTP. In: seasons, extra slots, templates, checklists, crews. Out: what stands now."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request

from api.access import STAFF, needs, the_desk, the_person
from api.auth.who import Person
from api.bodies import CommandHeader, Id, Nothing, Small, Whole, command_id
from api.deeds import crew_lists, programmes, templates
from api.desk import Desk
from api.plan.bodies import ChecklistBody, CrewBody, ExtraBody, FromTemplate, Retired, SeasonBody, TemplateBody
from api.plan.views import plan_json
from episodes.people import Role
from runtime.problems import UserProblem
from store import plans
from web.render import words_of

router = APIRouter(prefix="/api/v1", tags=["plan"], route_class=Whole)
small = APIRouter(tags=["plan"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
PRODUCER = needs(Role.PRODUCER)
CREWING = needs(Role.PRODUCER, Role.DIRECTOR)


@small.post("/seasons", dependencies=[PRODUCER], status_code=201)
async def add_season(body: SeasonBody, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A season more; it must fit between the others."""
    fields = body.model_dump(exclude={"command_id"})
    made = await programmes.set_season(desk, who, command_id=command_id(body, header), **fields)
    return {"season_id": made.season_id}


@small.post("/seasons/{season_id}/delete", dependencies=[PRODUCER])
async def remove_season(
    season_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, str]:
    """Take a season away; its episodes keep their numbers."""
    await programmes.remove_season(desk, who, command_id=command_id(body, header), season_id=season_id)
    return {}


@small.post("/extra-slots", dependencies=[PRODUCER], status_code=201)
async def add_slot(body: ExtraBody, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A slot for once; it may end after midnight."""
    fields = body.model_dump(exclude={"command_id"})
    made = await programmes.set_extra_slot(desk, who, command_id=command_id(body, header), **fields)
    return {"slot_id": made.slot_id}


@small.post("/extra-slots/{slot_id}/delete", dependencies=[PRODUCER])
async def remove_slot(slot_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Take an extra slot away."""
    await programmes.remove_extra_slot(desk, who, command_id=command_id(body, header), slot_id=slot_id)
    return {}


@small.get("/templates", dependencies=[CREWING])
async def all_templates(desk: House) -> dict[str, Any]:
    """Every template that can be planned from; version 0 is a starter nobody has kept."""
    async with desk.store.read() as session:
        found = await plans.templates(session)
    told = [{"template_id": each.template_id, "name": each.name, "version": each.version} for each in found]
    return {"templates": told}


@small.get("/templates/{template_id}", dependencies=[CREWING])
async def one_template(
    template_id: Id, desk: House, version: Annotated[int, Query(ge=0, le=1_000_000)] = 0
) -> dict[str, Any]:
    """What a template holds: its newest version, or the one asked for."""
    async with desk.store.read() as session:
        found = await plans.template(session, template_id, version)
    if found is None:
        raise UserProblem("no_template", "没有这个模板，请刷新。", 404)
    told: dict[str, Any] = msgspec.to_builtins(found)
    return told


@router.post("/templates", dependencies=[PRODUCER], status_code=201)
async def add_template(body: TemplateBody, desk: House, who: Who, header: CommandHeader = "") -> dict[str, Any]:
    """A new template."""
    cid = command_id(body, header)
    made = await templates.keep_template(desk, who, command_id=cid, name=body.name, content=body.made())
    return {"template_id": made.template_id, "version": made.version}


@router.post("/templates/{template_id}", dependencies=[PRODUCER])
async def keep_template(
    template_id: Id, body: TemplateBody, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, Any]:
    """Its next version; 409 `template_changed` when somebody else saved one meanwhile."""
    cid = command_id(body, header)
    made = await templates.keep_template(
        desk, who, command_id=cid, template_id=template_id, base=body.base, name=body.name, content=body.made()
    )
    return {"template_id": made.template_id, "version": made.version}


@small.post("/templates/{template_id}/retire", dependencies=[PRODUCER])
async def retire_template(
    template_id: Id, body: Retired, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, str]:
    """Offer it no more, or again; its versions stay."""
    cid = command_id(body, header)
    await templates.retire_template(desk, who, command_id=cid, template_id=template_id, retired=body.retired)
    return {}


@small.get("/episodes/{episode_id}/plan", dependencies=[needs(*STAFF)])
async def plan_of(episode_id: Id, request: Request, desk: House) -> dict[str, Any]:
    """What the episode was filled with, who does what, and what is missing."""
    return await plan_json(desk, episode_id, words_of(request))


@small.post("/episodes/{episode_id}/template", dependencies=[PRODUCER])
async def refill(
    episode_id: Id, body: FromTemplate, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, int]:
    """Fill a planned episode in anew; 409 `run_moved` when its run of show is another than the one read."""
    cid = command_id(body, header)
    now = await templates.refill(
        desk, who, command_id=cid, episode_id=episode_id, template_id=body.template_id, base=body.base
    )
    return {"version": now.version}


@router.post("/episodes/{episode_id}/checklist", dependencies=[PRODUCER])
async def set_checklist(
    episode_id: Id, body: ChecklistBody, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, int]:
    """The episode's own points to inspect; 409 `checklist_changed` when somebody else saved meanwhile."""
    cid = command_id(body, header)
    now = await templates.set_checklist(
        desk, who, command_id=cid, episode_id=episode_id, base=body.base, items=body.made()
    )
    return {"version": now.version}


@small.post("/episodes/{episode_id}/crew", dependencies=[CREWING])
async def set_crew(episode_id: Id, body: CrewBody, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """The whole crew, on air too; 409 `crew_changed` when somebody else saved meanwhile."""
    cid = command_id(body, header)
    kept = await crew_lists.set_crew(desk, who, command_id=cid, episode_id=episode_id, base=body.base, crew=body.made())
    return {"mark": kept.mark}


router.include_router(small)
