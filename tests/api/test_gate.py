"""The gate on the server: who goes live must have passed it, whatever page or client asks; decisions are by name."""

import pytest

from api.deeds import episodes, gate, register, rehearsals
from api.deeds.doing import System
from api.gate import points
from episodes.assignment import Assigned, Post
from episodes.events import EpisodeWentLive, GateDecided, KitBatchSet
from episodes.people import Role
from runtime.problems import UserProblem
from store.plans import keep_crew
from store.tables.episodes import Episode
from tests.api.stage import DIRECTOR, LEGAL, PRODUCER, Somebody, Stage
from tests.ready import WHY, ready

CARD = {"valid_from": "2020-01-01", "valid_until": "2199-12-31"}
CREW = {
    # Five in the field …
    "chen": (Role.OFFICER, Role.CAMERA), "zhou": (Role.OFFICER,), "luo": (Role.TESTER, Role.CAMERA),
    "fang": (Role.CAMERA, Role.HOST), "wu": (Role.CAMERA,),
    # … and two at the desk: the director who moderates, the producer.
    "shen": (Role.DIRECTOR, Role.MODERATOR), "gu": (Role.PRODUCER,),
}  # fmt: skip


async def crew(stage: Stage, episode_id: str, officers: tuple[str, ...]) -> None:
    for login, roles in CREW.items():
        await stage.account(Somebody(login), *roles)
    async with stage.desk.store.work("test") as work:
        posts = tuple(Assigned(user_id=each, post=Post.OFFICER) for each in officers)
        await keep_crew(work.session, episode_id, (*posts, Assigned(user_id="luo", post=Post.TESTER)))


async def card(stage: Stage, login: str, **more: str) -> None:
    await register.set_credential(stage.desk, LEGAL, user_id=login, number=f"JB-2019-{login}", **CARD | more)


async def left(stage: Stage, episode_id: str) -> tuple[str, ...]:
    async with stage.desk.store.read() as session:
        episode = await session.get_one(Episode, episode_id)
        return points.waiting(await points.look(stage.desk, session, episode), rehearsal=episode.rehearsal)


async def looked(stage: Stage, episode_id: str) -> dict[str, points.Finding]:
    async with stage.desk.store.read() as session:
        found = await points.look(stage.desk, session, await session.get_one(Episode, episode_id))
    return {each.name: each for each in found}


async def test_five_in_the_field_and_two_at_the_desk_pass(stage: Stage) -> None:
    episode_id = await stage.planned()
    await crew(stage, episode_id, ("chen", "zhou"))
    assert await left(stage, episode_id) == ("approval", "officers", "masks", "moderation")
    await stage.approve(episode_id)
    for login in ("chen", "zhou"):
        await card(stage, login)
    shen = Somebody("shen")
    assert await left(stage, episode_id) == ("masks", "moderation")
    with pytest.raises(UserProblem, match="gate") as told:
        await episodes.go_live(stage.desk, shen, command_id="go", episode_id=episode_id)
    assert told.value.params == {"count": 2, "first": "遮挡"}
    assert await stage.events(EpisodeWentLive) == []
    await gate.duty(stage.desk, shen, episode_id=episode_id, on=True)
    await gate.decide(stage.desk, shen, episode_id=episode_id, point="masks", why=WHY)
    assert await left(stage, episode_id) == ()
    assert (await episodes.go_live(stage.desk, shen, command_id="go", episode_id=episode_id)).state == "live"
    (decided,) = await stage.events(GateDecided)
    assert (decided.point, decided.why, decided.by) == ("masks", WHY, "shen")
    with pytest.raises(UserProblem, match="episode_state"):
        await gate.decide(stage.desk, shen, episode_id=episode_id, point="delay", why=WHY)


async def test_a_single_officer_is_refused_and_nobody_decides_otherwise(stage: Stage) -> None:
    episode_id = await stage.approved()
    await crew(stage, episode_id, ("chen", "zhou"))
    await card(stage, "chen")
    found = await looked(stage, episode_id)
    assert found["officers"].says.params == {"count": 1, "least": 2}
    assert found["officers"].mend.params == {"name": "zhou名", "why": "没有登记执法证件"}
    await card(stage, "zhou", valid_until="2025-10-08")
    assert (await looked(stage, episode_id))["officers"].mend.params["why"] == "证件已过期", "by the day of the show"
    with pytest.raises(UserProblem, match="gate_closed"):
        await gate.decide(stage.desk, DIRECTOR, episode_id=episode_id, point="officers", why=WHY)
    with pytest.raises(UserProblem, match="gate_closed"):
        await gate.decide(stage.desk, DIRECTOR, episode_id=episode_id, point="approval", why=WHY)
    # A tester in an officer's place, a camera beside them: neither counts.
    async with stage.desk.store.work("test") as work:
        rows = tuple(Assigned(user_id=each, post=Post.OFFICER) for each in ("chen", "luo", "wu"))
        await keep_crew(work.session, episode_id, rows)
    assert "officers" in await left(stage, episode_id)


