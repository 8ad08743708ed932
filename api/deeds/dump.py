"""DUMP, KILL, restore, and giving back what they withheld. In: a press. Out: the edit playout made, facts recorded.

Playout is asked first and by itself: neither the studio nor a busy database stands between a person and the delay. The
record follows at once, or as soon as it can (`api.taken_back`).
"""

import hashlib
from typing import Any

import msgspec
from sqlalchemy import select

from api.deeds.doing import Actor, Ok, new_id, once
from api.desk import Desk
from episodes.commands import Dump, Edited, Kill, RecordMade, Restore
from episodes.events import WithheldReleased
from episodes.withheld import given_back_with
from runtime.bus.protocol import BusError, Refused
from runtime.log import get
from runtime.problems import UserProblem
from store import Work, log
from store.tables.log import Withheld
from store.withheld import withheld

EXPIRES_S = 10.0
ANSWER_S = 3.0
RECORD_S = 2.0
_NS = 1_000_000_000
_log = get("deeds")


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken, in programme time (UTC, ns); `to_utc_ns` null while a KILL stands."""

    edit_id: str
    kind: str
    from_utc_ns: int
    to_utc_ns: int | None
    durable: bool


async def dump(
    desk: Desk, actor: Actor, *, command_id: str = "", seconds: float | None = None, reason: str = ""
) -> Taken:
    """Take all that is unsent, or the last seconds, from the public. Raises UserProblem."""
    header = _header(desk, actor, command_id)
    return await _ask(desk, "playout.dump", Dump(by=actor.user_id, reason=reason, seconds=seconds, **header))


async def kill(desk: Desk, actor: Actor, *, command_id: str = "", reason: str = "") -> Taken:
    """Black and silence on everything public. Raises UserProblem as `dump` does."""
    header = _header(desk, actor, command_id)
    return await _ask(desk, "playout.kill", Kill(by=actor.user_id, reason=reason, **header))


async def restore(desk: Desk, actor: Actor, *, command_id: str = "", reason: str = "") -> Taken:
    """End the KILL. Raises UserProblem `not_killed` too."""
    header = _header(desk, actor, command_id)
    return await _ask(desk, "playout.restore", Restore(by=actor.user_id, reason=reason, **header))


async def release(desk: Desk, actor: Actor, *, command_id: str = "", seq: int, reason: str) -> Ok:
    """Give a withheld record to the public, with all that is withheld of its subject. Raises UserProblem."""
    given: tuple[int, ...] = ()

    async def body(work: Work) -> Ok:
        nonlocal given
        row = await work.session.get(Withheld, seq, with_for_update=True)
        if row is None or row.released_utc_ns:
            raise UserProblem("not_withheld", "这条记录没有被扣下，或已经放出。", 409)
        given = given_back_with(seq, await _still_withheld(work, row.episode_id))
        for each in (await work.session.scalars(select(Withheld).where(Withheld.seq.in_(given)))).all():
            each.released_utc_ns = desk.clock.utc_ns()
        work.record(WithheldReleased(episode_id=row.episode_id, seqs=given, by=actor.user_id, reason=reason))
        return Ok()

    done = await once(desk, actor, "release", command_id, Ok, body)
    if given:
        await desk.public.given_back(given)
    return done


async def _still_withheld(work: Work, episode_id: str) -> tuple[RecordMade, ...]:
    hidden = await withheld(work.session, episode_id)
    if not hidden:
        return ()
    found = await log.read(work.session, after=min(hidden) - 1, upto=max(hidden), episode_id=episode_id)
    return tuple(record for record in found if record.seq in hidden)


async def _ask(desk: Desk, subject: str, command: Dump | Kill | Restore) -> Taken:
    try:
        done = await desk.bus.request(subject, command, Edited, timeout_s=ANSWER_S)
    except Refused as refusal:
        raise _no(refusal) from None
    except BusError:
        raise UserProblem(
            "playout_away", "播出端没有回答，请马上再按一次。", 503, headers={"Retry-After": "1"}
        ) from None
    edit = done.edit
    if not await desk.taken_back.record(edit, RECORD_S):
        _log.warning("the edit is in force; the record follows", edit=edit.edit_id)
    return Taken(
        edit_id=edit.edit_id,
        kind=edit.kind,
        from_utc_ns=edit.from_utc_ns,
        to_utc_ns=edit.to_utc_ns,
        durable=done.durable,
    )


def _no(refusal: Refused) -> UserProblem:
    match refusal.code:
        case "off_air":
            return UserProblem("not_on_air", "现在没有播出，没有可切的画面。", 409)
        case "not_killed":
            return UserProblem("not_killed", "现在没有断流，不用恢复。", 409)
        case "seconds":
            return UserProblem("seconds", "只能切最近0到600秒。", 422)
        case _:
            return UserProblem("refused", "播出端没有接受：%(why)s。请再按一次。", 409, why=refusal.code)


def _header(desk: Desk, actor: Actor, command_id: str) -> dict[str, Any]:
    """The edit's id: one person's command makes one edit, whoever else chose the same id."""
    own = hashlib.sha256(f"{actor.user_id}\0{command_id or new_id()}".encode()).hexdigest()[:16]
    return {"command_id": own, "expires_utc_ns": desk.clock.utc_ns() + round(EXPIRES_S * _NS)}
