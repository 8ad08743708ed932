"""Keeps the staff's pages fresh. In: what rooms say and what is recorded. Out: fragments and statuses on the hub.

A fragment is sent when it differs from the one sent last; the first time somebody watches, all are sent.
"""

import asyncio
from typing import Any

import msgspec
from markupsafe import escape

from api.control_views import alarm_rows, graphic_rows, output_rows, run_rows
from api.deeds.clips import list_clips
from api.deeds.load import cores
from api.deeds.outputs import list_outputs
from api.desk import Desk
from api.episode_views import EpisodeRow, episode_rows
from api.mix_views import clip_rows, hold_rows
from api.output_words import load_words, rendition_choices
from api.phones import Phones
from api.plan.runs import facts_of, run_view
from api.rapid_test_views import tests_now
from api.withheld_views import edit_rows, rows_now
from episodes.commands import RecordMade
from runtime.words import N_
from store import log, seat
from store.episodes import current
from web.i18n import LANGUAGES, texts
from web.render import fragment

STUDIO = ("bar", "clocks", "cameras", "meters", "talk_to", "graphics", "outputs", "alarms", "runs", "mix", "taken")
PROMPTS = (
    N_("给我看标签"),
    N_("拍近一点"),
    N_("拍全一点"),
    N_("拍稳"),
    N_("请店主说话"),
    N_("对着证件"),
    N_("等一下再走"),
    N_("马上切你"),
)
"""What directors say most."""
COUNTS = ("outputs_count", "alarms_count", "withheld_count")
_PACE_S = 0.2
_LOOK_AGAIN_S = 1.0
"""Straps leave the picture by themselves, figures change and rooms fall silent: none of them is recorded."""
_NS = 1_000_000_000


async def studio_view(desk: Desk, lang: str) -> dict[str, Any]:
    """Everything `studio.html` shows."""
    words, now = texts(lang), desk.clock.utc_ns()
    async with desk.store.read() as session:
        chosen = await current(session)
        episode = await _row(desk, chosen.id) if chosen else None
        records = await log.read(session, episode_id=episode.id) if episode else ()
        seen = desk.rooms.studio.on_screen if desk.rooms.studio else ()
        run = run_view(await facts_of(session, chosen), words) if chosen else None
        graphics, cards = await graphic_rows(session, episode, records, seen, words) if episode else ([], [])
        edits = await edit_rows(session, desk.rooms.playout.edits if desk.rooms.playout else ())
        hidden = await rows_now(session, words)
    listed = await list_outputs(desk, episode.id) if episode else ()
    outputs = output_rows(listed, words, now, episode.ends_utc_ns, desk.rooms) if episode else []
    names = {each["output_id"]: each["name"] for each in outputs}
    healthy, alarms = sum(1 for each in outputs if each["healthy"]), alarm_rows(desk.rooms, names, words)
    unseen = sum(1 for each in alarms if not each["seen"])
    return {
        "episode": episode,
        "cameras": episode.cameras if episode else (),
        "outputs": outputs,
        "outputs_count": words(N_("%(healthy)s / %(all)s 正常"), healthy=healthy, all=len(outputs)) if outputs else "",
        "alarms": alarms,
        "alarms_count": words(N_("%(count)s 条未处理"), count=unseen) if unseen else "",
        "edits": edits,
        "withheld": hidden,
        "withheld_count": words(N_("扣下%(count)s条"), count=len(hidden)) if hidden else "",
        "graphics": graphics,
        "clips": clip_rows(await list_clips(desk, episode.id), words) if episode else [],
        "holds": hold_rows(words),
        "cards_on": cards,
        "runs": run_rows(records, episode, words) if episode else [],
        "run": run,
        "prompts": [words(each) for each in PROMPTS],
        "now": await status_now(desk, is_live=episode is not None and episode.state == "live"),
        "delay_s": desk.settings.playout.delay_s,
        "house_policy": desk.settings.playout,
        "renditions": rendition_choices(words),
        "load": load_words(listed, cores(desk), words),
    }


async def _row(desk: Desk, episode_id: str) -> EpisodeRow:
    return next(each for each in await episode_rows(desk) if each.id == episode_id)


async def status_now(desk: Desk, *, is_live: bool) -> dict[str, Any]:
    """What studio and playout last said, null while they are away; who holds the desk and who looks on."""
    studio, playout = desk.rooms.studio, desk.rooms.playout
    return {
        "desk": await desk_now(desk),
        "field": field_now(desk.phones),
        "studio": msgspec.to_builtins(studio) if studio else None,
        "playout": msgspec.to_builtins(playout) if playout else None,
        "live": is_live,
    }


