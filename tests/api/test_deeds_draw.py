"""A draw from the list to the disclosed secret, on a real desk: two holders, sealed doors, nothing told too early."""

import asyncio
import hashlib

import msgspec
import pytest

from api.deeds import draw, draw_run, episodes, register, targets
from api.deeds.draw_pools import Wish, load_pool
from api.draw.proof import proof_of
from episodes import draw as rules
from episodes import draw_proof
from episodes.draw import Candidate
from episodes.draw_chance import Source
from episodes.draw_pool import Cap, Conflict, Poll, PollOption
from episodes.entity import RISK_WEIGHTS, Entity, RiskGrade
from episodes.events import (
    DrawAborted,
    DrawAudited,
    DrawCommitted,
    DrawDisclosed,
    DrawGaveWay,
    DrawHeld,
    DrawPrepared,
    DrawWitnessed,
    OfficersDrawn,
    SelectionRecorded,
    TargetRevealed,
    TargetSealed,
)
from episodes.people import Role
from episodes.target import TargetContent
from runtime.clock import SteppedClock
from runtime.problems import UserProblem
from store import entities
from store.tables.episodes import Target
from tests.api.stage import DIRECTOR, LEGAL, OFFICER, PRODUCER, Stage
from tests.api.test_deeds_targets import everything_on_disk
from tests.beacon import SIGNATURE, VALUE, a_minute_before

SHARES = ("1" * 64, "2" * 64)
LOCKS = tuple(rules.lock_of(each) for each in SHARES)
DICE = "123456" * 4
NS = 1_000_000_000
PLACES = [
    Candidate(
        id=f"JY{n:04}",
        name=f"巷尾第{n:04}小吃铺",
        stratum="东城" if n < 45 else "西城",
        weight=1 + n % 4,
        address=f"暗号路{n:04}号后门",
    )
    for n in range(90)
]
TWO = {"东城": 1, "西城": 1}


@pytest.fixture
def clock() -> SteppedClock:
    return a_minute_before()


async def prepared(stage: Stage, episode_id: str, **more: object) -> str:
    """A pool loaded and frozen by the producer."""
    if "pool_id" not in more and more.get("purpose") != "officers":
        more["pool_id"] = (await load_pool(stage.desk, PRODUCER, name="片区", candidates=PLACES)).pool_id
    wish = Wish(**{"draws": TWO, **more})
    return (await draw.prepare(stage.desk, PRODUCER, episode_id=episode_id, wish=wish, lock=LOCKS[0])).draw_id


async def committed(stage: Stage, episode_id: str, **more: object) -> str:
    draw_id = await prepared(stage, episode_id, **more)
    await draw.join(stage.desk, LEGAL, draw_id=draw_id, lock=LOCKS[1])
    return draw_id


async def valued(stage: Stage, episode_id: str, **more: object) -> str:
    """By dice: they may fall at any time."""
    more.setdefault("source", Source(kind="dice", name="当众掷骰子", at_utc_ns=stage.clock.utc_ns() + 60 * NS))
    draw_id = await committed(stage, episode_id, **more)
    await stage.clock.advance(90)
    for witness in (PRODUCER, LEGAL):
        await draw.set_value(stage.desk, witness, draw_id=draw_id, value=DICE)
    return draw_id


async def held(stage: Stage, episode_id: str, **more: object) -> str:
    draw_id = await valued(stage, episode_id, **more)
    await draw_run.give_share(stage.desk, PRODUCER, draw_id=draw_id, share=SHARES[0])
    await draw_run.give_share(stage.desk, LEGAL, draw_id=draw_id, share=SHARES[1])
    return draw_id


async def on_air(stage: Stage, episode_id: str) -> None:
    await stage.approve(episode_id)
    await stage.rooms.say()
    await stage.go_live(episode_id)


async def looked(stage: Stage, episode_id: str, target_id: str) -> TargetContent:
    """Into the sealed box itself: who may look, and when, is the ladder's matter."""
    async with stage.desk.store.read() as session:
        row = await session.get_one(Target, target_id)
    assert row.episode_id == episode_id
    return targets._open(stage.desk, row).content


