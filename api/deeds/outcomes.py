"""Outcomes on their axes, notices and their acknowledgement, and whether pages name the business. In: a legal reviewer.

Out: state and records. Naming is decided for one record at a time and can be taken back; with the name stands what the
operator said to it.
"""

import msgspec
from sqlalchemy import select

from api.deeds.doing import Actor, Ok, new_id, once
from api.deeds.papers import calendar_of, served_row, signed_of
from api.desk import Desk
from episodes import outcomes as rules
from episodes.events import (
    Axis,
    EntityNamed,
    EntityUnnamed,
    NoticeAcknowledged,
    NoticeKind,
    NoticeSent,
    OutcomeRecorded,
    OutcomeTakenBack,
)
from episodes.outcomes import Standing
from runtime.problems import UserProblem
from store import Work
from store.tables.orders import Notice, OutcomeRow

_MOST_TO, _MOST_WORDS, _MOST_REFERENCE = 80, 1000, 80


class OutcomeMade(msgspec.Struct, frozen=True):
    outcome_id: str


class NoticeMade(msgspec.Struct, frozen=True):
    notice_id: str


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A notice's sealed part."""

    to: str
    words: str


async def record_outcome(
    desk: Desk, actor: Actor, *, command_id: str = "", record_id: str, axis: Axis, outcome: str, detail: str = ""
) -> OutcomeMade:
    """One outcome on one axis."""

    async def body(work: Work) -> OutcomeMade:
        record = await served_row(work.session, record_id, lock=True)
        event = rules.record(
            OutcomeRecorded(
                episode_id=record.episode_id,
                outcome_id=new_id(),
                record_id=record_id,
                axis=axis,
                outcome=outcome,
                detail=detail.strip(),
                by=actor.user_id,
            ),
            await _standing(work, record_id),
        )
        work.session.add(
            OutcomeRow(
                id=event.outcome_id,
                record_id=record_id,
                axis=axis,
                outcome=outcome,
                detail=event.detail,
                by=actor.user_id,
                utc_ns=desk.clock.utc_ns(),
            )
        )
        work.record(event)
        return OutcomeMade(event.outcome_id)

    return await once(desk, actor, "record_outcome", command_id, OutcomeMade, body)


async def take_back(desk: Desk, actor: Actor, *, command_id: str = "", outcome_id: str) -> Ok:
    """It does not stand any more; that it stood stays on record."""

    async def body(work: Work) -> Ok:
        row = await work.session.get(OutcomeRow, outcome_id, with_for_update=True)
        if row is None or row.taken_back:
            raise UserProblem("no_outcome", "没有这一项处理，或已撤回。", 404)
        row.taken_back = True
        record = await served_row(work.session, row.record_id)
        work.record(
            OutcomeTakenBack(episode_id=record.episode_id, outcome_id=row.id, record_id=record.id, by=actor.user_id)
        )
        return Ok()

    return await once(desk, actor, "take_back_outcome", command_id, Ok, body)


async def _standing(work: Work, record_id: str) -> tuple[Standing, ...]:
    query = select(OutcomeRow).where(OutcomeRow.record_id == record_id, OutcomeRow.taken_back.is_(False))
    rows = (await work.session.scalars(query)).all()
    return tuple(Standing(outcome_id=row.id, axis=row.axis, outcome=row.outcome) for row in rows)  # type: ignore[arg-type]


async def send_notice(
    desk: Desk, actor: Actor, *, command_id: str = "", record_id: str, kind: NoticeKind, to: str, words: str
) -> NoticeMade:
    """A referral, or a delisting notice to a platform: its acknowledgement is waited for until a deadline."""

    async def body(work: Work) -> NoticeMade:
        record = await served_row(work.session, record_id, lock=True)
        letter = Letter(to=to.strip(), words=words.strip())
        if not letter.to or not letter.words or len(letter.to) > _MOST_TO or len(letter.words) > _MOST_WORDS:
            raise UserProblem("notice_words", "请写明发给谁、什么事，最多1000字。", 422)
        rules.notice(kind, await _standing(work, record_id))
        now = desk.clock.utc_ns()
        row = Notice(
            id=new_id(),
            record_id=record_id,
            kind=kind,
            sealed=b"",
            sent_by=actor.user_id,
            sent_utc_ns=now,
            due_utc_ns=(await calendar_of(work.session, record.episode_id)).due(kind, now),
        )
        row.sealed = desk.secrets_box.seal(msgspec.json.encode(letter), f"notices.sealed.{row.id}")
        work.session.add(row)
        work.record(
            NoticeSent(
                episode_id=record.episode_id,
                notice_id=row.id,
                record_id=record_id,
                notice=kind,
                due_utc_ns=row.due_utc_ns,
                by=actor.user_id,
            )
        )
        return NoticeMade(row.id)

    return await once(desk, actor, "send_notice", command_id, NoticeMade, body)


def letter_of(desk: Desk, row: Notice) -> Letter:
    """To whom, and what it says."""
    return msgspec.json.decode(desk.secrets_box.unseal(row.sealed, f"notices.sealed.{row.id}"), type=Letter)


async def acknowledge(desk: Desk, actor: Actor, *, command_id: str = "", notice_id: str, reference: str) -> Ok:
    """They confirmed it, under this reference."""

    async def body(work: Work) -> Ok:
        row = await work.session.get(Notice, notice_id, with_for_update=True)
        if row is None:
            raise UserProblem("no_notice", "没有这份通知。", 404)
        if row.acknowledged_utc_ns:
            raise UserProblem("acknowledged_already", "对方的回执已经登记。", 409)
        text = reference.strip()
        if not text or len(text) > _MOST_REFERENCE:
            raise UserProblem("notice_reference", "请填写回执编号或签收人，最多80字。", 422)
        row.reference, row.acknowledged_by = text, actor.user_id
        row.acknowledged_utc_ns = desk.clock.utc_ns()
        record = await served_row(work.session, row.record_id)
        work.record(
            NoticeAcknowledged(episode_id=record.episode_id, notice_id=row.id, record_id=record.id, by=actor.user_id)
        )
        return Ok()

    return await once(desk, actor, "acknowledge_notice", command_id, Ok, body)


async def name(desk: Desk, actor: Actor, *, command_id: str = "", record_id: str, named: bool) -> Ok:
    """Pages say the business's name, with the operator's statement beside it, in place of its code; or the code."""

    async def body(work: Work) -> Ok:
        row = await served_row(work.session, record_id, lock=True)
        if row.named == named:
            raise UserProblem("named_already", "已经是这个决定，没有变化。", 409)
        row.named = named
        signed = signed_of(desk, row)
        ids = tuple(each.finding_id for each in signed.paper.findings)
        if not named:
            work.record(EntityUnnamed(episode_id=row.episode_id, record_id=row.id, finding_ids=ids, by=actor.user_id))
            return Ok()
        work.record(
            EntityNamed(
                episode_id=row.episode_id,
                record_id=row.id,
                where=row.place_code,
                finding_ids=ids,
                name=signed.paper.entity,
                reply=signed.statement,
                by=actor.user_id,
            )
        )
        return Ok()

    return await once(desk, actor, "name_entity", command_id, Ok, body)
