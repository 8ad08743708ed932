"""Findings. In: what an officer found. Out: an open finding; `api.deeds.rectified` closes it."""

import msgspec

from api.deeds.doing import Actor, new_id, on_air, once
from api.desk import Desk
from episodes.events import FindingOpened
from runtime.problems import UserProblem
from store import Work
from store.tables.graphics import Finding

_MOST_CHARS = 200


class FindingMade(msgspec.Struct, frozen=True):
    finding_id: str


async def open_finding(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    episode_id: str,
    key_item: bool,
    where: str,
    sentence: str,
    measure: str = "",
) -> FindingMade:
    """A finding on air; `where` is a code (stall, sample number), never a name."""

    async def body(work: Work) -> FindingMade:
        await on_air(work.session, episode_id)
        event = FindingOpened(
            episode_id=episode_id,
            finding_id=new_id(),
            key_item=key_item,
            where=where.strip(),
            sentence=sentence.strip(),
            measure=measure.strip(),
        )
        put_finding(desk, work, actor, event)
        return FindingMade(event.finding_id)

    return await once(desk, actor, "open_finding", command_id, FindingMade, body)


def put_finding(desk: Desk, work: Work, actor: Actor, event: FindingOpened) -> None:
    """The finding's row and its fact, in the work of whoever found it. Raises UserProblem."""
    texts = event.where, event.sentence, event.measure
    if not texts[0] or not texts[1] or len(texts[0]) > 64 or max(map(len, texts)) > _MOST_CHARS:  # noqa: PLR2004 - the column
        raise UserProblem("finding_text", "请写明位置代号和问题，最多200字。", 422)
    work.session.add(
        Finding(
            id=event.finding_id,
            episode_id=event.episode_id,
            key_item=event.key_item,
            place_code=event.where,
            sentence=event.sentence,
            measure=event.measure,
            opened_by=actor.user_id,
            opened_utc_ns=desk.clock.utc_ns(),
        )
    )
    work.record(event)
