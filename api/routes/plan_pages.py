"""The pages of planning. In: a template, an episode's number. Out: editors of templates and of the run of show."""

import json
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse

from api.access import needs, the_desk, the_person
from api.auth.who import Person
from api.deeds.clips import list_clips
from api.deeds.doing import the_episode
from api.desk import Desk
from api.output_words import rendition_choices
from api.plan.runs import CLEAR_WORDS, CUE_WORDS, KIND_WORDS, facts_of
from episodes.assignment import POST_WORDS, Post
from episodes.limits import ANY, SEED, Limit
from episodes.people import Role
from episodes.segments import Cue, Segment
from episodes.templates import ChecklistItem, Content, Graphic, KitItem, LimitUse, OutputWish, Template
from runtime.problems import UserProblem
from store import plans
from store.episodes import by_number
from store.house_tables import limit_table
from store.people import names
from web.i18n import Texts
from web.render import page, words_of

router = APIRouter(include_in_schema=False)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
LOOKING = needs(Role.PRODUCER, Role.DIRECTOR)
Number = Annotated[int, Path(ge=1, le=10**9)]
_NEW = Template(template_id="", name="", version=0, content=Content(minutes=90))
_BLANK = {
    "segment": Segment(segment_id="", kind="other", title="", seconds=300),
    "cue": Cue(cue_id="", kind="camera"),
    "graphic": Graphic(graphic_id="", graphic="law", fields={}),
    "point": ChecklistItem(item_id="", words=""),
    "kit": KitItem(item_id="", name=""),
    "limit": LimitUse(method_id=SEED[0].method_id),
    "output": OutputWish(name=""),
}
"""What a row more begins as."""


@router.get("/produce/templates", dependencies=[LOOKING], response_class=HTMLResponse)
async def templates_page(request: Request, desk: House, who: Who) -> HTMLResponse:
    """Every template, kept or a starter."""
    async with desk.store.read() as session:
        found, away = await plans.templates(session), await plans.retired(session)
    return page(request, "produce/templates.html", found=found, away=away, may_plan=who.is_a(Role.PRODUCER))


@router.get("/produce/templates/{template_id}", dependencies=[LOOKING], response_class=HTMLResponse)
async def template_page(
    request: Request,
    template_id: Annotated[str, Path(max_length=64)],
    desk: House,
    who: Who,
    version: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """One template: its newest version to change, or an older one to read; `new` is an empty one."""
    words = words_of(request)
    async with desk.store.read() as session:
        if template_id == "new":
            found = _NEW
        else:
            given = await plans.template(session, template_id, version)
            if given is None:
                raise UserProblem("no_template", "没有这个模板，请刷新。", 404)
            found = given
        kept = await plans.versions_of(session, template_id)
        people = await names(session, {each.made_by for each in kept})
        table = await limit_table(session)
    newest = kept[0].version if kept else found.version
    view: dict[str, Any] = {
        "one": found,
        "content": found.content,
        "graphics": found.content.graphics,
        "segments": found.content.segments,
        "sources": [(name, name) for name in found.content.cameras],
        "versions": [(each.version, people.get(each.made_by, ""), each.made_utc_ns) for each in kept],
        "is_old": found.version != newest,
        "may_edit": who.is_a(Role.PRODUCER) and found.version == newest,
        "limits": _limit_choices(table),
        "posts": [(post.value, words(POST_WORDS[post]), found.content.posts.count(post)) for post in Post],
        "renditions": rendition_choices(words),
    }
    return page(request, "produce/template.html", **view, **_choices(words))


@router.get("/produce/episodes/{number}/run", dependencies=[LOOKING], response_class=HTMLResponse)
async def run_page(request: Request, number: Number, desk: House) -> HTMLResponse:
    """The run of show of an episode, to be edited; on air too."""
    words = words_of(request)
    async with desk.store.read() as session:
        found = await by_number(session, number)
        if found is None:
            raise UserProblem("no_episode", "没有这一期节目。", 404)
        episode = await the_episode(session, found.id)
        facts = await facts_of(session, episode)
        kept = facts.kept
        graphics = await plans.graphics_of(session, episode.id)
    films = await list_clips(desk, episode.id)
    sources = [(name, name) for name in episode.cameras]
    sources += [(each.source, each.name) for each in films if each.state == "ready"]
    view: dict[str, Any] = {
        "episode": episode,
        "version": kept.run.version,
        "segments": kept.run.segments,
        "graphics": graphics,
        "sources": sources,
        "anchor_utc_ns": facts.anchor_utc_ns,
        "agreed_s": facts.length_s,
        "begun": json.dumps(sorted(kept.progress.began)),
        "may_edit": episode.state not in {"ended", "published"},
    }
    return page(request, "produce/run.html", **view, **_choices(words))


@router.get("/produce/episodes/{number}/checklist", dependencies=[LOOKING], response_class=HTMLResponse)
async def checklist_page(request: Request, number: Number, desk: House, who: Who) -> HTMLResponse:
    """The episode's own points to inspect."""
    async with desk.store.read() as session:
        found = await by_number(session, number)
        if found is None:
            raise UserProblem("no_episode", "没有这一期节目。", 404)
        points = await plans.checklist_of(session, found.id)
    view: dict[str, Any] = {
        "episode": found,
        "version": points.version,
        "items": points.items,
        "blank": _BLANK,
        "may_edit": who.is_a(Role.PRODUCER) and found.state not in {"ended", "published"},
    }
    return page(request, "produce/checklist.html", **view)


def _choices(words: Texts) -> dict[str, Any]:
    """What selects offer."""
    return {
        "blank": _BLANK,
        "kinds": [(kind, words(said)) for kind, said in KIND_WORDS.items()],
        "cue_kinds": [(kind, words(said)) for kind, said in CUE_WORDS.items()],
        "clearable": [(kind, words(said)) for kind, said in CLEAR_WORDS.items()],
    }


def _limit_choices(table: Iterable[Limit]) -> list[tuple[str, str, str]]:
    """Method, item and words of every row of the table of limits, each once."""
    found = {
        (row.method_id, "" if row.item == ANY else row.item): f"{row.method} · {row.quantity}"
        + ("" if row.item == ANY else f" · {row.item}")
        for row in table
    }
    return [(method, item, said) for (method, item), said in found.items()]
