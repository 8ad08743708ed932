"""A message's way through the store: posting, deciding, undoing; on SQLite and on PostgreSQL."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from chat.inbound import OpenRoom, mine, recent
from chat.rows import median_wait_s
from chat.tables import ChatMessage
from episodes.events import AnyEvent, MessageDecided, QuestionApproved, QuestionCleared
from runtime.problems import UserProblem
from store import log
from store.tables.graphics import Question


async def events(room: Any) -> list[AnyEvent | None]:
    async with room.store.read() as session:
        return [record.event for record in await log.read(session)]


async def test_nothing_shows_before_a_moderator_approves(room: Any) -> None:
    posted = await room.chat.post("v1", "小满", "快检多久出结果？", question=False)
    async with room.store.read() as session:
        assert await recent(session, "e1") == ()
        assert [each.message_id for each in await mine(session, "e1", "v1")] == [posted.message_id]
        assert await mine(session, "e1", "v2") == ()
    assert all(topic != "chat" for topic, _ in room.told)

    await room.clock.advance(4)
    await room.chat.decide(posted.message_id, "approve", "ann")
    async with room.store.read() as session:
        assert [each.text for each in await recent(session, "e1")] == ["快检多久出结果？"]
        assert await median_wait_s(session, "e1") == (1, 4.0)
    shown = [data for topic, data in room.told if topic == "chat"]
    assert shown == [{"type": "message", "id": posted.message_id, "name": "小满", "text": "快检多久出结果？"}]
    decided = [event for event in await events(room) if isinstance(event, MessageDecided)]
    assert [(each.decision, each.by, each.episode_id) for each in decided] == [("approved", "ann", "e1")]


async def test_two_moderators_at_once_decide_once(room: Any) -> None:
    posted = await room.chat.post("v1", "小满", "你好", question=False)
    answers = await asyncio.gather(
        room.chat.decide(posted.message_id, "approve", "ann"),
        room.chat.decide(posted.message_id, "hide", "bob"),
        return_exceptions=True,
    )
    refused = [each for each in answers if isinstance(each, UserProblem)]
    assert [each.code for each in refused] == ["already_decided"]
    assert sum(isinstance(event, MessageDecided) for event in await events(room)) == 1


async def test_an_approved_question_is_a_record_and_undo_takes_it_back(room: Any) -> None:
    posted = await room.chat.post("v1", "小满", "测出阳性的能退吗？", question=True)
    await room.chat.decide(posted.message_id, "approve", "ann")
    async with room.store.read() as session:
        row = await session.get(Question, posted.message_id)
        assert (row.state, row.mentions_result) == ("approved", True)
    assert isinstance((await events(room))[-1], QuestionApproved)
    assert all(topic != "chat" for topic, _ in room.told), "the public learns of it by the public clock alone"

    await room.chat.undo(posted.message_id, "ann")
    assert [type(event) for event in (await events(room))[-2:]] == [QuestionCleared, MessageDecided]
    async with room.store.read() as session:
        assert await session.get(Question, posted.message_id) is None
    again = await room.chat.decide(posted.message_id, "question", "bob")
    assert again.state == "shown"


async def test_undo_takes_a_shown_message_off_every_page(room: Any) -> None:
    posted = await room.chat.post("v1", "小满", "你好", question=False)
    await room.chat.decide(posted.message_id, "approve", "ann")
    await room.chat.undo(posted.message_id, "ann")
    assert ("chat", {"type": "gone", "id": posted.message_id}) in room.told
    async with room.store.read() as session:
        assert await recent(session, "e1") == ()


async def test_a_report_leaves_no_word_in_the_database(room: Any) -> None:
    text = "B12档后面的冰柜每天半夜换标签"
    posted = await room.chat.post("v1", "半夏", text, question=False)
    await room.chat.decide(posted.message_id, "tip", "ann")
    async with room.store.read() as session:
        row = (await session.scalars(select(ChatMessage))).one()
        assert (row.text, row.name, row.fingerprint, row.hits) == ("", "", "", [])
        assert [each.state for each in await mine(session, "e1", "v1")] == ["tip"]
    last = (await events(room))[-1]
    assert last == MessageDecided(episode_id="e1", message_id=posted.message_id, decision="hidden", by="ann")
    await room.chat.forget(posted.message_id, "v2")
    await room.chat.forget(posted.message_id, "v1")
    async with room.store.read() as session:
        assert (await session.scalars(select(ChatMessage))).all() == []


async def test_the_room_follows_its_mode_and_the_show(room: Any) -> None:
    await room.chat.set_mode("risky", "ann")
    assert (await room.chat.post("v1", "小满", "你好", question=False)).state == "shown"
    assert (await room.chat.post("v1", "小满", "加微信", question=False)).state == "waiting"
    room.open = OpenRoom("e2", revealed=False)
    assert await room.chat.mode() == "all"
    room.open = None
    with pytest.raises(UserProblem) as closed:
        await room.chat.post("v1", "小满", "还在吗", question=False)
    assert closed.value.code == "room_closed"


async def test_an_unknown_message_is_gone(room: Any) -> None:
    with pytest.raises(UserProblem) as gone:
        await room.chat.decide("nothing", "approve", "ann")
    assert (gone.value.code, gone.value.status) == ("message_gone", 404)
