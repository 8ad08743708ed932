"""The inspection record as people read it. In: the store, who asks. Out: values for templates, in one language.

One view serves the officer's phone, the operator's link and the legal desk; what the operator sees of pictures and
requests is their own.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.deeds.operators import request_of, retest_clocks
from api.deeds.papers import record_row, signed_of
from api.desk import Desk
from episodes.asked import KINDS
from episodes.events import Asked
from episodes.paper import Signature, missing
from episodes.signature import path
from runtime.words import N_
from store.tables.episodes import Episode
from store.tables.graphics import Finding
from store.tables.orders import FollowUp
from store.tables.served import InspectionRecord, RecordRequest, RectificationPhoto
from web.i18n import Texts
from web.pages.show import say

ORDER_WORDS = {"order_to_correct": N_("责令改正"), "on_the_spot": N_("当场改正")}
SIDE_WORDS = {"officer": N_("执法人员"), "operator": N_("经营者"), "witness": N_("见证人")}
ASKED_WORDS: dict[Asked, str] = {
    "objection": N_("提异议"),
    "retest": N_("申请复检"),
    "masking": N_("请求遮挡画面"),
    "correction": N_("请求更正"),
}
OUTCOME_WORDS = {"": N_("待答复"), "upheld": N_("采纳"), "partly": N_("部分采纳"), "declined": N_("不采纳")}
PHOTO_WORDS = {"waiting": N_("待审"), "accepted": N_("已采用"), "refused": N_("未采用")}
_SECOND_NS = 1_000_000_000


async def record_view(desk: Desk, record_id: str, words: Texts) -> dict[str, Any]:
    """One record: text, signatures, what is missing."""
    async with desk.store.read() as session:
        row = await record_row(session, record_id)
        findings = await _findings(session, row)
    signed = signed_of(desk, row)
    paper = signed.paper
    return {
        "record_id": row.id,
        "state": row.state,
        "named": row.named,
        "hash": row.hash,
        "paper_hash": signed.hash,
        "programme": paper.programme,
        "agency": paper.agency,
        "number": paper.number,
        "legal_basis": paper.legal_basis,
        "entity": paper.entity,
        "place": paper.place,
        "where": paper.where,
        "drawn_utc_ns": paper.drawn_utc_ns,
        "served_utc_ns": row.served_utc_ns,
        "findings": [
            {
                "finding_id": each.finding_id,
                "key_item": each.key_item,
                "sentence": each.sentence,
                "measure": each.measure,
                "order": words(ORDER_WORDS[each.order]),
                # A deadline at midnight belongs to the day that ends with it.
                "due_utc_ns": each.due_utc_ns - _SECOND_NS,
                "basis": each.basis,
                "verified": each.finding_id in findings and bool(findings[each.finding_id].verified_utc_ns),
            }
            for each in paper.findings
        ],
        "tests": [
            {
                "sample_no": each.sample_no,
                "item": words(each.item),
                "said": [say(words, line) for line in each.said],
                "value": each.value,
                "limit": each.limit,
            }
            for each in paper.tests
        ],
        "signatures": [_signature(each, words) for each in signed.signatures],
        "missing": missing(signed),
        "statement": signed.statement,
        "refusal": signed.refusal,
        "officers": [each.name for each in signed.of("officer")],
        "operator": next((each.name for each in signed.of("operator")), ""),
    }


def _signature(each: Signature, words: Texts) -> dict[str, Any]:
    return {
        "side": words(SIDE_WORDS[each.side]),
        "name": each.name,
        "path": path(each.drawn) if each.drawn else "",
        "utc_ns": each.utc_ns,
    }


async def _findings(session: AsyncSession, row: InspectionRecord) -> dict[str, Finding]:
    found = (await session.scalars(select(Finding).where(Finding.record_id == row.id))).all()
    return {each.id: each for each in found}


async def operator_view(desk: Desk, record_id: str, expires_utc_ns: int, words: Texts) -> dict[str, Any]:
    """What the operator's link shows: the record, the retest clock, what was asked and answered, pictures."""
    view = await record_view(desk, record_id, words)
    now = desk.clock.utc_ns()
    async with desk.store.read() as session:
        row = await record_row(session, record_id)
        clocks = await retest_clocks(session, row)
        asked = await session.scalars(
            select(RecordRequest).where(RecordRequest.record_id == record_id).order_by(RecordRequest.made_utc_ns)
        )
        photos = await photos_of(session, record_id, words)
    view["expires_utc_ns"] = expires_utc_ns - _SECOND_NS
    view["clocks"] = [
        {
            "test_id": clock.test_id,
            "sample_no": clock.sample_no,
            "item": words(clock.item),
            "ends_utc_ns": ends,
            "over": ends <= now,
            "left_s": max(0, ends - now) // _SECOND_NS,
            "basis": clock.row.basis,
        }
        for clock, ends in clocks
    ]
    view["asked"] = [_request(desk, each, words) for each in asked]
    view["kinds"] = [
        (kind, words(ASKED_WORDS[kind]))
        for kind in KINDS
        if kind != "retest" or any(not c["over"] for c in view["clocks"])
    ]
    view["photos"] = photos
    return view


