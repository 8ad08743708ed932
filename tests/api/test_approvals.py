"""Legal basis, review, approval of a version, the officers' register: through the deeds and over HTTP."""

import asyncio

import pytest

from api.deeds import approvals, episodes, register, targets
from episodes.events import ApprovalVoided, CredentialSet, EpisodeApproved
from episodes.people import Role
from episodes.target import TargetContent
from runtime.problems import UserProblem
from store.tables.people import User
from tests.api.stage import DIRECTOR, LEGAL, PRODUCER, Somebody, Stage

OTHER = Somebody("other-legal")
CHOSEN = targets.Chosen(route="proposal", evidence="江岚代表提议")


async def state(stage: Stage, episode_id: str) -> str:
    async with stage.desk.store.read() as session:
        return (await episodes.the_episode(session, episode_id)).state


async def replanned(stage: Stage, episode_id: str, **more: object) -> None:
    """The same plan once more, with these changes."""
    async with stage.desk.store.read() as session:
        row = await episodes.the_episode(session, episode_id)
        names = ("programme_id", "number", "title", "theme", "starts_utc_ns", "cameras")
        plan = {name: getattr(row, name) for name in names} | more
    await episodes.plan_episode(stage.desk, PRODUCER, episode_id=episode_id, **plan)


async def test_a_covered_change_needs_approval_again_and_others_do_not(stage: Stage) -> None:
    episode_id = await stage.approved()
    (first,) = await stage.events(EpisodeApproved)
    await replanned(stage, episode_id, cameras=("cam-1", "cam-9"))
    assert await state(stage, episode_id) == "approved", "cameras change on the day"
    await replanned(stage, episode_id, theme="火锅")
    assert await state(stage, episode_id) == "planned"
    assert [each.changed for each in await stage.events(ApprovalVoided)] == [("theme",)]
    with pytest.raises(UserProblem, match="episode_state"):
        await episodes.go_live(stage.desk, DIRECTOR, episode_id=episode_id)
    with pytest.raises(UserProblem, match="approval_changed"):
        await approvals.approve(stage.desk, LEGAL, episode_id=episode_id, version=first.approved)
    await stage.approve(episode_id)

    await targets.seal_target(
        stage.desk, PRODUCER, episode_id=episode_id, content=TargetContent(name="甲", place="区"), chosen=CHOSEN
    )
    assert await state(stage, episode_id) == "planned", "a target that somebody chose"
    await stage.approve(episode_id)
    await approvals.give_basis(stage.desk, PRODUCER, episode_id=episode_id, legal_basis="另一条", scope="区", version=1)
    assert [each.changed for each in await stage.events(ApprovalVoided)][1:] == [("targets",), ("legal_basis", "scope")]
    with pytest.raises(UserProblem, match="basis_unreviewed"):
        version = await approvals.version_now(stage.desk, episode_id)
        await approvals.approve(stage.desk, LEGAL, episode_id=episode_id, version=version)


async def test_who_asked_for_any_part_approves_nothing(stage: Stage) -> None:
    episode_id = await stage.planned()
    await approvals.give_basis(stage.desk, LEGAL, episode_id=episode_id, legal_basis="法", scope="区")
    with pytest.raises(UserProblem, match="same_person"):
        await approvals.review_basis(stage.desk, LEGAL, episode_id=episode_id, version=1)
    await approvals.review_basis(stage.desk, OTHER, episode_id=episode_id, version=1)
    version = await approvals.version_now(stage.desk, episode_id)
    for asked in (PRODUCER, LEGAL):
        with pytest.raises(UserProblem, match="same_person"):
            await approvals.approve(stage.desk, asked, episode_id=episode_id, version=version)
    await approvals.approve(stage.desk, OTHER, episode_id=episode_id, version=version, document="签批41号")
    (event,) = await stage.events(EpisodeApproved)
    assert (event.by, event.approved, event.document) == ("other-legal", version, "签批41号")


async def test_two_who_change_the_basis_at_once_do_not_overwrite_each_other(stage: Stage) -> None:
    episode_id = await stage.planned()

    async def give(words: str) -> None:
        await approvals.give_basis(stage.desk, PRODUCER, episode_id=episode_id, legal_basis=words, scope="区")

    told = await asyncio.gather(give("一"), give("二"), return_exceptions=True)
    assert sorted(getattr(each, "code", "done") for each in told if each) == ["conflict"]


async def somebody(stage: Stage, login: str, *roles: Role) -> None:
    async with stage.desk.store.work("test") as work:
        user = User(id=login, login=login, name=login, roles=list(roles), password_hash="", made_utc_ns=0)
        work.session.add(user)


async def test_the_register_takes_officers_only_never_ones_own_and_each_number_once(stage: Stage) -> None:
    await somebody(stage, "chen", Role.OFFICER)
    await somebody(stage, "zhou", Role.OFFICER)
    await somebody(stage, "luo", Role.TESTER)
    card = {"number": "JB-2019-0147", "valid_from": "2026-01-01", "valid_until": "2026-12-31"}
    for actor, user_id, more, code in (
        (LEGAL, "luo", {}, "not_officer"),
        (LEGAL, "nobody", {}, "no_user"),
        (Somebody("chen"), "chen", {}, "same_person"),
        (LEGAL, "chen", {"version": 3}, "conflict"),
        (LEGAL, "chen", {"valid_until": "2025-12-31"}, "credential_days"),
    ):
        with pytest.raises(UserProblem, match=code):
            await register.set_credential(stage.desk, actor, user_id=user_id, **card | more)
    await register.set_credential(stage.desk, LEGAL, user_id="chen", **card)
    with pytest.raises(UserProblem, match="credential_taken"):
        await register.set_credential(stage.desk, LEGAL, user_id="zhou", **card)
    await register.set_credential(stage.desk, LEGAL, user_id="chen", **card | {"valid_until": "2028-12-31"}, version=1)
    assert [each.valid_until for each in await stage.events(CredentialSet)] == ["2026-12-31", "2028-12-31"]


async def test_the_page_and_the_api_say_what_is_missing(stage: Stage, browser, add) -> None:
    await add("feng", Role.LEGAL)
    await add("chen", Role.OFFICER)
    episode_id = await stage.planned()
    await browser.log_in("feng")
    page = (await browser.get("/produce")).text
    assert "先写执法依据和检查范围" in page
    assert (await browser.get("/produce/register")).text.count('data-standing="no_credential"') == 1
    sent = {"x-csrf-token": browser.csrf}
    card = {"number": "JB-2019-0147", "valid_from": "2020-01-01", "valid_until": "2099-12-31"}
    (officer,) = (await browser.http.get("/api/v1/officers")).json()["officers"]
    done = await browser.http.post(f"/api/v1/officers/{officer['user_id']}", json=card, headers=sent)
    assert done.status_code == 200, done.text
    assert (await browser.http.get("/api/v1/officers")).json()["officers"][0]["standing"] == "valid"
    await stage.approve(episode_id)
    read = (await browser.http.get(f"/api/v1/episodes/{episode_id}/approval")).json()
    assert read["approved"] == read["version"]
    assert read["approved"][:12] in (await browser.get("/produce")).text
