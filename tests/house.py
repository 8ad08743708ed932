"""A whole Daylight in its own processes, as its users have it. In: a folder and settings. Out: a running `House`.

Everything is real: `daylight serve` with its three children, files under the folder, free ports on loopback.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[1]
T = TypeVar("T")

ROOMS = {"desk": "api.desk_main", "studio": "broadcaster.studio", "playout": "broadcaster.playout"}


def free_port() -> int:
    """A TCP port nobody holds at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: str, probe: Callable[[], T | None], within_s: float = 30.0, every_s: float = 0.1) -> T:
    """The first truthy answer of `probe`. Fails by saying what did not come."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        found = probe()
        if found:
            return found
        time.sleep(every_s)
    raise AssertionError(f"{what} did not come within {within_s:.0f} s")


class House:
    """One running `daylight serve` and what a test needs to know of it."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder = folder
        self.var = folder / "var"
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "house.log"
        self.config = ROOT / "config.toml"
        chosen = {
            "server__port": self.port,
            "server__https_port": 0,
            "server__var": self.var,
            "playout__allow_internal_outputs": "true",
            "playout__delay_s": 2,
            "log__level": "debug",
        } | settings
        self.env = {**os.environ} | {f"DAYLIGHT__{key.upper()}": str(value) for key, value in chosen.items()}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, within_s: float = 40.0) -> "House":
        """Start and wait until the desk is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "serve", "--config", str(self.config)],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_for(f"a ready desk (see {self.log})", self._ready, within_s)
        return self

    def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text("utf-8", "replace")[-3000:]
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.base_url}/readyz", timeout=2, trust_env=False).is_success
        return False

    def stop(self) -> int:
        """As Ctrl-C does. Answers the exit code; kills what does not end."""
        assert self.process is not None
        family = self.family()
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(25)
        finally:
            for each in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()

    def family(self) -> list[psutil.Process]:
        """The supervisor and everything under it."""
        assert self.process is not None
        with contextlib.suppress(psutil.NoSuchProcess):
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        return []

    def room(self, name: str) -> psutil.Process | None:
        """The room's process, if it runs now."""
        for each in self.family():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                if ROOMS[name] in each.cmdline() and each.status() != psutil.STATUS_ZOMBIE:
                    return each
        return None

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send a signal to a room; answers the pid that got it."""
        room = self.room(name)
        assert room is not None, f"{name} does not run"
        room.send_signal(number)
        return int(room.pid)

    def logged(self) -> str:
        return self.log.read_text("utf-8", "replace")
