"""The disclosure ladder: nobody reads an address below their rung's time, by whatever way; each look is on record."""

import pytest

from api.deeds import approvals, ladder, targets
from api.gate.ladder import destinations
from episodes.events import AddressAcknowledged, AddressReleased, LadderSet, TargetViewed
from episodes.ladder import Rung
from episodes.people import Role
from episodes.target import TargetContent
from runtime.problems import UserProblem
from store import ladders
from tests.api.stage import DIRECTOR, LEGAL, OFFICER, PRODUCER, Somebody, Stage

SECRET = TargetContent(name="密语街烧烤店", place="江北区", address="密语街8号后门")
DRIVER = Somebody("driver")
S = 1_000_000_000
MINUTE = 60 * S


async def climbed(stage: Stage) -> tuple[str, str]:
    """(episode, target): the driver half an hour before, officers when the legal desk lets them, the director live."""
    episode_id = await stage.planned(starts_utc_ns=stage.clock.utc_ns() + 60 * MINUTE)
    for who, role in ((DRIVER, Role.CAMERA), (OFFICER, Role.OFFICER), (DIRECTOR, Role.DIRECTOR), (LEGAL, Role.LEGAL)):
        await stage.account(who, role)
    rungs = (
        Rung(title="司机", people=("driver",), minutes_before=30),
        Rung(title="执法人员", people=("officer",), releaser="legal"),
        Rung(title="导播", people=("director",), minutes_before=0),
    )
    await ladder.set_ladder(stage.desk, PRODUCER, episode_id=episode_id, rungs=rungs)
    made = await targets.seal_target(stage.desk, PRODUCER, episode_id=episode_id, content=SECRET)
    return episode_id, made.target_id


async def look(stage: Stage, who: Somebody, episode_id: str, target_id: str, command_id: str = "") -> str:
    """What somebody is told: the address, or the code of the refusal."""
    try:
        seen = await targets.view_target(
            stage.desk, who, command_id=command_id, episode_id=episode_id, target_id=target_id
        )
    except UserProblem as problem:
        return problem.code
    return seen.address


async def rung_of(stage: Stage, episode_id: str, title: str) -> str:
    async with stage.desk.store.read() as session:
        return next(each.rung_id for each in await ladders.rungs_of(session, episode_id) if each.title == title)


async def test_each_learns_it_at_their_own_time_and_on_record(stage: Stage) -> None:
    episode_id, target_id = await climbed(stage)
    assert await look(stage, DRIVER, episode_id, target_id) == "ladder_unapproved", "a ladder holds once it is approved"
    await stage.approve(episode_id)
    everybody = (DRIVER, OFFICER, DIRECTOR, LEGAL, PRODUCER)
    told = [await look(stage, who, episode_id, target_id) for who in everybody]
    assert told == ["too_early_to_know"] * 3 + ["not_on_ladder"] * 2
    assert await stage.events(TargetViewed) == [], "a refusal shows nothing and needs no record"

    await stage.clock.advance(29 * 60 + 59)
    assert await look(stage, DRIVER, episode_id, target_id) == "too_early_to_know"
    await stage.clock.advance(1)
    assert await look(stage, DRIVER, episode_id, target_id) == SECRET.address, "at the minute itself"
    assert await look(stage, OFFICER, episode_id, target_id) == "too_early_to_know"

    rung_id = await rung_of(stage, episode_id, "执法人员")
    with pytest.raises(UserProblem, match="not_seen"):
        await ladder.acknowledge(stage.desk, OFFICER, rung_id=rung_id)
    with pytest.raises(UserProblem, match="not_releaser"):
        await ladder.release(stage.desk, OFFICER, rung_id=rung_id)
    await ladder.release(stage.desk, LEGAL, rung_id=rung_id)
    await ladder.release(stage.desk, LEGAL, rung_id=rung_id)
    assert await look(stage, OFFICER, episode_id, target_id) == SECRET.address
    assert await look(stage, DIRECTOR, episode_id, target_id) == "too_early_to_know"
    for _ in range(2):
        await ladder.acknowledge(stage.desk, OFFICER, rung_id=rung_id)
    assert [(each.title, each.by) for each in await stage.events(AddressReleased)] == [("执法人员", "legal")]
    assert [each.by for each in await stage.events(AddressAcknowledged)] == ["officer"]
    viewed = await stage.events(TargetViewed)
    assert [each.by for each in viewed] == ["driver", "officer"]
    assert viewed[1].rung_id == rung_id
    records = repr(await stage.records())
    assert SECRET.name not in records
    assert SECRET.address not in records


