"""What an operator does by the link to their record, without an account. In: a token, words, a picture. Out: tasks.

The token is made once, goes into a QR code and is kept nowhere: the store holds its hash. It comes back in a header,
never in an address. A wrong token, an expired one and one that was replaced are answered alike.
"""

import hashlib
import secrets

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.deeds.doing import Actor, Ok, Operator, actor_of, new_id, once
from api.deeds.papers import calendar_of, served_row
from api.desk import Desk
from api.photo_strip import stripped
from episodes import asked as rules
from episodes import deadlines, follow_up
from episodes.asked import Clock, Request
from episodes.events import (
    Answered,
    Asked,
    LabConcluded,
    OperatorAnswered,
    OperatorAsked,
    PhotoSide,
    RecordLinkMade,
    RectificationShown,
)
from episodes.paper import place_of
from runtime.problems import UserProblem
from store import Work, log
from store.rapid_tests import tests_of
from store.tables.graphics import Finding
from store.tables.served import InspectionRecord, RecordLink, RecordRequest, RectificationPhoto

_TOKEN_BYTES = 32


class LinkMade(msgspec.Struct, frozen=True):
    """`token` is shown once, as a QR code."""

    token: str
    expires_utc_ns: int


class RequestMade(msgspec.Struct, frozen=True):
    request_id: str
    due_utc_ns: int


class PhotoMade(msgspec.Struct, frozen=True):
    photo_id: str


def token_hash(token: str) -> bytes:
    """What the store keeps."""
    return hashlib.sha256(b"daylight.record-link.v1\0" + token.encode()).digest()


async def new_link(desk: Desk, actor: Actor, *, record_id: str) -> LinkMade:
    """A way in for the operator; the ones before die. The answer is kept nowhere."""
    token, now = secrets.token_urlsafe(_TOKEN_BYTES), desk.clock.utc_ns()
    async with desk.store.work(actor_of(actor)) as work:
        row = await served_row(work.session, record_id)
        expires = (await calendar_of(work.session, row.episode_id)).due("record_link", now)
        await work.session.execute(delete(RecordLink).where(RecordLink.record_id == row.id))
        work.session.add(
            RecordLink(token_hash=token_hash(token), record_id=row.id, expires_utc_ns=expires, made_utc_ns=now)
        )
        work.record(
            RecordLinkMade(episode_id=row.episode_id, record_id=row.id, expires_utc_ns=expires, by=actor.user_id)
        )
    return LinkMade(token, expires)


async def operator_of(desk: Desk, token: str) -> tuple[Operator, int]:
    """Whose link it is, and until when. Raises UserProblem `link_over` for every other token."""
    async with desk.store.read() as session:
        row = await session.get(RecordLink, token_hash(token)) if token else None
    if row is None or row.expires_utc_ns <= desk.clock.utc_ns():
        raise UserProblem("link_over", "链接无效或已过期。请向检查人员要新的二维码。", 403)
    return Operator(row.record_id), row.expires_utc_ns


async def retest_clocks(session: AsyncSession, row: InspectionRecord) -> tuple[tuple[Clock, int], ...]:
    """The record's samples that may be retested, each with the moment it ends."""
    calendar = await calendar_of(session, row.episode_id)
    here = place_of(row.place_code)
    tests = [test for test in await tests_of(session, row.episode_id) if place_of(test.started.stall_code) == here]
    said = await log.read(session, episode_id=row.episode_id, kinds=(LabConcluded,))
    concluded = {each.event.test_id: each.utc_ns for each in said if isinstance(each.event, LabConcluded)}
    found = rules.clocks(
        tests, calendar.table, served_utc_ns=row.served_utc_ns, concluded=concluded, zone=calendar.zone
    )
    return tuple((each, deadlines.due(each.row, each.begins_utc_ns, calendar.zone, calendar.free)) for each in found)


