"""The gate's deeds. In: a decision, a duty. Out: kept beside the episode, with the record of it."""

from api.deeds.doing import Actor, Ok, once, the_episode
from api.desk import Desk
from api.gate import points
from episodes import gate as rules
from episodes.episode import State
from episodes.people import Role
from store import Work
from store.tables.gate import GateDecision, ModerationDutyRow
from store.tables.people import User


async def decide(desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, point: str, why: str) -> Ok:
    """Go on without a blocking point, by name and with a reason."""

    async def body(work: Work) -> Ok:
        episode = await the_episode(work.session, episode_id, lock=True)
        looked = {each.name: each.ok for each in await points.look(desk, work.session, episode)}
        event = rules.decide(
            State(episode.state),
            point,
            episode_id=episode_id,
            why=why,
            ok=looked.get(point, False),
            by=actor.user_id,
        )
        row = GateDecision(
            episode_id=episode_id, point=point, why=event.why, by=actor.user_id, utc_ns=desk.clock.utc_ns()
        )
        await work.session.merge(row)
        work.record(event)
        return Ok()

    return await once(desk, actor, "gate_decide", command_id, Ok, body)


async def duty(desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, on: bool) -> Ok:
    """A moderator begins or ends their duty."""

    async def body(work: Work) -> Ok:
        episode = await the_episode(work.session, episode_id, lock=True)
        user = await work.session.get(User, actor.user_id)
        roles = frozenset(Role(each) for each in user.roles) if user else frozenset()
        event = rules.on_duty(State(episode.state), roles, episode_id=episode_id, on=on, by=actor.user_id)
        row = await work.session.get(ModerationDutyRow, (episode_id, actor.user_id))
        if on == (row is not None):
            return Ok()
        if row is None:
            since = desk.clock.utc_ns()
            work.session.add(ModerationDutyRow(episode_id=episode_id, user_id=actor.user_id, since_utc_ns=since))
        else:
            await work.session.delete(row)
        work.record(event)
        return Ok()

    return await once(desk, actor, "moderation_duty", command_id, Ok, body)


async def let_through(desk: Desk, work: Work, episode_id: str, delay_s: float | None) -> None:
    """Nothing, or UserProblem `gate`: asked in the transaction that goes live."""
    episode = await the_episode(work.session, episode_id)
    found = await points.look(desk, work.session, episode, delay_s)
    rules.let_through(points.waiting(found, rehearsal=episode.rehearsal))