def _request(desk: Desk, row: RecordRequest, words: Texts) -> dict[str, Any]:
    request = request_of(desk, row)
    return {
        "request_id": row.id,
        "record_id": row.record_id,
        "asked": words(ASKED_WORDS[request.asked]),
        "words": request.words,
        "answer": request.answer,
        "outcome": row.outcome,
        "said": words(OUTCOME_WORDS[row.outcome]),
        "made_utc_ns": row.made_utc_ns,
        "due_utc_ns": row.due_utc_ns - _SECOND_NS,
        "answered_utc_ns": row.answered_utc_ns,
        "late": not row.outcome and row.due_utc_ns <= desk.clock.utc_ns(),
    }


async def photos_of(session: AsyncSession, record_id: str, words: Texts) -> list[dict[str, Any]]:
    """A record's pictures, without their bytes."""
    columns = (
        RectificationPhoto.id,
        RectificationPhoto.finding_id,
        RectificationPhoto.side,
        RectificationPhoto.state,
        RectificationPhoto.made_utc_ns,
    )
    query = select(*columns).where(RectificationPhoto.record_id == record_id)
    rows = (await session.execute(query.order_by(RectificationPhoto.made_utc_ns))).all()
    return [
        {
            "photo_id": row.id,
            "finding_id": row.finding_id,
            "side": row.side,
            "state": row.state,
            "said": words(PHOTO_WORDS[row.state]),
        }
        for row in rows
    ]


async def officer_records(desk: Desk, words: Texts) -> dict[str, Any]:
    """What an officer has before them: findings not yet in a record, records being signed, records served.

    Of the episode on air, else of the last one: signatures may come after the picture has ended.
    """
    async with desk.store.read() as session:
        query = select(Episode).where(Episode.state.in_(("live", "ended", "published")))
        episode = await session.scalar(query.order_by(Episode.live_utc_ns.desc()).limit(1))
        if episode is None:
            return {"episode": None, "loose": [], "records": []}
        found = select(Finding).where(Finding.episode_id == episode.id, Finding.record_id == "")
        loose = (await session.scalars(found.order_by(Finding.place_code, Finding.opened_utc_ns))).all()
        made = select(InspectionRecord).where(
            InspectionRecord.episode_id == episode.id, InspectionRecord.state != "torn"
        )
        rows = (await session.scalars(made.order_by(InspectionRecord.made_utc_ns.desc()))).all()
    return {
        "episode": {"id": episode.id, "number": episode.number, "cameras": tuple(episode.cameras)},
        "loose": _by_place(loose),
        "records": [
            {"record_id": row.id, "where": words(row.place_code), "state": row.state, "made_utc_ns": row.made_utc_ns}
            for row in rows
        ],
    }


def _by_place(loose: Sequence[Finding]) -> list[dict[str, Any]]:
    places: dict[str, list[dict[str, Any]]] = {}
    for row in loose:
        places.setdefault(row.place_code, []).append(
            {"finding_id": row.id, "sentence": row.sentence, "key_item": row.key_item}
        )
    return [{"where": where, "findings": findings} for where, findings in places.items()]


async def requests_waiting(desk: Desk, words: Texts) -> list[dict[str, Any]]:
    """Every operator's request without an answer, the most urgent first; then the last answered ones."""
    async with desk.store.read() as session:
        query = select(RecordRequest).order_by(RecordRequest.outcome != "", RecordRequest.due_utc_ns).limit(100)
        rows = (await session.scalars(query)).all()
        codes = dict((await session.execute(select(InspectionRecord.id, InspectionRecord.place_code))).all())
    return [_request(desk, row, words) | {"where": codes[row.record_id]} for row in rows]


async def checks_view(desk: Desk, words: Texts, officer: str = "") -> list[dict[str, Any]]:
    """Follow-up checks, open ones first; only one officer's when named."""
    async with desk.store.read() as session:
        query = select(FollowUp, Finding).join(Finding, Finding.id == FollowUp.finding_id)
        if officer:
            query = query.where(FollowUp.officer == officer)
        query = query.order_by(FollowUp.state != "open", FollowUp.due_utc_ns).limit(100)
        rows = (await session.execute(query)).all()
        shown: dict[str, list[dict[str, Any]]] = {}
        for record_id in {finding.record_id for _, finding in rows}:
            for photo in await photos_of(session, record_id, words):
                shown.setdefault(photo["finding_id"], []).append(photo)
    now = desk.clock.utc_ns()
    return [
        {
            "check_id": check.id,
            "finding_id": finding.id,
            "record_id": finding.record_id,
            "where": finding.place_code,
            "sentence": finding.sentence,
            "key_item": finding.key_item,
            "state": check.state,
            "note": check.note,
            "officer": check.officer,
            "grid": check.grid,
            "due_utc_ns": check.due_utc_ns - _SECOND_NS,
            "late": check.state == "open" and check.due_utc_ns <= now,
            "photos": shown.get(finding.id, []),
        }
        for check, finding in rows
    ]
