"""From the spot to the store: once, in order, late when it must be, and private where it is private."""

import hashlib

import pytest
from msgspec.structs import replace

from api.auth.who import Device, Person
from api.deeds import ask_desk, consents, episodes, evidence_files, graphics, inspection, objections
from api.deeds.inspection import ItemAnswer, When
from api.inspection_views import spot_now
from episodes.commands import Take
from episodes.events import (
    FilmingObjected,
    FilmingRuled,
    FindingOpened,
    GuestConsented,
    ItemAnswered,
    NoteWritten,
    SpotTicked,
)
from episodes.people import Role
from episodes.status import CameraStatus
from runtime.problems import UserProblem
from tests.api.stage import DIRECTOR, Stage

OFFICER = Person("chen", "陈立川", frozenset({Role.OFFICER}))
SECOND = Person("zhou", "周敏", frozenset({Role.OFFICER}))
LEGAL = Person("he", "何敏", frozenset({Role.LEGAL}))
TESTER = Person("luo", "罗小棠", frozenset({Role.TESTER}))
PHONE = Device("device-0001", "cam-1")
JPEG = b"\xff\xd8\xff\xe0" + b"a frame of the stream" * 40
SIGNED = '{"v":1,"w":1000,"h":400,"s":[[100,200,80,-40,60,30]]}'
FAILED = ItemAnswer(item_id="purchase", place="A12档", answer="fail", sentence="没有进货查验记录", measure="ordered")


def now(stage: Stage, ago_s: float = 0) -> When:
    return When(stage.clock.utc_ns() - round(ago_s * 1e9))


async def refused(deed) -> str:
    with pytest.raises(UserProblem) as said:
        await deed
    return said.value.code


async def photo(stage: Stage, episode: str, file_id: str = "photo-0001", **more: object) -> str:
    kept = await evidence_files.keep_file(
        stage.desk,
        OFFICER,
        command_id=file_id,
        episode_id=episode,
        content=JPEG,
        media_type="image/jpeg",
        sha256=hashlib.sha256(JPEG).hexdigest(),
        when=now(stage),
        **more,
    )
    return kept.file_id


async def test_a_failed_item_opens_its_finding_once(stage: Stage) -> None:
    episode = await stage.live()
    file_id = await photo(stage, episode)
    given = replace(FAILED, files=(file_id,))
    for _ in range(2):
        made = await inspection.answer(
            stage.desk, OFFICER, command_id="c1", episode_id=episode, given=given, when=now(stage, 30)
        )
    (finding,) = await stage.events(FindingOpened)
    assert (finding.where, finding.sentence, finding.key_item, finding.paper) == (
        "A12档",
        "没有进货查验记录",
        True,
        False,
    )
    (answered,) = await stage.events(ItemAnswered)
    assert (answered.finding_id, answered.version, answered.files) == (made.finding_id, 1, (file_id,))

    # Another phone that saw nothing of it gets a clear conflict, not a silent overwrite.
    other = inspection.answer(
        stage.desk,
        SECOND,
        command_id="c2",
        episode_id=episode,
        given=ItemAnswer(item_id="purchase", place="A12档", answer="pass"),
        when=now(stage),
    )
    assert await refused(other) == "conflict"
    seen = ItemAnswer(item_id="purchase", place="A12档", answer="pass", version=1)
    later = inspection.answer(stage.desk, SECOND, command_id="c3", episode_id=episode, given=seen, when=now(stage))
    assert await refused(later) == "finding_open"
    assert len(await stage.events(FindingOpened)) == 1


async def test_entries_come_late_but_not_from_the_future(stage: Stage) -> None:
    episode = await stage.live()
    made = now(stage)
    tick = {"episode_id": episode, "tick": "notice"}
    assert await refused(inspection.tick(stage.desk, OFFICER, **tick, when=now(stage, -600))) == "future"
    await episodes.end(stage.desk, DIRECTOR, episode_id=episode)
    # Made on air without network, sent after the end.
    await inspection.tick(stage.desk, OFFICER, command_id="t1", **tick, when=made)
    await inspection.tick(stage.desk, SECOND, command_id="t2", **tick, when=now(stage))
    (ticked,) = await stage.events(SpotTicked)
    assert (ticked.by, ticked.at_utc_ns) == ("chen", made.at_utc_ns)

    yesterday = When(stage.clock.utc_ns() - 20 * 3600 * 10**9)
    assert (
        await refused(inspection.answer(stage.desk, OFFICER, episode_id=episode, given=FAILED, when=yesterday))
        == "too_late"
    )
    paper = When(yesterday.at_utc_ns, paper=True)
    await inspection.answer(stage.desk, OFFICER, command_id="p1", episode_id=episode, given=FAILED, when=paper)
    (finding,) = await stage.events(FindingOpened)
    assert finding.paper
    view = await spot_now(stage.desk, OFFICER)
    assert [each["paper"] for each in view["answers"]] == [True]


