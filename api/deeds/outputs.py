"""Outputs of an episode. In: names and push addresses. Out: state and record; playout is told what shall be.

An address is encrypted by a key apart from the database. It is in no record, no log and no kept answer.
"""

import msgspec
from sqlalchemy import select

from api.deeds.addresses import checked, expires_utc_ns, masked
from api.deeds.doing import Actor, Ok, new_id, once, the_episode
from api.desired import address_of
from api.desk import Desk
from episodes.events import OutputSet, OutputWanted
from episodes.status import OutputStatus
from runtime.problems import UserProblem
from store import Work
from store.episodes import live
from store.tables.outputs import Output

_MOST_NAME = 100
_MOST_OUTPUTS = 16


class OutputMade(msgspec.Struct, frozen=True):
    output_id: str


class Wanted(msgspec.Struct, frozen=True):
    wanted: bool


class OutputView(msgspec.Struct, frozen=True, kw_only=True):
    """An output for the staff's pages: `address` is masked; `status` is playout's word while the episode is live."""

    output_id: str
    episode_id: str
    name: str
    address: str
    wanted: bool
    expires_utc_ns: int
    status: OutputStatus | None = None


async def set_output(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    output_id: str = "",
    episode_id: str = "",
    name: str | None = None,
    url: str | None = None,
    wanted: bool = True,
) -> OutputMade:
    """Add an output to an episode (`name` and `url`), or change what is given of `output_id`."""

    async def body(work: Work) -> OutputMade:
        if output_id:
            row = await _output(work, output_id)
        else:
            row = await _fresh(desk, work, episode_id, wanted)
        if name is not None or not output_id:
            row.name = _name(name or "")
        if url is not None or not output_id:
            address = checked(url or "", allow_internal=desk.settings.playout.allow_internal_outputs)
            row.address = desk.secrets_box.seal(address.encode(), address_of(row.id))
            row.masked, row.expires_utc_ns = masked(address), expires_utc_ns(address)
        work.session.add(row)
        work.record(OutputSet(episode_id=row.episode_id, output_id=row.id, name=row.name, by=actor.user_id))
        return OutputMade(row.id)

    answer = await once(desk, actor, "set_output", command_id, OutputMade, body)
    await _tell(desk)
    return answer


async def want_output(desk: Desk, actor: Actor, *, command_id: str = "", output_id: str, on: bool) -> Wanted:
    """Start or stop an output; a stopped one stays stopped, whatever restarts."""

    async def body(work: Work) -> Wanted:
        row = await _output(work, output_id)
        row.wanted = on
        work.record(OutputWanted(episode_id=row.episode_id, output_id=row.id, on=on, by=actor.user_id))
        return Wanted(on)

    answer = await once(desk, actor, "want_output", command_id, Wanted, body)
    await _tell(desk)
    return answer


async def remove_output(desk: Desk, actor: Actor, *, command_id: str = "", output_id: str) -> Ok:
    """Forget a stopped output and its address."""

    async def body(work: Work) -> Ok:
        row = await _output(work, output_id)
        episode = await the_episode(work.session, row.episode_id)
        if row.wanted and episode.state == "live":
            raise UserProblem("output_running", "请先停止这一路推流，再删除。", 409)
        await work.session.delete(row)
        work.record(OutputWanted(episode_id=row.episode_id, output_id=row.id, on=False, by=actor.user_id))
        return Ok()

    answer = await once(desk, actor, "remove_output", command_id, Ok, body)
    await _tell(desk)
    return answer


async def list_outputs(desk: Desk, episode_id: str) -> tuple[OutputView, ...]:
    """The episode's outputs with what playout says of each."""
    query = select(Output).where(Output.episode_id == episode_id).order_by(Output.made_utc_ns, Output.id)
    async with desk.store.read() as session:
        rows = (await session.scalars(query)).all()
    playout = desk.rooms.playout
    statuses = {status.output_id: status for status in playout.outputs} if playout else {}
    return tuple(
        OutputView(
            output_id=row.id,
            episode_id=row.episode_id,
            name=row.name,
            address=row.masked,
            wanted=row.wanted,
            expires_utc_ns=row.expires_utc_ns,
            status=statuses.get(row.id),
        )
        for row in rows
    )


async def _tell(desk: Desk) -> None:
    async with desk.store.read() as session:
        on_air = await live(session) is not None
    if on_air:
        await desk.desired.apply()


async def _fresh(desk: Desk, work: Work, episode_id: str, wanted: bool) -> Output:
    episode = await the_episode(work.session, episode_id, lock=True)
    if episode.state in ("ended", "published"):
        raise UserProblem("episode_over", "这一期已经结束，不能再加推流。", 409)
    others = (await work.session.scalars(select(Output.id).where(Output.episode_id == episode_id))).all()
    if len(others) >= _MOST_OUTPUTS:
        raise UserProblem("outputs_full", "每期最多%(most)s路推流。", 409, most=_MOST_OUTPUTS)
    return Output(id=new_id(), episode_id=episode_id, wanted=wanted, made_utc_ns=desk.clock.utc_ns())


async def _output(work: Work, output_id: str) -> Output:
    row = await work.session.get(Output, output_id, with_for_update=True)
    if row is None:
        raise UserProblem("no_output", "没有这一路推流。", 404)
    return row


def _name(name: str) -> str:
    words = name.strip()
    if not words or len(words) > _MOST_NAME:
        raise UserProblem("output_name", "请给这一路推流起个名字，最多100字。", 422)
    return words
