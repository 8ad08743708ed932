"""The test push before the show. In: an output. Out: how the platform took it, kept as a staff fact for the gate.

The push runs in playout, with the worker that will run on air; nothing of the address is in record, answer or log.
"""

from api.deeds.doing import Actor, already, new_id, once, the_episode
from api.deeds.outputs import TriedView, the_output
from api.desired import spec_of
from api.desk import Desk
from episodes.commands import PushTried, TryOutput
from episodes.events import OutputTried
from runtime.bus.protocol import BusError, Refused
from runtime.problems import UserProblem
from store import CannotUnseal, Work
from store.tables.outputs import Output

SECONDS = 5.0
_PATIENCE_S = 60.0
_NS = 1_000_000_000


async def try_output(desk: Desk, actor: Actor, *, command_id: str = "", output_id: str) -> TriedView:
    """Push the test signal for a few seconds. Takes as long as the platform does, half a minute at most."""
    if (done := await already(desk, actor, "try_output", command_id, TriedView)) is not None:
        return done
    async with desk.store.read() as session:
        row = await session.get(Output, output_id)
        if row is None:
            raise UserProblem("no_output", "没有这一路推流。", 404)
        episode = await the_episode(session, row.episode_id)
        if row.wanted and episode.state == "live":
            raise _on_air()
        if episode.state in ("ended", "published"):
            raise UserProblem("episode_over", "这一期已经结束，不能再试推。", 409)
    told = await _push(desk, row)
    address = row.address

    async def body(work: Work) -> TriedView:
        row = await the_output(work, output_id)
        view = TriedView(utc_ns=desk.clock.utc_ns(), ok=told.ok, reason=told.reason, says=told.says)
        if row.address == address:
            row.tried_utc_ns, row.tried_ok, row.tried_reason = view.utc_ns, view.ok, view.reason
            row.tried_says = view.says
        work.record(
            OutputTried(episode_id=row.episode_id, output_id=row.id, ok=told.ok, reason=told.reason, by=actor.user_id)
        )
        return view

    return await once(desk, actor, "try_output", command_id, TriedView, body)


async def _push(desk: Desk, row: Output) -> PushTried:
    try:
        output = spec_of(row, desk.secrets_box)
    except CannotUnseal:
        raise UserProblem("output_sealed", "打不开这一路的地址，请重新填写推流地址。", 409) from None
    expires = desk.clock.utc_ns() + round(_PATIENCE_S * _NS)
    command = TryOutput(command_id=new_id(), expires_utc_ns=expires, output=output, seconds=SECONDS)
    try:
        return await desk.bus.request("playout.try", command, PushTried, timeout_s=_PATIENCE_S)
    except Refused as refusal:
        if refusal.code == "on_air":
            raise _on_air() from None
        if refusal.code == "busy":
            raise UserProblem("output_trying", "正在试推，请等它结束。", 409) from None
        raise UserProblem("refused", "播出端没有接受：%(why)s。", 409, why=refusal.code) from None
    except BusError:
        raise UserProblem("room_away", "播出端正在恢复，请过几秒再试。", 503, headers={"Retry-After": "2"}) from None


def _on_air() -> UserProblem:
    return UserProblem("output_on_air", "这一路正在播出，不能试推。", 409)
