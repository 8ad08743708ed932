"""Episode templates. In: what a producer keeps for a theme. Out: versions, and episodes filled in from one."""

import hashlib

import msgspec
from sqlalchemy import delete, func, select

from api.deeds.doing import Actor, Ok, checked_words, new_id, once, the_episode
from api.deeds.output_copies import copy_output
from api.desk import Desk
from episodes.events import ChecklistSet, PlanFilled, RunOfShowSet, TemplateKept
from episodes.renditions import BY_NAME
from episodes.run_of_show import Progress, RunOfShow
from episodes.templates import (
    ChecklistItem,
    Content,
    Filled,
    Graphic,
    Template,
    checked_content,
    checked_items,
    filled,
)
from runtime.problems import UserProblem
from store import Work, plans
from store.house_tables import limit_table
from store.people import names
from store.tables.episodes import Episode
from store.tables.graphics import PreparedGraphic
from store.tables.outputs import Output
from store.tables.plan import TemplateRow, TemplateVersion

_MOST_NAME = 40
_MOST_TEMPLATES = 100
RENDITIONS = frozenset({"main", *BY_NAME})


class TemplateMade(msgspec.Struct, frozen=True):
    """Which version now stands."""

    template_id: str
    version: int


class VersionNow(msgspec.Struct, frozen=True):
    version: int


async def keep_template(
    desk: Desk, actor: Actor, *, command_id: str = "", template_id: str = "", base: int = 0, name: str, content: Content
) -> TemplateMade:
    """A new template, or the next version of `template_id` made upon version `base`."""

    async def body(work: Work) -> TemplateMade:
        checked_content(content, await limit_table(work.session), RENDITIONS)
        title = checked_words(name, "请给模板起个名字。")
        if len(title) > _MOST_NAME:
            raise UserProblem("template_name", "模板名最多40字。", 422)
        before = await plans.template(work.session, template_id, lock=True) if template_id else None
        if template_id and before is None:
            raise UserProblem("no_template", "没有这个模板，请刷新。", 404)
        if before and before.version != base:
            raise await _changed(work, before)
        if before is None and (await work.session.scalar(select(func.count(TemplateRow.id))) or 0) >= _MOST_TEMPLATES:
            raise UserProblem("templates_full", "模板太多了，请先收起不用的。", 409)
        made = Template(
            template_id=before.template_id if before else new_id(),
            name=title,
            version=(before.version if before else 0) + 1,
            content=content,
        )
        await _keep(desk, work, actor, made)
        return TemplateMade(made.template_id, made.version)

    return await once(desk, actor, "keep_template", command_id, TemplateMade, body)


async def retire_template(desk: Desk, actor: Actor, *, command_id: str = "", template_id: str, retired: bool) -> Ok:
    """Offer a template no more, or again; its versions stay."""

    async def body(work: Work) -> Ok:
        await kept_template(desk, work, actor, template_id)
        row = await work.session.get_one(TemplateRow, template_id)
        row.retired = retired
        return Ok()

    return await once(desk, actor, "retire_template", command_id, Ok, body)


async def kept_template(desk: Desk, work: Work, actor: Actor, template_id: str) -> Template:
    """The newest version; a starter is kept as its first version, so that what is made of it stays what it was."""
    found = await plans.template(work.session, template_id, lock=True)
    if found is None:
        raise UserProblem("no_template", "没有这个模板，请刷新。", 404)
    if found.version:
        return found
    first = msgspec.structs.replace(found, version=1)
    await _keep(desk, work, actor, first)
    return first


async def fill(desk: Desk, work: Work, actor: Actor, episode_id: str, template: Template, made: Filled) -> None:
    """Checklist, kit, limits, graphics, outputs and run of show of an episode, within the deed that plans it."""
    content, session = template.content, work.session
    await session.flush()
    await plans.keep_plan(
        session,
        episode_id,
        plans.KeptPlan(
            template_id=template.template_id,
            template_version=template.version,
            template_name=template.name,
            checklist=content.checklist,
            checklist_version=(await plans.plan_of(session, episode_id)).checklist_version + 1,
            kit=content.kit,
            limits=content.limits,
            outputs=content.outputs,
            posts=content.posts,
        ),
    )
    await put_graphics(work, episode_id, content.graphics)
    before = await plans.run_of(session, episode_id, lock=True)
    run = RunOfShow(version=before.run.version + 1, segments=made.segments)
    await plans.keep_run(session, episode_id, run, Progress(), by=actor.user_id, now_utc_ns=desk.clock.utc_ns())
    await _outputs(desk, work, actor, episode_id, content)
    work.record(
        PlanFilled(episode_id=episode_id, template_id=template.template_id, version=template.version, by=actor.user_id),
        run_set(episode_id, run, actor),
    )


