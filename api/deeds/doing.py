"""How every deed is done once. In: a command id and a body. Out: the body's answer, or the first answer given."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk import Desk
from runtime.bus.protocol import BusError, M, Message, NoAnswer, Refused
from runtime.problems import UserProblem
from store import StoreBusy, Work
from store.tables.episodes import Episode
from store.tables.log import DeedDone

A = TypeVar("A", bound=msgspec.Struct)
_MOST_ID = 64
_MOST_LINE = 200


class Actor(Protocol):
    """Whoever acts: `api.access.Person` is one."""

    @property
    def user_id(self) -> str: ...

    @property
    def name(self) -> str: ...


class Ok(msgspec.Struct, frozen=True):
    """It is done; there is nothing to tell."""


class StateNow(msgspec.Struct, frozen=True):
    """What state the thing is in after the deed."""

    state: str


class System(msgspec.Struct, frozen=True):
    """The desk itself or its command line, where no person is signed in."""

    user_id: str = "system"
    name: str = "system"


class PhoneActor(msgspec.Struct, frozen=True):
    """A bound phone: `user_id` is its device's id."""

    user_id: str
    name: str = ""


class Operator(msgspec.Struct, frozen=True):
    """An operator by the link to their record: `user_id` is the record's id, for nobody is signed in."""

    user_id: str
    name: str = ""


def actor_of(actor: Actor) -> str:
    """How the record log names who did it."""
    if isinstance(actor, Operator):
        return f"operator:{actor.user_id}"
    if isinstance(actor, PhoneActor):
        return f"device:{actor.user_id}"
    return "system" if isinstance(actor, System) else f"user:{actor.user_id}"


def new_id() -> str:
    """An opaque id."""
    return secrets.token_hex(8)


async def once(
    desk: Desk, actor: Actor, deed: str, command_id: str, answer: type[A], body: Callable[[Work], Awaitable[A]]
) -> A:
    """Run `body` in one unit of work, or answer what this command id was answered before."""
    _check_id(command_id)
    try:
        return await _try(desk, actor, deed, command_id, answer, body)
    except StoreBusy:
        raise UserProblem("busy", "现在人太多，请过几秒再试。", 503, headers={"Retry-After": "2"}) from None
    except IntegrityError:
        # The same command twice at one moment: the other was first.
        if (done := await already(desk, actor, deed, command_id, answer)) is not None:
            return done
        raise UserProblem("conflict", "刚有人改过，请刷新后再试。", 409) from None


async def _try(
    desk: Desk, actor: Actor, deed: str, command_id: str, answer: type[A], body: Callable[[Work], Awaitable[A]]
) -> A:
    who = actor_of(actor)
    async with desk.store.work(who) as work:
        if command_id and (done := await _done(work.session, who, deed, command_id, answer)) is not None:
            return done
        result = await body(work)
        if command_id:
            work.session.add(
                DeedDone(
                    command_id=command_id,
                    actor=who,
                    deed=deed,
                    answer=msgspec.json.encode(result),
                    utc_ns=desk.clock.utc_ns(),
                )
            )
    return result


async def already(desk: Desk, actor: Actor, deed: str, command_id: str, answer: type[A]) -> A | None:
    """The answer this command id was given, if it was carried out."""
    _check_id(command_id)
    if not command_id:
        return None
    async with desk.store.read() as session:
        return await _done(session, actor_of(actor), deed, command_id, answer)


async def _done(session: AsyncSession, who: str, deed: str, command_id: str, answer: type[A]) -> A | None:
    row = await session.get(DeedDone, (command_id, who))
    if row is None:
        return None
    if row.deed != deed:
        raise UserProblem("command_reused", "这次操作的编号已用过，请刷新页面再试。", 409)
    return msgspec.json.decode(row.answer, type=answer)


def _check_id(command_id: str) -> None:
    if len(command_id) > _MOST_ID:
        raise UserProblem("command_id", "这次操作的编号太长，请刷新页面再试。", 422)


def checked_words(text: str, missing: str) -> str:
    """A line that somebody typed, trimmed. Raises UserProblem with `missing` when there is none."""
    words = text.strip()
    if not words:
        raise UserProblem("words_missing", missing, 422)
    if len(words) > _MOST_LINE:
        raise UserProblem("words_too_long", "最多200字，请写短一些。", 422)
    return words


async def the_episode(session: AsyncSession, episode_id: str, *, lock: bool = False) -> Episode:
    """The episode, for writing with `lock`. Raises UserProblem `no_episode`."""
    row = await session.get(Episode, episode_id, with_for_update=lock)
    if row is None:
        raise UserProblem("no_episode", "没有这一期节目。", 404)
    return row


async def on_air(session: AsyncSession, episode_id: str) -> Episode:
    """The episode, which must be live; nobody ends it before this work commits."""
    row = await the_episode(session, episode_id, lock=True)
    if row.state != "live":
        raise UserProblem("not_live", "这一期没有在播出。", 409)
    return row


async def ask(desk: Desk, subject: str, message: Message, answer: type[M]) -> M:
    """Ask studio or playout on a person's behalf. Raises UserProblem when the room is away or refuses."""
    try:
        return await desk.bus.request(subject, message, answer)
    except NoAnswer:
        raise UserProblem("room_away", "演播室正在恢复，请过几秒再试。", 503, headers={"Retry-After": "2"}) from None
    except Refused as refusal:
        if refusal.code == "away":
            raise UserProblem("camera_away", "这个机位自己切走了。等它回来，或先恢复机位。", 409) from None
        if refusal.code == "held":
            raise UserProblem("camera_held", "经营者拒绝拍摄，这个机位已停播。等法制审核决定后再切。", 409) from None
        raise UserProblem("refused", "演播室没有接受：%(why)s。", 409, why=refusal.code) from None
    except BusError:
        raise UserProblem("room_away", "演播室正在恢复，请过几秒再试。", 503, headers={"Retry-After": "2"}) from None
