"""Plans in the store, on both databases: a run and its progress, a crew, a checklist, templates beside the starters."""

import msgspec

from episodes.assignment import Assigned, Post
from episodes.run_of_show import Progress, RunOfShow
from episodes.template_starters import STARTERS
from store import Store, plans
from store.tables.episodes import Episode, Programme
from store.tables.people import User
from store.tables.plan import TemplateRow, TemplateVersion

MARKET = STARTERS["market"]


async def _show(store: Store) -> None:
    async with store.work("test") as work:
        work.session.add(
            Programme(id="p", name="栏目", agency="局", weekday=4, starts="19:00", minutes=90, timezone="Asia/Shanghai")
        )
        for login in ("li", "wu"):
            work.session.add(User(id=login, login=login, name=login, roles=[], password_hash="x", made_utc_ns=1))
        await work.session.flush()
        for number in (1, 2):
            work.session.add(
                Episode(
                    id=f"e{number}",
                    programme_id="p",
                    number=number,
                    title="题",
                    theme="",
                    starts_utc_ns=1,
                    state="planned",
                    cameras=["cam-1"],
                )
            )


async def test_a_plan_comes_back_as_it_was_kept(store: Store) -> None:
    await _show(store)
    run = RunOfShow(version=2, segments=MARKET.content.segments)
    progress = Progress(segment_id="s1", began={"s1": 1_781_262_000_000_000_000}, given=("s1-1",))
    plan = plans.KeptPlan(
        template_id="market",
        template_version=1,
        template_name="农贸市场",
        checklist=MARKET.content.checklist,
        checklist_version=1,
        kit=MARKET.content.kit,
        limits=MARKET.content.limits,
        outputs=MARKET.content.outputs,
        posts=MARKET.content.posts,
    )
    crew = (
        Assigned(user_id="wu", post=Post.CAMERA, camera="cam-1"),
        Assigned(user_id="li", post=Post.OFFICER),
    )
    for _ in range(2):
        async with store.work("test") as work:
            await plans.keep_run(work.session, "e1", run, Progress(), by="li", now_utc_ns=5)
            await work.session.flush()
            await plans.keep_progress(work.session, "e1", progress)
            await plans.keep_plan(work.session, "e1", plan)
            await plans.keep_crew(work.session, "e1", crew)
    async with store.read() as session:
        assert await plans.run_of(session, "e1") == plans.KeptRun(run=run, progress=progress, edited_by="li")
        assert await plans.run_of(session, "e2") == plans.KeptRun()
        assert await plans.plan_of(session, "e1") == plan
        assert await plans.plan_of(session, "e2") == plans.KeptPlan()
        assert await plans.crews_of(session, ("e1", "e2")) == {"e1": crew, "e2": ()}
        points = await plans.checklist_of(session, "e1")
        assert (points.name, points.template_version, points.version) == ("农贸市场", 1, 1)
        assert points.items == MARKET.content.checklist
        assert (await plans.checklist_of(session, "e2")).items == ()


async def test_a_kept_template_takes_its_starters_place_and_its_versions_stay(store: Store) -> None:
    async with store.read() as session:
        assert await plans.templates(session) == tuple(STARTERS.values())
        assert await plans.template(session, "market") == MARKET
        assert await plans.template(session, "market", 1) is None
    changed = msgspec.structs.replace(MARKET.content, minutes=60)
    async with store.work("test") as work:
        work.session.add(TemplateRow(id="market", name="夜市", version=2))
        await work.session.flush()
        for version, content in ((1, MARKET.content), (2, changed)):
            work.session.add(
                TemplateVersion(
                    template_id="market",
                    version=version,
                    name="夜市",
                    content=msgspec.to_builtins(content),
                    made_by="li",
                    made_utc_ns=version,
                )
            )
    async with store.read() as session:
        found = await plans.templates(session)
        assert [each.template_id for each in found] == ["market", *(each for each in STARTERS if each != "market")]
        assert (found[0].version, found[0].content.minutes) == (2, 60)
        first = await plans.template(session, "market", 1)
        assert first is not None
        assert first.content == MARKET.content
        assert [each.version for each in await plans.versions_of(session, "market")] == [2, 1]
