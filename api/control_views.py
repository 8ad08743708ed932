"""What the director's page lists. In: the store and the rooms' last words. Out: rows for templates, in one language.

The words of a card are the record's own; nothing here lets anybody type one.
"""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.alarm_words import alarm_words
from api.deeds.outputs import OutputView
from api.episode_views import EpisodeRow
from api.output_words import output_words
from api.rooms import Rooms
from episodes import events as e
from episodes.commands import RecordMade
from episodes.rapid_test import RapidTest, State
from episodes.status import Alarm
from episodes.wording import CardWords, card_words
from runtime.words import N_
from store.rapid_tests import tests_of
from store.tables.graphics import PreparedGraphic, Question
from web.i18n import Texts
from web.render import glyph_name

_RUNS_MOST = 60


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    word: str
    body: str = "{}"
    look: str = ""


class GraphicRow(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    said: str
    deeds: tuple[Deed, ...]
    on: bool = False
    glyph: str = ""
    icon: str = ""


async def graphic_rows(
    session: AsyncSession,
    episode: EpisodeRow,
    records: tuple[RecordMade, ...],
    on_screen: tuple[str, ...],
    words: Texts,
) -> tuple[list[GraphicRow], list[dict[str, Any]]]:
    """Everything that may go on the picture, and the words of the cards that are on it now."""
    tests = await tests_of(session, episode.id)
    asked = (await session.scalars(select(Question).where(Question.episode_id == episode.id))).all()
    query = select(PreparedGraphic).where(PreparedGraphic.episode_id == episode.id).order_by(PreparedGraphic.ordinal)
    prepared = (await session.scalars(query)).all()
    rows = [_card_row(test, on_screen, words) for test in reversed(tests) if _has_card(test)]
    rows += [_question_row(each, words) for each in asked if each.state in {"approved", "on_screen"}]
    rows += _standing_rows(records, on_screen, words)
    rows += [_prepared_row(each, words) for each in prepared]
    if "tip_line" not in on_screen:
        rows.append(_tip_row(words))
    cards = [_card_view(card_words(test), words) for test in tests if f"card:{test.test_id}" in on_screen]
    return rows, cards


def _standing_rows(records: tuple[RecordMade, ...], on_screen: tuple[str, ...], words: Texts) -> list[GraphicRow]:
    """Strap, law card and tip line that are on the picture now, with the words of their last record."""
    last = {type(record.event): record.event for record in records}
    rows: list[GraphicRow] = []
    strap, law, tip = last.get(e.StrapShown), last.get(e.LawCardShown), last.get(e.TipLineShown)
    if isinstance(strap, e.StrapShown) and "strap" in on_screen:
        rows.append(_standing(words(N_("人名条")), strap.name, "user", "strap", words))
    if isinstance(law, e.LawCardShown) and "law" in on_screen:
        rows.append(_standing(words(N_("普法卡")), law.plain, "law", "law", words))
    if isinstance(tip, e.TipLineShown) and "tip_line" in on_screen:
        rows.append(_standing(words(N_("举报方式")), tip.address, "tip", "tip-line", words))
    return rows


def _has_card(test: RapidTest) -> bool:
    return test.result is not None or test.state in {State.WITHDRAWN, State.VOIDED}


def _card_view(card: CardWords, words: Texts) -> dict[str, Any]:
    return {
        "glyph": glyph_name(card.tone),
        "label": words(card.label) if card.label else "",
        "headline": words(card.headline),
        "lines": [words(line) for line in card.lines],
    }


def _card_row(test: RapidTest, on_screen: tuple[str, ...], words: Texts) -> GraphicRow:
    card, on = card_words(test), f"card:{test.test_id}" in on_screen
    body = json.dumps({"test_id": test.test_id})
    if on:
        deeds = [Deed(path="/api/v1/graphics/card/clear", word=words(N_("撤屏")))]
    else:
        deeds = [Deed(path="/api/v1/graphics/card/show", word=words(N_("上屏")), body=body, look="main")]
    if test.state not in {State.WITHDRAWN, State.VOIDED}:
        path = f"/api/v1/rapid-tests/{test.test_id}/withdraw"
        deeds.append(Deed(path=path, word=words(N_("撤回结果")), look="line"))
    headline = (words(card.label) if card.label else "") + words(card.headline)
    return GraphicRow(
        glyph=glyph_name(card.tone),
        title=words(N_("快检卡 %(item)s %(no)s"), item=card.item, no=card.sample_no),
        said=headline,
        on=on,
        deeds=tuple(deeds),
    )


def _question_row(asked: Question, words: Texts) -> GraphicRow:
    on = asked.state == "on_screen"
    body = json.dumps({"question_id": asked.id})
    done = json.dumps({"question_id": asked.id, "answered": True})
    deeds = (
        (Deed(path="/api/v1/graphics/question/clear", word=words(N_("答完撤屏")), body=done),)
        if on
        else (Deed(path="/api/v1/graphics/question/show", word=words(N_("上屏")), body=body, look="main"),)
    )
    return GraphicRow(
        icon="ask", title=words(N_("观众提问 %(name)s"), name=asked.nickname), said=asked.text, on=on, deeds=deeds
    )


def _standing(title: str, said: str, icon: str, graphic: str, words: Texts) -> GraphicRow:
    clear = Deed(path=f"/api/v1/graphics/{graphic}/clear", word=words(N_("撤屏")))
    return GraphicRow(icon=icon, title=title, said=said, on=True, deeds=(clear,))


def _prepared_row(each: PreparedGraphic, words: Texts) -> GraphicRow:
    body = json.dumps(each.fields, ensure_ascii=False)
    show = Deed(path=f"/api/v1/graphics/{each.graphic}/show", word=words(N_("上屏")), body=body, look="main")
    if each.graphic == "law":
        title, said = f"{each.fields.get('statute', '')} {each.fields.get('article', '')}", each.fields.get("plain", "")
        return GraphicRow(icon="law", title=title, said=said, deeds=(show,))
    return GraphicRow(icon="user", title=each.fields.get("name", ""), said=each.fields.get("title", ""), deeds=(show,))


def _tip_row(words: Texts) -> GraphicRow:
    show = Deed(path="/api/v1/graphics/tip-line/show", word=words(N_("上屏")))
    return GraphicRow(icon="tip", title=words(N_("举报方式")), said=words(N_("二维码、短网址和12315")), deeds=(show,))


def output_rows(
    outputs: tuple[OutputView, ...], words: Texts, now_utc_ns: int, until_utc_ns: int, rooms: Rooms
) -> list[dict[str, Any]]:
    """Outputs by health: what is wrong has the platform's reason in words and what happens next."""
    made = {each.name: each for each in rooms.studio.renditions} if rooms.studio else {}
    return [output_words(each, words, now_utc_ns, until_utc_ns, made) for each in outputs]


def alarm_rows(rooms: Rooms, names: Mapping[str, str], words: Texts) -> list[dict[str, Any]]:
    """Open alarms, the loud ones first; a room that is away is one. `names`: what an id is called."""
    rows = [
        alarm_words(alarm, words, names) | {"seen": rooms.is_acknowledged(alarm), "key": _key(alarm)}
        for alarm in rooms.alarms.values()
    ]
    if rooms.studio is None:
        rows.append(_away(words(N_("演播室不在")), words(N_("公众先看延时里的内容，再看垫片。正在恢复。"))))
    if rooms.playout is None:
        rows.append(_away(words(N_("播出端不在")), words(N_("推流可能中断。正在恢复。"))))
    return sorted(rows, key=lambda row: (row["seen"], not row["loud"], -row["utc_ns"]))


def _away(title: str, said: str) -> dict[str, Any]:
    return {"title": title, "said": said, "utc_ns": 0, "loud": True, "seen": False, "key": ""}


def _key(alarm: Alarm) -> str:
    """What an acknowledgement names."""
    return json.dumps({"room": alarm.room, "code": alarm.code, "about": alarm.about}, ensure_ascii=False)


def run_rows(records: tuple[RecordMade, ...], episode: EpisodeRow, words: Texts) -> list[dict[str, Any]]:
    """What happened so far, then the targets that wait: that they exist and nothing else."""
    rows: list[dict[str, Any]] = []
    for record in records:
        said = _said(record.event, words) if record.event is not None else ""
        if said:
            rows.append({"utc_ns": record.utc_ns, "words": said, "done": True, "secret": False})
    for target in episode.targets:
        if not target.revealed:
            said = words(N_("第%(ordinal)s个检查对象"), ordinal=target.ordinal)
            rows.append({"utc_ns": 0, "words": said, "done": False, "secret": True})
    return rows[-_RUNS_MOST:]


def _said(event: e.AnyEvent, words: Texts) -> str:  # noqa: PLR0911 - one line per event
    match event:
        case e.EpisodeWentLive():
            return words(N_("开播"))
        case e.TargetRevealed():
            return words(N_("揭晓：%(name)s"), name=event.name)
        case e.RapidTestStarted():
            return words(N_("快检开始：%(item)s %(no)s"), item=event.item, no=event.sample_no)
        case e.RapidTestReviewed():
            return words(N_("快检复核：%(item)s %(no)s"), item=event.item, no=event.sample_no)
        case e.RapidTestWithdrawn():
            return words(N_("撤回一个快检结果"))
        case e.RapidTestCorrected():
            return words(N_("更正：%(what)s"), what=event.what)
        case e.FindingOpened():
            return words(N_("发现问题：%(where)s"), where=event.where)
        case e.EpisodeEnded():
            return words(N_("结束"))
        case _:
            return ""
