"""A desk on stage for the deeds' tests. In: a desk and its played rooms. Out: episodes brought to where a test begins."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from api.deeds import approvals, episodes, ladder, rapid_tests
from api.deeds.doing import Actor, StateNow
from api.deeds.rapid_tests import Sample
from api.desk import Desk
from episodes.commands import RecordMade
from episodes.events import AnyEvent
from episodes.ladder import Rung
from episodes.people import Role
from runtime.clock import SteppedClock
from store import log
from store.approvals import basis_of, basis_row
from store.tables.people import User
from tests.api.rooms_played import Rooms
from tests.ready import ready


@dataclass(frozen=True)
class Somebody:
    """An actor, as `api.access.Person` is one."""

    user_id: str

    @property
    def name(self) -> str:
        return f"{self.user_id}名"


PRODUCER, LEGAL, DIRECTOR = Somebody("producer"), Somebody("legal"), Somebody("director")
TESTER, OFFICER = Somebody("tester"), Somebody("officer")
SAMPLE = Sample(
    sample_no="S1",
    item="豇豆",
    food_category="蔬菜",
    batch="B1",
    stall_code="A12",
    method_id="enzyme_inhibition",
    reagent_batch="R7",
    reagent_expires="2099-12-31",
    device_id="spectro-1",
)


async def approve(desk: Desk, episode_id: str, *, giver: Actor = PRODUCER, by: Actor = LEGAL) -> None:
    """One gives the basis, unless somebody has; another reviews it and approves what stands now."""
    async with desk.store.read() as session:
        basis = basis_of(await basis_row(session, episode_id))
    if not basis.legal_basis:
        words = {"legal_basis": "《食品安全法》第一百一十条", "scope": "江北区的餐饮店"}
        await approvals.give_basis(desk, giver, episode_id=episode_id, **words)
    if not basis.reviewed_by:
        await approvals.review_basis(desk, by, episode_id=episode_id, version=basis.version or 1)
    version = await approvals.version_now(desk, episode_id)
    await approvals.approve(desk, by, episode_id=episode_id, version=version)


@dataclass
class Stage:
    """The desk, the rooms it talks to, its clock."""

    desk: Desk
    rooms: Rooms
    clock: SteppedClock

    async def planned(self, number: int = 103, **more: object) -> str:
        if number == 103:
            await episodes.set_programme(
                self.desk, PRODUCER, name="一线直播", agency="江北市市场监管局", weekday=3, starts="19:00", minutes=90
            )
        plan = {
            "number": number,
            "title": "夜市快检",
            "theme": "夜市",
            "starts_utc_ns": self.clock.utc_ns() + 10**12,
            "cameras": ("cam-1", "cam-2"),
            **more,
        }
        return (await episodes.plan_episode(self.desk, PRODUCER, **plan)).episode_id

    async def approved(self, number: int = 103) -> str:
        episode_id = await self.planned(number)
        await self.approve(episode_id)
        return episode_id

    async def approve(self, episode_id: str) -> None:
        await approve(self.desk, episode_id)

    async def account(self, who: Actor, *roles: Role) -> str:
        """An account for somebody, without the slow hash: they act in this process."""
        async with self.desk.store.work("test") as work:
            user = User(id=who.user_id, login=who.user_id, name=who.name, roles=list(roles), password_hash="")
            user.made_utc_ns = self.clock.utc_ns()
            await work.session.merge(user)
        return who.user_id

    async def let_look(self, episode_id: str, who: Actor = LEGAL) -> None:
        """Somebody stands on an open rung of the approved ladder."""
        people = (await self.account(who, Role.LEGAL),)
        rung = Rung(title="法制", people=people, minutes_before=10_000)
        await ladder.set_ladder(self.desk, PRODUCER, episode_id=episode_id, rungs=(rung,))
        await self.approve(episode_id)

    async def live(self, number: int = 103) -> str:
        episode_id = await self.approved(number)
        await self.rooms.say()
        await self.go_live(episode_id, source="cam-1")
        return episode_id

    async def go_live(self, episode_id: str, actor: Actor = DIRECTOR, **more: object) -> StateNow:
        """Through the gate, which is made ready first."""
        await ready(self.desk, episode_id)
        return await episodes.go_live(self.desk, actor, episode_id=episode_id, **more)

    async def reviewed(self, episode_id: str, value: str = "62.4") -> str:
        """A test whose reading two people agree on."""
        test_id = (await rapid_tests.start_test(self.desk, TESTER, episode_id=episode_id, sample=SAMPLE)).test_id
        await rapid_tests.enter_reading(self.desk, TESTER, test_id=test_id, value=value)
        await rapid_tests.review_reading(self.desk, OFFICER, test_id=test_id, value=value)
        return test_id

    async def until(self, probe: Callable[[], object], *, say: bool = True) -> None:
        """Let half seconds pass, statuses said, until `probe` holds."""
        for _ in range(200):
            if probe():
                return
            if say:
                await self.rooms.say()
            await self.clock.advance(0.5)
            await asyncio.sleep(0.01)
        raise AssertionError("did not come")

    async def shown(self, seq: int, utc_ns: int) -> None:
        """The public's picture has reached `seq`, and the desk has heard of it."""
        await self.rooms.shown(seq, utc_ns)
        for _ in range(500):
            if self.desk.public.seq >= seq:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"{seq} was not released")

    async def records(self, *kinds: type[AnyEvent]) -> tuple[RecordMade, ...]:
        async with self.desk.store.read() as session:
            return await log.read(session, kinds=kinds)

    async def events(self, *kinds: type[AnyEvent]) -> list[AnyEvent]:
        return [record.event for record in await self.records(*kinds) if record.event]

    async def kinds(self) -> list[str]:
        return [type(event).__name__ for event in await self.events()]
