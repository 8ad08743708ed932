"""Graphics on the picture. In: what the director shows or clears. Out: the record that the overlay follows."""

from typing import TypeAlias

import msgspec

from api.deeds.consents import must_have_consented
from api.deeds.doing import Actor, Ok, on_air, once
from api.desk import Desk
from episodes.events import (
    CardShown,
    Event,
    Graphic,
    GraphicCleared,
    LawCardShown,
    StrapShown,
    TipLineShown,
)
from episodes.rapid_test import State
from runtime.problems import UserProblem
from store import Work
from store.episodes import live
from store.tables.rapid_tests import RapidTestRow

Shown: TypeAlias = StrapShown | LawCardShown | TipLineShown | GraphicCleared
_MOST_CHARS = {"name": 30, "title": 40, "credential": 40, "statute": 60, "article": 30, "plain": 120, "address": 60}


async def show_card(desk: Desk, actor: Actor, *, command_id: str = "", test_id: str) -> Ok:
    """Put a test's current card back on the picture; its words come from the test's state."""

    async def body(work: Work) -> Ok:
        row = await work.session.get(RapidTestRow, test_id)
        if row is None:
            raise UserProblem("no_test", "没有这份样品的快检。", 404)
        await on_air(work.session, row.episode_id)
        if row.state in (State.AWAITING, State.ENTERED):
            raise UserProblem("no_card", "这份样品还没有经两人复核的结果，没有卡片可上。", 409)
        work.record(CardShown(episode_id=row.episode_id, test_id=test_id))
        return Ok()

    return await once(desk, actor, "show_card", command_id, Ok, body)


async def show_strap(
    desk: Desk, actor: Actor, *, command_id: str = "", name: str, title: str, credential: str = ""
) -> Ok:
    """A lower third for an officer (with credential number) or a guest who has signed their consent."""
    event = StrapShown(name=name.strip(), title=title.strip(), credential=credential.strip())
    _check(event, required=("name", "title"))
    return await _show(desk, actor, "show_strap", command_id, event)


async def show_law_card(
    desk: Desk, actor: Actor, *, command_id: str = "", statute: str, article: str, plain: str
) -> Ok:
    """A statute in plain words."""
    event = LawCardShown(statute=statute.strip(), article=article.strip(), plain=plain.strip())
    _check(event, required=("statute", "plain"))
    return await _show(desk, actor, "show_law_card", command_id, event)


async def show_tip_line(
    desk: Desk, actor: Actor, *, command_id: str = "", address: str = "", phone: str = "12315"
) -> Ok:
    """Where to report; without an address: our own page."""
    where = address.strip() or f"{desk.settings.server.public_url.rstrip('/')}/tip"
    event = TipLineShown(address=where, phone=phone.strip())
    _check(event, required=("phone",))
    return await _show(desk, actor, "show_tip_line", command_id, event)


async def clear_graphic(desk: Desk, actor: Actor, *, command_id: str = "", graphic: Graphic) -> Ok:
    """Take a graphic off. Questions are cleared by `clear_question`, which knows whether it was answered."""
    return await _show(desk, actor, "clear_graphic", command_id, GraphicCleared(graphic=graphic))


async def _show(desk: Desk, actor: Actor, deed: str, command_id: str, event: Shown) -> Ok:
    async def body(work: Work) -> Ok:
        episode = await live(work.session)
        if episode is None:
            raise UserProblem("not_live", "现在没有节目在播出。", 409)
        if isinstance(event, StrapShown) and not event.credential:
            await must_have_consented(work, episode.id, event.name)
        work.record(in_episode(event, episode.id))
        return Ok()

    return await once(desk, actor, deed, command_id, Ok, body)


def in_episode(event: Shown, episode_id: str) -> Shown:
    """The same fact, as one of this episode."""
    return msgspec.structs.replace(event, episode_id=episode_id)


def _check(event: Event, *, required: tuple[str, ...]) -> None:
    for field in required:
        if not getattr(event, field):
            raise UserProblem("words_missing", "请把内容填完整再上画面。", 422)
    for field, most in _MOST_CHARS.items():
        if len(getattr(event, field, "")) > most:
            raise UserProblem("words_too_long", "最多%(most)s字，请写短一些。", 422, most=most)
