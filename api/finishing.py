"""Has ended episodes finished. In: episodes, what the public knows of them. Out: master, public cut, how far it is.

A child process does it (`python -m broadcaster.finish`), one episode at a time and while nothing is on air. Begun again
whenever what it was made of has changed: an edit, a chapter that was withheld since.
"""

import asyncio
import contextlib
import hashlib

import msgspec

from api.desk import Desk
from api.shows import Shows
from episodes.finishing import Finished, FinishState, Job, Part, Progress, chapters
from episodes.public import PublicShow
from runtime.children import Child, python
from runtime.log import get
from runtime.media import MediaStore
from runtime.places import Places
from store.episodes import all_episodes

_log = get("finishing")
LOOK_S = 3.0
_AGAIN_LOOKS = 20
_ENDED = {"ended", "published"}


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How far one episode is. `failed` is a word of `episodes.finishing.Progress`."""

    state: FinishState = "waiting"
    percent: float = 0.0
    failed: str = ""


def edits_digest(places: Places, episode_id: str) -> str:
    """What `Finished.edits` must be for its files to be shown. Blocking."""
    try:
        return hashlib.sha256((MediaStore(places.media).episode(episode_id) / "edits.jsonl").read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def finished(places: Places, episode_id: str) -> Finished | None:
    """What was made, if nothing has been removed since: an old cut may hold what was. Blocking."""
    try:
        raw = (MediaStore(places.media).episode(episode_id) / "finished.json").read_bytes()
        done = msgspec.json.decode(raw, type=Finished)
    except (OSError, msgspec.MsgspecError):
        return None
    return done if done.edits == edits_digest(places, episode_id) else None


def part_file(places: Places, episode_id: str, part: Part) -> str:
    """The path of one part."""
    return str(MediaStore(places.media).episode(episode_id) / part.file)


class Finisher:
    """`run` belongs to the desk's tasks; `desk.finishing` shows how it stands."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shows = Shows(desk)
        self._media = MediaStore(desk.places.media)
        self._settled: dict[str, str] = {}
        self._patience: dict[str, int] = {}

    async def run(self) -> None:
        """Look, finish, look again; until cancelled."""
        while True:
            for episode_id in await self._ended():
                if self._off_air():
                    await self._see_to(episode_id)
            await self._desk.clock.sleep(LOOK_S)

    def _off_air(self) -> bool:
        playout = self._desk.rooms.playout
        return playout is not None and not playout.episode_id

    async def _ended(self) -> list[str]:
        async with self._desk.store.read() as session:
            return [each.id for each in await all_episodes(session) if each.state in _ENDED]

    async def _see_to(self, episode_id: str) -> None:
        show = await self._shows.show(episode_id)
        if show.live is None or not show.ended_utc_ns:
            return
        if not self._media.master(episode_id).is_dir():
            self._desk.finishing[episode_id] = Standing(state="failed", failed="nothing")
            return
        job = self._job(episode_id, show)
        digest = hashlib.sha256(msgspec.json.encode(job)).hexdigest()
        if self._settled.get(episode_id) == digest or self._waits(episode_id):
            return
        # The finisher itself knows best whether there is anything to do, and then is quick.
        failed = await self._finish(episode_id, job)
        state: FinishState = "failed" if failed else "done"
        self._desk.finishing[episode_id] = Standing(state=state, percent=0.0 if failed else 100.0, failed=failed)
        if failed in {"", "nothing"}:
            self._settled[episode_id] = digest
        else:
            self._patience[episode_id] = _AGAIN_LOOKS
            _log.warning("an episode cannot be finished", episode=episode_id, why=failed)

    def _waits(self, episode_id: str) -> bool:
        left = self._patience.get(episode_id, 0)
        self._patience[episode_id] = max(0, left - 1)
        return left > 0

    def _job(self, episode_id: str, show: PublicShow) -> Job:
        live = show.live
        title = f"{live.programme} · {live.number} · {live.title}".strip() if live else ""
        folder = str(self._media.episode(episode_id).absolute())
        return Job(folder=folder, title=title, end_utc_ns=show.ended_utc_ns, chapters=chapters(show))

    async def _finish(self, episode_id: str, job: Job) -> str:
        """Why it failed; empty when it is done."""
        child = await Child.start("finish", python("broadcaster.finish"), stdin="pipe", stdout="pipe")
        failed = ""
        try:
            child.stdin.write(msgspec.json.encode(job))
            child.stdin.close()
            while line := await child.stdout.readline():
                with contextlib.suppress(msgspec.MsgspecError):
                    told = msgspec.json.decode(line, type=Progress)
                    failed = told.failed or failed
                    self._desk.finishing[episode_id] = Standing(state="working", percent=told.percent)
            code = await child.wait()
        except (OSError, asyncio.LimitOverrunError):
            return "disk"
        finally:
            await child.stop(grace_s=0.5)
        return failed or ("" if code == 0 else "disk")
