"""Served records and follow-ups as pages show them. In: the store. Out: values for templates, in one language."""

from typing import Any

from sqlalchemy import select

from api.deeds.outcomes import letter_of
from api.desk import Desk
from api.served_views import ORDER_WORDS, checks_view, photos_of, record_view, requests_waiting
from episodes.outcomes import AXES, WORDS
from episodes.people import Role
from runtime.words import N_
from store.people import accounts, names
from store.tables.graphics import Finding
from store.tables.orders import FollowUp, GridOfficer, Notice, OrderRow, OutcomeRow
from store.tables.served import InspectionRecord
from web.i18n import Texts

NOTICE_WORDS = {"referral": N_("移送函"), "delisting": N_("平台下线通知")}
_MOST_RECORDS = 40
_SECOND_NS = 1_000_000_000


async def records_view(desk: Desk, words: Texts) -> dict[str, Any]:
    """Everything `records.html` shows: what waits for an answer first, then records with all that may be decided."""
    asked = await requests_waiting(desk, words)
    async with desk.store.read() as session:
        query = select(InspectionRecord).where(InspectionRecord.state == "served")
        rows = (await session.scalars(query.order_by(InspectionRecord.served_utc_ns.desc()).limit(_MOST_RECORDS))).all()
    return {
        "waiting": [each for each in asked if not each["outcome"]],
        "answered": [each for each in asked if each["outcome"]][:20],
        "records": [await _decided(desk, row.id, words) for row in rows],
        "axes": [
            (axis, words(WORDS[axis]), [(kind, words(WORDS[kind])) for kind in kinds]) for axis, kinds in AXES.items()
        ],
        "notices": [(kind, words(text)) for kind, text in NOTICE_WORDS.items()],
    }


async def _decided(desk: Desk, record_id: str, words: Texts) -> dict[str, Any]:
    view = await record_view(desk, record_id, words)
    now = desk.clock.utc_ns()
    async with desk.store.read() as session:
        standing = select(OutcomeRow).where(OutcomeRow.record_id == record_id, OutcomeRow.taken_back.is_(False))
        outcomes = (await session.scalars(standing.order_by(OutcomeRow.utc_ns))).all()
        sent = select(Notice).where(Notice.record_id == record_id).order_by(Notice.sent_utc_ns)
        notices = (await session.scalars(sent)).all()
        view["photos"] = await photos_of(session, record_id, words)
    view["outcomes"] = [
        {
            "outcome_id": row.id,
            "axis": words(WORDS[row.axis]),
            "outcome": words(WORDS[row.outcome]),
            "detail": row.detail,
        }
        for row in outcomes
    ]
    view["notices"] = [
        {
            "notice_id": row.id,
            "kind": words(NOTICE_WORDS[row.kind]),
            "to": letter_of(desk, row).to,
            "words": letter_of(desk, row).words,
            "sent_utc_ns": row.sent_utc_ns,
            "due_utc_ns": row.due_utc_ns - _SECOND_NS,
            "reference": row.reference,
            "late": not row.acknowledged_utc_ns and row.due_utc_ns <= now,
        }
        for row in notices
    ]
    return view


async def follow_up_view(desk: Desk, user_id: str, words: Texts) -> dict[str, Any]:
    """Everything `follow_ups.html` shows: one's own checks, all others, findings nobody was sent to, grid areas."""
    checks = await checks_view(desk, words)
    async with desk.store.read() as session:
        busy = select(FollowUp.finding_id).where(FollowUp.state == "open")
        query = (
            select(Finding, OrderRow, InspectionRecord.grid)
            .join(OrderRow, OrderRow.finding_id == Finding.id)
            .join(InspectionRecord, InspectionRecord.id == OrderRow.record_id)
            .where(Finding.verified_utc_ns == 0, Finding.id.not_in(busy))
            .order_by(OrderRow.due_utc_ns)
            .limit(100)
        )
        loose = (await session.execute(query)).all()
        grids = (await session.scalars(select(GridOfficer).order_by(GridOfficer.grid))).all()
        everybody = await accounts(session)
        called = await names(session, {each["officer"] for each in checks} | {row.user_id for row in grids})
    return {
        "mine": [each for each in checks if each["officer"] == user_id],
        "others": [each | {"name": called.get(each["officer"], "")} for each in checks if each["officer"] != user_id],
        "loose": [
            {
                "finding_id": finding.id,
                "where": finding.place_code,
                "sentence": finding.sentence,
                "order": words(ORDER_WORDS[order.kind]),
                "due_utc_ns": order.due_utc_ns - _SECOND_NS,
                "grid": grid,
            }
            for finding, order, grid in loose
        ],
        "grids": [{"grid": row.grid, "name": called.get(row.user_id, "")} for row in grids],
        "officers": [(each.user_id, each.name) for each in everybody if each.active and Role.OFFICER in each.roles],
    }
