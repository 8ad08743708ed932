"""Draws as `/produce` shows them. In: the store, who looks. Out: rows: how far, who holds, what this person does."""

from typing import Any

import msgspec

from api.auth.who import Person
from api.desk import Desk
from episodes.draw import State
from episodes.draw_chance import Source
from episodes.draw_pool import LEAST_PER_OPTION
from runtime.words import N_
from store import draws as store
from store.people import names
from store.tables.draws import Draw
from web.i18n import Texts

ABORT_WORDS = {
    "pool_wrong": N_("候选名单有误"),
    "share_lost": N_("有一半密钥丢失"),
    "value_missing": N_("约定的公开随机数没有产生"),
    "episode_off": N_("本期取消或改期"),
    "other": N_("其他原因"),
}
PASS_WORDS = {
    "closed": N_("关门停业"),
    "gone": N_("已搬走或注销"),
    "unsafe": N_("现场不安全"),
    "not_reached": N_("本期没有走到"),
    "aborted": N_("抽取作废"),
}
ROUTE_WORDS: dict[str, str] = {
    "double_random": N_("双随机"),
    "public_vote": N_("公众投票"),
    "proposal": N_("代表委员提议"),
    "complaint_lead": N_("投诉举报线索"),
}
STATE_WORDS = {
    State.PREPARED: N_("候选已冻结，等另一人存下另一半密钥"),
    State.COMMITTED: N_("已封定，等公开随机数"),
    State.VALUED: N_("等两人各交一半密钥"),
    State.DRAWN: N_("已抽取并封存，到门口揭晓"),
    State.DISCLOSED: N_("全部揭晓，密钥已公开"),
    State.ABORTED: N_("已作废，仍计数"),
}
KIND_WORDS = {"drand": N_("drand 公开随机数"), "dice": N_("掷骰子"), "lottery": N_("彩票开奖号码")}


def source_words(source: Source, words: Texts) -> str:
    """What was named, in a line."""
    kind = words(KIND_WORDS[source.kind])
    if source.kind != "drand":
        return f"{kind} · {source.name}"
    return f"{kind} · {source.name} · {source.round}" if source.round else f"{kind} · {source.name}"


async def draw_rows(desk: Desk, who: Person, episode_id: str, words: Texts) -> list[dict[str, Any]]:
    """An episode's draws."""
    async with desk.store.read() as session:
        found = await store.draws_of(session, episode_id)
        people = await names(session, {by for each in found for by in (each.first_by, each.second_by) if by})
        places = {each.id: await store.places_of(session, each.id) for each in found}
        officers = await names(session, {one.holder_id for each in places.values() for one in each if one.holder_id})
    drawn = {key: [officers.get(one.holder_id, "—") for one in rows if one.holder_id] for key, rows in places.items()}
    rows = []
    for each in found:
        source = msgspec.convert(each.source, Source)
        rows.append(
            {
                "draw_id": each.id,
                "purpose": each.purpose,
                "attempt": each.attempt,
                "state": each.state,
                "said": words(STATE_WORDS[State(each.state)]),
                "candidates": sum(one["candidates"] for one in each.strata),
                "wanted": sum(one["draws"] for one in each.strata),
                "excluded": each.excluded,
                "committed": each.committed,
                "kind": source.kind,
                "source": source_words(source, words),
                "at_utc_ns": source.at_utc_ns,
                "out": 0 < source.at_utc_ns <= desk.clock.utc_ns(),
                "holders": [people.get(by, "") for by in (each.first_by, each.second_by) if by],
                "targets": [one.target_id for one in places[each.id] if one.target_id],
                "next": _next(each, who.user_id),
                "officers": drawn[each.id] if each.purpose == "officers" else [],
                "route": words(ROUTE_WORDS[each.route]),
                "strata": strata_rows(each),
                "evidence": each.evidence_hash,
                "why": words(ABORT_WORDS[each.aborted_why]) if each.aborted_why else "",
            }
        )
    return rows


async def pool_rows(desk: Desk) -> list[dict[str, Any]]:
    """Loaded pools, newest first; no candidate."""
    async with desk.store.read() as session:
        return [
            {
                "pool_id": each.id,
                "name": each.name,
                "candidates": each.candidates,
                "strata": each.strata,
                "options": [
                    {"name": name, "candidates": count, "enough": count >= LEAST_PER_OPTION}
                    for name, count in sorted(each.strata.items())
                ],
            }
            for each in await store.pools(session)
        ]


def strata_rows(draw: Draw) -> list[dict[str, Any]]:
    """Each stratum with its candidates; of a poll also the votes, and whether the option is large enough."""
    votes = {each["stratum"]: each["votes"] for each in (draw.poll or {}).get("options", ())}
    return [
        {
            "name": each["name"],
            "candidates": each["candidates"],
            "draws": each["draws"],
            "votes": votes.get(each["name"]),
            "enough": each["candidates"] >= LEAST_PER_OPTION,
        }
        for each in draw.strata
    ]


def _next(draw: Draw, user_id: str) -> str:
    """What this person can do for the draw now."""
    if draw.state == State.PREPARED:
        return "wait" if user_id == draw.first_by else "join"
    if draw.state == State.COMMITTED:
        return "witnessed" if draw.witness == user_id else "value"
    if draw.state != State.VALUED:
        return ""
    mine = {draw.first_by: draw.first_share, draw.second_by: draw.second_share}
    if all(mine.values()):
        return "run"
    return "share" if user_id in mine and mine[user_id] is None else "wait"
