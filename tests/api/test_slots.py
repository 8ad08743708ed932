"""Slots on /produce: by week and month, moved by holidays that a producer brought; two episodes at once are told."""

from datetime import UTC, date, datetime, timedelta

import httpx

from api.deeds import episodes, holidays
from api.episode_slots import conflict_lines, free_slots
from api.episode_views import episode_rows
from episodes.events import HolidaysSet
from episodes.people import Role
from store.episodes import holidays as table
from store.episodes import programme_set, programmes
from tests.api.conftest import Browser
from tests.api.stage import PRODUCER, Stage
from web.i18n import texts


async def test_holidays_move_the_coming_slots(stage: Stage) -> None:
    today = datetime.fromtimestamp(stage.clock.utc_ns() / 1e9, UTC).date()
    off = today + timedelta(days=3)
    await episodes.set_programme(
        stage.desk,
        PRODUCER,
        name="一线直播",
        agency="局",
        weekday=-1,
        days=(off.day,),
        on_holiday="after",
        starts="19:00",
        minutes=90,
    )
    done = await holidays.set_holidays(stage.desk, PRODUCER, command_id="h1", text=f"{off},休,端午节")
    assert done == await holidays.set_holidays(stage.desk, PRODUCER, command_id="h1", text=f"{off},休,端午节")
    assert len(await stage.events(HolidaysSet)) == 1
    async with stage.desk.store.read() as session:
        houses = tuple(programme_set(each) for each in await programmes(session))
        days_off = await table(session)
    found = free_slots(stage.desk, houses, [], days_off, texts("zh-CN"))
    first = min(found)
    assert datetime.fromtimestamp(first / 1e9, UTC).date() == off + timedelta(days=1)
    assert found[first].note == f"原在{off.month}-{off.day}，因端午节移到这天"
    assert date.fromisoformat(str(off)) in days_off


async def test_two_episodes_at_once_are_told_on_both(stage: Stage) -> None:
    one = await stage.planned(103)
    await stage.planned(104, cameras=("cam-2",))
    rows = await episode_rows(stage.desk)
    for chosen in rows:
        other = 104 if chosen.id == one else 103
        assert await conflict_lines(stage.desk, chosen, rows, texts("zh-CN")) == [
            f"与第{other}期时间重叠，同一时间只能播一期。",
            f"机位cam-2同时排给了第{other}期。",
        ]


async def test_the_public_calendar_holds_what_comes_and_tells_no_secret(stage: Stage, browser: Browser) -> None:
    assert "BEGIN:VEVENT" not in (await browser.get("/calendar.ics")).text
    for number in (103, 104):
        await stage.planned(number, title="密题甲乙", theme="密地丙丁", rehearsal=False)
    await stage.planned(105, rehearsal=True)
    answer = await browser.get("/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    text = answer.text.replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == 2
    assert "第103期" in text
    assert "待公布" in text
    assert "密" not in text
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))


async def test_the_page_shows_them_and_a_bad_line_changes_nothing(stage: Stage, browser: Browser, add) -> None:
    await add("gu", Role.PRODUCER)
    await stage.planned(103)
    await stage.planned(104, cameras=("cam-2",))
    await browser.log_in("gu")

    async def put(text: str) -> httpx.Response:
        return await browser.http.post("/api/v1/holidays", json={"text": text}, headers={"X-CSRF-Token": browser.csrf})

    refused = await put("2026-10-01,休\n2026-10-99,休")
    assert refused.status_code == 422
    assert "第2行" in refused.json()["detail"]
    assert (await put("2026-10-01,休,国庆节")).json() == {"days": 1}
    shown = (await browser.get("/produce")).text
    assert "时间重叠" in shown
    assert "已有1天" in shown
