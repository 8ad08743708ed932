"""The one clock for the public. In: records, `playout.position`, `playout.status`. Out: records released, in order.

Off air a public record is public at once. On air it waits until playout says that the frame which knew it has been
handed to the public; without playout nothing moves. What is released stays released, over a restart too: the place is
stored before anybody is told. `show` is the fold of what was released.

What a DUMP or a KILL took from the picture is not released when its place is passed but withheld, by the rule of
`episodes.withheld`; a person's `given_back` folds the show anew, each fact where it belongs.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection

from sqlalchemy import select

from episodes.commands import RecordMade
from episodes.events import AnyEvent, EpisodeEnded, EpisodeWentLive, PastFiguresSet
from episodes.public import PublicShow, show_after
from episodes.status import PlayoutStatus, PublicPosition
from episodes.withheld import Window, taken_by, window_of, windows_after, windows_with
from runtime.bus.protocol import Bus
from runtime.clock import Clock
from runtime.log import get
from runtime.problems import UserProblem
from store import Store, log
from store.tables.log import PublicPlace, Record, Withheld
from store.withheld import withheld

Released = Callable[[tuple[RecordMade, ...], int], None]
"""Called with public records only, in order, and the UTC of the public's picture at that moment (ns)."""

LOOK_AGAIN_S = 1.0
_BY = "desk"
_log = get("public clock")