async def sealed_ids(stage: Stage) -> list[str]:
    return [event.target_id for event in await stage.events(TargetSealed)]


async def test_a_draw_is_secret_until_the_last_door_and_checkable_after(stage: Stage) -> None:
    episode_id = await stage.planned()
    draw_id = await held(stage, episode_id)
    assert (await stage.events(DrawHeld))[0].places == 2
    made = await sealed_ids(stage)
    assert len(made) == len({event.commitment for event in await stage.events(TargetSealed)}) == 2
    assert [event.route for event in await stage.events(SelectionRecorded)] == ["double_random"] * 2
    rest = everything_on_disk(stage)
    drawn = [await looked(stage, episode_id, target_id) for target_id in made]
    records = repr(await stage.records())
    for each in PLACES:
        assert each.name.encode() not in rest
        assert each.address.encode() not in rest
        assert each.id.encode() not in rest
    assert SHARES[0].encode() not in rest
    assert not any(each.name in records for each in drawn)

    await on_air(stage, episode_id)
    await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id)
    assert await stage.events(DrawDisclosed) == []
    with pytest.raises(UserProblem, match="still_sealed"):
        await draw_run.disclose(stage.desk, PRODUCER, episode_id=episode_id)
    await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id)
    kinds = await stage.kinds()
    assert kinds.index("DrawDisclosed") > len(kinds) - 1 - kinds[::-1].index("TargetRevealed")

    proof = draw_proof.read(await proof_of(stage.desk, draw_id))
    copy = await draw_run.audit(stage.desk, LEGAL, draw_id=draw_id)
    report = draw_proof.verify(proof, copy)
    assert report.problems == ()
    (event,) = await stage.events(DrawCommitted)
    assert (report.committed, proof.shares, report.seed) == (
        event.committed, SHARES, (await stage.events(DrawDisclosed))[0].seed,
    )  # fmt: skip
    shown = [(told.name) for told in await stage.events(TargetRevealed)]
    assert [each.opening.name for each in report.opened if each.outcome == "revealed"] == shown
    assert not [each for each in PLACES if each.name in msgspec.json.encode(proof).decode() and each.name not in shown]
    assert [(event.by, event.draw_id) for event in await stage.events(DrawAudited)] == [("legal", draw_id)]


async def test_the_two_halves_are_two_peoples(stage: Stage) -> None:
    episode_id = await stage.planned()
    draw_id = await prepared(stage, episode_id)
    with pytest.raises(UserProblem, match="same_person"):
        await draw.join(stage.desk, PRODUCER, draw_id=draw_id, lock=LOCKS[1])
    with pytest.raises(UserProblem, match="same_share"):
        await draw.join(stage.desk, LEGAL, draw_id=draw_id, lock=LOCKS[0])
    with pytest.raises(UserProblem, match="draw_state"):
        await draw_run.give_share(stage.desk, PRODUCER, draw_id=draw_id, share=SHARES[0])
    await draw.join(stage.desk, LEGAL, command_id="j", draw_id=draw_id, lock=LOCKS[1])
    await draw.join(stage.desk, LEGAL, command_id="j", draw_id=draw_id, lock=LOCKS[1])
    with pytest.raises(UserProblem, match="draw_state"):
        await draw.join(stage.desk, DIRECTOR, draw_id=draw_id, lock="3" * 64)
    with pytest.raises(UserProblem, match="too_early"):
        await draw.set_value(stage.desk, PRODUCER, draw_id=draw_id, value=VALUE, signature=SIGNATURE)
    await stage.clock.advance(90)
    forged = "ab" * 48
    with pytest.raises(UserProblem, match="drand_mismatch"):
        await draw.set_value(stage.desk, PRODUCER, draw_id=draw_id, value=VALUE, signature=forged)
    with pytest.raises(UserProblem, match="drand_forged"):
        hashed = hashlib.sha256(bytes.fromhex(forged)).hexdigest()
        await draw.set_value(stage.desk, PRODUCER, draw_id=draw_id, value=hashed, signature=forged)
    await draw.set_value(stage.desk, PRODUCER, draw_id=draw_id, value=VALUE, signature=SIGNATURE)
    for who, share, code in (
        (DIRECTOR, SHARES[0], "not_holder"),
        (LEGAL, SHARES[0], "share_wrong"),
        (LEGAL, "x", "share"),
    ):
        with pytest.raises(UserProblem, match=code):
            await draw_run.give_share(stage.desk, who, draw_id=draw_id, share=share)
    assert (await draw_run.give_share(stage.desk, PRODUCER, draw_id=draw_id, share=SHARES[0])).state == "valued"
    assert await sealed_ids(stage) == []
    done = await asyncio.gather(
        *(draw_run.give_share(stage.desk, LEGAL, command_id="s", draw_id=draw_id, share=SHARES[1]) for _ in range(3))
    )
    assert {(each.state, each.places) for each in done} == {("drawn", 2)}
    assert len(await sealed_ids(stage)) == len(await stage.events(DrawHeld)) * 2 == 2


