"""Opens the desk. In: settings and the bus's end. Out: a `Desk`, its parts running, closed in order at the end.

async with open_bus(settings, "desk") as bus, open_desk(settings, bus) as desk, running(desk):
...
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.auth.service import Auth
from api.clips import ClipMaker
from api.control_room import ControlRoom
from api.desired import Desired
from api.desk import Desk
from api.entities.importing import EntityImporter
from api.field import Field
from api.finishing import Finisher
from api.journal import Journal
from api.phones import Phones
from api.present import Present
from api.public_clock import PublicClock
from api.rooms import Rooms
from api.spot_bell import SpotBell
from api.taken_back import TakenBack
from api.whereabouts import Whereabouts
from chat.inbound import Chat, OpenRoom
from episodes.events import TipsCheckpointed
from episodes.spelling import read_dictionary
from episodes.status import Alarm
from evidence.keeper import Keeper, signing_key
from runtime.bus.protocol import Bus
from runtime.clock import Clock, SystemClock
from runtime.hub import Hub
from runtime.log import get
from runtime.places import Places
from runtime.settings import Settings
from runtime.supervise import Background, supervise
from runtime.threads import named_executor
from store import LogBroken, SecretsBox, Store
from tips.box import Limits
from tips.desk import open_tips
from tips.log import Checkpoint

_log = get("desk")
TELL_TIPS_S = 600.0
"""Even intervals: the moment of a checkpoint tells nothing of a tip's."""


@asynccontextmanager
async def open_desk(settings: Settings, bus: Bus, *, clock: Clock | None = None) -> AsyncIterator[Desk]:
    """The desk with its databases open and nothing running yet. Raises CannotStart in one plain sentence."""
    places, now = Places(settings.server.var), clock or SystemClock()
    places.prepare()
    box = SecretsBox.open(places.secrets)
    read_dictionary()
    tips_url = settings.tips.url or f"sqlite+aiosqlite:///{places.tips_database}"
    limits = Limits(
        most_files=settings.tips.most_files,
        most_file_bytes=settings.tips.most_file_mib * 1024 * 1024,
        answer_days=settings.tips.answer_days,
    )
    async with (
        Store.open(settings.store.url, places, pool_size=settings.store.pool_size, now=now.utc_ns) as store,
        open_tips(tips_url, places.secrets, limits, now.utc_ns, now.mono_ns) as tips,
        Auth.open(store, settings.auth, now, box) as auth,
        named_executor("desk-files") as files,
        named_executor("desk-entities") as reading,
    ):
        rooms, hub, phones, whereabouts = Rooms(bus, now), Hub(), Phones(now), Whereabouts(now)
        await phones.resume(store)
        store.listeners += (phones.recorded, whereabouts.recorded, SpotBell(hub).recorded, lambda _: rooms.stir())
        public = PublicClock(store, bus, now)
        await public.resume()
        yield Desk(
            settings=settings,
            places=places,
            clock=now,
            store=store,
            bus=bus,
            secrets_box=box,
            rooms=rooms,
            present=Present(now),
            phones=phones,
            whereabouts=whereabouts,
            field=Field(store, bus, now, rooms, phones),
            journal=Journal(store, bus, lambda: tuple(phones.away), lambda: phones.held),
            public=public,
            desired=Desired(store=store, bus=bus, clock=now, box=box, rooms=rooms, settings=settings),
            taken_back=TakenBack(store, rooms, hub),
            evidence=Keeper(store, now, signing_key(places.secrets), settings.evidence.checkpoint_every_s),
            hub=hub,
            finishing={},
            auth=auth,
            chat=Chat(store, settings.chat, now.utc_ns, lambda: open_room(public), hub.publish),
            tips=tips,
            files=files,
            clips=ClipMaker(store, now, settings, places.clips),
            entities=EntityImporter(store, now, reading, places.imports),
        )


@asynccontextmanager
async def running(desk: Desk) -> AsyncIterator[None]:
    """The desk's own tasks while in the context: one that fails is begun again and harms no other."""
    async with Background() as tasks:
        for name, work in (
            ("rooms", desk.rooms.run),
            ("journal", desk.journal.run),
            ("public clock", desk.public.run),
            ("desired", desk.desired.run),
            ("taken back", desk.taken_back.run),
            ("field", desk.field.run),
            ("control room", ControlRoom(desk).run),
            ("clips", desk.clips.run),
            ("entities", desk.entities.run),
            ("finishing", Finisher(desk).run),
        ):
            tasks.start(name, supervise(name, work))
        tasks.start("evidence", supervise("evidence", lambda: _keep_evidence(desk)))
        tasks.start("tips checkpoints", supervise("tips checkpoints", lambda: _tell_tips(desk)))
        # All ears are open before the first request comes.
        for part in (desk.rooms, desk.public, desk.journal):
            await part.listening.wait()
        yield


def open_room(public: PublicClock) -> OpenRoom | None:
    """The chat's room: the show as the public sees it, so talk never runs ahead of the picture."""
    show = public.show
    if show.live is None or not show.on_air or show.live.rehearsal:
        return None
    return OpenRoom(show.live.episode_id, bool(show.targets))


async def _keep_evidence(desk: Desk) -> None:
    """Checkpoints for as long as the log holds; a log that does not is the loudest alarm we have."""
    try:
        await desk.evidence.run()
    except LogBroken as broken:
        _log.error("the record log is broken; no checkpoint will be signed", seq=broken.seq, why=broken.why)
        alarm = Alarm(room="desk", code="log_broken", level="alarm", about=str(broken.seq), utc_ns=desk.clock.utc_ns())
        await desk.bus.publish("alarms", alarm)


async def _tell_tips(desk: Desk) -> None:
    async def put(made: Checkpoint) -> None:
        async with desk.store.work("desk") as work:
            work.record(TipsCheckpointed(size=made.size, head=made.head, signature=made.signature))

    await desk.tips.tell_on(TELL_TIPS_S, put)
