"""A rapid test from sample to laboratory. In: what tester and reviewer read. Out: the test's state and its records.

The rules are `episodes.rapid_test`; here is who, when and in one transaction. A correction takes two people, too: the
tester re-reads with `correct`, somebody else confirms with `review_reading`, and only then the correction is public.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.deeds.doing import Actor, StateNow, new_id, on_air, once
from api.deeds.samples import Reviewed, Sample, TestMade
from api.desk import Desk
from episodes import rapid_test as rules
from episodes.checked import checked_words
from episodes.events import (
    AnyEvent,
    RapidTestReviewed,
    RapidTestStarted,
    ReadingEntered,
    ReadingMismatched,
    ReadingsApart,
)
from episodes.limits import limit_for
from episodes.methods import method_of
from episodes.rapid_test import RapidTest, State
from runtime.problems import UserProblem
from store import Work
from store.house_tables import limit_table, method_table
from store.rapid_tests import put, test_of
from store.tables.episodes import Episode, Programme
from store.tables.rapid_tests import RapidTestRow


async def start_test(desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, sample: Sample) -> TestMade:
    """A sample is under test, on air."""

    async def body(work: Work) -> TestMade:
        episode = await on_air(work.session, episode_id)
        today = await _day(work.session, episode, desk.clock.utc_ns())
        limits = await limit_table(work.session)
        limit = limit_for(limits, sample.method_id, sample.item.strip(), sample.food_category, today)
        method = method_of(await method_table(work.session), limit.method_id)
        started = rules.start(
            RapidTestStarted(
                episode_id=episode_id,
                test_id=new_id(),
                sample_no=sample.sample_no.strip(),
                item=sample.item.strip(),
                food_category=sample.food_category,
                batch=sample.batch,
                stall_code=sample.stall_code,
                method_id=limit.method_id,
                method=limit.method,
                family=limit.family,
                unit=limit.unit,
                reagent_batch=sample.reagent_batch,
                reagent_expires=sample.reagent_expires,
                device_id=sample.device_id,
                tester=actor.user_id,
                minutes=sample.minutes or method.minutes,
                readings=method.readings,
                combine=method.combine,
                apart="" if method.apart is None else str(method.apart),
            ),
            today,
        )
        now = desk.clock.utc_ns()
        row = RapidTestRow(id=started.test_id, episode_id=episode_id, started_utc_ns=now)
        put(row, rules.begun(started, now))
        work.session.add(row)
        work.record(started)
        return TestMade(started.test_id)

    return await once(desk, actor, "start_test", command_id, TestMade, body)


async def enter_reading(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    test_id: str,
    value: str = "",
    values: tuple[str, ...] = (),
    invalid: bool = False,
) -> StateNow:
    """The tester's reading, `values` where the method takes several; nobody but the rules sees it before the review.

    Raises UserProblem `readings_apart` after recording that the repeats lie too far apart.
    """

    async def body(work: Work) -> Reviewed:
        row, test = await the_test(work.session, test_id)
        return await apply_reading(work, row, test, _entered(test, actor, values or (value,), invalid))

    return agreed(await once(desk, actor, "enter_reading", command_id, Reviewed, body))


async def review_reading(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    test_id: str,
    value: str = "",
    values: tuple[str, ...] = (),
    invalid: bool = False,
) -> StateNow:
    """The second person's blind reading. Raises UserProblem `mismatch` after recording that the two differ.

    On a withdrawn test it confirms the correction that the tester asked for with `correct`.
    """

    async def body(work: Work) -> Reviewed:
        row, test = await the_test(work.session, test_id)
        if test.state is not State.WITHDRAWN:
            await on_air(work.session, row.episode_id)
        return await _review(desk, work, row, test, actor, values or (value,), invalid)

    reviewed = await once(desk, actor, "review_reading", command_id, Reviewed, body)
    return agreed(reviewed)


async def withdraw(desk: Desk, actor: Actor, *, command_id: str = "", test_id: str) -> StateNow:
    """One press; no approval, in any state, on air or not."""

    async def body(work: Work) -> StateNow:
        row, test = await the_test(work.session, test_id)
        row.pending_what = row.pending_reason = ""
        return _apply(work, row, test, rules.withdraw(test, actor.user_id))

    return await once(desk, actor, "withdraw", command_id, StateNow, body)


async def correct(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    test_id: str,
    what: str,
    reason: str,
    value: str = "",
    values: tuple[str, ...] = (),
    invalid: bool = False,
    reviewer: Actor | None = None,
    reviewer_value: str = "",
    reviewer_invalid: bool = False,
) -> StateNow:
    """The tester's new reading of a withdrawn test, with what was wrong and why.

    It waits (state `withdrawn`) until another person confirms it blind with `review_reading`; when that person stands
    beside and has signed in on the same phone, pass `reviewer` with what they entered themselves.
    """

    async def body(work: Work) -> Reviewed:
        row, test = await the_test(work.session, test_id)
        if test.state is not State.WITHDRAWN:
            raise UserProblem("withdraw_first", "请先撤下原结果，再作更正。", 409)
        row.pending_what, row.pending_reason = (
            checked_words(what, "请写明更正了什么。"),
            checked_words(reason, "请写明更正的原因。"),
        )
        entered = await apply_reading(work, row, test, _entered(test, actor, values or (value,), invalid))
        if reviewer is None or entered.apart:
            return entered
        return await _review(desk, work, row, test_of(row), reviewer, (reviewer_value,), reviewer_invalid)

    return agreed(await once(desk, actor, "correct", command_id, Reviewed, body))


async def void(desk: Desk, actor: Actor, *, command_id: str = "", test_id: str, reason: str) -> StateNow:
    """A withdrawn result that cannot be saved."""

    async def body(work: Work) -> StateNow:
        row, test = await the_test(work.session, test_id)
        return _apply(work, row, test, rules.void(test, reason))

    return await once(desk, actor, "void", command_id, StateNow, body)


async def dispatch_sample(desk: Desk, actor: Actor, *, command_id: str = "", test_id: str, laboratory: str) -> StateNow:
    """The sample is on its way to the laboratory; only now may the card say so."""

    async def body(work: Work) -> StateNow:
        row, test = await the_test(work.session, test_id)
        return _apply(work, row, test, rules.dispatch(test, laboratory))

    return await once(desk, actor, "dispatch_sample", command_id, StateNow, body)


async def lab_conclude(
    desk: Desk, actor: Actor, *, command_id: str = "", test_id: str, compliant: bool, report_no: str
) -> StateNow:
    """The laboratory's conclusion."""

    async def body(work: Work) -> StateNow:
        row, test = await the_test(work.session, test_id)
        return _apply(work, row, test, rules.conclude(test, compliant=compliant, report_no=report_no))

    return await once(desk, actor, "lab_conclude", command_id, StateNow, body)