async def test_a_closed_shop_gives_way_to_the_next_ticket(stage: Stage) -> None:
    episode_id = await stage.planned()
    draw_id = await held(stage, episode_id, draws={"东城": 1})
    (first,) = await sealed_ids(stage)
    for _ in range(2):
        await draw_run.give_way(stage.desk, DIRECTOR, command_id="g", target_id=first, reason="closed")
    (gave,) = await stage.events(DrawGaveWay)
    assert [gave.target_id, gave.next_target_id] == await sealed_ids(stage)
    assert await stage.events(DrawDisclosed) == []
    await on_air(stage, episode_id)
    with pytest.raises(UserProblem, match="gave_way"):
        await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id, target_id=first)
    shown = await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id)
    assert shown.target_id == gave.next_target_id
    with pytest.raises(UserProblem, match="already_settled"):
        await draw_run.give_way(stage.desk, DIRECTOR, target_id=shown.target_id, reason="closed")
    proof = draw_proof.read(await proof_of(stage.desk, draw_id))
    report = draw_proof.verify(proof, await draw_run.audit(stage.desk, LEGAL, draw_id=draw_id))
    assert report.problems == ()
    assert (proof.results[0].outcome, proof.results[0].reason, proof.results[0].opening) == ("passed", "closed", None)
    closed = await looked(stage, episode_id, first)
    assert closed.name not in msgspec.json.encode(proof).decode(), "nobody came to it: it is not named"


async def test_what_was_not_reached_stays_sealed_and_lets_the_secret_go(stage: Stage) -> None:
    episode_id = await stage.planned()
    draw_id = await held(stage, episode_id)
    await on_air(stage, episode_id)
    await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id)
    await episodes.end(stage.desk, DIRECTOR, episode_id=episode_id)
    assert await stage.events(DrawDisclosed) == []
    second = (await sealed_ids(stage))[1]
    await draw_run.give_way(stage.desk, PRODUCER, target_id=second, reason="not_reached", successor=False)
    assert len(await stage.events(DrawDisclosed)) == 1
    proof = draw_proof.read(await proof_of(stage.desk, draw_id))
    assert draw_proof.verify(proof).problems == ()
    assert sorted(each.outcome for each in proof.results if each.outcome != "again") == ["passed", "revealed"]


async def test_aborted_draws_stay_counted(stage: Stage) -> None:
    episode_id = await stage.planned()
    first = await prepared(stage, episode_id)
    with pytest.raises(UserProblem, match="draw_running"):
        await prepared(stage, episode_id)
    await draw.abort(stage.desk, PRODUCER, draw_id=first, reason="pool_wrong")
    second = await held(stage, episode_id)
    await draw.abort(stage.desk, LEGAL, draw_id=second, reason="other")
    third = await held(stage, episode_id)
    assert [(event.attempt, event.state, event.reason) for event in await stage.events(DrawAborted)] == [
        (1, "prepared", "pool_wrong"),
        (2, "drawn", "other"),
    ]
    await on_air(stage, episode_id)
    for _ in range(2):
        await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id)
    with pytest.raises(UserProblem, match="draw_state"):
        await draw.abort(stage.desk, PRODUCER, draw_id=third, reason="other")
    proof = draw_proof.read(await proof_of(stage.desk, third))
    assert [(each.attempt, each.state) for each in proof.aborted] == [(1, "prepared"), (2, "drawn")]
    assert (await stage.events(DrawPrepared))[-1].attempt == 3


