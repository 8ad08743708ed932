"""The gate on pages. In: an episode, who looks. Out: points by stage, what is left, who decides or takes duty."""

from typing import Any

import msgspec

from api.auth.who import Person
from api.desk import Desk
from api.gate import points
from episodes import gate as rules
from episodes.people import Role
from store.episodes import current
from store.gate import is_on_duty
from store.tables.episodes import Episode
from web.i18n import Texts


class PointRow(msgspec.Struct, frozen=True, kw_only=True):
    """One point in words; `open_to` only for those who may decide."""

    name: str
    title: str
    ok: bool
    says: str
    mend: str
    blocks: bool
    decided: str
    open_to: bool


class GatePanel(msgspec.Struct, frozen=True, kw_only=True):
    """Stages in order, each with its points; `left` are the titles of what the show waits for."""

    stages: tuple[tuple[str, str, tuple[PointRow, ...]], ...]
    left: tuple[str, ...]
    good: int
    count: int
    may_duty: bool
    on_duty: bool


async def gate_panel(desk: Desk, who: Person, episode_id: str, words: Texts) -> GatePanel | None:
    """The gate of an episode that is not on air yet."""
    async with desk.store.read() as session:
        episode = await session.get_one(Episode, episode_id)
        if episode.state not in {"planned", "approved"}:
            return None
        found = await points.look(desk, session, episode)
        on_duty = await is_on_duty(session, episode.id, who.user_id)
    decides = who.is_a(Role.PRODUCER, Role.DIRECTOR)
    rows = {
        each.name: PointRow(
            name=each.name,
            title=words(rules.POINTS[each.name].title),
            ok=each.ok,
            says=each.says.in_words(words),
            mend=each.mend.in_words(words),
            blocks=each.blocks,
            decided=each.decided.in_words(words) if each.decided else "",
            open_to=decides and each.open_to and not each.ok,
        )
        for each in found
        if each.blocks or not episode.rehearsal
    }
    stages = tuple(
        (stage.value, words(said), tuple(row for name, row in rows.items() if rules.stage_of(name) is stage))
        for stage, said in rules.STAGE_WORDS.items()
    )
    return GatePanel(
        stages=tuple(each for each in stages if each[2]),
        left=tuple(words(rules.POINTS[each].title) for each in points.waiting(found, rehearsal=episode.rehearsal)),
        good=sum(row.ok or bool(row.decided) for row in rows.values()),
        count=len(rows),
        may_duty=who.is_a(Role.MODERATOR),
        on_duty=on_duty,
    )


async def duty_now(desk: Desk, who: Person) -> dict[str, Any]:
    """For the moderators' page: the running or coming show, and whether this person is on duty for it."""
    async with desk.store.read() as session:
        episode = await current(session)
        on = episode is not None and await is_on_duty(session, episode.id, who.user_id)
    return {"duty_episode": episode.id if episode else "", "duty_number": episode.number if episode else 0, "on": on}