class PublicClock:
    """Releases records to the public."""

    def __init__(self, store: Store, bus: Bus, clock: Clock) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()
        self._begun = False
        self._known = 0
        self._held: deque[RecordMade] = deque()  # bounded by one show's records, which never drop
        self._air: EpisodeWentLive | None = None
        self._position = PublicPosition(seq=0, utc_ns=0, episode_id="")
        self._off_utc_ns = 0
        self._windows: tuple[Window, ...] = ()
        self.seq = 0
        """Every record up to here is public."""
        self.utc_ns = 0
        self.show = PublicShow()
        self.listeners: list[Released] = []
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Release until cancelled."""
        await self.resume()
        self._store.listeners.append(self._recorded)
        try:
            async with (
                self._bus.subscribe("playout.position", PublicPosition) as positions,
                self._bus.subscribe("playout.status", PlayoutStatus, bound=16) as statuses,
            ):
                self.listening.set()
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._hear_position(positions), name="hear position")
                    tasks.create_task(self._hear_status(statuses), name="hear playout for the public clock")
                    tasks.create_task(self._hear_records(), name="hear records")
        finally:
            self._store.listeners.remove(self._recorded)

    async def resume(self) -> None:
        """Take up where the public was left; release what may be."""
        async with self._turn:
            if not self._begun:
                await self._remember()
                self._begun = True
        await self.advance()

    async def advance(self) -> None:
        """Release every record that may be public by now."""
        async with self._turn:
            await self._read_new()
            while batch := self._due():
                await self._release(batch)

    async def heard_position(self, position: PublicPosition) -> None:
        """Playout has shown the public every record up to `position.seq`."""
        before = self._position
        windows = (window_of(edit, position.episode_id) for edit in position.edits)
        self._windows = windows_with(self._windows, windows)
        if position.episode_id == before.episode_id and position.seq <= before.seq:
            return
        self._position = position
        await self.advance()

    async def heard_status(self, status: PlayoutStatus) -> None:
        """Playout's own account: for a desk that was away, and for when the delay has drained after an end."""
        if status.episode_id:
            place = PublicPosition(
                seq=status.public_seq, utc_ns=status.utc_ns, episode_id=status.episode_id, edits=status.edits
            )
            await self.heard_position(place)
        elif status.public == "off":
            self._off_utc_ns = status.utc_ns
            await self.advance()

    async def given_back(self, seqs: Collection[int]) -> None:
        """A person gave these to the public: the show is folded anew, and the pages are told."""
        async with self._turn:
            await self._fold_again()
            # They may be of an episode that is over: its page is told as well.
            async with self._store.read() as session:
                records = await log.read(session, after=min(seqs) - 1, upto=max(seqs))
            self._tell(tuple(record for record in records if record.seq in seqs), self.utc_ns)

    async def _remember(self) -> None:
        async with self._store.read() as session:
            place = await session.get(PublicPlace, 1)
        self.seq, self.utc_ns = (place.seq, place.utc_ns) if place else (0, 0)
        self._known = self.seq
        for record in await self._fold_again():
            self._note(record)

    async def _fold_again(self) -> tuple[RecordMade, ...]:
        """The show from its first record to the last one passed; those records."""
        async with self._store.read() as session:
            began = select(Record.seq).where(Record.kind == EpisodeWentLive.__name__, Record.seq <= self.seq)
            since = await session.scalar(began.order_by(Record.seq.desc()).limit(1)) or 1
            past = await log.read(session, upto=since - 1, kinds=(PastFiguresSet,))
            passed = await log.read(session, after=since - 1, upto=self.seq)
            hidden = await withheld(session)
        show = PublicShow()
        for record in (*past[-1:], *passed):
            show = _with(show, record, hide=record.seq in hidden)
        self.show = show
        return passed

    async def _read_new(self) -> None:
        async with self._store.read() as session:
            records = await log.read(session, after=self._known)
        if records:
            self._held.extend(records)
            self._known = records[-1].seq
            for record in records:
                self._windows = windows_after(self._windows, record.event)

    def _due(self) -> list[RecordMade]:
        """The held records that may go now, up to where the rule changes (going live, having ended)."""
        due: list[RecordMade] = []
        for record in self._held:
            if self._air is None and not isinstance(record.event, EpisodeWentLive):
                due.append(record)
                continue
            if not self._has_been_shown(record):
                break
            due.append(record)
            if isinstance(record.event, EpisodeWentLive | EpisodeEnded):
                break
        return due

    def _has_been_shown(self, record: RecordMade) -> bool:
        episode_id = self._air.episode_id if self._air else ""
        if isinstance(record.event, EpisodeWentLive):
            episode_id = record.event.episode_id
        if self._position.episode_id == episode_id and record.seq <= self._position.seq:
            return True
        return self._is_over(episode_id)

    def _is_over(self, episode_id: str) -> bool:
        """Whether the episode's end is recorded and playout has said, after it, that the public sees nothing more."""
        return any(
            isinstance(held.event, EpisodeEnded)
            and held.event.episode_id == episode_id
            and self._off_utc_ns > held.utc_ns
            for held in self._held
        )

    async def _release(self, batch: list[RecordMade]) -> None:
        seq = batch[-1].seq
        on_air = self._air is not None or isinstance(batch[0].event, EpisodeWentLive)
        utc_ns = self._position.utc_ns if on_air and seq <= self._position.seq else self._clock.utc_ns()
        show, taken = self.show, {}
        for record in batch:
            edit_id = taken_by(self._windows, record, show)
            show = _with(show, record, hide=bool(edit_id))
            if edit_id:
                taken[record.seq] = edit_id
        async with self._store.work(_BY) as work:
            await work.session.merge(PublicPlace(id=1, seq=seq, utc_ns=utc_ns))
            for record in batch:
                if record.event and record.seq in taken:
                    hidden = Withheld(seq=record.seq, episode_id=record.event.episode_id, edit_id=taken[record.seq])
                    await work.session.merge(hidden)
        for record in batch:
            self._held.popleft()
            self._note(record)
        self.seq, self.utc_ns, self.show = seq, utc_ns, show
        self._tell(tuple(record for record in batch if is_public(record.event) and record.seq not in taken), utc_ns)

    def _tell(self, told: tuple[RecordMade, ...], utc_ns: int) -> None:
        for listener in self.listeners if told else ():
            try:
                listener(told, utc_ns)
            except Exception:  # noqa: BLE001 - logged; see below
                # One page's fault is not the others'; what was released is released.
                _log.exception("a listener failed", seq=told[-1].seq)

    def _note(self, record: RecordMade) -> None:
        event = record.event
        self._windows = windows_after(self._windows, event)
        if isinstance(event, EpisodeWentLive):
            self._air = event
            self._windows = tuple(each for each in self._windows if each.episode_id == event.episode_id)
        elif isinstance(event, EpisodeEnded) and self._air and event.episode_id == self._air.episode_id:
            self._air = None

    def _recorded(self, _: tuple[RecordMade, ...]) -> None:
        self._wake.set()

    async def _hear_records(self) -> None:
        while True:
            self._wake.clear()
            await self.advance()
            try:
                async with asyncio.timeout(LOOK_AGAIN_S):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _hear_position(self, positions: AsyncIterator[PublicPosition]) -> None:
        async for position in positions:
            await self.heard_position(position)

    async def _hear_status(self, statuses: AsyncIterator[PlayoutStatus]) -> None:
        async for status in statuses:
            await self.heard_status(status)


def is_public(event: AnyEvent | None) -> bool:
    """Whether the public may ever learn it."""
    return event is not None and event.audience == "public"


def _with(show: PublicShow, record: RecordMade, *, hide: bool) -> PublicShow:
    """The show after one record, whatever the record says."""
    shown = record if is_public(record.event) else RecordMade(seq=record.seq, utc_ns=record.utc_ns, event=None)
    try:
        return show_after(show, shown, withheld=hide)
    except (ValueError, UserProblem):
        # A fact that does not follow from the ones before: the record stands, the page goes on without it.
        _log.exception("a record does not fit the show", seq=record.seq)
        return show
