"""A target under embargo: nowhere in clear before it is revealed, each look on record first, the commitment kept."""

import sqlite3

import msgspec
import pytest

from api.deeds import episodes, targets
from episodes.events import TargetRevealed, TargetSealed, TargetViewed
from episodes.target import TargetContent, commitment
from runtime.problems import UserProblem
from store.tables.episodes import Target
from tests.api.stage import DIRECTOR, LEGAL, PRODUCER, Stage

SECRET = TargetContent(name="老街烧烤店", place="江北区滨江路88号", address="滨江路88号后门", licence="JY1234567")


async def sealed(stage: Stage, episode_id: str, content: TargetContent = SECRET) -> targets.TargetMade:
    return await targets.seal_target(stage.desk, PRODUCER, episode_id=episode_id, content=content)


def everything_on_disk(stage: Stage) -> bytes:
    """The database as it rests, write-ahead log included."""
    with sqlite3.connect(stage.desk.places.database) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    return b"".join(
        path.read_bytes() for path in stage.desk.places.var.iterdir() if path.name.startswith("daylight.db")
    )


async def test_nothing_tells_the_target_before_the_door(stage: Stage) -> None:
    episode_id = await stage.planned()
    made = await sealed(stage, episode_id)
    await stage.let_look(episode_id)
    looked = await targets.view_target(
        stage.desk, LEGAL, command_id="look", episode_id=episode_id, target_id=made.target_id
    )
    assert looked == SECRET
    assert [(event.target_id, event.by) for event in await stage.events(TargetViewed)] == [(made.target_id, "legal")]
    rest = everything_on_disk(stage)
    for secret in (SECRET.name, SECRET.place, SECRET.address, SECRET.licence):
        assert secret.encode() not in rest
        assert secret not in repr(await stage.records())


async def test_the_revealed_target_is_the_sealed_one(stage: Stage) -> None:
    episode_id = await stage.planned()
    made = await sealed(stage, episode_id)
    await stage.approve(episode_id)
    with pytest.raises(UserProblem, match="not_live"):
        await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id)
    await stage.go_live(episode_id)
    told = await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id)
    assert (told.target_id, told.name, told.place) == (made.target_id, SECRET.name, SECRET.place)
    (event,) = await stage.events(TargetRevealed)
    (before,) = await stage.events(TargetSealed)
    assert (event.name, event.place, event.ordinal) == (SECRET.name, SECRET.place, 1)
    assert SECRET.address not in repr(event), "the address stays with those who must know it"
    async with stage.desk.store.read() as session:
        row = await session.get_one(Target, made.target_id)
    box = msgspec.json.decode(stage.desk.secrets_box.unseal(row.sealed, f"targets.sealed.{row.id}"), type=targets._Box)
    assert commitment(box.content, box.salt) == before.commitment == made.commitment
    with pytest.raises(UserProblem, match="already_revealed"):
        await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id, target_id=made.target_id)


async def test_targets_are_revealed_in_order_unless_named(stage: Stage) -> None:
    episode_id = await stage.live()
    made = [await sealed(stage, episode_id, TargetContent(name=f"店{n}", place="区")) for n in (1, 2, 3)]
    await stage.approve(episode_id)
    await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id, target_id=made[1].target_id)
    first = await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id)
    third = await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id)
    assert [first.name, third.name] == ["店1", "店3"]
    with pytest.raises(UserProblem, match="already_revealed"):
        await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id)


async def test_a_target_added_on_air_is_approved_by_another_before_its_door(stage: Stage) -> None:
    episode_id = await stage.live()
    await sealed(stage, episode_id)
    with pytest.raises(UserProblem, match="target_unapproved"):
        await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id)
    await stage.approve(episode_id)
    assert (await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id)).name == SECRET.name


async def test_a_swapped_box_is_not_revealed(stage: Stage) -> None:
    """Somebody with the key and the database puts another target into the box: the commitment tells."""
    episode_id = await stage.live()
    made = await sealed(stage, episode_id)
    await stage.approve(episode_id)
    other = targets._Box(salt=b"x" * 32, content=TargetContent(name="别家", place="区"))
    async with stage.desk.store.work("thief") as work:
        row = await work.session.get_one(Target, made.target_id)
        row.sealed = stage.desk.secrets_box.seal(msgspec.json.encode(other), f"targets.sealed.{row.id}")
    with pytest.raises(UserProblem, match="commitment"):
        await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id)
    assert await stage.events(TargetRevealed) == []


async def test_what_is_missing_or_over_is_refused(stage: Stage) -> None:
    episode_id = await stage.live()
    for content, code in ((TargetContent(name=" ", place="区"), "target_missing"),):
        with pytest.raises(UserProblem, match=code):
            await sealed(stage, episode_id, content)
    with pytest.raises(UserProblem, match="no_target"):
        await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id)
    with pytest.raises(UserProblem, match="not_on_ladder"):
        await targets.view_target(stage.desk, LEGAL, episode_id=episode_id, target_id="none")
    await episodes.end(stage.desk, DIRECTOR, episode_id=episode_id)
    with pytest.raises(UserProblem, match="episode_over"):
        await sealed(stage, episode_id)
    assert await stage.events(TargetSealed, TargetViewed) == []
