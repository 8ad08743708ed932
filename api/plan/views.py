"""An episode's plan for staff pages. In: the store. Out: rows in one language: crew, kit, limits, what is missing."""

import json
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.deeds.crew_lists import mark_of
from api.deeds.doing import the_episode
from api.desk import Desk
from api.plan.runs import facts_of, run_view
from episodes.assignment import POST_WORDS, ROLES_FOR, TOGETHER_NEVER, Assigned, Post, missing
from episodes.limits import Limit
from episodes.templates import limits_of
from runtime.words import N_
from store import plans
from store.house_tables import limit_table
from store.people import accounts
from store.tables.outputs import Output
from web.i18n import Texts
from web.moments import moment

if TYPE_CHECKING:
    from api.episode_views import EpisodeRow

COMPARATORS = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "within": "±"}


async def plan_view(desk: Desk, chosen: "EpisodeRow", words: Texts) -> dict[str, Any]:
    """What `/produce` shows of the chosen episode's plan."""
    async with desk.store.read() as session:
        episode = await the_episode(session, chosen.id)
        plan = await plans.plan_of(session, chosen.id)
        crew = await plans.crew_of(session, chosen.id)
        run = run_view(await facts_of(session, episode), words)
        people = await accounts(session)
        table = await limit_table(session)
        have = await _output_names(session, chosen.id)
        newest = await plans.template(session, plan.template_id) if plan.template_id else None
    day = moment(chosen.starts_utc_ns).date()
    names = {each.user_id: each.name for each in people}
    return {
        "run": run,
        "run_version": run["version"] if run else 0,
        "template": words(plan.template_name) if plan.template_id else "",
        "template_id": plan.template_id,
        "template_version": plan.template_version,
        "newer": newest.version if newest and newest.version > plan.template_version else 0,
        "checklist": plan.checklist,
        "checklist_version": plan.checklist_version,
        "key_items": sum(1 for each in plan.checklist if each.weight == "key"),
        "kit": plan.kit,
        "limits": [
            line for use, rows in limits_of(plan.limits, table, day) for line in _limit_lines(use.item, rows, words)
        ],
        "outputs_missing": [each.name for each in plan.outputs if each.name not in have],
        "crew": [
            {
                "words": words(POST_WORDS[each.post]),
                "name": names.get(each.user_id, "—"),
                "camera": each.camera,
                "key": f"{each.post}:{each.user_id}:{each.camera}",
                "post": each.post.value,
                "user_id": each.user_id,
            }
            for each in crew
        ],
        "crew_mark": mark_of(crew),
        "crew_missing": missing_words(crew, plan.posts, words),
        "posts": [(post.value, words(POST_WORDS[post])) for post in Post],
        "people": [
            {
                "user_id": each.user_id,
                "name": each.name,
                "posts": json.dumps([post.value for post in Post if each.roles & ROLES_FOR[post]]),
            }
            for each in people
            if each.active
        ],
        "never": [
            words("%(one)s和%(other)s：%(why)s", one=POST_WORDS[one], other=POST_WORDS[other], why=why)
            for one, other, why in _never()
        ],
    }


def _never() -> list[tuple[Post, Post, str]]:
    """The table of what one person may not combine; that guests only look on is said once."""
    order = list(Post)
    pairs = [(sorted(pair, key=order.index), why) for pair, why in TOGETHER_NEVER.items() if Post.GUEST not in pair]
    return [(held[0], held[1], why) for held, why in pairs]


def missing_words(crew: tuple[Assigned, ...], posts: tuple[Post, ...], words: Texts) -> list[str]:
    """What the crew still lacks, a line a post."""
    return [
        words(N_("还差%(count)s名%(post)s"), count=each.count, post=POST_WORDS[each.post])
        for each in missing(crew, posts)
    ]


def _limit_lines(item: str, rows: tuple[Limit, ...], words: Texts) -> list[str]:
    if not rows:
        return [words(N_("%(item)s：限值表里没有这一天有效的限值"), item=item or "—")]
    return [
        f"{row.method} · {row.quantity}{'' if row.item == '*' else ' · ' + row.item} {COMPARATORS[row.comparator]}"
        f" {row.value} {row.unit} · {row.basis}"
        for row in rows
    ]


async def _output_names(session: AsyncSession, episode_id: str) -> set[str]:
    return set((await session.scalars(select(Output.name).where(Output.episode_id == episode_id))).all())


async def plan_json(desk: Desk, episode_id: str, words: Texts) -> dict[str, Any]:
    """As the API gives it."""
    async with desk.store.read() as session:
        episode = await the_episode(session, episode_id)
        plan = await plans.plan_of(session, episode.id)
        crew = await plans.crew_of(session, episode.id)
        have = await _output_names(session, episode.id)
    told: dict[str, Any] = msgspec.to_builtins(plan)
    wishes = told.pop("outputs")
    return told | {
        "crew": msgspec.to_builtins(crew),
        "crew_mark": mark_of(crew),
        "crew_missing": missing_words(crew, plan.posts, words),
        "outputs_missing": [each["name"] for each in wishes if each["name"] not in have],
    }
