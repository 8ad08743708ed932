"""Planning over the deeds: an episode filled in from a template, kept versions, crews and their conflicts, seasons."""

import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select

from api.deeds import crew_lists, outputs, programmes, rehearsals, templates
from api.episode_slots import conflict_lines, free_slots
from api.episode_views import episode_rows
from episodes.assignment import Assigned, Post
from episodes.events import CalendarLinkMade, CrewSet, PlanFilled, RunOfShowSet, TemplateKept
from episodes.people import Role
from episodes.template_starters import STARTERS
from episodes.templates import ChecklistItem
from runtime.problems import UserProblem
from store import plans
from store.episodes import holidays, programme_set
from store.episodes import programmes as every_programme
from store.tables.episodes import Episode
from store.tables.graphics import PreparedGraphic
from store.tables.outputs import Output
from tests.api.conftest import Browser
from tests.api.stage import LEGAL, PRODUCER, Stage, approve
from tests.ready import ready
from web.i18n import texts

NS = 1_000_000_000
CHINESE = texts("zh-CN")


async def fresh(stage: Stage, number: int = 103, **more: object) -> str:
    return await stage.planned(number, **{"cameras": (), "theme": "", "template_id": "market", **more})


async def test_an_episode_is_filled_in_and_remembers_the_version(stage: Stage) -> None:
    before = await stage.planned(103)
    url = "rtmp://live.example.com/live/s3cret"
    await outputs.set_output(stage.desk, PRODUCER, episode_id=before, name="政务网", url=url)
    made = await fresh(stage, 104)
    content = STARTERS["market"].content
    async with stage.desk.store.read() as session:
        row = await session.get_one(Episode, made)
        assert (row.theme, row.cameras, row.minutes) == ("农贸市场", list(content.cameras), 90)
        plan = await plans.plan_of(session, made)
        assert (plan.template_id, plan.template_version, plan.template_name) == ("market", 1, "农贸市场")
        assert (await plans.checklist_of(session, made)).items == content.checklist
        assert (plan.kit, plan.limits, plan.posts) == (content.kit, content.limits, content.posts)
        run = (await plans.run_of(session, made)).run
        assert (run.version, run.segments) == (1, content.segments)
        prepared = (await session.scalars(select(PreparedGraphic).where(PreparedGraphic.episode_id == made))).all()
        assert [each.fields for each in prepared] == [each.fields for each in content.graphics]
        # A platform the programme has pushed to brings its address; the others wait for a person.
        kept = (await session.scalars(select(Output).where(Output.episode_id == made))).all()
        assert [(each.name, "s3cret" in each.masked) for each in kept] == [("政务网", False)]
    assert [each.version for each in await stage.events(PlanFilled)] == [1]
    assert [each.segments for each in await stage.events(RunOfShowSet)] == [8]
    told = msgspec.json.encode([each.event for each in await stage.records()]).decode()
    assert "以案说法" not in told, "no words of a plan are in the record"

    # The next version changes nothing that was made before it.
    changed = msgspec.structs.replace(content, minutes=60, theme="早市")
    now = await templates.keep_template(
        stage.desk, PRODUCER, template_id="market", base=1, name="早市", content=changed
    )
    assert now.version == 2
    later = await fresh(stage, 105)
    async with stage.desk.store.read() as session:
        assert (await plans.plan_of(session, later)).template_version == 2
        assert (await session.get_one(Episode, later)).minutes == 60
        old = await plans.template(session, "market", (await plans.plan_of(session, made)).template_version)
        assert old is not None
        assert old.content == content
    assert [each.version for each in await stage.events(TemplateKept)] == [1, 2]
    with pytest.raises(UserProblem, match="no_template"):
        await fresh(stage, 106, template_id="nothing")

    # Somebody may fill the older one in anew; not over a list that somebody changed meanwhile.
    await templates.refill(stage.desk, PRODUCER, episode_id=made, template_id="market", base=1)
    async with stage.desk.store.read() as session:
        assert (await plans.plan_of(session, made)).template_version == 2
        assert (await plans.run_of(session, made)).run.version == 2
    with pytest.raises(UserProblem, match="run_moved"):
        await templates.refill(stage.desk, PRODUCER, episode_id=made, template_id="petrol", base=1)


