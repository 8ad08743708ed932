"""The inspection record as its deeds need it. In: a session, an id. Out: the row and what is signed, or a refusal."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk import Desk
from episodes import deadlines, paper
from episodes.deadlines import Deadline
from episodes.paper import Signed
from episodes.slots import Holiday
from runtime.problems import UserProblem
from store.episodes import holidays
from store.house_tables import deadline_table
from store.tables.episodes import Episode, Programme
from store.tables.served import InspectionRecord


class Calendar(msgspec.Struct, frozen=True):
    """What a deadline is reckoned with."""

    table: tuple[Deadline, ...]
    zone: ZoneInfo
    free: Mapping[date, Holiday]

    def due(self, rule: str, begins_utc_ns: int) -> int:
        """When `rule` ends that began then. Raises UserProblem when the table holds no such row."""
        row = deadlines.needed(self.table, rule, deadlines.day_of(begins_utc_ns, self.zone))
        return deadlines.due(row, begins_utc_ns, self.zone, self.free)

    def basis(self, rule: str, begins_utc_ns: int) -> str:
        """On what basis."""
        return deadlines.needed(self.table, rule, deadlines.day_of(begins_utc_ns, self.zone)).basis


async def calendar_of(session: AsyncSession, episode_id: str) -> Calendar:
    """Deadlines, zone and holidays of the programme an episode belongs to."""
    query = select(Programme.timezone).join(Episode, Episode.programme_id == Programme.id)
    zone = await session.scalar(query.where(Episode.id == episode_id))
    return Calendar(await deadline_table(session), ZoneInfo(zone or "Asia/Shanghai"), await holidays(session))


async def record_row(session: AsyncSession, record_id: str, *, lock: bool = False) -> InspectionRecord:
    """The record, for writing with `lock`. Raises UserProblem `no_record`."""
    row = await session.get(InspectionRecord, record_id, with_for_update=lock or None)
    if row is None or row.state == "torn":
        raise UserProblem("no_record", "没有这份检查记录。", 404)
    return row


async def served_row(session: AsyncSession, record_id: str, *, lock: bool = False) -> InspectionRecord:
    """A record the operator has. Raises UserProblem before that."""
    row = await record_row(session, record_id, lock=lock)
    if row.state != "served":
        raise UserProblem("not_served_yet", "这份记录还没有送达经营者。", 409)
    return row


def signed_of(desk: Desk, row: InspectionRecord) -> Signed:
    """What is in it."""
    return msgspec.json.decode(desk.secrets_box.unseal(row.sealed, about(row.id)), type=Signed)


def put(desk: Desk, row: InspectionRecord, signed: Signed) -> None:
    """Write it back, with its state and hash."""
    row.sealed = desk.secrets_box.seal(msgspec.json.encode(signed), about(row.id))
    row.state = paper.state_of(signed)
    row.hash = paper.whole_hash(signed) if signed.served_utc_ns else signed.hash


def about(record_id: str) -> str:
    return f"inspection_records.sealed.{record_id}"
