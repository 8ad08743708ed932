"""The inspection record: drawn up, signed by both sides or refused, served. In: what officers and operator press.

Out: state and records. Names, statements and signatures rest encrypted; the record log holds hashes and codes only.
Why a served record is as it is: docs/adr/0027-served-record.md.
"""

import msgspec
from sqlalchemy import select, update

from api.deeds.doing import Actor, Ok, StateNow, new_id, once, the_episode
from api.deeds.papers import Calendar, calendar_of, put, record_row, signed_of
from api.deeds.rectified import assign_by_grid
from api.desk import Desk
from episodes import paper as rules
from episodes.events import (
    OrderGiven,
    OrderKind,
    Proof,
    RecordDrawnUp,
    RecordServed,
    RecordSigned,
    Side,
    SigningRefused,
)
from episodes.paper import Paper, PaperFinding, PaperTest, Refusal, Signature, Signed
from episodes.rapid_test import RapidTest, State
from episodes.signature import Signature as Drawn
from episodes.wording import card_words
from runtime.problems import UserProblem
from store import Work
from store.entities import by_licence
from store.rapid_tests import tests_of
from store.tables.episodes import Episode, Programme
from store.tables.graphics import Finding
from store.tables.orders import OrderRow
from store.tables.served import InspectionRecord


class DrawnUp(msgspec.Struct, frozen=True):
    """A record to be signed; `hash` is what everybody signs."""

    record_id: str
    hash: str