async def test_two_who_change_a_template_the_second_is_told(stage: Stage) -> None:
    content = STARTERS["petrol"].content
    made = await templates.keep_template(stage.desk, PRODUCER, command_id="t", name="油站", content=content)
    again = await templates.keep_template(stage.desk, PRODUCER, command_id="t", name="油站", content=content)
    assert made == again, "the same press is one template"
    change = {"template_id": made.template_id, "base": 1, "name": "油站", "content": content}
    await templates.keep_template(stage.desk, PRODUCER, **change)
    with pytest.raises(UserProblem, match="template_changed") as refused:
        await templates.keep_template(stage.desk, LEGAL, **change)
    assert (refused.value.status, refused.value.params["version"]) == (409, 2)
    await templates.retire_template(stage.desk, PRODUCER, template_id=made.template_id, retired=True)
    async with stage.desk.store.read() as session:
        assert made.template_id not in {each.template_id for each in await plans.templates(session)}
        assert await plans.template(session, made.template_id, 1) is not None


async def test_the_episodes_own_checklist_keeps_its_points_ids(stage: Stage) -> None:
    made = await fresh(stage)
    items = (
        ChecklistItem(item_id="market-01", words="改过的说法", weight="key"),
        ChecklistItem(item_id="x1", words="新的"),
    )
    change = {"episode_id": made, "base": 1, "items": items}
    assert (await templates.set_checklist(stage.desk, PRODUCER, command_id="c", **change)).version == 2
    assert (await templates.set_checklist(stage.desk, PRODUCER, command_id="c", **change)).version == 2
    with pytest.raises(UserProblem, match="checklist_changed"):
        await templates.set_checklist(stage.desk, LEGAL, **change)
    async with stage.desk.store.read() as session:
        points = await plans.checklist_of(session, made)
    assert (points.version, points.template_version, points.items) == (2, 1, items)


async def test_who_is_on_two_shows_at_once_is_told_on_both(stage: Stage, add) -> None:
    wu, li = await add("wu", Role.CAMERA), await add("li", Role.OFFICER)
    one, two = await fresh(stage), await fresh(stage, 104, cameras=("cam-1",))
    for each in (one, two):
        crew = (Assigned(user_id=wu, post=Post.CAMERA),)
        await crew_lists.set_crew(stage.desk, PRODUCER, episode_id=each, base=crew_lists.mark_of(()), crew=crew)
    rows = await episode_rows(stage.desk)
    for chosen in rows:
        other = 104 if chosen.id == one else 103
        lines = await conflict_lines(stage.desk, chosen, rows, CHINESE)
        assert lines == [f"与第{other}期时间重叠，同一时间只能播一期。", f"wu名同时排给了第{other}期。"]
    # A rehearsal of the show has its crew, its list and its graphics, and clashes with nobody.
    await approve(stage.desk, one)
    practice = (await rehearsals.rehearse(stage.desk, PRODUCER, episode_id=one)).episode_id
    async with stage.desk.store.read() as session:
        assert [each.user_id for each in await plans.crew_of(session, practice)] == [wu]
        assert (await plans.run_of(session, practice)).run.version == 1
        assert await plans.graphics_of(session, practice) == STARTERS["market"].content.graphics
    # Two who change one list.
    crew = (Assigned(user_id=wu, post=Post.CAMERA), Assigned(user_id=li, post=Post.OFFICER))
    mark = crew_lists.mark_of(crew[:1])
    kept = await crew_lists.set_crew(stage.desk, PRODUCER, episode_id=one, base=mark, crew=crew)
    assert kept.mark == crew_lists.mark_of(crew)
    with pytest.raises(UserProblem, match="crew_changed"):
        await crew_lists.set_crew(stage.desk, LEGAL, episode_id=one, base=mark, crew=())
    with pytest.raises(UserProblem, match="crew_role"):
        wrong = (Assigned(user_id=li, post=Post.TESTER),)
        await crew_lists.set_crew(stage.desk, PRODUCER, episode_id=one, base=kept.mark, crew=wrong)
    assert (await stage.events(CrewSet))[-1].crew == (f"camera:{wu}", f"officer:{li}")