def field_now(phones: Phones) -> dict[str, Any]:
    """What phones say of themselves, what was said to them, who took themselves off."""
    cameras = phones.cameras
    said = {camera: msgspec.to_builtins(word) for camera in cameras if (word := phones.word(camera))}
    return {
        "phones": said,
        "prompts": msgspec.to_builtins(phones.prompts),
        "away": msgspec.to_builtins(phones.away),
        "objections": msgspec.to_builtins(phones.objections),
    }


async def desk_now(desk: Desk) -> dict[str, Any]:
    """Who holds the desk (null: nobody), to whom it is offered, who looks on."""
    now = desk.clock.utc_ns()
    async with desk.store.read() as session:
        held = await seat.held(session)
    watching = [msgspec.to_builtins(each) for each in desk.present.now() if not held or each.seat != held.holder.seat]
    if held is None:
        return {"holder": None, "watching": watching}
    return {
        "holder": msgspec.to_builtins(held.holder),
        "since_utc_ns": held.since_utc_ns,
        "silent": held.is_silent(now),
        "offered_to": held.offered_to if held.offers(held.offered_to, now) else "",
        "watching": watching,
    }


class ControlRoom:
    """One desk's loop. What comes from records is gathered when something was recorded; statuses go on as they come."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._wake = asyncio.Event()
        self._sent: dict[tuple[str, str], str] = {}
        self._stale = True
        self._gathered_ns = 0
        self._is_live = False
        self._seen: tuple[str, ...] = ()

    async def run(self) -> None:
        """Until cancelled."""
        rooms, store = self._desk.rooms, self._desk.store
        rooms.listeners.append(self._wake.set)
        store.listeners.append(self._recorded)
        try:
            while True:
                self._wake.clear()
                await self._send()
                try:
                    async with asyncio.timeout(_LOOK_AGAIN_S):
                        await self._wake.wait()
                except TimeoutError:
                    continue
                await self._desk.clock.sleep(_PACE_S)
        finally:
            rooms.listeners.remove(self._wake.set)
            store.listeners.remove(self._recorded)

    def _recorded(self, _: tuple[RecordMade, ...]) -> None:
        self._stale = True
        self._wake.set()

    async def _send(self) -> None:
        hub, now, studio = self._desk.hub, self._desk.clock.mono_ns(), self._desk.rooms.studio
        seen = studio.on_screen if studio else ()
        self._stale = self._stale or seen != self._seen
        self._seen = seen
        for topic in ("studio", "crew"):
            if not hub.watching(topic):
                self._forget(topic)
        if self._stale or now - self._gathered_ns >= _LOOK_AGAIN_S * _NS:
            self._stale, self._gathered_ns = False, now
            if hub.watching("studio"):
                await self._studio()
            if hub.watching("crew"):
                await self._crew()
        if hub.watching("studio"):
            status = await status_now(self._desk, is_live=self._is_live)
            hub.publish("studio", {"type": "status", "status": status})

    def _forget(self, topic: str) -> None:
        for key in [key for key in self._sent if key[0].startswith(topic)]:
            del self._sent[key]
            self._stale = True

    async def _studio(self) -> None:
        view: dict[str, Any] = {}
        for lang in LANGUAGES:
            view = await studio_view(self._desk, lang)
            for name in STUDIO:
                self._fragment("studio", name.replace("_", "-"), lang, fragment(f"studio/{name}.html", lang, **view))
            for name in COUNTS:
                self._fragment("studio", name.replace("_", "-"), lang, view[name])
            self._fragment("studio", "cameras-line", lang, str(escape("、".join(view["cameras"]))))
        self._is_live = view["now"]["live"]

    async def _crew(self) -> None:
        async with self._desk.store.read() as session:
            chosen = await current(session)
        is_live = chosen is not None and chosen.state == "live"
        for lang in LANGUAGES:
            tests = await tests_now(self._desk, lang)
            html = fragment("crew/tests.html", lang, tests=tests, live_episode=is_live)
            self._fragment("crew", "tests", lang, html)

    def _fragment(self, topic: str, name: str, lang: str, html: str) -> None:
        key = (f"{topic}.{name}", lang)
        if self._sent.get(key) == html:
            return
        self._sent[key] = html
        self._desk.hub.publish(topic, {"type": "fragment", "target": name, "html": html}, lang=lang)
