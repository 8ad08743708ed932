"""The desk's side. In: who of the tip desk does what. Out: sealed contents for their browser. Views are logged."""

from collections.abc import Callable

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from runtime.problems import ProtocolProblem, UserProblem
from tips import log, progress, seal
from tips.box import SAID_MOST, Said, dialogue, said_already, speak
from tips.chain import first_broken
from tips.engine import TipsEngine
from tips.tables import KeyRow, PictureRow, TipRow

REFERENCE_CHARS = 64
SEALED_KEY_MOST = 4096
_ARMOUR = "-----BEGIN AGE ENCRYPTED FILE-----\n"


class HeldKey(msgspec.Struct, frozen=True):
    """A key pair as a desk member's browser needs it."""

    key_id: int
    recipient: str
    sealed_identity: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A tip in the list: no contents."""

    tip_id: str
    public_id: str
    state: progress.State
    received_utc_ns: int
    due_utc_ns: int
    reference: str
    pictures: int
    unread: bool


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A tip with its sealed contents."""

    row: Row
    letter: bytes
    recipient: str
    said: tuple[Said, ...]


class Inbox:
    """What the role `tip_desk` may do."""

    def __init__(self, engine: TipsEngine, utc_ns: Callable[[], int]) -> None:
        self._engine, self._utc_ns = engine, utc_ns

    async def keys(self) -> tuple[HeldKey, ...]:
        """Newest first; older ones still open older tips."""
        async with self._engine.read() as session:
            rows = await session.scalars(select(KeyRow).order_by(KeyRow.key_id.desc()))
            return tuple(HeldKey(row.key_id, row.recipient, row.sealed_identity) for row in rows)

    async def set_key(self, key: seal.DeskKey, by: str, *, expects: int = 0) -> int:
        """A new pair, made in a browser. `expects` is the key it replaces: two people cannot both be the first."""
        seal.check_recipient(key.recipient)
        if not key.sealed_identity.startswith(_ARMOUR) or len(key.sealed_identity) > SEALED_KEY_MOST:
            raise ProtocolProblem("tip_key_open", "the private key is not sealed with a passphrase", 422)
        now = self._utc_ns()
        async with self._engine.write() as session:
            newest = await session.scalar(select(func.max(KeyRow.key_id))) or 0
            if newest != expects:
                raise UserProblem("tip_key_made", "密钥已由同事建立，请刷新页面。", 409)
            row = KeyRow(recipient=key.recipient, sealed_identity=key.sealed_identity, created_utc_ns=now, by=by)
            session.add(row)
            await session.flush()
            await log.append(session, now, "key_set", by=by, detail=key.recipient)
            return row.key_id

    async def rows(self) -> tuple[Row, ...]:
        """Open ones first, the nearest deadline on top."""
        async with self._engine.read() as session:
            tips = list(await session.scalars(select(TipRow)))
            made = [await _row(session, tip) for tip in tips]
        return tuple(sorted(made, key=lambda row: (row.state == "answered", row.due_utc_ns, row.public_id)))

    async def view(self, tip_id: str, by: str) -> Opened:
        """The sealed contents; that somebody looked is in the chain before they leave this room."""
        async with self._engine.write() as session:
            tip = await _tip(session, tip_id)
            tip.unread = False
            await log.append(session, self._utc_ns(), "viewed", tip_id=tip_id, by=by)
            said = await dialogue(session, tip_id)
            return Opened(row=await _row(session, tip), letter=tip.letter, recipient=tip.recipient, said=said)

    async def picture(self, tip_id: str, place: int, by: str) -> bytes:
        """One sealed picture."""
        async with self._engine.write() as session:
            row = await session.get(PictureRow, (tip_id, place))
            if row is None:
                raise UserProblem("tip_gone", "没有这件举报。", 404)
            await log.append(session, self._utc_ns(), "picture_viewed", tip_id=tip_id, by=by, detail=str(place))
            return row.sealed

    async def move(self, tip_id: str, to: progress.State, by: str) -> None:
        """Accepted, being checked."""
        async with self._engine.write() as session:
            tip = await _tip(session, tip_id)
            tip.state = progress.move(msgspec.convert(tip.state, progress.State), to)
            tip.moved_utc_ns = now = self._utc_ns()
            tip.accepted_utc_ns = tip.accepted_utc_ns or now
            await log.append(session, now, "moved", tip_id=tip_id, by=by, detail=to)

    async def refer(self, tip_id: str, reference: str, by: str) -> None:
        """Handed to 12315, under its number there."""
        number = reference.strip()
        if not number or len(number) > REFERENCE_CHARS or not number.isprintable():
            raise UserProblem("tip_reference", "请填写12315编号，最多%(most)s个字。", 422, most=REFERENCE_CHARS)
        async with self._engine.write() as session:
            tip = await _tip(session, tip_id)
            tip.reference = number
            await log.append(session, self._utc_ns(), "referred", tip_id=tip_id, by=by)

    async def reply(self, tip_id: str, sealed: bytes, by: str, *, answer: bool) -> None:
        """A message to the reporter; as an `answer` it closes the tip, and nothing else does."""
        seal.check_sealed(sealed, SAID_MOST)
        now = self._utc_ns()
        async with self._engine.write() as session:
            tip = await _tip(session, tip_id)
            if await said_already(session, tip_id, sealed):
                return
            state = msgspec.convert(tip.state, progress.State)
            if answer:
                tip.state, tip.moved_utc_ns = progress.answer(state), now
            elif state == "answered":
                raise UserProblem("tip_closed", "这件举报已经答复结案。", 409)
            await speak(session, tip_id, Said(by_desk=True, answer=answer, utc_ns=now, sealed=sealed))
            await log.append(session, now, "answered" if answer else "replied", tip_id=tip_id, by=by)

    async def broken_at(self) -> int | None:
        """Check the chain: where it breaks, or None."""
        async with self._engine.read() as session:
            return first_broken(await log.links(session))


async def _tip(session: AsyncSession, tip_id: str) -> TipRow:
    row = await session.get(TipRow, tip_id)
    if row is None:
        raise UserProblem("tip_gone", "没有这件举报。", 404)
    return row


async def _row(session: AsyncSession, tip: TipRow) -> Row:
    count = await session.scalar(select(func.count()).where(PictureRow.tip_id == tip.tip_id))
    return Row(
        tip_id=tip.tip_id,
        public_id=tip.public_id,
        state=msgspec.convert(tip.state, progress.State),
        received_utc_ns=tip.received_utc_ns,
        due_utc_ns=tip.due_utc_ns,
        reference=tip.reference,
        pictures=count or 0,
        unread=tip.unread,
    )