async def test_seasons_extra_slots_and_nights_are_offered(stage: Stage) -> None:
    await stage.planned(103)
    today = datetime.fromtimestamp(stage.clock.utc_ns() / 1e9, UTC).date()
    until, extra = today + timedelta(days=15), today + timedelta(days=40)
    season = {"name": "第二季", "first_day": today, "last_day": until, "first_number": 101}
    await programmes.set_season(stage.desk, PRODUCER, **season)
    with pytest.raises(UserProblem, match="season_overlap"):
        await programmes.set_season(stage.desk, PRODUCER, **season | {"name": "重叠"})
    slot = {"day": extra, "starts": "23:00", "minutes": 90, "note": "夜查"}
    made = await programmes.set_extra_slot(stage.desk, PRODUCER, command_id="x", **slot)
    assert made == await programmes.set_extra_slot(stage.desk, PRODUCER, command_id="x", **slot)
    with pytest.raises(UserProblem, match="slot_twice"):
        await programmes.set_extra_slot(stage.desk, PRODUCER, **slot)
    async with stage.desk.store.read() as session:
        houses = tuple(programme_set(each) for each in await every_programme(session))
        seasons, extras, days_off = (
            await plans.seasons(session),
            await plans.extra_slots(session),
            await holidays(session),
        )
    found = free_slots(stage.desk, houses, [], days_off, CHINESE, seasons=seasons, extras=extras)
    starts = sorted(found)
    days = [datetime.fromtimestamp(each / 1e9, UTC).date() for each in starts]
    assert all(day <= until for day in days[:-1]), "regular slots end with the season"
    assert 2 <= len(days) <= 4
    assert found[starts[-1]].note == "夜查 · 到次日00:30"
    assert (found[starts[-1]].extra_id, found[starts[-1]].minutes) == (made.slot_id, 90)
    await programmes.remove_extra_slot(stage.desk, PRODUCER, slot_id=made.slot_id)
    async with stage.desk.store.read() as session:
        assert await plans.extra_slots(session) == ()


async def test_a_persons_calendar_tells_no_secret_and_dies_when_revoked(stage: Stage, browser: Browser, add) -> None:
    wu = await add("wu", Role.CAMERA)
    made = await fresh(stage, title="密题甲乙", theme="密地丙丁")
    await fresh(stage, 104, title="密题戊己")
    crew = (Assigned(user_id=wu, post=Post.CAMERA, camera="全景"), Assigned(user_id=wu, post=Post.DRIVER))
    await crew_lists.set_crew(stage.desk, PRODUCER, episode_id=made, base=crew_lists.mark_of(()), crew=crew)
    await browser.log_in("wu")
    token = {"X-CSRF-Token": browser.csrf}
    link = (await browser.http.post("/api/v1/calendar-links", json={}, headers=token)).json()
    path = link["url"].removeprefix("http://desk.test")
    shown = (await browser.get("/account")).text
    assert link["url"] not in shown, "told once"
    stranger = Browser(browser.http._transport.app)
    async with stranger.http:
        answer = await stranger.get(path)
        text = answer.text.replace("\r\n ", "")
        assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == (
            "private, no-store",
            "no-referrer",
        )
        assert text.count("BEGIN:VEVENT") == 1, "only one's own shows"
        assert "第103期 · 摄像、司机" in text
        assert "PT90M" in text
        assert "密" not in text
        assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))
        assert (await stranger.get(path.replace(".ics", "A.ics"))).status_code == 410
        revoked = f"/api/v1/calendar-links/{link['link_id']}/revoke"
        assert (await browser.http.post(revoked, json={}, headers=token)).status_code == 200
        assert (await stranger.get(path)).status_code == 410
    secret = re.search(r"/calendar/(.+)\.ics", link["url"])
    assert secret
    assert len(await stage.events(CalendarLinkMade)) == 1
    assert secret[1] not in msgspec.json.encode([each.event for each in await stage.records()]).decode()


async def test_a_season_is_kept_by_its_days_whatever_the_hour(stage: Stage, browser: Browser, add) -> None:
    """Over HTTP, as a producer does it: bad days are refused in words, a good season is on the page."""
    await add("gu", Role.PRODUCER)
    await stage.planned(103)
    await browser.log_in("gu")

    async def put(**body: object):
        return await browser.http.post("/api/v1/seasons", json=body, headers={"X-CSRF-Token": browser.csrf})

    good = {"name": "第三季", "first_day": "2020-01-01", "last_day": "2099-12-31", "first_number": 97}
    assert (await put(**good | {"last_day": "2019-12-31"})).json()["code"] == "season_days"
    assert (await put(**good | {"first_day": "2026-02-30"})).status_code == 422
    assert (await put(**good)).status_code == 201
    shown = (await browser.get("/produce")).text
    assert "第三季 第7期" in shown


