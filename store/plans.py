"""Plans in the store. In: a session. Out: templates, checklists, crews, runs of show, seasons as the rules know them.

What other rooms ask for: `checklist_of` (the points to inspect of an episode), `run_of` (its run of show and how far it
is), `crew_of` (who does what).
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from episodes.assignment import Assigned, Post
from episodes.coming import Extra
from episodes.run_of_show import Progress, RunOfShow, Segment
from episodes.seasons import Season
from episodes.slots import Once, SlotRule
from episodes.template_starters import STARTERS
from episodes.templates import Checklist, ChecklistItem, Content, Graphic, KitItem, LimitUse, OutputWish, Template
from store.tables.episodes import Programme
from store.tables.graphics import PreparedGraphic
from store.tables.plan import (
    CalendarLink,
    CrewPlace,
    EpisodePlan,
    EpisodeRun,
    ExtraSlot,
    SeasonRow,
    TemplateRow,
    TemplateVersion,
)


async def checklist_of(session: AsyncSession, episode_id: str) -> Checklist:
    """The points to inspect; one without any when the episode was planned without a template."""
    row = await session.get(EpisodePlan, episode_id)
    if row is None:
        return Checklist()
    return Checklist(
        name=row.template_name,
        template_id=row.template_id,
        template_version=row.template_version,
        version=row.checklist_version,
        items=msgspec.convert(row.checklist, tuple[ChecklistItem, ...]),
    )


class KeptRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run of show with how far it is, and the account that saved its version."""

    run: RunOfShow = RunOfShow()
    progress: Progress = Progress()
    edited_by: str = ""


async def run_of(session: AsyncSession, episode_id: str, *, lock: bool = False) -> KeptRun:
    """The episode's run of show; an empty one when there is none."""
    row = await session.get(EpisodeRun, episode_id, with_for_update=lock)
    if row is None:
        return KeptRun()
    return KeptRun(
        run=RunOfShow(version=row.version, segments=msgspec.convert(row.segments, tuple[Segment, ...])),
        progress=msgspec.convert(row.progress, Progress),
        edited_by=row.edited_by,
    )


async def keep_run(
    session: AsyncSession, episode_id: str, run: RunOfShow, progress: Progress, *, by: str, now_utc_ns: int
) -> None:
    """This is the run of show now."""
    await session.merge(
        EpisodeRun(
            episode_id=episode_id,
            version=run.version,
            segments=msgspec.to_builtins(run.segments),
            progress=msgspec.to_builtins(progress),
            edited_by=by,
            edited_utc_ns=now_utc_ns,
        )
    )


async def keep_progress(session: AsyncSession, episode_id: str, progress: Progress) -> None:
    """How far the show is now; the list stays."""
    row = await session.get_one(EpisodeRun, episode_id)
    row.progress = msgspec.to_builtins(progress)


async def crew_of(session: AsyncSession, episode_id: str) -> tuple[Assigned, ...]:
    """Who does what in this episode, in the posts' order."""
    return (await crews_of(session, (episode_id,)))[episode_id]


async def crews_of(session: AsyncSession, episode_ids: Iterable[str]) -> dict[str, tuple[Assigned, ...]]:
    """The same of several episodes; one without a crew has an empty one."""
    wanted = tuple(episode_ids)
    found: dict[str, list[Assigned]] = {each: [] for each in wanted}
    for row in (await session.scalars(select(CrewPlace).where(CrewPlace.episode_id.in_(wanted)))).all():
        found[row.episode_id].append(Assigned(user_id=row.user_id, post=Post(row.post), camera=row.camera))
    order = list(Post)
    return {
        each: tuple(sorted(rows, key=lambda one: (order.index(one.post), one.camera, one.user_id)))
        for each, rows in found.items()
    }


async def keep_crew(session: AsyncSession, episode_id: str, crew: Iterable[Assigned]) -> None:
    """This is the whole crew now."""
    await session.execute(delete(CrewPlace).where(CrewPlace.episode_id == episode_id))
    session.add_all(
        CrewPlace(episode_id=episode_id, user_id=each.user_id, post=each.post.value, camera=each.camera)
        for each in crew
    )


async def template(session: AsyncSession, template_id: str, version: int = 0, *, lock: bool = False) -> Template | None:
    """A template's newest version, or the one asked for; a starter nobody has changed is version 0."""
    row = await session.get(TemplateRow, template_id, with_for_update=lock)
    if row is None:
        return STARTERS.get(template_id) if not version else None
    kept = await session.get(TemplateVersion, (template_id, version or row.version))
    return _template(kept) if kept else None