async def test_dice_need_two_witnesses_who_agree(stage: Stage) -> None:
    episode_id = await stage.planned()
    at = stage.clock.utc_ns() + 60 * 10**9
    draw_id = await committed(stage, episode_id, source=Source(kind="dice", name="二十个骰子一次掷出", at_utc_ns=at))
    await stage.clock.advance(61)
    figures, other = "12345" * 4, "12345" * 3 + "12346"

    async def typed(who: object, text: str) -> str:
        return (await draw.set_value(stage.desk, who, draw_id=draw_id, value=text)).waits_for

    assert await typed(PRODUCER, figures) == "witness"
    assert await typed(PRODUCER, figures) == "witness", "one person is one witness"
    assert await typed(OFFICER, other) == "again"
    assert await typed(OFFICER, figures) == "witness"
    assert await typed(PRODUCER, figures) == ""
    assert [event.agreed for event in await stage.events(DrawWitnessed)] == [False, False, False, False, True]


async def test_the_frequency_cap_and_conflicts_are_logged_exclusions(stage: Stage) -> None:
    first = await stage.planned()
    await held(stage, first, draws={"东城": 2})
    await on_air(stage, first)
    names = [(await targets.reveal(stage.desk, DIRECTOR, episode_id=first)).name for _ in range(2)]
    await episodes.end(stage.desk, DIRECTOR, episode_id=first)
    second = await stage.planned(104)
    conflict = Conflict(id="JY0080", why="执法人员近亲属经营")
    draw_id = await prepared(stage, second, conflicts=(conflict,), cap=Cap(most=1, days=180))
    assert (await stage.events(DrawPrepared))[-1].excluded == {"frequency": 2, "conflict": 1}
    copy = draw_proof.read_audit(await draw_run.audit(stage.desk, LEGAL, draw_id=draw_id))
    assert {each.candidate.name for each in copy.excluded if each.reason == "frequency"} == set(names)
    assert [each.why for each in copy.excluded if each.reason == "conflict"] == [conflict.why]


async def test_a_frozen_poll_decides_the_stratum(stage: Stage) -> None:
    episode_id = await stage.planned()
    poll = Poll(
        question="先去哪里",
        options=(PollOption(stratum="东城", votes=10), PollOption(stratum="西城", votes=31)),
        frozen_utc_ns=stage.clock.utc_ns(),
    )
    later = msgspec.structs.replace(poll, frozen_utc_ns=stage.clock.utc_ns() + 1)
    for wish, code in (
        ({"route": "public_vote"}, "route"),
        ({"route": "public_vote", "poll": later, "evidence": "投票页存档"}, "poll_open"),
        ({"route": "public_vote", "poll": poll}, "evidence"),
        ({"route": "proposal"}, "route"),
    ):
        with pytest.raises(UserProblem, match=code):
            await prepared(stage, episode_id, **wish)
    await held(stage, episode_id, route="public_vote", poll=poll, evidence="投票页存档", draws={})
    (target_id,) = await sealed_ids(stage)
    drawn = await looked(stage, episode_id, target_id)
    assert drawn.name in {each.name for each in PLACES if each.stratum == "西城"}