async def test_nothing_comes_before_the_show(stage: Stage) -> None:
    episode = await stage.approved()
    assert (
        await refused(inspection.answer(stage.desk, OFFICER, episode_id=episode, given=FAILED, when=now(stage)))
        == "not_open"
    )


async def test_what_is_written_and_photographed_rests_sealed(stage: Stage) -> None:
    episode = await stage.live()
    file_id = await photo(stage, episode)
    assert await photo(stage, episode) == file_id, "the same command, the same file"
    (path,) = [each for each in stage.desk.places.evidence.rglob("*") if each.is_file()]
    assert JPEG not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert (await evidence_files.open_file(stage.desk, LEGAL, file_id)).content == JPEG
    await inspection.note(
        stage.desk, OFFICER, episode_id=episode, place="", text="后门堆着纸箱", files=(file_id,), when=now(stage)
    )
    assert "EvidenceViewed" in await stage.kinds()
    assert (await stage.events(NoteWritten))[0].sha256 == hashlib.sha256("后门堆着纸箱".encode()).hexdigest()
    raw = b"".join(each.read_bytes() for each in stage.desk.places.var.glob("daylight.db*"))
    assert "后门堆着纸箱".encode() not in raw
    assert await refused(evidence_files.open_file(stage.desk, TESTER, file_id)) == "no_file_here"


@pytest.mark.parametrize(
    ("content", "kind", "sha", "code"),
    [
        (b"<svg onload=alert(1)>", "image/svg+xml", "", "file_kind"),
        (b"GIF89a", "image/jpeg", "", "file_kind"),
        (JPEG, "image/jpeg", "0" * 64, "file_hash"),
        (b"\xff\xd8\xff" + bytes(5 * 1024 * 1024), "image/jpeg", "", "too_large"),
    ],
)
async def test_a_file_must_be_what_it_says(stage: Stage, content: bytes, kind: str, sha: str, code: str) -> None:
    episode = await stage.live()
    said = sha or hashlib.sha256(content).hexdigest()
    keep = evidence_files.keep_file(
        stage.desk,
        OFFICER,
        command_id="photo-0009",
        episode_id=episode,
        content=content,
        media_type=kind,
        sha256=said,
        when=now(stage),
    )
    assert await refused(keep) == code
    assert not [each for each in stage.desk.places.evidence.rglob("*") if each.is_file()]


async def test_a_question_is_the_askers_and_the_legal_desks(stage: Stage) -> None:
    episode = await stage.live()
    file_id = await photo(stage, episode, private=True)
    asked = await ask_desk.ask_desk(
        stage.desk, OFFICER, episode_id=episode, text="能进他们的员工宿舍吗", files=(file_id,), when=now(stage)
    )
    await ask_desk.answer_thread(stage.desk, LEGAL, thread_id=asked.thread_id, text="不能，那是住处")
    (mine,) = (await spot_now(stage.desk, OFFICER))["threads"]
    assert [each["text"] for each in mine["messages"]] == ["能进他们的员工宿舍吗", "不能，那是住处"]
    assert (await spot_now(stage.desk, SECOND))["threads"] == []
    assert await refused(evidence_files.open_file(stage.desk, SECOND, file_id)) == "no_file_here"
    on = ask_desk.ask_desk(stage.desk, SECOND, episode_id=episode, thread_id=asked.thread_id, text="?", when=now(stage))
    assert await refused(on) == "no_thread"
    said = repr(await stage.events())
    assert "宿舍" not in said
    assert "住处" not in said