async def test_every_deed_of_planning_over_http(stage: Stage, browser: Browser, add) -> None:
    """By a producer's hand; each is sent twice by the tests' own browser, and done once."""
    gu = await add("gu", Role.PRODUCER, Role.DIRECTOR)
    made = await fresh(stage)
    await browser.log_in("gu")

    async def post(path: str, status: int = 200, **body: object) -> dict[str, object]:
        answer = await browser.http.post(f"/api/v1/{path}", json=body, headers={"X-CSRF-Token": browser.csrf})
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    slot = await post("extra-slots", 201, day="2030-01-05", starts="23:30", minutes=60)
    await post(f"extra-slots/{slot['slot_id']}/delete")
    days = {"first_day": "2030-01-01", "last_day": "2030-06-30"}
    season = await post("seasons", 201, name="第三季", first_number=200, **days)
    await post(f"seasons/{season['season_id']}/delete")
    assert (await post(f"seasons/{season['season_id']}/delete", 404))["code"] == "no_season"

    told = (await browser.http.get("/api/v1/templates/market")).json()
    kept = await post("templates", 201, name="早市", content=told["content"])
    path = f"templates/{kept['template_id']}"
    assert (await post(path, base=1, name="早市", content=told["content"] | {"minutes": 45}))["version"] == 2
    assert (await post(path, 409, base=1, name="早市", content=told["content"]))["code"] == "template_changed"
    assert (await post(path, 422, base=2, name="早市", content=told["content"] | {"cameras": []}))["code"]
    assert await post(f"episodes/{made}/template", template_id=kept["template_id"], base=1) == {"version": 2}
    await post(f"{path}/retire", retired=True)
    shown = {each["template_id"] for each in (await browser.http.get("/api/v1/templates")).json()["templates"]}
    assert kept["template_id"] not in shown
    assert "再用起来" in (await browser.get("/produce/templates")).text
    await post(f"{path}/retire", retired=False)

    plan = (await browser.http.get(f"/api/v1/episodes/{made}/plan")).json()
    assert (plan["template_version"], plan["outputs_missing"]) == (2, ["新闻客户端", "政务网", "视频号"])
    items = [each | {"faults": ["没有票据"]} for each in plan["checklist"]]
    assert await post(f"episodes/{made}/checklist", base=plan["checklist_version"], items=items) == {"version": 3}
    crew = [{"user_id": gu, "post": "producer"}, {"user_id": gu, "post": "director"}]
    await post(f"episodes/{made}/crew", base=plan["crew_mark"], crew=crew)
    wrong = {"base": plan["crew_mark"], "crew": [{"user_id": gu, "post": "officer"}]}
    refused = await post(f"episodes/{made}/crew", 422, **wrong)
    assert (refused["code"], "gu名" in str(refused["detail"])) == ("crew_role", True)
    await approve(stage.desk, made)
    await stage.rooms.say()
    await ready(stage.desk, made)
    await post(f"episodes/{made}/live")
    await post(f"episodes/{made}/run-of-show/begin", segment_id="s3")
    await post(f"episodes/{made}/run-of-show/cue", cue_id="s3-1")
    now = (await browser.http.get(f"/api/v1/episodes/{made}/run-of-show")).json()
    assert (now["standing"]["segment"]["segment_id"], now["progress"]["given"]) == ("s3", ["s3-1"])


async def test_a_month_holds_its_episodes_its_free_slots_and_whole_weeks(stage: Stage, browser: Browser, add) -> None:
    await add("gu", Role.PRODUCER)
    await stage.planned(103)
    await browser.log_in("gu")
    now = datetime.fromtimestamp(stage.clock.utc_ns() / 1e9, UTC)
    shown = (await browser.get("/produce")).text
    assert f"{now.year}年{now.month}月" in shown
    days = re.findall(r'<time datetime="([0-9-]+)"', shown)
    assert len(days) % 7 == 0
    assert days == sorted(set(days))
    assert 'class="ep" href="/produce?episode=103" aria-current="true"' in shown
    assert shown.count('class="ep free"') >= 2, "the weekly slots to come"
    long_ago = (await browser.get("/produce?month=2001-02")).text
    assert "2001年2月" in long_ago
    assert 'class="ep' not in long_ago
    for odd in ("2001-13", "nonsense", "0001-01", "9999-12"):
        assert (await browser.get(f"/produce?month={odd}")).status_code in {200, 422}, odd
