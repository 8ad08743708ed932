"""What phones and their page show. In: the rooms' last words and the store. Out: tallies, values for templates."""

from typing import Any

import msgspec
from starlette.requests import Request

from api.auth.who import Person
from api.desk import Desk
from api.rapid_test_views import methods_now, tests_now
from api.rooms import Rooms
from episodes.people import Role
from store.cameras import bindings
from store.episodes import current, live
from web.i18n import texts

_LOCAL = {"127.0.0.1", "localhost", "::1", "[::1]"}
_PROMPT_NS = 15 * 60 * 1_000_000_000
"""Words nobody tapped in so long are no prompt any more."""
TESTING = (Role.TESTER,)
SEEING = (Role.CAMERA, Role.TESTER, Role.OFFICER, Role.DIRECTOR)


class PromptNow(msgspec.Struct, frozen=True, kw_only=True):
    prompt_id: str
    text: str


class CameraNow(msgspec.Struct, frozen=True, kw_only=True):
    """A camera's standing. `tally`: `air` the show's picture, `next` cued, `idle`, or `off` while the studio is away.

    `epoch` changes with each start of the studio: then the phone publishes anew.
    """

    camera: str
    tally: str
    epoch: int
    ready: bool
    episode: str
    away: bool = False
    """Its holder pressed 切走我 and nobody took that back."""
    held: bool = False
    """An objection to filming keeps it off the air; the phone goes on sending for its original."""
    prompt: PromptNow | None = None
    """The director's words that nobody on this phone has acknowledged yet."""


async def camera_now(desk: Desk, camera: str) -> CameraNow:
    """What `camera` is to the show at this moment."""
    async with desk.store.read() as session:
        on_air = await live(session)
        episode = on_air or await current(session)
    studio = desk.rooms.studio
    title = f"{episode.number} {episode.title}" if episode else ""
    return CameraNow(
        camera=camera,
        tally=tally(desk.rooms, camera, is_live=on_air is not None),
        epoch=studio.epoch if studio else 0,
        ready=studio.ready if studio else False,
        episode=title,
        away=camera in desk.phones.away,
        held=camera in desk.phones.held,
        prompt=_prompt(desk, camera),
    )


def _prompt(desk: Desk, camera: str) -> PromptNow | None:
    prompt = desk.phones.prompts.get(camera)
    fresh = prompt and desk.clock.utc_ns() - prompt.utc_ns < _PROMPT_NS and not prompt.heard_utc_ns
    return PromptNow(prompt_id=prompt.prompt_id, text=prompt.text) if prompt and fresh else None


def tally(rooms: Rooms, camera: str, *, is_live: bool) -> str:
    """Red only while a show is on air: before it the camera on the programme is merely next."""
    studio = rooms.studio
    if studio is None:
        return "off"
    if studio.shows(camera):
        return "air" if is_live else "next"
    return "next" if studio.cued == camera else "idle"


async def cameras_json(desk: Desk) -> list[dict[str, Any]]:
    """The current episode's cameras with who holds them."""
    async with desk.store.read() as session:
        episode = await current(session)
        held = {each.camera: each for each in await bindings(session)}
    studio = desk.rooms.studio
    states = {each.camera: each for each in studio.cameras} if studio else {}
    return [
        {
            "camera": name,
            "bound": name in held,
            "device_name": held[name].device_name if name in held else "",
            "state": states[name].state if name in states else "waiting",
            "on_air": bool(studio and studio.shows(name)),
        }
        for name in (episode.cameras if episode else ())
    ]


async def known_camera(desk: Desk, camera: str) -> bool:
    """Whether the running or coming episode has this camera."""
    async with desk.store.read() as session:
        episode = await current(session)
    return episode is not None and camera in episode.cameras


async def crew_view(desk: Desk, request: Request) -> dict[str, Any]:
    """Everything `crew.html` shows."""
    lang = request.state.lang
    who: Person | None = request.state.person
    sees = who is not None and who.is_a(*SEEING)
    tests = await tests_now(desk, lang) if sees else []
    async with desk.store.read() as session:
        is_live = await live(session) is not None
    return {
        "kbps": desk.settings.studio.camera_bitrate_kbps,
        "secure": request.url.scheme == "https" or request.url.hostname in _LOCAL,
        "secure_url": f"{join_base(desk, request)}/crew",
        "may_test": who is not None and who.is_a(*TESTING),
        "sees_tests": sees,
        "live_episode": is_live,
        "tests": tests,
        "methods": await methods_now(desk, lang),
        "words": texts(lang),
    }


def join_base(desk: Desk, request: Request) -> str:
    """Where phones reach this desk: the public address, else the LAN's HTTPS, since cameras need a secure page."""
    server = desk.settings.server
    if server.public_url:
        return server.public_url.rstrip("/")
    host = request.url.hostname or "127.0.0.1"
    if request.url.scheme == "https" or host in _LOCAL:
        return f"{request.url.scheme}://{request.url.netloc}"
    return f"https://{host}:{server.https_port}"
