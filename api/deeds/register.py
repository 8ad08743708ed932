"""The register of officers. In: a credential as read off the card. Out: the register, with the record of it."""

from sqlalchemy import select

from api.deeds.doing import Actor, Ok, once
from api.desk import Desk
from episodes import officers as rules
from episodes.events import CredentialSet
from episodes.people import Role
from runtime.problems import UserProblem
from store import Work
from store.officers import credential_row
from store.tables.gate import CredentialRow
from store.tables.people import User


async def set_credential(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    user_id: str,
    number: str,
    valid_from: str,
    valid_until: str,
    version: int = 0,
) -> Ok:
    """Enter or renew an officer's credential; `version` is the one that was on the page (0: none)."""
    checked = rules.checked(user_id, number, valid_from, valid_until)

    async def body(work: Work) -> Ok:
        user = await work.session.get(User, user_id, with_for_update=True)
        if user is None:
            raise UserProblem("no_user", "没有这个账号。", 404)
        if Role.OFFICER not in user.roles or rules.NEVER & set(user.roles):
            raise UserProblem("not_officer", "只有执法人员能登记执法证件。请先给这个账号加执法人员岗位。", 409)
        if user_id == actor.user_id:
            raise UserProblem("same_person", "自己的证件要由另一个人登记。", 403)
        row = await credential_row(work.session, user_id)
        if (row.version if row else 0) != version:
            raise UserProblem("conflict", "刚有人改过，请刷新后再试。", 409)
        taken = select(CredentialRow.user_id).where(
            CredentialRow.number == checked.number, CredentialRow.user_id != user_id
        )
        if await work.session.scalar(taken):
            raise UserProblem("credential_taken", "这个证件号已经登记在另一个人名下，请核对。", 409)
        row = row or CredentialRow(user_id=user_id, version=0)
        row.number, row.version = checked.number, row.version + 1
        row.valid_from, row.valid_until = checked.valid_from.isoformat(), checked.valid_until.isoformat()
        row.set_by, row.set_utc_ns = actor.user_id, desk.clock.utc_ns()
        work.session.add(row)
        work.record(
            CredentialSet(
                user_id=user_id,
                number=row.number,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
                by=actor.user_id,
            )
        )
        return Ok()

    return await once(desk, actor, "set_credential", command_id, Ok, body)
