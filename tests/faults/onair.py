"""A house on air: real cameras, real platforms. In: a folder. Out: an `OnAir` that faults may be done to."""

import asyncio
import contextlib
import json
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from demo.cast import administrator, engage
from demo.equipment import Equipment
from demo.script import PANORAMA
from demo.stage import Stage
from tests.faults.arrivals import Arrivals
from tests.house import House, wait_for
from tests.platforms import Server, rtmp_servers

DELAY_S = 2.0
GENEROUS_S = 60.0


class Disk:
    """The recordings' disk, a tmpfs that may be made full."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1g,mode=0755", "tmpfs", folder], check=True)

    def leave(self, room: int | None) -> None:
        """This many bytes, or plenty."""
        disk = os.statvfs(self._folder)
        used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
        size = "1g" if room is None else str(used + room)
        subprocess.run(["mount", "-o", f"remount,size={size}", self._folder], check=True)

    def gone(self) -> None:
        subprocess.run(["umount", "-l", self._folder], check=False)


@dataclass
class OnAir:
    """A house on air with two phones and two platforms; `ask` is the director's view of it."""

    house: House
    platforms: list[Server]
    stage: Stage
    runner: asyncio.Runner
    episode: str
    disk: Disk | None = None

    def alarms(self) -> str:
        """What the director's page says is wrong."""
        return json.dumps(self.ask().get("alarms") or [], ensure_ascii=False)

    def ask(self) -> dict[str, Any]:
        with contextlib.suppress(httpx.HTTPError):
            return self.runner.run(self.stage.person("director").get("/api/v1/studio"))
        return {}

    def do(self, who: str, path: str, body: dict[str, Any]) -> None:
        self.runner.run(self.stage.person(who).post(path, body))

    def on_air(self) -> str:
        studio = self.ask().get("studio") or {}
        return str(studio.get("on_air", "")) if studio.get("ready") else ""

    def outputs_live(self) -> bool:
        outputs = (self.ask().get("playout") or {}).get("outputs") or []
        return len(outputs) == len(self.platforms) and all(each["state"] == "live" for each in outputs)

    def live(self, camera: str) -> bool:
        cameras = (self.ask().get("studio") or {}).get("cameras") or []
        return any(each["camera"] == camera and each["state"] == "live" for each in cameras)

    def well(self) -> bool:
        """The camera is on air, the public sees it, every output is live."""
        now = self.ask()
        public = (now.get("playout") or {}).get("public")
        return self.on_air() == PANORAMA and self.live(PANORAMA) and public == "program" and self.outputs_live()

    def recordings(self) -> list[list[Path]]:
        return [server.received(f"key{number}") for number, server in enumerate(self.platforms)]

    def watch(self) -> list[Arrivals]:
        """What each platform is sent from now on."""
        return [Arrivals(files[-1]).start() for files in self.recordings()]

    def worker(self, number: int) -> psutil.Process:
        """The process that feeds one platform."""
        playout = self.house.room("playout")
        assert playout is not None
        port = self.platforms[number].port
        for child in playout.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if any(each.raddr and each.raddr.port == port for each in child.net_connections("tcp")):
                    return child
        raise AssertionError(f"nobody feeds platform {number}")


@contextlib.contextmanager
def on_air(folder: Path, clips: Path, *, platforms: int = 2, **settings: object) -> Iterator[OnAir]:
    """From an empty folder to a show that has been on air for some seconds; at the end nothing is left."""
    with rtmp_servers(folder / "platforms", platforms) as servers, asyncio.Runner() as runner:
        media = folder / "house" / "var" / "media"
        media.mkdir(parents=True)
        disk = Disk(media) if os.geteuid() == 0 else None
        house = House(folder / "house", playout__delay_s=DELAY_S, **settings)
        equipment = Equipment(house.var / "demo")
        kept = house.var / "demo" / "accounts.json"
        try:
            house.start(within_s=120)
            known = administrator(house.config, kept, env=house.env)
            cast = runner.run(engage(house.base_url, known, kept))
            stage = Stage(house.base_url, cast, equipment, clips)
            runner.run(stage.open())
            push = tuple(server.url(f"key{number}") for number, server in enumerate(servers))
            episode = runner.run(stage.prepare(push))["episode"]
            show = OnAir(house, servers, stage, runner, episode, disk)
            show.do("director", f"/api/v1/episodes/{episode}/live", {"delay_s": DELAY_S})
            show.do("director", "/api/v1/studio/take", {"source": PANORAMA})
            wait_for("both outputs live", show.outputs_live, GENEROUS_S)
            time.sleep(DELAY_S + 3)
            yield show
        finally:
            with contextlib.suppress(RuntimeError):
                runner.run(equipment.stop())
            for each in house.family():
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()
            if disk:
                disk.gone()
