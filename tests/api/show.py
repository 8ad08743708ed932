"""A planned show for the consoles' tests, and a studio that only answers. In: a desk. Out: an episode, what was asked."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from api.deeds import cameras, episodes
from api.deeds.doing import System
from api.desk import Desk
from episodes.commands import (
    AimTalk,
    Answered,
    Cue,
    Done,
    EndSession,
    OfferCamera,
    OfferMonitor,
    OfferTalk,
    SetAir,
    SetCameras,
    SetDelay,
    SetOutputs,
    Take,
    Trickle,
    Trickled,
)
from episodes.status import CameraStatus, PlayoutStatus, StudioStatus
from runtime.bus.local import LocalBus
from runtime.bus.protocol import Message, Refused

CAMERAS = ("全景", "bench")
OFFER = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"


@dataclass
class FakeStudio:
    """Answers as the studio does; `refuse` makes it refuse."""

    refuse: str = ""
    heard: list[Message] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)

    async def offer(self, message: OfferCamera | OfferMonitor | OfferTalk) -> Answered:
        self.heard.append(message)
        if self.refuse:
            raise Refused(self.refuse)
        if not message.sdp.startswith("v=0"):
            raise Refused("bad_sdp", "no version")
        if message.sdp.count("m=video") > 1:
            raise Refused("two_videos")
        name = f"s{len(self.heard)}xxxxxxxxxxxxxxxx"
        self.sessions.add(name)
        return Answered(session_id=name, sdp=message.sdp, etag=f'"{name}"')

    async def trickle(self, message: Trickle) -> Trickled:
        self.heard.append(message)
        if message.session_id not in self.sessions:
            raise Refused("gone")
        if message.etag not in {f'"{message.session_id}"', "*", '"*"'}:
            raise Refused("stale")
        if "ice-ufrag:new" in message.fragment:
            return Trickled(etag='"after"', fragment="a=ice-ufrag:ours\r\n")
        return Trickled()

    async def end(self, message: EndSession) -> Done:
        self.heard.append(message)
        if message.session_id not in self.sessions:
            raise Refused("gone")
        self.sessions.discard(message.session_id)
        return Done()

    async def done(self, message: Message) -> Done:
        self.heard.append(message)
        if self.refuse:
            raise Refused(self.refuse)
        return Done()


@asynccontextmanager
async def fake_rooms(bus: LocalBus) -> AsyncIterator[FakeStudio]:
    """Studio and playout that answer, for the mapping to HTTP only."""
    studio = FakeStudio()
    end, playout = bus.end("studio"), bus.end("playout")
    async with AsyncExitStack() as stack:
        for subject, of, handler in (
            ("studio.whip", OfferCamera, studio.offer),
            ("studio.whep", OfferMonitor, studio.offer),
            ("studio.trickle", Trickle, studio.trickle),
            ("studio.end", EndSession, studio.end),
            ("studio.cue", Cue, studio.done),
            ("studio.take", Take, studio.done),
            ("studio.cameras", SetCameras, studio.done),
            ("studio.talk", OfferTalk, studio.offer),
            ("studio.talk.aim", AimTalk, studio.done),
        ):
            await stack.enter_async_context(end.respond(subject, of, handler))
        for subject, command in (
            ("playout.outputs", SetOutputs),
            ("playout.delay", SetDelay),
            ("playout.air", SetAir),
        ):
            await stack.enter_async_context(playout.respond(subject, command, studio.done))
        yield studio


async def planned(desk: Desk, number: int = 103) -> str:
    """A programme with one planned episode."""
    await episodes.set_programme(
        desk, System(), name="一线直播", agency="江北市市场监管局", weekday=4, starts="19:00", minutes=90
    )
    made = await episodes.plan_episode(
        desk,
        System(user_id="planner", name="planner"),
        number=number,
        title="晚市与后厨",
        theme="晚市",
        starts_utc_ns=desk.clock.utc_ns() + 3_600_000_000_000,
        cameras=CAMERAS,
    )
    return made.episode_id


async def token_for(desk: Desk, camera: str, device_id: str = "device-0001") -> str:
    """A device bound by a code, as a phone does it."""
    code = await cameras.create_join_code(desk, System(), camera=camera, replace=True)
    return (await cameras.redeem_join_code(desk, code=code.code, device_id=device_id)).token


def say_rooms(
    desk: Desk,
    *,
    on_air: str = "slate",
    cued: str = "",
    episode_id: str = "",
    epoch: int = 7,
    on_screen: tuple[str, ...] = (),
) -> None:
    """As if both rooms had just spoken."""
    desk.rooms.last_studio = StudioStatus(
        epoch=epoch,
        ready=True,
        utc_ns=desk.clock.utc_ns(),
        on_air=on_air,
        cued=cued,
        scene_seq=0,
        fps=30.0,
        late_frames=0,
        level_db=-20.0,
        on_screen=on_screen,
        cameras=tuple(CameraStatus(camera=name, state="live", kbps=2000, fps=30) for name in CAMERAS),
    )
    desk.rooms.last_playout = PlayoutStatus(
        epoch=1,
        utc_ns=desk.clock.utc_ns(),
        episode_id=episode_id,
        delay_s=30.0,
        filled_s=12.0,
        public="program" if episode_id else "off",
        public_seq=0,
        recording=bool(episode_id),
        outputs=(),
    )
    desk.rooms._heard("studio")
    desk.rooms._heard("playout")
