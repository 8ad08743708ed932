"""The register of officers, kits and reagents. In: what stands on a card or a box. Out: the register, on record."""

from sqlalchemy import select

from api.deeds.doing import Actor, Ok, new_id, once
from api.desk import Desk
from episodes import kits
from episodes import officers as rules
from episodes.events import CredentialSet, KitBatchSet
from episodes.people import Role
from runtime.problems import UserProblem
from store import Work
from store.officers import credential_row
from store.tables.gate import CredentialRow, KitBatch
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


async def set_batch(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    batch_id: str = "",
    kind: kits.Kind,
    name: str,
    batch: str,
    expires: str,
    retired: bool = False,
    version: int = 0,
) -> Ok:
    """Enter a batch of a reagent or a kit, change it, or take it out of use."""
    checked = kits.checked(batch_id or new_id(), kind, name, batch, expires)

    async def body(work: Work) -> Ok:
        row = await work.session.get(KitBatch, batch_id, with_for_update=True) if batch_id else None
        if batch_id and row is None:
            raise UserProblem("no_batch", "没有这一批，请刷新后再试。", 404)
        if (row.version if row else 0) != version:
            raise UserProblem("conflict", "刚有人改过，请刷新后再试。", 409)
        twin = select(KitBatch.id).where(
            KitBatch.kind == kind,
            KitBatch.name == checked.name,
            KitBatch.batch == checked.batch,
            KitBatch.id != checked.batch_id,
        )
        if await work.session.scalar(twin):
            raise UserProblem("batch_taken", "这一批已经登记过，请改原来那一行。", 409)
        row = row or KitBatch(id=checked.batch_id, version=0)
        row.kind, row.name, row.batch, row.expires = kind, checked.name, checked.batch, checked.expires.isoformat()
        row.retired, row.version = retired, row.version + 1
        row.set_by, row.set_utc_ns = actor.user_id, desk.clock.utc_ns()
        work.session.add(row)
        work.record(
            KitBatchSet(
                batch_id=row.id,
                what=kind,
                name=row.name,
                batch=row.batch,
                expires=row.expires,
                retired=retired,
                by=actor.user_id,
            )
        )
        return Ok()

    return await once(desk, actor, "set_batch", command_id, Ok, body)
