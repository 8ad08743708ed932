"""What playout shall do, kept true. In: the store's state, playout's status. Out: SetOutputs, SetDelay, SetAir.

The store is the wish, playout's status the fact. Whenever they differ (a deed, a restarted playout, a restarted desk,
a lost message) the wish is sent again; a command that arrives twice changes nothing.
"""

import asyncio
import secrets

import msgspec
from sqlalchemy import select

from api.rooms import Rooms
from episodes.commands import Done, OutputSpec, SetAir, SetDelay, SetOutputs
from episodes.outputs import OutputPolicy
from episodes.renditions import rendition_of
from episodes.status import PlayoutStatus
from runtime.bus.protocol import Bus, BusError
from runtime.clock import Clock
from runtime.log import get
from runtime.settings import Settings
from store import CannotUnseal, SecretsBox, Store
from store.episodes import live
from store.tables.episodes import Episode
from store.tables.outputs import Output

LOOK_AGAIN_S = 2.0
"""How long a difference may stand (the command is on its way) before it is sent again."""
EXPIRES_S = 5.0
_SAME_S = 0.01
_NS = 1_000_000_000
_log = get("desired")


class Wish:
    """What the store says."""

    def __init__(self, episode_id: str, delay_s: float, outputs: tuple[OutputSpec, ...]) -> None:
        self.episode_id = episode_id
        self.delay_s = delay_s
        self.outputs = outputs


def address_of(output_id: str) -> str:
    """What a sealed output address is about."""
    return f"outputs.address.{output_id}"


def spare_of(output_id: str) -> str:
    """What a sealed spare address is about."""
    return f"outputs.spare.{output_id}"


def spec_of(row: Output, box: SecretsBox) -> OutputSpec:
    """The output as playout is told of it, its addresses opened. Raises CannotUnseal."""
    return OutputSpec(
        output_id=row.id,
        name=row.name,
        url=box.unseal(row.address, address_of(row.id)).decode(),
        spare_url=box.unseal(row.spare, spare_of(row.id)).decode() if row.spare else "",
        on=row.wanted,
        use="spare" if row.use == "spare" else "main",
        turn=row.turn,
        rendition=rendition_of(row.rendition),
        policy=msgspec.convert(row.policy, OutputPolicy),
    )


class Desired:
    """Sends the wish. `apply` at once for a deed, `run` whenever the fact differs."""

    def __init__(
        self, *, store: Store, bus: Bus, clock: Clock, box: SecretsBox, rooms: Rooms, settings: Settings
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._box = box
        self._rooms = rooms
        self._settings = settings
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()
        self._sent_to_epoch = 0
        self._dirty = True

    async def run(self) -> None:
        """Watch until cancelled."""
        self._rooms.listeners.append(self._wake.set)
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                if await self._differs():
                    await self.apply()
                    await self._clock.sleep(LOOK_AGAIN_S)
        finally:
            self._rooms.listeners.remove(self._wake.set)

    async def apply(self) -> bool:
        """Send the wish now; False when playout did not take it (it will be sent again)."""
        async with self._turn:
            self._dirty = True
            wish = await self.wish()
            epoch = self._rooms.last_playout.epoch if self._rooms.last_playout else 0
            try:
                await self._send(wish)
            except BusError as error:
                _log.warning("playout did not take the wish", episode_id=wish.episode_id, why=str(error))
                return False
            self._sent_to_epoch = epoch
            self._dirty = False
            return True

    async def wish(self) -> Wish:
        """The live episode, its delay and its outputs; nothing when none is live."""
        async with self._store.read() as session:
            episode = await live(session)
            if episode is None:
                return Wish("", self._settings.playout.delay_s, ())
            query = select(Output).where(Output.episode_id == episode.id).order_by(Output.made_utc_ns)
            outputs = tuple((await session.scalars(query)).all())
        delay_s = self._settings.playout.delay_s if episode.delay_s is None else episode.delay_s
        aired = tuple(_as_aired(row, spec, episode) for row in outputs if (spec := self._spec(row)))
        return Wish(episode.id, delay_s, aired)

    def _spec(self, row: Output) -> OutputSpec | None:
        try:
            return spec_of(row, self._box)
        except CannotUnseal:
            _log.error("the key under var/secrets does not open this output's address", output_id=row.id)
            return None

    async def _send(self, wish: Wish) -> None:
        status = self._rooms.playout
        if status and wish.episode_id and status.episode_id not in ("", wish.episode_id):
            # It still airs another episode (a restored database, an end it never heard of): that one ends first.
            await self._bus.request("playout.air", self._air("", wish.delay_s), Done)
        if wish.episode_id:
            # Outputs first: they begin at the moment the episode goes on air.
            outputs = SetOutputs(outputs=wish.outputs, command_id=_new_id(), expires_utc_ns=self._expiry())
            await self._bus.request("playout.outputs", outputs, Done)
            delay = SetDelay(delay_s=wish.delay_s, command_id=_new_id(), expires_utc_ns=self._expiry())
            await self._bus.request("playout.delay", delay, Done)
        await self._bus.request("playout.air", self._air(wish.episode_id, wish.delay_s), Done)

    def _air(self, episode_id: str, delay_s: float) -> SetAir:
        return SetAir(episode_id=episode_id, delay_s=delay_s, command_id=_new_id(), expires_utc_ns=self._expiry())

    async def _differs(self) -> bool:
        status = self._rooms.playout
        if status is None:
            return False
        if self._dirty or status.epoch != self._sent_to_epoch:
            return True
        return not _is(status, await self.wish())

    def _expiry(self) -> int:
        return self._clock.utc_ns() + round(EXPIRES_S * _NS)


def _as_aired(row: Output, spec: OutputSpec, episode: Episode) -> OutputSpec:
    """In a rehearsal nothing leaves but to the outputs marked private."""
    return spec if row.private or not episode.rehearsal else msgspec.structs.replace(spec, on=False)


def _is(status: PlayoutStatus, wish: Wish) -> bool:
    """Whether playout does what is wished. After an end it still drains: only its episode counts."""
    if status.episode_id != wish.episode_id:
        # While the delay drains playout may name the ended episode; told once, it need not be told again.
        return not wish.episode_id and status.public != "off"
    if not wish.episode_id:
        return True
    known = {output.output_id for output in status.outputs}
    return known == {output.output_id for output in wish.outputs} and abs(status.delay_s - wish.delay_s) < _SAME_S


def _new_id() -> str:
    return secrets.token_hex(8)