async def ask(
    desk: Desk, operator: Operator, *, command_id: str = "", asked: Asked, words: str, about: str = ""
) -> RequestMade:
    """An objection, a retest, a mask or a correction: a task for the legal desk, with a deadline."""

    async def body(work: Work) -> RequestMade:
        row = await served_row(work.session, operator.user_id, lock=True)
        waiting = select(func.count()).select_from(RecordRequest)
        waiting = waiting.where(RecordRequest.record_id == row.id, RecordRequest.outcome == "")
        ends = {clock.test_id: due for clock, due in await retest_clocks(work.session, row)}
        now = desk.clock.utc_ns()
        request = rules.ask(
            asked,
            words,
            about,
            open_requests=await work.session.scalar(waiting) or 0,
            retest_due=ends,
            now=now,
        )
        due = (await calendar_of(work.session, row.episode_id)).due("objection" if asked == "retest" else asked, now)
        made = RecordRequest(id=new_id(), record_id=row.id, asked=asked, sealed=b"", made_utc_ns=now, due_utc_ns=due)
        seal_request(desk, made, request)
        work.session.add(made)
        work.record(
            OperatorAsked(episode_id=row.episode_id, record_id=row.id, request_id=made.id, asked=asked, due_utc_ns=due)
        )
        return RequestMade(made.id, due)

    return await once(desk, operator, "operator_asks", command_id, RequestMade, body)


async def answer(
    desk: Desk, actor: Actor, *, command_id: str = "", request_id: str, outcome: Answered, words: str
) -> Ok:
    """The legal desk's answer, once, in words the operator reads by the same link."""

    async def body(work: Work) -> Ok:
        row = await work.session.get(RecordRequest, request_id, with_for_update=True)
        if row is None:
            raise UserProblem("no_request", "没有这件事项。", 404)
        seal_request(desk, row, rules.answer(request_of(desk, row), outcome, words))
        row.outcome, row.answered_by, row.answered_utc_ns = outcome, actor.user_id, desk.clock.utc_ns()
        record = await served_row(work.session, row.record_id)
        work.record(
            OperatorAnswered(
                episode_id=record.episode_id,
                record_id=record.id,
                request_id=row.id,
                outcome=outcome,
                by=actor.user_id,
            )
        )
        return Ok()

    return await once(desk, actor, "answer_operator", command_id, Ok, body)


def request_of(desk: Desk, row: RecordRequest) -> Request:
    """What was asked, opened."""
    return msgspec.json.decode(desk.secrets_box.unseal(row.sealed, f"record_requests.sealed.{row.id}"), type=Request)


def seal_request(desk: Desk, row: RecordRequest, request: Request) -> None:
    row.sealed = desk.secrets_box.seal(msgspec.json.encode(request), f"record_requests.sealed.{row.id}")


async def send_photo(
    desk: Desk, operator: Operator, *, command_id: str = "", finding_id: str, side: PhotoSide, data: bytes
) -> PhotoMade:
    """A picture of what was mended: without metadata, encrypted, for staff only until it is reviewed."""
    clean = stripped(data)

    async def body(work: Work) -> PhotoMade:
        row = await served_row(work.session, operator.user_id, lock=True)
        finding = await work.session.get(Finding, finding_id)
        if finding is None or finding.record_id != row.id:
            raise UserProblem("no_finding", "没有这个问题。", 404)
        have = select(func.count()).select_from(RectificationPhoto)
        have = have.where(RectificationPhoto.finding_id == finding_id, RectificationPhoto.side == side)
        follow_up.one_more_photo(await work.session.scalar(have) or 0, verified=bool(finding.verified_utc_ns))
        photo = RectificationPhoto(
            id=new_id(),
            record_id=row.id,
            finding_id=finding_id,
            side=side,
            sha256=hashlib.sha256(clean).hexdigest(),
            sealed=b"",
            state="waiting",
            made_utc_ns=desk.clock.utc_ns(),
        )
        photo.sealed = desk.secrets_box.seal(clean, f"rectification_photos.sealed.{photo.id}")
        work.session.add(photo)
        work.record(
            RectificationShown(
                episode_id=row.episode_id,
                photo_id=photo.id,
                finding_id=finding_id,
                side=side,
                sha256=photo.sha256,
            )
        )
        return PhotoMade(photo.id)

    return await once(desk, operator, "rectification_photo", command_id, PhotoMade, body)


async def photo_bytes(desk: Desk, photo_id: str, *, record_id: str = "") -> bytes:
    """The picture, for staff, or by the link of its own record. Raises UserProblem."""
    async with desk.store.read() as session:
        row = await session.get(RectificationPhoto, photo_id)
    if row is None or (record_id and row.record_id != record_id):
        raise UserProblem("no_photo", "没有这张照片。", 404)
    return desk.secrets_box.unseal(row.sealed, f"rectification_photos.sealed.{row.id}")


async def opened(desk: Desk, record_id: str) -> InspectionRecord:
    """The record behind a link."""
    async with desk.store.read() as session:
        return await served_row(session, record_id)