async def test_an_old_look_said_again_opens_no_other_box(stage: Stage) -> None:
    episode_id, target_id = await climbed(stage)
    other = TargetContent(name="另一家", place="江北区", address="另一个地址")
    second = await targets.seal_target(stage.desk, PRODUCER, episode_id=episode_id, content=other)
    await stage.approve(episode_id)
    await stage.clock.advance(31 * 60)
    assert await look(stage, DRIVER, episode_id, target_id, "look-1") == SECRET.address
    assert await look(stage, DRIVER, episode_id, second.target_id, "look-1") == SECRET.address
    assert len(await stage.events(TargetViewed)) == 1


async def test_a_changed_ladder_needs_approval_again_and_keeps_what_stayed(stage: Stage) -> None:
    episode_id, target_id = await climbed(stage)
    await stage.approve(episode_id)
    await stage.clock.advance(31 * 60)
    assert await look(stage, DRIVER, episode_id, target_id) == SECRET.address
    kept = await rung_of(stage, episode_id, "司机")
    driver = Rung(title="司机", people=("driver",), minutes_before=30)
    early = Rung(title="制片", people=("legal",), minutes_before=10_000)
    with pytest.raises(UserProblem, match="conflict"):
        await ladder.set_ladder(stage.desk, PRODUCER, episode_id=episode_id, rungs=(driver,))
    await ladder.set_ladder(stage.desk, PRODUCER, episode_id=episode_id, rungs=(early, driver), version=1)
    assert await look(stage, LEGAL, episode_id, target_id) == "ladder_unapproved"
    assert await rung_of(stage, episode_id, "司机") == kept
    with pytest.raises(UserProblem, match="no_rung"):
        await ladder.acknowledge(stage.desk, OFFICER, rung_id="gone")
    await stage.approve(episode_id)
    assert await look(stage, LEGAL, episode_id, target_id) == SECRET.address
    await stage.rooms.say()
    await stage.go_live(episode_id)
    with pytest.raises(UserProblem, match="episode_state"):
        await ladder.set_ladder(stage.desk, PRODUCER, episode_id=episode_id, rungs=(), version=2)


@pytest.mark.parametrize(
    ("rung", "code"),
    [
        (Rung(title=" ", people=("driver",), minutes_before=1), "rung_title"),
        (Rung(title="司机", people=(), minutes_before=1), "rung_people"),
        (Rung(title="司机", people=("nobody",), minutes_before=1), "rung_people"),
        (Rung(title="司机", people=("driver",)), "rung_opens"),
        (Rung(title="司机", people=("driver",), minutes_before=-1), "rung_minutes"),
        (Rung(title="司机", people=("driver",), releaser="driver"), "rung_releaser"),
    ],
)
async def test_a_rung_that_cannot_be_is_refused(stage: Stage, rung: Rung, code: str) -> None:
    episode_id, _ = await climbed(stage)
    with pytest.raises(UserProblem, match=code):
        await ladder.set_ladder(stage.desk, PRODUCER, episode_id=episode_id, rungs=(rung,), version=1)
    assert len(await stage.events(LadderSet)) == 1


async def test_the_page_tells_when_and_never_where(stage: Stage, browser, add) -> None:
    chen = await add("chen", Role.OFFICER)
    await stage.account(LEGAL, Role.LEGAL)
    episode_id = await stage.planned(starts_utc_ns=stage.clock.utc_ns() + 60 * MINUTE)
    rung = Rung(title="执法人员", people=(chen,), minutes_before=20, releaser="legal")
    await ladder.set_ladder(stage.desk, PRODUCER, episode_id=episode_id, rungs=(rung,))
    made = await targets.seal_target(stage.desk, PRODUCER, episode_id=episode_id, content=SECRET)
    await stage.approve(episode_id)
    assert (await browser.get("/destination")).status_code in {303, 307, 302, 401}
    await browser.log_in("chen")
    sent = {"x-csrf-token": browser.csrf}
    path, body = f"/api/v1/episodes/{episode_id}/target/view", {"target_id": made.target_id}
    assert "target/view" not in (await browser.get("/destination")).text
    assert (await browser.http.post(path, json=body, headers=sent)).status_code == 403
    await stage.clock.advance(41 * 60)
    page = (await browser.get("/destination")).text
    assert "target/view" in page
    assert SECRET.name not in page
    seen = (await browser.http.post(path, json=body, headers=sent)).json()
    assert seen["address"] == SECRET.address
    assert "acknowledge" in (await browser.get("/destination")).text
    (one,) = await destinations(stage.desk, LEGAL)
    assert (one.rungs, [each.title for each in one.releases]) == ((), ["执法人员"])
    assert await approvals.version_now(stage.desk, episode_id)