async def test_an_objection_takes_the_inside_off_air_until_the_legal_desk_rules(stage: Stage) -> None:
    episode = await stage.live()
    stage.rooms.cameras = tuple(CameraStatus(camera=name, state="live") for name in ("cam-1", "cam-2"))
    made = await objections.object_to_filming(stage.desk, PHONE, command_id="o1", everywhere=True)
    again = await objections.object_to_filming(stage.desk, PHONE, command_id="o1", everywhere=True)
    assert made == again
    assert made.cameras == ("cam-1", "cam-2")
    assert {each.camera: each.state for each in stage.rooms.cameras} == {"cam-1": "held", "cam-2": "held"}
    (objected,) = await stage.events(FilmingObjected)
    assert objected.by == "device:device-0001"
    snapshot = await stage.desk.journal.snapshot(None)
    assert (snapshot.held, snapshot.away) == (("cam-1", "cam-2"), ())
    # A restarted desk reads it from the record.
    stage.desk.phones.objections.clear()
    await stage.desk.phones.resume(stage.desk.store)
    assert stage.desk.phones.held == ("cam-1", "cam-2")

    assert (
        await refused(objections.rule(stage.desk, LEGAL, objection_id=made.objection_id, ruling="resume", reason=" "))
        == "ruling_reason"
    )
    await objections.rule(stage.desk, LEGAL, objection_id=made.objection_id, ruling="keep", reason="住处，不拍")
    assert stage.desk.phones.held == ("cam-1", "cam-2")
    await objections.rule(stage.desk, LEGAL, objection_id=made.objection_id, ruling="resume", reason="经营场所可以拍")
    assert stage.desk.phones.held == ()
    assert {each.state for each in stage.rooms.cameras} == {"waiting"}
    assert [each.ruling for each in await stage.events(FilmingRuled)] == ["keep", "resume"]
    assert episode


async def test_an_objection_on_air_shows_why(stage: Stage) -> None:
    await stage.live()
    stage.rooms.airing = ("cam-1",)
    await stage.rooms.say()
    await objections.object_to_filming(stage.desk, PHONE, everywhere=False)
    shot = stage.rooms.heard(Take)[-1]
    assert (shot.source, shot.reason) == ("hold", "premises")
    (objected,) = await stage.events(FilmingObjected)
    assert (objected.cameras, objected.on_air) == (("cam-1",), True)


async def test_a_guest_is_named_only_after_signing(stage: Stage) -> None:
    episode = await stage.live()
    strap = {"name": "江岚", "title": "江北市人大代表"}
    assert await refused(graphics.show_strap(stage.desk, DIRECTOR, **strap)) == "no_consent"
    made = await consents.consent(stage.desk, OFFICER, episode_id=episode, **strap, signed=SIGNED, when=now(stage))
    await graphics.show_strap(stage.desk, DIRECTOR, **strap)
    (event,) = await stage.events(GuestConsented)
    assert "江岚" not in repr(event)
    await consents.withdraw_consent(stage.desk, OFFICER, consent_id=made.consent_id)
    assert await refused(graphics.show_strap(stage.desk, DIRECTOR, **strap)) == "no_consent"
    assert (await spot_now(stage.desk, OFFICER))["consents"] == []


async def test_positions_are_gone_with_the_episode(stage: Stage) -> None:
    episode = await stage.live()
    desk = stage.desk
    desk.whereabouts.hear("cam-1", 22.5801, 113.0812, 8.0)
    desk.whereabouts.hear("cam-2", 22.5803, 113.0812, 5.0)
    plan = desk.whereabouts.plan()
    assert [(each.one, each.other, each.metres) for each in plan.apart] == [("cam-1", "cam-2", 22)]
    assert "22.58" not in repr(plan), "distances only"
    desk.whereabouts.forget("cam-2")
    assert [each.camera for each in desk.whereabouts.plan().spots] == ["cam-1"]
    await episodes.end(desk, DIRECTOR, episode_id=episode)
    assert desk.whereabouts.plan().spots == ()
    raw = b"".join(each.read_bytes() for each in desk.places.var.rglob("*") if each.is_file())
    assert b"22.58" not in raw


async def test_a_position_grows_old(stage: Stage) -> None:
    await stage.live()
    stage.desk.whereabouts.hear("cam-1", 22.58, 113.08, 8.0)
    await stage.clock.advance(91)
    assert stage.desk.whereabouts.plan().spots == ()