class Visited(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the record is about. `where` is the code that pages show; the name stands in the sealed record only."""

    where: str
    entity: str
    place: str = ""
    licence: str = ""
    grid: str = ""


async def draw_up(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    episode_id: str,
    visited: Visited,
    orders: dict[str, OrderKind],
) -> DrawnUp:
    """Write down what was found at one place, with an order and its deadline for every finding named in `orders`."""

    async def body(work: Work) -> DrawnUp:
        episode = await the_episode(work.session, episode_id)
        if episode.state not in ("live", "ended", "published"):
            raise UserProblem("not_visited", "还没有开播，不能写检查记录。", 409)
        record_id, now = new_id(), desk.clock.utc_ns()
        place, grid = await _known(work, visited)
        signed = Signed(paper=await _paper(work, episode, record_id, place, orders, now))
        row = InspectionRecord(
            id=record_id,
            episode_id=episode_id,
            place_code=place.where,
            grid=grid,
            made_by=actor.user_id,
            made_utc_ns=now,
        )
        put(desk, row, signed)
        work.session.add(row)
        await work.session.flush()
        await work.session.execute(update(Finding).where(Finding.id.in_(orders)).values(record_id=record_id))
        ids = tuple(each.finding_id for each in signed.paper.findings)
        work.record(
            RecordDrawnUp(
                episode_id=episode_id,
                record_id=record_id,
                where=place.where,
                finding_ids=ids,
                hash=signed.hash,
                by=actor.user_id,
            )
        )
        return DrawnUp(record_id, signed.hash)

    return await once(desk, actor, "draw_up", command_id, DrawnUp, body)


async def _known(work: Work, visited: Visited) -> tuple[Visited, str]:
    """Filled in from the register where the licence is known there."""
    entity = await by_licence(work.session, visited.licence) if visited.licence else None
    if entity is None:
        if not visited.entity.strip() or not visited.where.strip():
            raise UserProblem("whose_record", "请写明经营者名称和位置代号。", 422)
        return visited, visited.grid
    place = visited.place or entity.place
    name = visited.entity.strip() or entity.name
    return msgspec.structs.replace(visited, entity=name, place=place), visited.grid or entity.grid


async def _paper(
    work: Work, episode: Episode, record_id: str, visited: Visited, orders: dict[str, OrderKind], now: int
) -> Paper:
    house = await work.session.get_one(Programme, episode.programme_id)
    calendar = await calendar_of(work.session, episode.id)
    query = select(Finding).where(Finding.episode_id == episode.id, Finding.id.in_(orders))
    found = (await work.session.scalars(query.order_by(Finding.opened_utc_ns, Finding.id).with_for_update())).all()
    if len(found) != len(orders):
        raise UserProblem("no_finding", "没有这个问题。", 404)
    if any(each.record_id for each in found):
        raise UserProblem("finding_taken", "有的问题已经写进另一份记录，请刷新后再选。", 409)
    if any(rules.place_of(each.place_code) != rules.place_of(visited.where) for each in found):
        raise UserProblem("finding_elsewhere", "一份记录只写一个位置的问题，请核对位置代号。", 422)
    here = rules.place_of(visited.where)
    tests = [
        test for test in await tests_of(work.session, episode.id) if rules.place_of(test.started.stall_code) == here
    ]
    return Paper(
        record_id=record_id,
        programme=house.name,
        agency=house.agency,
        number=episode.number,
        legal_basis=episode.legal_basis,
        entity=visited.entity.strip(),
        place=visited.place.strip(),
        where=visited.where,
        drawn_utc_ns=now,
        findings=tuple(_finding(each, orders[each.id], calendar, now) for each in found),
        tests=tuple(_test(each) for each in tests if each.state is not State.AWAITING),
    )


def _finding(row: Finding, order: OrderKind, calendar: Calendar, now: int) -> PaperFinding:
    return PaperFinding(
        finding_id=row.id,
        key_item=row.key_item,
        sentence=row.sentence,
        measure=row.measure,
        order=order,
        due_utc_ns=calendar.due(order, now),
        basis=calendar.basis(order, now),
    )


def _test(test: RapidTest) -> PaperTest:
    words = card_words(test)
    return PaperTest(
        test_id=test.test_id,
        sample_no=words.sample_no,
        item=words.item,
        said=(f"{words.label}{words.headline}", *words.lines),
        value=f"{words.value} {words.unit}".strip() if words.limit_words else "",
        limit=words.limit_words,
    )


async def sign(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    record_id: str,
    side: Side,
    name: str,
    drawn: Drawn | None,
    paper: str,
    statement: str = "",
) -> StateNow:
    """An officer (who is signed in) or the operator signs the paper with this hash."""

    async def body(work: Work) -> StateNow:
        row = await record_row(work.session, record_id, lock=True)
        by = actor.user_id if side == "officer" else ""
        signature = Signature(side=side, name=name, drawn=drawn, hash=paper, utc_ns=desk.clock.utc_ns(), by=by)
        put(desk, row, rules.sign(signed_of(desk, row), signature, statement))
        work.record(RecordSigned(episode_id=row.episode_id, record_id=row.id, side=side, hash=paper, by=by))
        return StateNow(row.state)

    return await once(desk, actor, "sign_record", command_id, StateNow, body)


async def refuse(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    record_id: str,
    paper: str,
    reason: str,
    proof: Proof,
    camera: str = "",
    witness: str = "",
    drawn: Drawn | None = None,
) -> StateNow:
    """The operator will not sign: why, and a witness who does or the camera that filmed it."""

    async def body(work: Work) -> StateNow:
        row = await record_row(work.session, record_id, lock=True)
        episode = await the_episode(work.session, row.episode_id)
        now = desk.clock.utc_ns()
        refusal = Refusal(reason=reason, proof=proof, camera=camera, by=actor.user_id, utc_ns=now)
        seen = Signature(side="witness", name=witness, drawn=drawn, hash=paper, utc_ns=now) if witness else None
        put(desk, row, rules.refuse(signed_of(desk, row), refusal, paper, seen, tuple(episode.cameras)))
        work.record(SigningRefused(episode_id=row.episode_id, record_id=row.id, proof=proof, by=actor.user_id))
        if proof == "witness":
            work.record(RecordSigned(episode_id=row.episode_id, record_id=row.id, side="witness", hash=paper, by=""))
        return StateNow(row.state)

    return await once(desk, actor, "refuse_record", command_id, StateNow, body)


async def serve(desk: Desk, actor: Actor, *, command_id: str = "", record_id: str) -> StateNow:
    """The operator has it: orders begin, the grid area's officer is asked to look again."""

    async def body(work: Work) -> StateNow:
        row = await record_row(work.session, record_id, lock=True)
        now = desk.clock.utc_ns()
        signed = rules.serve(signed_of(desk, row), now)
        put(desk, row, signed)
        row.served_utc_ns = now
        for each in signed.paper.findings:
            _order(work, row, each, now)
        await work.session.flush()
        work.record(
            RecordServed(
                episode_id=row.episode_id,
                record_id=row.id,
                where=row.place_code,
                finding_ids=tuple(each.finding_id for each in signed.paper.findings),
                how="refused" if signed.refusal else "signed",
                hash=row.hash,
            )
        )
        for each in signed.paper.findings:
            await assign_by_grid(desk, work, row, each.finding_id, each.due_utc_ns)
        return StateNow(row.state)

    return await once(desk, actor, "serve_record", command_id, StateNow, body)


def _order(work: Work, row: InspectionRecord, finding: PaperFinding, now: int) -> None:
    order = OrderRow(
        id=new_id(),
        record_id=row.id,
        finding_id=finding.finding_id,
        kind=finding.order,
        basis=finding.basis,
        given_utc_ns=now,
        due_utc_ns=finding.due_utc_ns,
    )
    work.session.add(order)
    work.record(
        OrderGiven(
            episode_id=row.episode_id,
            order_id=order.id,
            finding_id=order.finding_id,
            order=finding.order,
            due_utc_ns=order.due_utc_ns,
            basis=order.basis,
        )
    )


async def tear_up(desk: Desk, actor: Actor, *, command_id: str = "", record_id: str) -> Ok:
    """A record with a mistake, before it is served: its findings can be written down anew."""

    async def body(work: Work) -> Ok:
        row = await record_row(work.session, record_id, lock=True)
        if row.state == "served":
            raise UserProblem("served_already", "这份记录已经送达。", 409)
        row.state = "torn"
        await work.session.execute(update(Finding).where(Finding.record_id == record_id).values(record_id=""))
        return Ok()

    return await once(desk, actor, "tear_up", command_id, Ok, body)
