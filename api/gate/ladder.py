"""The disclosure ladder as pages show it. In: the store, who looks. Out: rungs, never an address."""

from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.who import Person
from api.desk import Desk
from episodes import ladder as rules
from episodes.assignment import Post
from episodes.episode import State
from episodes.people import Role
from runtime.words import N_
from store import ladders as store
from store.people import accounts
from store.plans import crew_of
from store.tables.episodes import Episode, Target

STARTERS = ((N_("司机"), 30, Post.DRIVER), (N_("执法人员"), 15, Post.OFFICER), (N_("导播"), 0, Post.DIRECTOR))
"""Rungs that a new ladder offers: what they are called, minutes before the start, whom the crew list names for it."""
_SPARE_ROWS = 2
_MOST_ROWS = 12


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    user_id: str
    name: str
    seen: bool = False
    acknowledged: bool = False


class RungRow(msgspec.Struct, frozen=True, kw_only=True):
    """One rung; `mine` says that the one who looks stands on it."""

    rung_id: str
    title: str
    people: tuple[PersonRow, ...]
    minutes_before: int | None
    opens_utc_ns: int
    releaser: str
    releaser_id: str
    open: bool
    released: bool
    mine: bool = False
    may_release: bool = False
    acknowledged: bool = False
    seen: bool = False


class LadderView(msgspec.Struct, frozen=True, kw_only=True):
    """A ladder on `/produce`; `form` are the rows of its form, `everybody` whom one may choose."""

    rungs: tuple[RungRow, ...]
    version: int
    may_edit: bool
    form: tuple[dict[str, Any], ...]
    everybody: tuple[PersonRow, ...]
    mine: bool


async def ladder_view(desk: Desk, who: Person, episode_id: str) -> LadderView:
    """For one episode."""
    async with desk.store.read() as session:
        episode = await session.get_one(Episode, episode_id)
        people = {each.user_id: each.name for each in await accounts(session) if each.active}
        rungs = await _rows(session, desk, who, episode, people)
        version = await store.ladder_version(session, episode_id)
        crew = await crew_of(session, episode_id)
    form: list[dict[str, Any]] = [
        {
            "title": each.title,
            "minutes": each.minutes_before,
            "releaser": each.releaser_id,
            "people": [one.user_id for one in each.people],
        }
        for each in rungs
    ]
    blank: dict[str, Any] = {"title": "", "minutes": None, "releaser": "", "people": []}
    if not form:
        form = [
            blank | {"starter": title, "minutes": minutes, "people": [one.user_id for one in crew if one.post is post]}
            for title, minutes, post in STARTERS
        ]
    form += [blank] * min(_SPARE_ROWS, _MOST_ROWS - len(form))
    return LadderView(
        rungs=rungs,
        version=version,
        may_edit=who.is_a(Role.PRODUCER) and episode.state in {"planned", "approved"},
        form=tuple(form),
        everybody=tuple(PersonRow(user_id=key, name=name) for key, name in people.items()),
        mine=any(each.mine for each in rungs),
    )


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """A coming episode as somebody on its ladder sees it: rungs of theirs, rungs they release, targets by number."""

    episode_id: str
    number: int
    starts_utc_ns: int
    approved: bool
    rungs: tuple[RungRow, ...]
    releases: tuple[RungRow, ...]
    targets: tuple[tuple[str, int], ...]


async def destinations(desk: Desk, who: Person) -> tuple[Destination, ...]:
    """Where this person will go, as far as they may know."""
    found = []
    async with desk.store.read() as session:
        people = {each.user_id: each.name for each in await accounts(session)}
        for episode in await store.coming(session):
            rungs = await _rows(session, desk, who, episode, people)
            mine, releases = [each for each in rungs if each.mine], [each for each in rungs if each.may_release]
            if not mine and not releases:
                continue
            query = select(Target.id, Target.ordinal).where(Target.episode_id == episode.id, Target.passed.is_(False))
            targets = (await session.execute(query.order_by(Target.ordinal))).all()
            found.append(
                Destination(
                    episode_id=episode.id,
                    number=episode.number,
                    starts_utc_ns=episode.starts_utc_ns,
                    approved=episode.state in {"approved", "live"},
                    rungs=tuple(mine),
                    releases=tuple(releases),
                    targets=tuple((row.id, row.ordinal) for row in targets),
                )
            )
    return tuple(found)


async def _rows(
    session: AsyncSession, desk: Desk, who: Person, episode: Episode, people: dict[str, str]
) -> tuple[RungRow, ...]:
    rungs = await store.rungs_of(session, episode.id)
    known = await store.known(session, [each.rung_id for each in rungs])
    now, state = desk.clock.utc_ns(), State(episode.state)
    rows = []
    for rung in rungs:
        seen = {one: known.get((rung.rung_id, one)) for one in rung.people}
        mine = seen.get(who.user_id)
        rows.append(
            RungRow(
                rung_id=rung.rung_id,
                title=rung.title,
                people=tuple(
                    PersonRow(
                        user_id=one,
                        name=people.get(one, "—"),
                        seen=row is not None,
                        acknowledged=bool(row and row.acknowledged_utc_ns),
                    )
                    for one, row in seen.items()
                ),
                minutes_before=rung.minutes_before,
                opens_utc_ns=rules.opens_utc_ns(rung, episode.starts_utc_ns),
                releaser=people.get(rung.releaser, ""),
                releaser_id=rung.releaser,
                open=rules.is_open(rung, state, episode.starts_utc_ns, now),
                released=bool(rung.released_utc_ns),
                mine=who.user_id in rung.people,
                may_release=rung.releaser == who.user_id and not rung.released_utc_ns,
                seen=mine is not None,
                acknowledged=bool(mine and mine.acknowledged_utc_ns),
            )
        )
    return tuple(rows)
