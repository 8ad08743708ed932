"""Outputs of an episode. In: names and push addresses. Out: state and record; playout is told what shall be.

An address is encrypted by a key apart from the database. It is in no record, no log and no kept answer.
"""

import msgspec
from sqlalchemy import select

from api.deeds.addresses import checked, expires_utc_ns, masked
from api.deeds.doing import Actor, Ok, new_id, once, the_episode
from api.deeds.load import check_load
from api.deeds.seen import mark, still
from api.desired import address_of, spare_of
from api.desk import Desk
from episodes.events import OutputSet, OutputTurned, OutputWanted
from episodes.outputs import OutputPolicy, Use
from episodes.renditions import RenditionName
from episodes.status import OutputStatus
from runtime.problems import UserProblem
from store import Work
from store.episodes import live
from store.tables.outputs import Output

_MOST_NAME = 100
_MOST_OUTPUTS = 16


class OutputMade(msgspec.Struct, frozen=True):
    output_id: str
    seen: str = ""


class Wanted(msgspec.Struct, frozen=True):
    wanted: bool


class Turned(msgspec.Struct, frozen=True):
    use: str


class TriedView(msgspec.Struct, frozen=True, kw_only=True):
    """The last test push of the address now stored."""

    utc_ns: int
    ok: bool
    reason: str
    says: str


class OutputView(msgspec.Struct, frozen=True, kw_only=True):
    """An output for the staff's pages: addresses are masked; `status` is playout's word while the episode is live."""

    output_id: str
    episode_id: str
    name: str
    address: str
    wanted: bool
    expires_utc_ns: int
    private: bool = False
    spare: str = ""
    spare_expires_utc_ns: int = 0
    use: Use = "main"
    rendition: str = "main"
    policy: OutputPolicy = OutputPolicy()
    tried: TriedView | None = None
    status: OutputStatus | None = None
    seen: str = ""


async def set_output(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    output_id: str = "",
    episode_id: str = "",
    name: str | None = None,
    url: str | None = None,
    spare_url: str | None = None,
    policy: OutputPolicy | None = None,
    rendition: RenditionName | None = None,
    wanted: bool = True,
    private: bool | None = None,
    seen: str = "",
) -> OutputMade:
    """Add an output to an episode (`name` and `url`), or change what is given of `output_id`, on air too.

    An empty `spare_url` takes the spare address away; `policy` replaces the whole policy. `seen` is the page's mark.
    """

    async def body(work: Work) -> OutputMade:
        if output_id:
            row = await the_output(work, output_id)
            still(seen, *_edited(row))
        else:
            row = await _fresh(desk, work, episode_id, wanted)
        if name is not None or not output_id:
            row.name = _name(name or "")
        if url is not None or not output_id:
            _set_address(desk, row, url or "")
        if spare_url is not None:
            _set_spare(desk, row, spare_url)
        if policy is not None:
            row.policy = _policy(policy)
        if private is not None:
            row.private = private
        if rendition is not None and rendition != row.rendition:
            row.rendition = rendition
            # What was tried was another picture.
            _untried(row)
        await check_load(desk, work, row)
        work.session.add(row)
        work.record(OutputSet(episode_id=row.episode_id, output_id=row.id, name=row.name, by=actor.user_id))
        return OutputMade(row.id, mark(*_edited(row)))

    answer = await once(desk, actor, "set_output", command_id, OutputMade, body)
    await _tell(desk)
    return answer


def _edited(row: Output) -> tuple[object, ...]:
    """What the sheet of an output edits."""
    return row.name, row.address, row.spare, row.policy, row.rendition, row.private


def _set_address(desk: Desk, row: Output, url: str) -> None:
    address = checked(url, allow_internal=desk.settings.playout.allow_internal_outputs)
    row.address = desk.secrets_box.seal(address.encode(), address_of(row.id))
    row.masked, row.expires_utc_ns = masked(address), expires_utc_ns(address)
    # What was tried was another address.
    _untried(row)


def _untried(row: Output) -> None:
    row.tried_utc_ns, row.tried_ok, row.tried_reason, row.tried_says = 0, False, "", ""


