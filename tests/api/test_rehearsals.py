"""A rehearsal's deeds: a copy that touches nothing of the real episode, pushes to private outputs only, reveals nobody."""

import pytest
from sqlalchemy import select

from api.deeds import episodes, findings, outputs, rehearsals, targets
from api.opening import open_room
from episodes.events import TargetRevealed
from episodes.target import PRACTICE_NAME, TargetContent
from evidence import bundle
from runtime.problems import UserProblem
from store.tables.episodes import Episode, Target
from tests.api.stage import DIRECTOR, OFFICER, PRODUCER, Stage

SECRET = TargetContent(name="临江综合市场", place="江北区")


async def prepared(stage: Stage) -> tuple[str, str]:
    """The real episode and its rehearsal."""
    real = await stage.planned()
    await targets.seal_target(stage.desk, PRODUCER, episode_id=real, content=SECRET)
    await stage.approve(real)
    for name, key, private in (("公开平台", "a", False), ("内部监看", "b", True)):
        url = f"rtmp://live.example.com/live/{key}"
        await outputs.set_output(stage.desk, PRODUCER, episode_id=real, name=name, url=url, private=private)
    return real, (await rehearsals.rehearse(stage.desk, DIRECTOR, episode_id=real)).episode_id


async def test_only_private_outputs_are_pushed_whatever_is_added(stage: Stage) -> None:
    _, made = await prepared(stage)
    url = "rtmp://live.example.com/live/late"
    await outputs.set_output(stage.desk, PRODUCER, episode_id=made, name="临时加的", url=url)
    await stage.rooms.say()
    await episodes.go_live(stage.desk, DIRECTOR, episode_id=made)
    wish = await stage.desk.desired.wish()
    assert {spec.name: spec.on for spec in wish.outputs} == {"内部监看": True, "临时加的": False}


async def test_somebody_who_does_not_exist_is_revealed(stage: Stage) -> None:
    real, made = await prepared(stage)
    await targets.seal_target(stage.desk, PRODUCER, episode_id=made, content=SECRET)
    with pytest.raises(UserProblem, match="not_live"):
        await targets.reveal(stage.desk, DIRECTOR, episode_id=made)
    await stage.rooms.say()
    await episodes.go_live(stage.desk, DIRECTOR, episode_id=made)
    for ordinal in (1, 2):
        revealed = await targets.reveal(stage.desk, DIRECTOR, episode_id=made)
        assert (revealed.name, revealed.target_id) == (PRACTICE_NAME, f"practice-{ordinal}")
    assert {each.name for each in await stage.events(TargetRevealed)} == {PRACTICE_NAME}
    async with stage.desk.store.read() as session:
        kept = [(await session.get(Episode, each)) for each in (real, made)]
        sealed = (await session.scalars(select(Target))).all()
    assert [each.state for each in kept] == ["approved", "live"]
    assert [each.revealed for each in sealed] == [False, False]


async def test_the_public_and_the_evidence_know_nothing_of_it(stage: Stage) -> None:
    _, made = await prepared(stage)
    await stage.rooms.say()
    await episodes.go_live(stage.desk, DIRECTOR, episode_id=made)
    await targets.reveal(stage.desk, DIRECTOR, episode_id=made)
    said = {"key_item": True, "where": "A12", "sentence": "编出来的问题"}
    await findings.open_finding(stage.desk, OFFICER, episode_id=made, **said)
    last = (await stage.records())[-1].seq
    await stage.shown(last, stage.clock.utc_ns())
    assert stage.desk.public.show.live is not None
    assert stage.desk.public.show.live.number == 103, "the picture says the show's own number"
    assert open_room(stage.desk.public) is None, "no chat room opens"
    proven = (await bundle.make(stage.desk.store, stage.desk.evidence, upto=last)).decode()
    assert PRACTICE_NAME not in proven
    assert "编出来的问题" not in proven


async def test_what_cannot_be_rehearsed_is_refused(stage: Stage) -> None:
    planned = await stage.planned()
    with pytest.raises(UserProblem, match="episode_state"):
        await rehearsals.rehearse(stage.desk, DIRECTOR, episode_id=planned)
    await stage.approve(planned)
    made = {(await rehearsals.rehearse(stage.desk, DIRECTOR, episode_id=planned)).episode_id for _ in range(2)}
    assert len(made) == 2, "as often as one likes"
    with pytest.raises(UserProblem, match="is_rehearsal"):
        await rehearsals.rehearse(stage.desk, DIRECTOR, episode_id=made.pop())
