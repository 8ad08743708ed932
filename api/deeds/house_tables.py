"""The house's dated tables, replaced as a whole. In: CSV text and the version somebody edited. Out: the next version.

Two people who edit one table never overwrite each other: whoever brings an older version is told so. Every version
stays, so that it can be said which row counted on a day.
"""

import hashlib
from typing import Any

import msgspec

from api.deeds.doing import Actor, once
from api.desk import Desk
from episodes import house_tables as rules
from episodes.events import HouseTableSet
from episodes.house_tables import Table
from runtime.problems import UserProblem
from store import Work
from store.house_tables import method_table, newest, rows_of
from store.tables.orders import HouseTable


class TableSet(msgspec.Struct, frozen=True):
    """The version that counts now."""

    version: int
    rows: int


async def set_table(
    desk: Desk, actor: Actor, *, command_id: str = "", table: Table, text: str, version: int
) -> TableSet:
    """Replace the table that was at `version`. A row that cannot be right refuses all of it, with its line."""

    async def body(work: Work) -> TableSet:
        before = await newest(work.session, table)
        now = before.version if before else 0
        if version != now:
            raise UserProblem("table_changed", "这张表刚有人改过。请下载新的表，把你的改动加上，再上传。", 409)
        made = rules.read(table, text, await method_table(work.session))
        if table == "methods":
            _keeps_limits(made, await rows_of(work.session, "limits"))
        encoded = rules.encoded(made)
        row = HouseTable(name=table, version=now + 1, rows=encoded, by=actor.user_id, utc_ns=desk.clock.utc_ns())
        work.session.add(row)
        digest = hashlib.sha256(msgspec.json.encode(encoded, order="sorted")).hexdigest()
        work.record(HouseTableSet(table=table, version=row.version, rows=len(made), sha256=digest, by=actor.user_id))
        return TableSet(row.version, len(made))

    return await once(desk, actor, "set_table", command_id, TableSet, body)


def _keeps_limits(methods: tuple[Any, ...], limits: tuple[Any, ...]) -> None:
    """A method that limits are given in cannot change its unit under them, nor go."""
    units = {each.method_id: each.unit for each in methods}
    for limit in limits:
        if units.get(limit.method_id) != limit.unit:
            raise UserProblem(
                "method_in_use",
                "方法“%(method)s”还有单位是%(unit)s的限值，不能删去或换单位。请先改限值表。",
                409,
                method=limit.method,
                unit=limit.unit,
            )
