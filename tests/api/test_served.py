"""From a finding to a verified one over HTTP: signed, served, asked about, answered, photographed, seen again."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from api.deeds import findings
from api.desk import Desk
from episodes.events import (
    EntityNamed,
    EntityUnnamed,
    FindingVerified,
    FollowUpAssigned,
    OrderGiven,
    RecordServed,
)
from episodes.people import Role
from store import log
from store.tables.served import InspectionRecord, RecordLink, RecordRequest, RectificationPhoto
from tests.api.conftest import PASSWORD, Browser
from tests.api.signed_in import Api, signed_in
from tests.api.stage import OFFICER, Stage
from tests.api.test_photo_strip import jpeg

NAME, OWNER, STATEMENT = "何记蔬菜档", "何阿珍", "进货票据在家里，明天补交。"
DRAWN = json.dumps({"v": 1, "w": 1000, "h": 400, "s": [[100, 300, 200, -150, 200, 150, 200, -100]]})


@pytest.fixture
async def people(app: FastAPI, stage: Stage, desk: Desk) -> AsyncIterator[dict[str, Api]]:
    roles = {"chen": Role.OFFICER, "zhou": Role.OFFICER, "he": Role.LEGAL, "gu": Role.PRODUCER}
    async with AsyncExitStack() as stack:
        yield await signed_in(stack, app, desk, roles)


@pytest.fixture
async def operator(app: FastAPI) -> AsyncIterator[Api]:
    browser = Browser(app)
    async with browser.http:
        await browser.get("/served")
        yield Api(browser)


async def found(stage: Stage, episode: str, where: str = "A12档", sentence: str = "没有进货查验记录") -> str:
    made = await findings.open_finding(
        stage.desk, OFFICER, episode_id=episode, key_item=True, where=where, sentence=sentence
    )
    return made.finding_id


async def drawn(people: dict[str, Api], *finding_ids: str) -> dict[str, object]:
    return await people["chen"](
        "records",
        201,
        where="A12档",
        entity=NAME,
        place="临江综合市场",
        grid="临江一格",
        orders=dict.fromkeys(finding_ids, "order_to_correct"),
    )


async def signed(people: dict[str, Api], record: dict[str, object]) -> str:
    path, paper = f"records/{record['record_id']}", record["paper_hash"]
    await people["chen"](f"{path}/sign", side="officer", paper=paper, drawn=DRAWN)
    await people["zhou"](f"{path}/sign", side="officer", paper=paper)
    await people["chen"](f"{path}/sign", side="operator", paper=paper, name=OWNER, statement=STATEMENT, drawn=DRAWN)
    await people["chen"](f"{path}/serve")
    link = await people["chen"](f"{path}/link", 201)
    assert link["qr_svg"].startswith("<svg")
    return str(link["url"]).partition("#k=")[2]


async def test_the_whole_way_of_a_finding(
    people: dict[str, Api], operator: Api, stage: Stage, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    episode = await stage.live()
    one, other = await found(stage, episode), await found(stage, episode, sentence="健康证未公示")
    test_id = await stage.reviewed(episode)
    zhou = (await people["zhou"].look("records"))["episode"]
    assert zhou["id"] == episode
    await people["gu"]("grids", grid="临江一格", officer="zhou")

    record = await drawn(people, one, other)
    path = f"records/{record['record_id']}"
    await people["chen"](f"{path}/serve", 409)
    await people["chen"](f"{path}/link", 409)
    operator.key = await signed(people, record)

    # Orders with deadlines, the grid's officer sent, all in the service.
    orders = await stage.events(OrderGiven)
    assert {each.finding_id for each in orders} == {one, other}
    sent = await stage.events(FollowUpAssigned)
    assert {(each.grid, each.officer) for each in sent} == {("临江一格", "zhou")}
    assert [each.how for each in await stage.events(RecordServed)] == ["signed"]

    # The operator sees it all, and the clock of the sample.
    mine = await operator.look("served")
    for text in (NAME, OWNER, STATEMENT, "豇豆", "可在"):
        assert text in mine["html"]
    asked = await operator("served/requests", 201, asked="objection", words="称重时没有去皮。")
    await operator("served/requests", 201, asked="retest", words="请复检豇豆。", about=test_id)
    await operator("served/requests", 422, asked="retest", words="请复检。", about="other")
    await people["he"](f"requests/{asked['request_id']}/answer", outcome="partly", words="已核对，更正净重。")
    await people["he"](f"requests/{asked['request_id']}/answer", 409, outcome="upheld", words="好。")
    assert "已核对，更正净重。" in (await operator.look("served"))["html"]

    # Pictures: clean, encrypted, for staff and this operator.
    photo = await _send(operator, one, "after", jpeg(comment=b"SECRET PLACE"))
    photo_id = photo.json()["photo_id"]
    own = await operator.browser.http.get(f"/api/v1/served/photos/{photo_id}", headers=operator.own)
    staff = await people["zhou"].browser.http.get(f"/api/v1/photos/{photo_id}")
    assert own.content == staff.content
    assert b"SECRET PLACE" not in staff.content
    assert (await operator.browser.http.get(f"/api/v1/photos/{photo_id}")).status_code == 401
    await people["zhou"](f"photos/{photo_id}/review", accepted=True)
    await people["zhou"](f"photos/{photo_id}/review", 409, accepted=False)

    # Only the one who was sent verifies, on the spot.
    check = next(each for each in sent if each.finding_id == one).check_id
    await people["chen"](f"checks/{check}/done", 403, rectified=True)
    await people["zhou"](f"checks/{check}/done", 422, rectified=False)
    assert (await people["zhou"](f"checks/{check}/done", rectified=True))["verified"]
    assert [each.finding_id for each in await stage.events(FindingVerified)] == [one]
    second = next(each for each in sent if each.finding_id == other).check_id
    await people["zhou"](f"checks/{second}/done", rectified=False, note="还没有公示")
    again = await people["gu"](f"findings/{other}/checks", 201)
    await people["gu"](f"findings/{other}/checks", 409)
    await people["zhou"](f"checks/{again['check_id']}/done", rectified=True)
    await people["gu"](f"findings/{other}/checks", 409)

    await _nothing_leaked(desk, operator.key, caplog)


async def _send(operator: Api, finding_id: str, side: str, data: bytes, expect: int = 201):
    headers = {"content-type": "image/jpeg", "x-csrf-token": operator.browser.csrf, **operator.own}
    path = f"/api/v1/served/photos?finding_id={finding_id}&side={side}"
    answer = await operator.browser.http.post(path, content=data, headers=headers | {"accept": "application/json"})
    assert answer.status_code == expect, answer.text
    return answer


async def _nothing_leaked(desk: Desk, key: str, caplog: pytest.LogCaptureFixture) -> None:
    """Canaries: the token, the names and the words stand in no record, no log, no column in the clear."""
    canaries = (key, NAME, OWNER, STATEMENT, "称重时没有去皮", "已核对，更正净重", "SECRET PLACE")
    async with desk.store.read() as session:
        records = await log.read(session)
        assert len(records) > 20
        rows = [
            repr({column.name: getattr(row, column.name) for column in row.__table__.columns})
            for table in (InspectionRecord, RecordLink, RecordRequest, RectificationPhoto)
            for row in (await session.scalars(select(table))).all()
        ]
    assert len(rows) >= 5
    said = [repr(record.event) for record in records] + [caplog.text] + rows
    for canary in canaries:
        assert not [text[:200] for text in said if canary in text], canary


async def test_a_link_ends_dies_with_the_next_and_tells_nothing(
    people: dict[str, Api], operator: Api, stage: Stage, desk: Desk
) -> None:
    episode = await stage.live()
    record = await drawn(people, await found(stage, episode))
    first = operator.key = await signed(people, record)
    await operator.look("served")
    made = await people["chen"](f"records/{record['record_id']}/link", 201)
    for key in (first, "", "x" * 43):
        operator.key = key
        assert (await operator.look("served", 403))["code"] == "link_over"
    operator.key = str(made["url"]).partition("#k=")[2]
    await operator.look("served")
    async with desk.store.work("test") as work:
        await work.session.execute(update(RecordLink).values(expires_utc_ns=stage.clock.utc_ns()))
    assert (await operator.look("served", 403))["code"] == "link_over"


async def test_a_refusal_and_a_second_officer_on_one_phone(people: dict[str, Api], stage: Stage) -> None:
    episode = await stage.live()
    record = await drawn(people, await found(stage, episode))
    path, paper = f"records/{record['record_id']}", record["paper_hash"]
    second = {"name": "zhou", "password": PASSWORD}
    await people["chen"](f"{path}/sign", side="officer", paper=paper)
    await people["chen"](f"{path}/sign", 409, side="officer", paper=paper)
    legal = {"name": "he", "password": PASSWORD}
    assert (await people["chen"](f"{path}/sign", 403, side="officer", paper=paper, second=legal))["code"] == (
        "not_an_officer_signs"
    )
    await people["chen"](f"{path}/sign", side="officer", paper=paper, second=second)
    await people["chen"](f"{path}/refuse", 422, paper=paper, reason="不认可", proof="witness", witness="江岚")
    await people["chen"](f"{path}/refuse", paper=paper, reason="不认可", proof="video", camera="cam-1")
    await people["chen"](f"{path}/serve")
    assert [each.how for each in await stage.events(RecordServed)] == ["refused"]
    shown = await people["he"].look(path)
    assert "录像为证" in shown["html"]
    await people["chen"](f"{path}/sign", 409, side="operator", paper=paper, name=OWNER, drawn=DRAWN)


async def test_who_may_what_and_what_is_refused(people: dict[str, Api], operator: Api, stage: Stage) -> None:
    episode = await stage.live()
    one, elsewhere = await found(stage, episode), await found(stage, episode, where="B07档")
    await people["he"]("records", 403, where="A12档", entity=NAME, orders={})
    assert (await people["chen"]("records", 422, where="A12档", entity=NAME, orders={elsewhere: "on_the_spot"}))[
        "code"
    ] == "finding_elsewhere"
    record = await drawn(people, one)
    await people["chen"]("records", 409, where="A12档", entity=NAME, orders={one: "on_the_spot"})
    await people["gu"](f"findings/{one}/checks", 409)
    # A mistake is torn up; its finding can be written down again.
    await people["chen"](f"records/{record['record_id']}/tear-up")
    record = await drawn(people, one)
    operator.key = await signed(people, record)
    await people["chen"](f"records/{record['record_id']}/tear-up", 409)
    await people["chen"](f"records/{record['record_id']}/name", 403, named=True)
    await _send(operator, elsewhere, "after", jpeg(), 404)
    await _send(operator, one, "after", b"GIF89a", 415)
    await operator("requests/x/answer", 401, outcome="upheld", words="好")


async def test_naming_outcomes_and_notices_are_decisions(people: dict[str, Api], stage: Stage, desk: Desk) -> None:
    episode = await stage.live()
    record = await drawn(people, await found(stage, episode))
    await signed(people, record)
    path, he = f"records/{record['record_id']}", people["he"]
    await he(f"{path}/name", 409, named=False)
    await he(f"{path}/name", named=True)
    (named,) = await stage.events(EntityNamed)
    assert (named.name, named.reply, named.where) == (NAME, STATEMENT, "A12档")
    last = (await stage.records(EntityNamed))[-1]
    await stage.shown(last.seq, stage.clock.utc_ns())
    (shown,) = desk.public.show.findings
    assert (shown.name, shown.reply, shown.served) == (NAME, STATEMENT, True)
    await he(f"{path}/name", named=False)
    last = (await stage.records(EntityUnnamed))[-1]
    await stage.shown(last.seq, stage.clock.utc_ns())
    assert desk.public.show.findings[0].name == ""

    await he(f"{path}/notices", 409, notice="delisting", to="某外卖平台", words="请下线整顿。")
    made = await he(f"{path}/outcomes", 201, axis="delisting", outcome="platform_delisting_order")
    await he(f"{path}/outcomes", 409, axis="delisting", outcome="platform_delisting_order")
    notice = await he(f"{path}/notices", 201, notice="delisting", to="某外卖平台", words="请下线整顿。")
    await he(f"notices/{notice['notice_id']}/acknowledge", reference="回执2026-11")
    await he(f"notices/{notice['notice_id']}/acknowledge", 409, reference="回执2026-11")
    await he(f"outcomes/{made['outcome_id']}/take-back")
    await he(f"outcomes/{made['outcome_id']}/take-back", 404)
    page = (await he.browser.get("/records")).text
    for text in (NAME, "某外卖平台", "回执2026-11", STATEMENT):
        assert text in page
    assert "A12档" in (await people["zhou"].browser.get("/follow-ups")).text
