"""The disclosure ladder's deeds. In: rungs, a release, 已知悉. Out: the ladder, with the record of each step."""

from collections.abc import Sequence

from sqlalchemy import select

from api.deeds.approvals import recheck
from api.deeds.doing import Actor, Ok, new_id, once, the_episode
from api.desk import Desk
from episodes import ladder as rules
from episodes.episode import State
from episodes.events import AddressAcknowledged, AddressReleased, LadderSet
from episodes.ladder import Rung
from runtime.problems import UserProblem
from store import Work
from store import ladders as store
from store.tables.gate import Ladder, LadderKnown, LadderRung
from store.tables.people import User

_OPEN = {"planned", "approved"}


async def set_ladder(
    desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, rungs: Sequence[Rung], version: int = 0
) -> Ok:
    """Write the whole ladder; `version` is the one on the page. It is approved with the rest: a change asks again."""

    async def body(work: Work) -> Ok:
        episode = await the_episode(work.session, episode_id, lock=True)
        if episode.state not in _OPEN:
            raise UserProblem("episode_state", "已开播的一期不能再改保密层级。", 409)
        row = await work.session.get(Ladder, episode_id)
        if (row.version if row else 0) != version:
            raise UserProblem("conflict", "刚有人改过，请刷新后再试。", 409)
        accounts = (await work.session.scalars(select(User.id).where(User.active.is_(True)))).all()
        wanted = rules.checked(rungs, accounts)
        row = row or Ladder(episode_id=episode_id, version=0)
        row.version, row.set_by, row.set_utc_ns = row.version + 1, actor.user_id, desk.clock.utc_ns()
        work.session.add(row)
        await _replace(work, episode_id, wanted)
        lines = tuple(rules.line_of(each) for each in wanted)
        work.record(LadderSet(episode_id=episode_id, rungs=lines, by=actor.user_id))
        await recheck(desk, work, episode, actor.user_id)
        return Ok()

    return await once(desk, actor, "set_ladder", command_id, Ok, body)


async def _replace(work: Work, episode_id: str, wanted: Sequence[Rung]) -> None:
    """A rung that stays as it was keeps its release and who acknowledged it."""
    before = {rules.line_of(store.rung_of(each)): each for each in await store.rung_rows(work.session, episode_id)}
    for ordinal, rung in enumerate(wanted, 1):
        row = before.pop(rules.line_of(rung), None)
        if row is None:
            row = LadderRung(id=new_id(), episode_id=episode_id, people=list(rung.people), title=rung.title)
            row.minutes_before, row.releaser = rung.minutes_before, rung.releaser
            work.session.add(row)
        row.ordinal = ordinal
    for each in before.values():
        for gone in (await store.known(work.session, [each.id])).values():
            await work.session.delete(gone)
        await work.session.flush()
        await work.session.delete(each)


async def release(desk: Desk, actor: Actor, *, command_id: str = "", rung_id: str) -> Ok:
    """Open a rung now; only its named person does."""

    async def body(work: Work) -> Ok:
        row = await _the_rung(work, rung_id)
        episode = await the_episode(work.session, row.episode_id, lock=True)
        rules.release(store.rung_of(row), State(episode.state), actor.user_id)
        if not row.released_utc_ns:
            row.released_by, row.released_utc_ns = actor.user_id, desk.clock.utc_ns()
            work.record(AddressReleased(episode_id=episode.id, rung_id=row.id, title=row.title, by=actor.user_id))
        return Ok()

    return await once(desk, actor, "release_rung", command_id, Ok, body)


async def acknowledge(desk: Desk, actor: Actor, *, command_id: str = "", rung_id: str) -> Ok:
    """已知悉: who looked says that they know it, and that it is secret."""

    async def body(work: Work) -> Ok:
        row = await _the_rung(work, rung_id)
        known = await work.session.get(LadderKnown, (rung_id, actor.user_id))
        if known is None:
            raise UserProblem("not_seen", "请先查看，再按“已知悉”。", 409)
        if not known.acknowledged_utc_ns:
            known.acknowledged_utc_ns = desk.clock.utc_ns()
            work.record(AddressAcknowledged(episode_id=row.episode_id, rung_id=row.id, by=actor.user_id))
        return Ok()

    return await once(desk, actor, "acknowledge_rung", command_id, Ok, body)


async def let_look(desk: Desk, work: Work, episode_id: str, user_id: str) -> str:
    """The rung by which somebody may look now, noted as seen. Raises UserProblem before anything is opened."""
    episode = await the_episode(work.session, episode_id)
    rungs, now = await store.rungs_of(work.session, episode_id), desk.clock.utc_ns()
    rung = rules.may_look(rungs, user_id, State(episode.state), episode.starts_utc_ns, now)
    if await work.session.get(LadderKnown, (rung.rung_id, user_id)) is None:
        work.session.add(LadderKnown(rung_id=rung.rung_id, user_id=user_id, seen_utc_ns=now))
    return rung.rung_id


async def _the_rung(work: Work, rung_id: str) -> LadderRung:
    row = await work.session.get(LadderRung, rung_id, with_for_update=True)
    if row is None:
        raise UserProblem("no_rung", "保密层级刚改过，请刷新后再试。", 404)
    return row
