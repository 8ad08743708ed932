"""Programmes, their seasons and extra slots. In: what a producer fills in. Out: rows, with the record of them."""

from datetime import UTC, date, datetime

import msgspec

from api.deeds.doing import Actor, Ok, checked_words, new_id, once
from api.desk import Desk
from episodes import seasons as rules
from episodes.events import ExtraSlotRemoved, ExtraSlotSet, ProgrammeSet, SeasonRemoved, SeasonSet
from episodes.slots import Once, OnHoliday, SlotRule, checked, programme_slots
from runtime.problems import UserProblem
from store import Work, plans
from store.episodes import programmes
from store.tables.episodes import Programme
from store.tables.plan import ExtraSlot, SeasonRow

_MOST_EXTRA = 200


class ProgrammeMade(msgspec.Struct, frozen=True):
    programme_id: str


class SeasonMade(msgspec.Struct, frozen=True):
    season_id: str


class SlotMade(msgspec.Struct, frozen=True):
    slot_id: str


async def set_programme(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    programme_id: str = "",
    name: str,
    agency: str,
    weekday: int,
    starts: str,
    minutes: int,
    timezone: str = "Asia/Shanghai",
    days: tuple[int, ...] = (),
    on_holiday: OnHoliday = "keep",
) -> ProgrammeMade:
    """Make a programme with its slots, or change the one named."""

    async def body(work: Work) -> ProgrammeMade:
        event = ProgrammeSet(
            programme_id=programme_id or new_id(),
            name=checked_words(name, "请填写栏目名称。"),
            agency=checked_words(agency, "请填写主办单位。"),
            weekday=weekday,
            starts=starts,
            minutes=minutes,
            timezone=timezone,
            days=tuple(sorted(set(days))),
            on_holiday=on_holiday,
        )
        programme_slots(event, datetime.fromtimestamp(desk.clock.utc_ns() / 1e9, UTC), 1)
        await work.session.merge(
            Programme(
                id=event.programme_id,
                name=event.name,
                agency=event.agency,
                weekday=weekday,
                starts=starts,
                minutes=minutes,
                timezone=timezone,
                days=list(event.days),
                on_holiday=on_holiday,
            )
        )
        work.record(event)
        return ProgrammeMade(event.programme_id)

    return await once(desk, actor, "set_programme", command_id, ProgrammeMade, body)


async def the_programme(work: Work, programme_id: str) -> Programme:
    """The one named, or the only one there is. Raises UserProblem `no_programme`."""
    if programme_id:
        row = await work.session.get(Programme, programme_id)
    else:
        every = await programmes(work.session)
        row = every[0] if len(every) == 1 else None
    if row is None:
        raise UserProblem("no_programme", "请先选择栏目。", 404)
    return row


async def set_season(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    programme_id: str = "",
    name: str,
    first_day: date,
    last_day: date,
    first_number: int,
) -> SeasonMade:
    """A season more; it must fit between the others."""

    async def body(work: Work) -> SeasonMade:
        programme = await the_programme(work, programme_id)
        season = rules.Season(
            season_id=new_id(),
            programme_id=programme.id,
            name=name.strip(),
            first_day=first_day,
            last_day=last_day,
            first_number=first_number,
        )
        rules.checked(season, await plans.seasons(work.session, programme.id))
        days = {"first_day": first_day.isoformat(), "last_day": last_day.isoformat()}
        work.session.add(
            SeasonRow(
                id=season.season_id, programme_id=programme.id, name=season.name, first_number=first_number, **days
            )
        )
        work.record(
            SeasonSet(
                season_id=season.season_id,
                programme_id=programme.id,
                first_number=first_number,
                by=actor.user_id,
                **days,
            )
        )
        return SeasonMade(season.season_id)

    return await once(desk, actor, "set_season", command_id, SeasonMade, body)


async def remove_season(desk: Desk, actor: Actor, *, command_id: str = "", season_id: str) -> Ok:
    """Take a season away; episodes keep their numbers."""

    async def body(work: Work) -> Ok:
        row = await work.session.get(SeasonRow, season_id)
        if row is None:
            raise UserProblem("no_season", "没有这一季，请刷新。", 404)
        await work.session.delete(row)
        work.record(SeasonRemoved(season_id=season_id, by=actor.user_id))
        return Ok()

    return await once(desk, actor, "remove_season", command_id, Ok, body)


async def set_extra_slot(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    programme_id: str = "",
    day: date,
    starts: str,
    minutes: int,
    note: str = "",
) -> SlotMade:
    """A slot for once; it may end after midnight."""

    async def body(work: Work) -> SlotMade:
        programme = await the_programme(work, programme_id)
        rule = SlotRule(rule=Once(day.isoformat()), starts=starts, minutes=minutes, timezone=programme.timezone)
        checked(rule)
        others = await plans.extra_slots(work.session)
        if len(others) >= _MOST_EXTRA:
            raise UserProblem("slots_full", "加的档期太多了，请先删掉已经过去的。", 409)
        if any((each.rule.rule, each.rule.starts) == (rule.rule, starts) for each in others):
            raise UserProblem("slot_twice", "这个时间已经加过一档。", 409)
        event = ExtraSlotSet(
            slot_id=new_id(),
            programme_id=programme.id,
            day=day.isoformat(),
            starts=starts,
            minutes=minutes,
            by=actor.user_id,
        )
        kept = {"day": event.day, "starts": starts, "minutes": minutes, "note": note.strip()}
        work.session.add(ExtraSlot(id=event.slot_id, programme_id=programme.id, **kept))
        work.record(event)
        return SlotMade(event.slot_id)

    return await once(desk, actor, "set_extra_slot", command_id, SlotMade, body)


async def remove_extra_slot(desk: Desk, actor: Actor, *, command_id: str = "", slot_id: str) -> Ok:
    """Take an extra slot away; an episode planned in it stays."""

    async def body(work: Work) -> Ok:
        row = await work.session.get(ExtraSlot, slot_id)
        if row is None:
            raise UserProblem("no_slot", "没有这个档期，请刷新。", 404)
        await work.session.delete(row)
        work.record(ExtraSlotRemoved(slot_id=slot_id, by=actor.user_id))
        return Ok()

    return await once(desk, actor, "remove_extra_slot", command_id, Ok, body)