async def refill(
    desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, template_id: str, base: int
) -> VersionNow:
    """Fill a planned episode in anew from a template's newest version; `base` is the run of show that goes with it."""

    async def body(work: Work) -> VersionNow:
        row = await the_episode(work.session, episode_id, lock=True)
        if row.state not in ("planned", "approved"):
            raise UserProblem("episode_state", "已开播的一期不能再改计划。", 409)
        kept = await plans.run_of(work.session, row.id, lock=True)
        if kept.run.version != base:
            raise UserProblem("run_moved", "刚有人改过流程单。请刷新，看过再按模板重填。", 409)
        chosen = await kept_template(desk, work, actor, template_id)
        await fill(desk, work, actor, row.id, chosen, filled(chosen, tuple(row.cameras), row.theme))
        return VersionNow(base + 1)

    return await once(desk, actor, "refill", command_id, VersionNow, body)


def run_set(episode_id: str, run: RunOfShow, actor: Actor) -> RunOfShowSet:
    """The fact that this version stands; its words are in no event."""
    return RunOfShowSet(
        episode_id=episode_id,
        version=run.version,
        segments=len(run.segments),
        seconds=run.seconds,
        content=digest(run.segments),
        by=actor.user_id,
    )


async def put_graphics(work: Work, episode_id: str, graphics: tuple[Graphic, ...]) -> None:
    """These are the episode's prepared graphics, in this order."""
    await work.session.execute(delete(PreparedGraphic).where(PreparedGraphic.episode_id == episode_id))
    work.session.add_all(
        PreparedGraphic(
            id=prepared_id(episode_id, each.graphic_id),
            episode_id=episode_id,
            graphic=each.graphic,
            fields=dict(each.fields),
            ordinal=ordinal,
        )
        for ordinal, each in enumerate(graphics, 1)
    )


def prepared_id(episode_id: str, graphic_id: str) -> str:
    """A graphic's own id within its episode, as a key of the table."""
    return f"{episode_id}.{graphic_id}"


async def set_checklist(
    desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, base: int, items: tuple[ChecklistItem, ...]
) -> VersionNow:
    """The episode's own points to inspect, edited upon version `base`; answers keep their points by id."""
    checked_items(items)

    async def body(work: Work) -> VersionNow:
        row = await the_episode(work.session, episode_id, lock=True)
        if row.state in ("ended", "published"):
            raise UserProblem("episode_over", "这一期已经结束，要点表不能再改。", 409)
        plan = await plans.plan_of(work.session, row.id)
        if plan.checklist_version != base:
            raise UserProblem("checklist_changed", "刚有人改过要点表。你的改动还在这一页，请先看新的再改。", 409)
        changed = msgspec.structs.replace(plan, checklist=items, checklist_version=base + 1)
        await plans.keep_plan(work.session, row.id, changed)
        work.record(
            ChecklistSet(episode_id=row.id, version=base + 1, items=len(items), content=digest(items), by=actor.user_id)
        )
        return VersionNow(base + 1)

    return await once(desk, actor, "set_checklist", command_id, VersionNow, body)


def digest(content: object) -> str:
    """Hex SHA-256 of what was kept."""
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


async def _keep(desk: Desk, work: Work, actor: Actor, made: Template) -> None:
    await work.session.merge(TemplateRow(id=made.template_id, name=made.name, version=made.version, retired=False))
    await work.session.flush()
    work.session.add(
        TemplateVersion(
            template_id=made.template_id,
            version=made.version,
            name=made.name,
            content=msgspec.to_builtins(made.content),
            made_by=actor.user_id,
            made_utc_ns=desk.clock.utc_ns(),
        )
    )
    await work.session.flush()
    work.record(
        TemplateKept(template_id=made.template_id, version=made.version, content=digest(made.content), by=actor.user_id)
    )


async def _changed(work: Work, now: Template) -> UserProblem:
    newest = (await plans.versions_of(work.session, now.template_id))[0]
    people = await names(work.session, (newest.made_by,))
    return UserProblem(
        "template_changed",
        "%(name)s刚保存了模板第%(version)s版。你的改动还在这一页，没有丢，也没有存。请先看对方的版本。",
        409,
        name=people.get(newest.made_by, ""),
        version=now.version,
    )


async def _outputs(desk: Desk, work: Work, actor: Actor, episode_id: str, content: Content) -> None:
    """The programme's newest address for each platform of the template; one it has never had waits for a person."""
    episode = await the_episode(work.session, episode_id)
    have = set((await work.session.scalars(select(Output.name).where(Output.episode_id == episode_id))).all())
    for wish in content.outputs:
        if wish.name in have:
            continue
        query = (
            select(Output)
            .join(Episode, Episode.id == Output.episode_id)
            .where(Output.name == wish.name, Episode.programme_id == episode.programme_id)
            .order_by(Output.made_utc_ns.desc())
            .limit(1)
        )
        if (before := await work.session.scalar(query)) is not None:
            copy_output(
                desk, work, actor, before, episode_id, rendition=wish.rendition, private=wish.private, wanted=True
            )
