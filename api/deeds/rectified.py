"""From orders to verified findings. In: who checks which grid area, what was seen on the spot. Out: state and records.

Only a follow-up check that found the thing mended verifies a finding (`episodes.follow_up`); pictures the operator sent
help whoever goes there and prove nothing by themselves.
"""

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.deeds.doing import Actor, Ok, new_id, once
from api.deeds.papers import calendar_of, record_row
from api.desk import Desk
from episodes import follow_up as rules
from episodes.events import FindingVerified, FollowUpAssigned, FollowUpDone, GridSet, RectificationReviewed
from episodes.people import Role
from runtime.problems import UserProblem
from store import Work
from store.people import account_by_id
from store.tables.graphics import Finding
from store.tables.orders import FollowUp, GridOfficer, OrderRow
from store.tables.served import InspectionRecord, RectificationPhoto

_MOST_GRID = 64


class CheckMade(msgspec.Struct, frozen=True):
    check_id: str


class Seen(msgspec.Struct, frozen=True):
    """Whether the finding is verified now."""

    verified: bool


async def set_grid(desk: Desk, actor: Actor, *, command_id: str = "", grid: str, officer: str) -> Ok:
    """From now on this officer checks what was found in this grid area; empty takes the officer away."""

    async def body(work: Work) -> Ok:
        name = grid.strip()
        if not name or len(name) > _MOST_GRID:
            raise UserProblem("grid_name", "请写明网格，最多64字。", 422)
        row = await work.session.get(GridOfficer, name)
        if not officer:
            if row is not None:
                await work.session.delete(row)
        elif not await _is_officer(work.session, officer):
            raise UserProblem("not_an_officer", "回头看要由执法人员来做，请另选一位。", 422)
        elif row is None:
            work.session.add(GridOfficer(grid=name, user_id=officer))
        else:
            row.user_id = officer
        work.record(GridSet(grid=name, officer=officer, by=actor.user_id))
        return Ok()

    return await once(desk, actor, "set_grid", command_id, Ok, body)


async def assign_by_grid(desk: Desk, work: Work, record: InspectionRecord, finding_id: str, due_utc_ns: int) -> None:
    """Within the service of a record: the grid area's officer, when there is one; otherwise a person assigns it."""
    grid = await work.session.get(GridOfficer, record.grid) if record.grid else None
    if grid is not None and await _is_officer(work.session, grid.user_id):
        await _put_check(desk, work, record, finding_id, grid.user_id, record.grid, due_utc_ns, "system")


async def assign(desk: Desk, actor: Actor, *, command_id: str = "", finding_id: str, officer: str = "") -> CheckMade:
    """A follow-up check by this officer, or without one by the grid area's."""

    async def body(work: Work) -> CheckMade:
        finding = await _finding(work.session, finding_id)
        record = await record_row(work.session, finding.record_id) if finding.record_id else None
        served = record is not None and record.state == "served"
        grid = await work.session.get(GridOfficer, record.grid) if record and record.grid and not officer else None
        who = officer or (grid.user_id if grid else "")
        rules.assign(
            who,
            is_officer=bool(who) and await _is_officer(work.session, who),
            served=served,
            verified=bool(finding.verified_utc_ns),
            open_checks=await _open_checks(work.session, finding_id),
        )
        if record is None:
            raise UserProblem("not_served", "记录还没有送达经营者，不能安排回头看。", 409)
        order = await work.session.scalar(select(OrderRow).where(OrderRow.finding_id == finding_id))
        begins = max(desk.clock.utc_ns(), order.due_utc_ns if order else 0)
        name = record.grid if grid else ""
        return await _put_check(desk, work, record, finding_id, who, name, begins, actor.user_id)

    return await once(desk, actor, "assign_check", command_id, CheckMade, body)


async def _put_check(
    desk: Desk, work: Work, record: InspectionRecord, finding_id: str, who: str, grid: str, begins: int, by: str
) -> CheckMade:
    due = (await calendar_of(work.session, record.episode_id)).due("follow_up", begins)
    row = FollowUp(
        id=new_id(),
        finding_id=finding_id,
        officer=who,
        grid=grid,
        state="open",
        assigned_by=by,
        assigned_utc_ns=desk.clock.utc_ns(),
        due_utc_ns=due,
    )
    work.session.add(row)
    work.record(
        FollowUpAssigned(
            episode_id=record.episode_id,
            check_id=row.id,
            finding_id=finding_id,
            officer=who,
            grid=grid,
            due_utc_ns=due,
            by=by,
        )
    )
    return CheckMade(row.id)


async def check_done(
    desk: Desk, actor: Actor, *, command_id: str = "", check_id: str, rectified: bool, note: str = ""
) -> Seen:
    """Seen on the spot by whoever was sent. Mended: the finding is verified. Not mended: it stays open."""

    async def body(work: Work) -> Seen:
        row = await work.session.get(FollowUp, check_id, with_for_update=True)
        if row is None:
            raise UserProblem("no_check", "没有这次回头看。", 404)
        row.note = rules.done(row.officer, actor.user_id, note, rectified=rectified, over=row.state != "open")
        now = desk.clock.utc_ns()
        row.state, row.done_utc_ns = "rectified" if rectified else "not_rectified", now
        finding = await _finding(work.session, row.finding_id)
        work.record(
            FollowUpDone(
                episode_id=finding.episode_id,
                check_id=row.id,
                finding_id=finding.id,
                rectified=rectified,
                by=actor.user_id,
            )
        )
        if rectified:
            finding.verified_by, finding.verified_utc_ns = actor.user_id, now
            work.record(FindingVerified(episode_id=finding.episode_id, finding_id=finding.id))
        return Seen(rectified)

    return await once(desk, actor, "check_done", command_id, Seen, body)


async def review_photo(desk: Desk, actor: Actor, *, command_id: str = "", photo_id: str, accepted: bool) -> Ok:
    """Whether a picture shows what it should; the operator sees what became of it."""

    async def body(work: Work) -> Ok:
        row = await work.session.get(RectificationPhoto, photo_id, with_for_update=True)
        if row is None:
            raise UserProblem("no_photo", "没有这张照片。", 404)
        if row.state != "waiting":
            raise UserProblem("photo_reviewed", "这张照片已经审过。", 409)
        row.state, row.reviewed_by = "accepted" if accepted else "refused", actor.user_id
        record = await record_row(work.session, row.record_id)
        work.record(
            RectificationReviewed(
                episode_id=record.episode_id,
                photo_id=row.id,
                finding_id=row.finding_id,
                accepted=accepted,
                by=actor.user_id,
            )
        )
        return Ok()

    return await once(desk, actor, "review_photo", command_id, Ok, body)


async def _finding(session: AsyncSession, finding_id: str) -> Finding:
    row = await session.get(Finding, finding_id, with_for_update=True)
    if row is None:
        raise UserProblem("no_finding", "没有这个问题。", 404)
    return row


async def _open_checks(session: AsyncSession, finding_id: str) -> int:
    query = select(func.count()).select_from(FollowUp)
    return await session.scalar(query.where(FollowUp.finding_id == finding_id, FollowUp.state == "open")) or 0


async def _is_officer(session: AsyncSession, user_id: str) -> bool:
    account = await account_by_id(session, user_id)
    return account is not None and account.active and Role.OFFICER in account.roles