async def the_test(session: AsyncSession, test_id: str) -> tuple[RapidTestRow, RapidTest]:
    """The test, for writing. Raises UserProblem `no_test`."""
    row = await session.get(RapidTestRow, test_id, with_for_update=True)
    if row is None:
        raise UserProblem("no_test", "没有这份样品的快检。", 404)
    return row, test_of(row)


def _apply(work: Work, row: RapidTestRow, test: RapidTest, event: AnyEvent) -> StateNow:
    after = rules.after(test, event)
    put(row, after)
    work.record(event)
    return StateNow(after.state)


async def apply_reading(
    work: Work, row: RapidTestRow, test: RapidTest, event: ReadingEntered | ReadingsApart
) -> Reviewed:
    """A reading on air, or of a withdrawn test; that repeats lay apart is recorded, too."""
    if test.state is not State.WITHDRAWN:
        await on_air(work.session, row.episode_id)
    return Reviewed(_apply(work, row, test, event).state, apart=isinstance(event, ReadingsApart))


def _entered(test: RapidTest, actor: Actor, values: tuple[str, ...], invalid: bool) -> ReadingEntered | ReadingsApart:
    return rules.enter_reading(test, values=values, unit=test.started.unit, invalid=invalid, by=actor.user_id)


async def _review(
    desk: Desk, work: Work, row: RapidTestRow, test: RapidTest, actor: Actor, values: tuple[str, ...], invalid: bool
) -> Reviewed:
    episode = await work.session.get_one(Episode, row.episode_id)
    day = await _day(work.session, episode, test.started_utc_ns)
    started = test.started
    event = rules.review(
        test,
        values=values,
        unit=started.unit,
        invalid=invalid,
        by=actor.user_id,
        limit=limit_for(await limit_table(work.session), started.method_id, started.item, started.food_category, day),
        now_utc_ns=desk.clock.utc_ns(),
    )
    if isinstance(event, ReadingMismatched):
        return Reviewed(_apply(work, row, test, event).state, matched=False)
    return Reviewed(_apply(work, row, test, _as_correction(row, test, event)).state, matched=True)


def _as_correction(row: RapidTestRow, test: RapidTest, result: RapidTestReviewed) -> AnyEvent:
    """On a withdrawn test a confirmed reading becomes public as a correction, in the tester's words."""
    if test.state is not State.WITHDRAWN:
        return result
    if not row.pending_what:
        raise UserProblem("correction_words", "请检测员先写明更正了什么、为什么，再复核。", 409)
    event = rules.correct(test, result, what=row.pending_what, reason=row.pending_reason)
    row.pending_what = row.pending_reason = ""
    return event


def agreed(reviewed: Reviewed) -> StateNow:
    """The state, unless readings lay apart or differed. Raises UserProblem."""
    if reviewed.apart:
        raise UserProblem("readings_apart", "几次读数相差太大，不能取用，已经记录。请全部重新读。", 409)
    if not reviewed.matched:
        raise UserProblem("mismatch", "两人读数不一致，请两人都重新读数。", 409)
    return StateNow(reviewed.state)


async def _day(session: AsyncSession, episode: Episode, utc_ns: int) -> date:
    """The calendar day where the programme lives."""
    programme = await session.get_one(Programme, episode.programme_id)
    return datetime.fromtimestamp(utc_ns / 1e9, UTC).astimezone(ZoneInfo(programme.timezone)).date()
