"""The public proof of a disclosed draw. In: the store, what the public knows. Out: bytes, the same each time.

Nothing is given before the disclosure is public, nor while a reveal of the draw is withheld from the public.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from api.deeds.draw import the_draw
from api.deeds.draw_doors import opening_of, shares_of
from api.desk import Desk
from api.draw.views import source_words
from episodes import draw as rules
from episodes import draw_proof
from episodes.draw import State
from episodes.draw_chance import Kind, Source
from episodes.draw_proof import Aborted, Proof, Result
from episodes.events import DrawAborted, DrawCommitted, DrawDisclosed, DrawHeld, DrawValued, TargetRevealed
from runtime.problems import UserProblem
from runtime.threads import named_executor
from store import draws as store
from store import log
from store.tables.draws import Draw, DrawPlace
from store.tables.episodes import Episode
from store.withheld import withheld
from web.i18n import Texts

_PUBLIC = (DrawCommitted, DrawValued, DrawHeld, DrawAborted, DrawDisclosed)


async def proof_of(desk: Desk, draw_id: str) -> bytes:
    """Canonical JSON. Raises UserProblem `not_disclosed`, 404, whatever the reason."""
    async with desk.store.read() as session:
        row = await the_draw(session, draw_id)
        if row.state != State.DISCLOSED:
            raise _not_yet()
        places = await store.places_of(session, draw_id)
        before = [each for each in await store.draws_of(session, row.episode_id, row.purpose) if each.aborted_in]
        parts = await store.parts_of(session, draw_id)
    async with named_executor("draw") as thread:
        return await thread.run(_proof, desk, row, places, before, parts)


async def public_view(desk: Desk, draw_id: str, words: Texts) -> dict[str, Any]:
    """What the public has been told of a draw. Raises UserProblem `no_draw`, 404, also for one not yet committed."""
    async with desk.store.read() as session:
        row = await the_draw(session, draw_id)
        episode = await session.get_one(Episode, row.episode_id)
        told = await log.read(session, upto=desk.public.seq, episode_id=row.episode_id, kinds=_PUBLIC)
        hidden = await withheld(session, row.episode_id)
    events = [each.event for each in told if each.seq not in hidden and each.event]
    mine = {type(each).__name__: each for each in events if getattr(each, "draw_id", "") == draw_id}
    committed = mine.get("DrawCommitted")
    if not isinstance(committed, DrawCommitted) or episode.rehearsal:
        raise UserProblem("no_draw", "没有这次抽取。", 404)
    given_up = [each for each in events if isinstance(each, DrawAborted) and each.purpose == committed.purpose]
    source = Source(
        kind=msgspec.convert(committed.source, Kind),
        name=committed.source_name,
        round=committed.round,
        at_utc_ns=committed.at_utc_ns,
    )
    return {
        "id": draw_id,
        "number": episode.number,
        "demo": episode.demo,
        "told": committed,
        "committed_utc_ns": row.committed_utc_ns,
        "source": source_words(source, words),
        "value": mine.get("DrawValued"),
        "held": mine.get("DrawHeld"),
        "disclosed": mine.get("DrawDisclosed") if await is_public(desk, draw_id) else None,
        "aborted": mine.get("DrawAborted"),
        "before": [each for each in given_up if each.attempt < committed.attempt],
    }


async def public_draws(desk: Desk, episode_id: str) -> tuple[str, ...]:
    """Ids of the episode's draws whose disclosure is public."""
    async with desk.store.read() as session:
        rows = await store.draws_of(session, episode_id)
    return tuple([each.id for each in rows if each.state == State.DISCLOSED and await is_public(desk, each.id)])


async def is_public(desk: Desk, draw_id: str) -> bool:
    """Whether the public has come to the disclosure and to every reveal before it."""
    async with desk.store.read() as session:
        row = await the_draw(session, draw_id)
        told = await log.read(session, episode_id=row.episode_id, kinds=(DrawDisclosed, TargetRevealed))
        hidden = await withheld(session, row.episode_id)
        mine = {each.target_id for each in await store.places_of(session, draw_id)}
    disclosed = False
    for record in told:
        public = record.seq <= desk.public.seq and record.seq not in hidden
        if isinstance(record.event, TargetRevealed) and record.event.target_id in mine and not public:
            return False
        disclosed |= isinstance(record.event, DrawDisclosed) and record.event.draw_id == draw_id and public
    return disclosed


def _not_yet() -> UserProblem:
    return UserProblem("not_disclosed", "这次抽取还没有公开：最后一个对象揭晓后，这里会有完整的证明。", 404)


def _proof(desk: Desk, row: Draw, places: Sequence[DrawPlace], before: list[Draw], parts: tuple[bytes, ...]) -> bytes:
    copy = draw_proof.read_audit(store.opened(desk.secrets_box, row.id, parts))
    pool = rules.pool_text([each["name"] for each in row.strata], rules.owners_of(copy.key, copy.candidates))
    shown = {(each.stratum, opening_of(desk, each).id) for each in places if each.outcome == "revealed"}
    proof = Proof(
        committed=row.committed,
        committed_utc_ns=row.committed_utc_ns,
        terms=row.terms,
        pool=pool,
        value=row.value,
        signature=row.signature,
        shares=shares_of(desk, row),
        results=tuple(_result(desk, each, shown) for each in places),
        aborted=tuple(
            msgspec.convert({"attempt": each.attempt, "state": each.aborted_in, "reason": each.aborted_why}, Aborted)
            for each in before
        ),
    )
    return msgspec.json.encode(proof, order="sorted")


def _result(desk: Desk, place: DrawPlace, shown: set[tuple[int, str]]) -> Result:
    opening = opening_of(desk, place)
    open_ = place.outcome == "revealed" or (place.outcome == "again" and (place.stratum, opening.id) in shown)
    fields = {
        "stratum": place.stratum,
        "rank": place.rank,
        "ticket": place.ticket,
        "leaf": place.leaf,
        "outcome": place.outcome,
        "target_id": place.target_id,
        "reason": place.reason,
    }
    return msgspec.structs.replace(msgspec.convert(fields, Result), opening=opening if open_ else None)
