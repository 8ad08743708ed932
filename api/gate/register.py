"""The register page's rows. In: the store, today. Out: officers and batches with their standing."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from api.desk import Desk
from episodes import kits
from episodes.officers import STANDING_WORDS, standing
from store.episodes import programmes
from store.gate import batch_of, batch_rows
from store.officers import register
from store.tables.gate import CredentialRow
from web.i18n import Texts

_SOON_DAYS = 30


def day_of(utc_ns: int, timezone: str) -> date:
    """The local day of a moment."""
    return datetime.fromtimestamp(utc_ns / 1e9, UTC).astimezone(ZoneInfo(timezone)).date()


async def today(desk: Desk) -> date:
    """The day where the programmes are."""
    async with desk.store.read() as session:
        houses = await programmes(session)
    return day_of(desk.clock.utc_ns(), houses[0].timezone if houses else "Asia/Shanghai")


async def officer_rows(desk: Desk, words: Texts, day: date) -> list[dict[str, Any]]:
    """The register, as it stands on `day`."""
    rows = []
    async with desk.store.read() as session:
        for who in await register(session):
            row = await session.get(CredentialRow, who.user_id)
            now = standing(who, day)
            until = who.credential.valid_until if who.credential else None
            rows.append(
                {
                    "user_id": who.user_id,
                    "name": who.name,
                    "number": who.credential.number if who.credential else "",
                    "valid_from": who.credential.valid_from.isoformat() if who.credential else "",
                    "valid_until": until.isoformat() if until else "",
                    "version": row.version if row else 0,
                    "standing": now,
                    "said": words(STANDING_WORDS[now]),
                    "soon": now == "valid" and until is not None and (until - day).days < _SOON_DAYS,
                }
            )
    return rows


async def kit_rows(desk: Desk, words: Texts, day: date) -> list[dict[str, Any]]:
    """Batches in use, the first to expire first."""
    async with desk.store.read() as session:
        rows = await batch_rows(session)
    found = []
    for row in rows:
        batch = batch_of(row)
        good = kits.holds(batch, day)
        found.append(
            {
                "batch_id": row.id,
                "kind": row.kind,
                "kind_says": words(kits.KIND_WORDS[batch.kind]),
                "name": row.name,
                "batch": row.batch,
                "expires": row.expires,
                "version": row.version,
                "good": good,
                "soon": kits.soon(batch, day),
            }
        )
    return found
