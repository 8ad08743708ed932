"""One whole show for all the flow tests: the house, four nginx platforms, the demo at 10×, a viewer who watches."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.flows.snoop import Snoop
from tests.flows.watching import Watcher
from tests.house import ROOT, House
from tests.platforms import Server, rtmp_servers

DELAY_S = 3.0
WORDS = (
    "临江综合市场",
    "阳性（疑似不符合）",
    "该结果正在核实，暂不作准",
    "更正：1号样品读数应为18.2%",
    "豇豆测出阳性，今天买了的能退吗？",
    "等了一周，终于开播了。",
    "两批蔬菜没有进货查验记录",
)


@dataclass
class Show:
    """What is left of the show when it is over; the house still runs."""

    house: House
    platforms: list[Server]
    watcher: Watcher
    snoop: Snoop
    said: str

    @property
    def episode(self) -> Path:
        folders = [path for path in (self.house.var / "media").iterdir() if path.is_dir()]
        assert len(folders) == 1
        return folders[0]


@pytest.fixture(scope="session")
def show(tmp_path_factory: pytest.TempPathFactory, clips: Path) -> Iterator[Show]:
    """The demo's ten minutes in one, on a house of its own."""
    folder = tmp_path_factory.mktemp("show")
    with rtmp_servers(folder / "platforms", 4) as platforms:
        house = House(folder / "house").start()
        try:
            watcher = Watcher(house.base_url, folder / "hls", WORDS)
            with watcher, Snoop(house) as snoop:
                said = _demo(house, clips, [server.url(f"key{n}-s3cret") for n, server in enumerate(platforms)])
                snoop.finish()
            yield Show(house, platforms, watcher, snoop, said)
        finally:
            house.stop()


def _demo(house: House, clips: Path, push: list[str]) -> str:
    command = [sys.executable, "-m", "demo", "--config", str(house.config), "--base-url", house.base_url, "--once"]
    command += ["--clips", str(clips)]
    command += ["--speed", "10", "--delay", str(DELAY_S)] + [part for url in push for part in ("--push", url)]
    done = subprocess.run(
        command, cwd=ROOT, env=house.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=170, check=False
    )
    said = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, said[-3000:]
    return said