async def test_without_delay_or_moderator_somebody_must_say_so(stage: Stage) -> None:
    episode_id = await stage.approved()
    await ready(stage.desk, episode_id)
    assert await left(stage, episode_id) == ()
    with pytest.raises(UserProblem, match="gate"):
        await episodes.go_live(stage.desk, DIRECTOR, episode_id=episode_id, delay_s=0)
    with pytest.raises(UserProblem, match="gate_ok"):
        await gate.decide(stage.desk, DIRECTOR, episode_id=episode_id, point="moderation", why=WHY)
    # A moderator whose role went is on duty no more.
    await stage.account(Somebody("ready-fang"), Role.CAMERA)
    assert await left(stage, episode_id) == ("moderation",)
    await gate.decide(stage.desk, PRODUCER, episode_id=episode_id, point="moderation", why="聊天室今晚不开放，只播画面")
    assert await left(stage, episode_id) == ()
    said = (await looked(stage, episode_id))["moderation"].decided
    assert said is not None
    assert said.params["why"] == "聊天室今晚不开放，只播画面"
    await stage.account(Somebody("ready-fang"), Role.MODERATOR)
    await gate.duty(stage.desk, Somebody("ready-fang"), episode_id=episode_id, on=False)
    assert (await looked(stage, episode_id))["moderation"].ok is False
    assert (await episodes.go_live(stage.desk, DIRECTOR, episode_id=episode_id)).state == "live"


async def test_a_rehearsal_asks_for_its_approval_only(stage: Stage) -> None:
    real = await stage.approved()
    made = (await rehearsals.rehearse(stage.desk, DIRECTOR, episode_id=real)).episode_id
    assert await left(stage, made) == ()
    assert await left(stage, real) == ("officers", "masks", "moderation")
    assert (await episodes.go_live(stage.desk, DIRECTOR, episode_id=made)).state == "live"


async def test_an_expired_batch_warns_until_it_is_out_of_use(stage: Stage) -> None:
    episode_id = await stage.approved()
    batch = {"kind": "reagent", "name": "农残速测卡", "batch": "R2605", "expires": "2025-10-08"}
    await register.set_batch(stage.desk, PRODUCER, **batch)
    with pytest.raises(UserProblem, match="batch_taken"):
        await register.set_batch(stage.desk, PRODUCER, **batch)
    found = await looked(stage, episode_id)
    assert not found["reagents"].ok
    assert not found["reagents"].blocks
    assert found["reagents"].says.params["which"] == "农残速测卡 R2605"
    (made,) = await stage.events(KitBatchSet)
    with pytest.raises(UserProblem, match="conflict"):
        await register.set_batch(stage.desk, PRODUCER, batch_id=made.batch_id, **batch)
    await register.set_batch(stage.desk, PRODUCER, batch_id=made.batch_id, **batch, retired=True, version=1)
    await register.set_batch(stage.desk, PRODUCER, **batch | {"batch": "R2606", "expires": "2099-12-31"})
    assert (await looked(stage, episode_id))["reagents"].ok


async def test_a_title_that_no_font_draws_is_told(stage: Stage) -> None:
    episode_id = await stage.planned(title="夜市ཀ快检")
    found = await looked(stage, episode_id)
    assert not found["glyphs"].ok
    assert "ཀ" in str(found["glyphs"].says.params["letters"])


async def test_the_panel_says_by_stage_what_is_left_and_who_decided(stage: Stage, browser, add) -> None:
    await add("shen", Role.DIRECTOR)
    await add("gu", Role.PRODUCER)
    episode_id = await stage.approved()
    await ready(stage.desk, episode_id)
    await browser.log_in("gu")
    page = (await browser.get("/produce")).text
    assert 'data-point="masks" data-ok="decided"' in page
    assert WHY in page
    assert (await browser.get("/produce/register")).status_code == 200
    sent = {"x-csrf-token": browser.csrf, "accept": "application/json"}
    await gate.duty(stage.desk, System(user_id="ready-fang"), episode_id=episode_id, on=False)
    told = (await browser.http.post("/api/v1/preflight", json={}, headers=sent)).json()
    assert (told["waiting"], told["episode_id"], told["ok"]) == (["moderation"], episode_id, False)
    stages = {each["name"]: each["stage"] for each in told["findings"]}
    assert (stages["approval"], stages["disk"], stages["moderation"], stages["cameras"]) == (
        "days", "day", "minutes", "minutes",
    )  # fmt: skip
    refused = await browser.http.post(f"/api/v1/episodes/{episode_id}/live", json={}, headers=sent)
    assert (refused.status_code, refused.json()["code"]) == (409, "gate")
    body = {"point": "moderation", "why": "聊天室今晚不开放"}
    done = await browser.http.post(f"/api/v1/episodes/{episode_id}/gate/decide", json=body, headers=sent)
    assert done.status_code == 200, done.text
    assert (await browser.http.post(f"/api/v1/episodes/{episode_id}/live", json={}, headers=sent)).status_code == 200