def _set_spare(desk: Desk, row: Output, url: str) -> None:
    if not url.strip():
        row.spare, row.spare_masked, row.spare_expires_utc_ns, row.use = None, "", 0, "main"
        return
    address = checked(url, allow_internal=desk.settings.playout.allow_internal_outputs)
    row.spare = desk.secrets_box.seal(address.encode(), spare_of(row.id))
    row.spare_masked, row.spare_expires_utc_ns = masked(address), expires_utc_ns(address)


def _policy(policy: OutputPolicy) -> dict[str, float]:
    first_s, most_s = policy.retry_first_s, policy.retry_most_s
    if first_s is not None and most_s is not None and first_s > most_s:
        raise UserProblem("output_policy", "最长重连间隔不能短于第一次的间隔。", 422)
    return {name: value for name, value in msgspec.structs.asdict(policy).items() if value is not None}


async def want_output(desk: Desk, actor: Actor, *, command_id: str = "", output_id: str, on: bool) -> Wanted:
    """Start or stop an output; a stopped one stays stopped, whatever restarts."""

    async def body(work: Work) -> Wanted:
        row = await the_output(work, output_id)
        row.wanted = on
        await check_load(desk, work, row)
        work.record(OutputWanted(episode_id=row.episode_id, output_id=row.id, on=on, by=actor.user_id))
        return Wanted(on)

    answer = await once(desk, actor, "want_output", command_id, Wanted, body)
    await _tell(desk)
    return answer


async def turn_output(
    desk: Desk, actor: Actor, *, command_id: str = "", output_id: str, use: Use | None = None
) -> Turned:
    """Have an output connect anew now, on the address in use or on another one; it counts its failures from nought."""

    async def body(work: Work) -> Turned:
        row = await the_output(work, output_id)
        if not row.wanted:
            raise UserProblem("output_stopped", "这一路已停，请先打开。", 409)
        chosen = use or _in_use(desk, row)
        if chosen == "spare" and row.spare is None:
            raise UserProblem("no_spare", "这一路没有备用地址，请先添加。", 409)
        row.use, row.turn = chosen, row.turn + 1
        work.record(OutputTurned(episode_id=row.episode_id, output_id=row.id, use=chosen, by=actor.user_id))
        return Turned(chosen)

    answer = await once(desk, actor, "turn_output", command_id, Turned, body)
    await _tell(desk)
    return answer


def _in_use(desk: Desk, row: Output) -> str:
    """What playout uses now: it may have gone over by itself."""
    playout = desk.rooms.playout
    status = next((each for each in playout.outputs if each.output_id == row.id), None) if playout else None
    return status.use if status and status.state != "stopped" else row.use


async def remove_output(desk: Desk, actor: Actor, *, command_id: str = "", output_id: str) -> Ok:
    """Forget a stopped output and its address."""

    async def body(work: Work) -> Ok:
        row = await the_output(work, output_id)
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
            private=row.private,
            expires_utc_ns=row.expires_utc_ns,
            spare=row.spare_masked,
            spare_expires_utc_ns=row.spare_expires_utc_ns,
            use="spare" if row.use == "spare" else "main",
            rendition=row.rendition,
            policy=msgspec.convert(row.policy, OutputPolicy),
            tried=_tried(row),
            status=statuses.get(row.id),
            seen=mark(*_edited(row)),
        )
        for row in rows
    )


def _tried(row: Output) -> TriedView | None:
    if not row.tried_utc_ns:
        return None
    return TriedView(utc_ns=row.tried_utc_ns, ok=row.tried_ok, reason=row.tried_reason, says=row.tried_says)


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
    return Output(
        id=new_id(),
        episode_id=episode_id,
        wanted=wanted,
        made_utc_ns=desk.clock.utc_ns(),
        use="main",
        turn=0,
        policy={},
        rendition="main",
    )


async def the_output(work: Work, output_id: str) -> Output:
    row = await work.session.get(Output, output_id, with_for_update=True)
    if row is None:
        raise UserProblem("no_output", "没有这一路推流。", 404)
    return row


def _name(name: str) -> str:
    words = name.strip()
    if not words or len(words) > _MOST_NAME:
        raise UserProblem("output_name", "请给这一路推流起个名字，最多100字。", 422)
    return words
