"""The reporter's side. In: sealed letters, proofs of receipts. Out: where a tip stands, and what the desk replied.

Nothing here can read a tip: it arrives sealed from the browser, or is sealed by `api.routes.tips` in memory.
"""

import hmac
import secrets
from collections.abc import Callable

import msgspec
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from runtime.problems import ProtocolProblem, UserProblem
from tips import log, progress, receipt, seal
from tips.engine import TipsEngine
from tips.tables import KeyRow, PictureRow, SaidRow, TipRow

LETTER_MOST = 64 * 1024
SAID_MOST = 16 * 1024
SAID_UNANSWERED_MOST = 20


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """From `[tips]` of the settings."""

    most_files: int
    most_file_bytes: int
    answer_days: int


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """A tip as it arrives: sealed."""

    public_id: str
    verifier: str
    recipient: str
    key_id: int
    letter: bytes
    pictures: tuple[bytes, ...] = ()


class Said(msgspec.Struct, frozen=True, kw_only=True):
    by_desk: bool
    answer: bool
    utc_ns: int
    sealed: bytes


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the holder of a receipt may know."""

    public_id: str
    state: progress.State
    received_utc_ns: int
    accepted_utc_ns: int
    moved_utc_ns: int
    due_utc_ns: int
    reference: str
    desk_recipient: str
    reply_recipient: str
    said: tuple[Said, ...]


class PublicKey(msgspec.Struct, frozen=True):
    """What letters are sealed to now."""

    key_id: int
    recipient: str


class TipBox:
    """Takes tips in and answers their holders."""

    def __init__(self, engine: TipsEngine, limits: Limits, utc_ns: Callable[[], int]) -> None:
        self._engine, self.limits, self._utc_ns = engine, limits, utc_ns

    async def key(self) -> PublicKey | None:
        """The newest key, or None while the desk has made none: then nothing can be taken in."""
        async with self._engine.read() as session:
            row = await session.scalar(select(KeyRow).order_by(KeyRow.key_id.desc()).limit(1))
        return PublicKey(row.key_id, row.recipient) if row else None

    async def take(self, intake: Intake) -> None:
        """Store a sealed tip; everything is checked before anything is written."""
        self._check(intake)
        now = progress.whole_hour(self._utc_ns())
        row = TipRow(
            tip_id=secrets.token_hex(8),
            public_id=intake.public_id,
            verifier=intake.verifier,
            recipient=intake.recipient,
            key_id=intake.key_id,
            letter=intake.letter,
            state="received",
            received_utc_ns=now,
            moved_utc_ns=now,
            accepted_utc_ns=0,
            due_utc_ns=progress.due(now, self.limits.answer_days),
            reference="",
            unread=True,
        )
        try:
            async with self._engine.write() as session:
                await self._store(session, row, intake.pictures, now)
        except IntegrityError as error:
            if not await self._holds(intake):
                raise ProtocolProblem("tip_id_taken", "this public id is taken; draw another", 409) from error

    async def _holds(self, intake: Intake) -> bool:
        """Whether this very tip is in the box: it was sent again because the answer was lost."""
        query = select(TipRow).where(TipRow.public_id == intake.public_id)
        async with self._engine.read() as session:
            row = await session.scalar(query)
        return row is not None and (row.verifier, row.letter) == (intake.verifier, intake.letter)

    def _check(self, intake: Intake) -> None:
        if receipt.read_id(intake.public_id) != intake.public_id:
            raise ProtocolProblem("tip_id", "public id not in canonical form", 422)
        if len(intake.verifier) != 64 or not set(intake.verifier) <= set("0123456789abcdef"):  # noqa: PLR2004 - hex SHA-256
            raise ProtocolProblem("tip_verifier", "verifier is not a SHA-256 in hex", 422)
        seal.check_recipient(intake.recipient)
        seal.check_sealed(intake.letter, LETTER_MOST)
        if len(intake.pictures) > self.limits.most_files:
            raise UserProblem("tip_files", "最多%(most)s个文件。", 413, most=self.limits.most_files)
        for picture in intake.pictures:
            seal.check_sealed(picture, self.limits.most_file_bytes)

    async def _store(self, session: AsyncSession, row: TipRow, pictures: tuple[bytes, ...], now: int) -> None:
        if await session.get(KeyRow, row.key_id) is None:
            raise ProtocolProblem("tip_key", "unknown key; load the page again", 409)
        session.add(row)
        await session.flush()
        session.add_all(PictureRow(tip_id=row.tip_id, place=at, sealed=one) for at, one in enumerate(pictures))
        await log.append(session, now, "received", tip_id=row.tip_id)

    async def standing(self, public_id: str, auth: str) -> Standing:
        """Where it stands, for who proves to hold the receipt. A wrong id and wrong words look the same."""
        async with self._engine.read() as session:
            row = await _held(session, public_id, auth)
            key = await session.scalar(select(KeyRow).order_by(KeyRow.key_id.desc()).limit(1))
            return Standing(
                public_id=row.public_id,
                state=msgspec.convert(row.state, progress.State),
                received_utc_ns=row.received_utc_ns,
                accepted_utc_ns=row.accepted_utc_ns,
                moved_utc_ns=row.moved_utc_ns,
                due_utc_ns=row.due_utc_ns,
                reference=row.reference,
                desk_recipient=key.recipient if key else "",
                reply_recipient=row.recipient,
                said=await dialogue(session, row.tip_id),
            )

    async def say(self, public_id: str, auth: str, sealed: bytes) -> None:
        """The reporter adds a message, sealed to the desk (and to the receipt, to be read again)."""
        seal.check_sealed(sealed, SAID_MOST)
        now = progress.whole_hour(self._utc_ns())
        async with self._engine.write() as session:
            row = await _held(session, public_id, auth)
            if await said_already(session, row.tip_id, sealed):
                return
            if row.state == "answered":
                raise UserProblem("tip_closed", "这件举报已经答复结案。", 409)
            said = await dialogue(session, row.tip_id)
            if len(said) >= SAID_UNANSWERED_MOST and not any(one.by_desk for one in said[-SAID_UNANSWERED_MOST:]):
                raise UserProblem("tip_said_full", "请等办理人回复后再补充。", 429)
            await speak(session, row.tip_id, Said(by_desk=False, answer=False, utc_ns=now, sealed=sealed))
            row.unread = True
            await log.append(session, now, "said", tip_id=row.tip_id)


async def _held(session: AsyncSession, public_id: str, auth: str) -> TipRow:
    row = await session.scalar(select(TipRow).where(TipRow.public_id == public_id))
    given = receipt.verifier_of(auth)
    if not hmac.compare_digest(given, row.verifier if row else "0" * 64) or row is None:
        raise UserProblem("receipt_wrong", "查询码不对。请核对编号和每一个词。", 403)
    return row


async def dialogue(session: AsyncSession, tip_id: str) -> tuple[Said, ...]:
    """Every message of a tip, in order."""
    rows = await session.scalars(select(SaidRow).where(SaidRow.tip_id == tip_id).order_by(SaidRow.place))
    return tuple(Said(by_desk=one.by_desk, answer=one.answer, utc_ns=one.utc_ns, sealed=one.sealed) for one in rows)


async def said_already(session: AsyncSession, tip_id: str, sealed: bytes) -> bool:
    """Whether this very envelope is there: no two are alike, so it is the same press again, whose answer was lost."""
    same = select(SaidRow.place).where(SaidRow.tip_id == tip_id, SaidRow.sealed == sealed)
    return await session.scalar(same) is not None


async def speak(session: AsyncSession, tip_id: str, said: Said) -> None:
    """Append one message."""
    last = await session.scalar(select(func.max(SaidRow.place)).where(SaidRow.tip_id == tip_id))
    session.add(SaidRow(tip_id=tip_id, place=(last or 0) + 1, **msgspec.structs.asdict(said)))
    await session.flush()
