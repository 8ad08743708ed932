"""What phones and the legal desk show of the spot. In: rows, sealed words. Out: values as JSON and for templates.

Words are unsealed here, for readers whose work it is; a thread for its asker and the legal desk.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.who import Person
from api.deeds.inspection import checklist_of
from api.desk import Desk
from episodes.people import Role
from store import inspection as kept
from store.tables.inspection import DeskThread

SPOT_ROLES = (Role.OFFICER, Role.TESTER, Role.CAMERA)


async def spot_now(desk: Desk, who: Person) -> dict[str, Any]:
    """Everything a phone needs to work on without network: checklist, answers, ticks, one's own threads, consents."""
    async with desk.store.read() as session:
        episode = await kept.inspected(session, desk.clock.utc_ns())
        if episode is None:
            return {"episode": None, "now_ms": desk.clock.utc_ns() // 1_000_000, "me": who.user_id}
        return {
            "episode": {
                "id": episode.id,
                "number": episode.number,
                "title": episode.title,
                "state": episode.state,
            },
            "now_ms": desk.clock.utc_ns() // 1_000_000,
            "me": who.user_id,
            "may": {"answer": who.is_a(Role.OFFICER), "look": who.is_a(Role.OFFICER, Role.LEGAL, Role.PRODUCER)},
            "checklist": msgspec.to_builtins(await checklist_of(session, episode.id)),
            "answers": await _answers(desk, session, episode.id) if who.is_a(Role.OFFICER) else [],
            "ticks": await _ticks(session, episode.id),
            "threads": await threads(desk, session, await kept.threads(session, episode.id, by=who.user_id)),
            "consents": [
                {"consent_id": each.id, "name": each.name, "title": each.title, "paper": each.paper}
                for each in await kept.consents(session, episode.id)
            ],
            "held": list(desk.phones.held),
        }


async def _ticks(session: AsyncSession, episode_id: str) -> dict[str, Any]:
    rows = await kept.ticks(session, episode_id)
    known = await kept.names(session, [each.by for each in rows])
    return {
        each.tick: {"at_ms": _ms(each.at_utc_ns), "by": known.get(each.by, ""), "paper": each.paper} for each in rows
    }


async def _answers(desk: Desk, session: AsyncSession, episode_id: str) -> list[dict[str, Any]]:
    rows = await kept.answers(session, episode_id)
    known = await kept.names(session, [each.by for each in rows])
    return [
        {
            "item_id": each.item_id,
            "place": each.place,
            "asked": each.asked,
            "key_item": each.key_item,
            "answer": each.answer,
            "version": each.version,
            "sentence": each.sentence,
            "note": desk.secrets_box.unseal(each.sealed_note, f"checklist_answers.{each.id}").decode(),
            "files": each.files,
            "finding": bool(each.finding_id),
            "by": known.get(each.by, ""),
            "at_ms": _ms(each.at_utc_ns),
            "paper": each.paper,
        }
        for each in rows
    ]


async def threads(desk: Desk, session: AsyncSession, rows: Sequence[DeskThread]) -> list[dict[str, Any]]:
    """Threads with their words; the caller has made sure that the reader may."""
    said = await kept.messages(session, [each.id for each in rows])
    return [
        {
            "thread_id": row.id,
            "name": row.name,
            "state": row.state,
            "made_ms": _ms(row.made_utc_ns),
            "messages": [
                {
                    "from_desk": each.from_desk,
                    "name": each.name,
                    "text": desk.secrets_box.unseal(each.sealed, f"desk_messages.{each.id}").decode(),
                    "files": each.files,
                    "at_ms": _ms(each.at_utc_ns),
                }
                for each in said
                if each.thread_id == row.id
            ],
        }
        for row in rows
    ]


async def legal_view(desk: Desk) -> dict[str, Any]:
    """Everything `legal.html` shows."""
    async with desk.store.read() as session:
        episode = await kept.inspected(session, desk.clock.utc_ns())
        if episode is None:
            return {"episode": None, "objections": [], "threads": [], "answers": [], "notes": [], "consents": []}
        notes = await kept.notes(session, episode.id)
        known = await kept.names(session, [each.by for each in notes])
        return {
            "episode": episode,
            "objections": [
                {"id": key, "cameras": each.cameras, "utc_ns": each.utc_ns, "on_air": each.on_air, "ruled": each.ruled}
                for key, each in desk.phones.objections.items()
            ],
            "threads": await threads(desk, session, await kept.threads(session, episode.id)),
            "answers": await _answers(desk, session, episode.id),
            "notes": [
                {
                    "text": desk.secrets_box.unseal(each.sealed, f"spot_notes.{each.id}").decode(),
                    "place": each.place,
                    "files": each.files,
                    "by": known.get(each.by, ""),
                    "at_ms": _ms(each.at_utc_ns),
                    "paper": each.paper,
                }
                for each in notes
            ],
            "consents": await kept.consents(session, episode.id),
        }


def _ms(utc_ns: int) -> int:
    return utc_ns // 1_000_000