async def test_officers_are_drawn_the_same_way_and_never_testers(stage: Stage, add: object) -> None:
    ids = {login: await add(login, Role.OFFICER) for login in ("jia", "yi", "bing", "ding")}
    await add("jian", Role.TESTER)
    wu = await add("wu", Role.OFFICER)
    episode_id = await stage.planned()
    with pytest.raises(UserProblem, match="no_officers"):
        await prepared(stage, episode_id, purpose="officers", draws={"": 2})
    for login, user_id in {**ids, "wu": wu}.items():
        until = "2199-12-31" if login != "wu" else "2023-01-01"
        card = {"number": f"JB-{login}-1", "valid_from": "2020-01-01", "valid_until": until}
        await register.set_credential(stage.desk, LEGAL, user_id=user_id, **card)
    conflict = Conflict(id=ids["ding"], why="与辖区经营者有亲属关系")
    draw_id = await held(stage, episode_id, purpose="officers", draws={"": 2}, conflicts=(conflict,))
    (event,) = await stage.events(OfficersDrawn)
    assert len(set(event.officers)) == 2
    assert set(event.officers) <= {ids["jia"], ids["yi"], ids["bing"]}
    assert await sealed_ids(stage) == []
    await on_air(stage, episode_id)
    await draw_run.disclose(stage.desk, PRODUCER, episode_id=episode_id)
    proof = draw_proof.read(await proof_of(stage.desk, draw_id))
    assert draw_proof.verify(proof, await draw_run.audit(stage.desk, LEGAL, draw_id=draw_id)).problems == ()


async def test_a_typed_target_keeps_its_route_and_evidence(stage: Stage) -> None:
    episode_id = await stage.planned()
    chosen = targets.Chosen(route="complaint_lead", evidence="12315 工单 2026-0613-88")
    content = TargetContent(name="某店", place="区")
    await targets.seal_target(stage.desk, PRODUCER, episode_id=episode_id, content=content, chosen=chosen)
    (event,) = await stage.events(SelectionRecorded)
    assert (event.route, len(event.evidence)) == ("complaint_lead", 64)
    assert chosen.evidence.encode() not in everything_on_disk(stage)
    with pytest.raises(UserProblem, match="evidence"):
        await targets.seal_target(
            stage.desk,
            PRODUCER,
            episode_id=episode_id,
            content=content,
            chosen=targets.Chosen(route="proposal", evidence=" "),
        )


async def test_a_desk_killed_before_the_draw_draws_at_the_next_press(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode_id = await stage.planned()
    draw_id = await valued(stage, episode_id)
    await draw_run.give_share(stage.desk, PRODUCER, draw_id=draw_id, share=SHARES[0])

    async def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(draw_run, "run", killed)
        with pytest.raises(KeyboardInterrupt):
            await draw_run.give_share(stage.desk, LEGAL, command_id="s", draw_id=draw_id, share=SHARES[1])
    assert await sealed_ids(stage) == []
    again = await draw_run.give_share(stage.desk, LEGAL, command_id="s", draw_id=draw_id, share=SHARES[1])
    assert (again.state, again.places) == ("drawn", 2)


async def test_nothing_is_proved_before_it_is_disclosed(stage: Stage) -> None:
    episode_id = await stage.planned()
    draw_id = await held(stage, episode_id)
    with pytest.raises(UserProblem, match="not_disclosed"):
        await proof_of(stage.desk, draw_id)


async def test_the_register_of_businesses_is_a_pool_weighted_by_risk(stage: Stage) -> None:
    grades = (*RiskGrade, None)
    rows = [
        Entity(
            licence=f"JY1440{n:012}",
            name=f"登记{n:03}号店",
            place=f"{n}号",
            grid="一网格" if n % 2 else "二网格",
            risk=grades[n % 5],
        )
        for n in range(40)
    ]
    async with stage.desk.store.work("test") as work:
        await entities.put(work.session, [entities.ready(each) for each in rows], "", stage.clock.utc_ns())
    episode_id = await stage.planned()
    draw_id = await held(stage, episode_id, pool_id="", grids=("一网格",), together=True, draws={"": 1})
    copy = draw_proof.read_audit(await draw_run.audit(stage.desk, LEGAL, draw_id=draw_id))
    assert {each.name for each in copy.candidates} == {each.name for each in rows if each.grid == "一网格"}
    weights = {each.name: each.weight for each in copy.candidates}
    assert all(weights[each.name] == RISK_WEIGHTS[each.risk] for each in rows if each.grid == "一网格")
    (target_id,) = await sealed_ids(stage)
    drawn = await looked(stage, episode_id, target_id)
    assert (drawn.licence, drawn.place) == next((each.licence, each.place) for each in rows if each.name == drawn.name)