async def templates(session: AsyncSession) -> tuple[Template, ...]:
    """Every template that can be used: kept ones by name, then the starters nobody has kept."""
    rows = (await session.scalars(select(TemplateRow).order_by(TemplateRow.name, TemplateRow.id))).all()
    versions = (
        await session.scalars(
            select(TemplateVersion).join(
                TemplateRow,
                (TemplateRow.id == TemplateVersion.template_id) & (TemplateRow.version == TemplateVersion.version),
            )
        )
    ).all()
    by_id = {each.template_id: _template(each) for each in versions}
    kept = {row.id for row in rows}
    return (
        *(by_id[row.id] for row in rows if not row.retired),
        *(each for each in STARTERS.values() if each.template_id not in kept),
    )


async def retired(session: AsyncSession) -> tuple[tuple[str, str], ...]:
    """Id and name of templates that are offered no more."""
    query = select(TemplateRow.id, TemplateRow.name).where(TemplateRow.retired.is_(True)).order_by(TemplateRow.name)
    return tuple((row.id, row.name) for row in await session.execute(query))


async def versions_of(session: AsyncSession, template_id: str) -> tuple[TemplateVersion, ...]:
    """All versions of a template, the newest first."""
    query = select(TemplateVersion).where(TemplateVersion.template_id == template_id)
    return tuple((await session.scalars(query.order_by(TemplateVersion.version.desc()))).all())


def _template(row: TemplateVersion) -> Template:
    return Template(
        template_id=row.template_id,
        name=row.name,
        version=row.version,
        content=msgspec.convert(row.content, Content),
    )


class KeptPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What an episode was filled with, besides its run of show and graphics."""

    template_id: str = ""
    template_version: int = 0
    template_name: str = ""
    checklist: tuple[ChecklistItem, ...] = ()
    checklist_version: int = 0
    kit: tuple[KitItem, ...] = ()
    limits: tuple[LimitUse, ...] = ()
    outputs: tuple[OutputWish, ...] = ()
    posts: tuple[Post, ...] = ()


async def plan_of(session: AsyncSession, episode_id: str) -> KeptPlan:
    """The plan; an empty one when the episode was made without a template."""
    row = await session.get(EpisodePlan, episode_id)
    if row is None:
        return KeptPlan()
    kept: dict[str, Any] = {name: getattr(row, name) for name in KeptPlan.__struct_fields__}
    return msgspec.convert(kept, KeptPlan)


async def keep_plan(session: AsyncSession, episode_id: str, plan: KeptPlan) -> None:
    """This is the plan now."""
    await session.merge(EpisodePlan(episode_id=episode_id, **msgspec.to_builtins(plan)))


async def seasons(session: AsyncSession, programme_id: str = "") -> tuple[Season, ...]:
    """Seasons by their first day, of one programme or of all."""
    query = select(SeasonRow).order_by(SeasonRow.first_day)
    if programme_id:
        query = query.where(SeasonRow.programme_id == programme_id)
    return tuple(
        Season(
            season_id=row.id,
            programme_id=row.programme_id,
            name=row.name,
            first_day=date.fromisoformat(row.first_day),
            last_day=date.fromisoformat(row.last_day),
            first_number=row.first_number,
        )
        for row in (await session.scalars(query)).all()
    )


async def extra_slots(session: AsyncSession, programme_id: str = "") -> tuple[Extra, ...]:
    """Slots for once by their day, of one programme or of all."""
    query = select(ExtraSlot, Programme.timezone).join(Programme, Programme.id == ExtraSlot.programme_id)
    if programme_id:
        query = query.where(ExtraSlot.programme_id == programme_id)
    return tuple(
        Extra(
            slot_id=row.id,
            rule=SlotRule(rule=Once(row.day), starts=row.starts, minutes=row.minutes, timezone=timezone),
            note=row.note,
        )
        for row, timezone in (await session.execute(query.order_by(ExtraSlot.day, ExtraSlot.starts))).all()
    )


async def graphics_of(session: AsyncSession, episode_id: str) -> tuple[Graphic, ...]:
    """What is prepared for an episode, in order, by the ids that its run of show knows."""
    query = select(PreparedGraphic).where(PreparedGraphic.episode_id == episode_id).order_by(PreparedGraphic.ordinal)
    return tuple(
        Graphic(graphic_id=row.id.removeprefix(f"{episode_id}."), graphic=row.graphic, fields=row.fields)  # type: ignore[arg-type]
        for row in (await session.scalars(query)).all()
    )


async def links_of(session: AsyncSession, user_id: str) -> tuple[CalendarLink, ...]:
    """Somebody's calendar links, the oldest first."""
    query = select(CalendarLink).where(CalendarLink.user_id == user_id).order_by(CalendarLink.made_utc_ns)
    return tuple((await session.scalars(query)).all())
