"""Platforms for tests: nginx with its RTMP module, own configuration, free ports, everything recorded.

`with rtmp_servers(folder, 4) as servers:` starts them; each `Server` has a `url(key)` to push to and `received(key)`.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MODULES = (Path("/usr/lib/nginx/modules"), Path("/usr/share/nginx/modules"))


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """One platform."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def url(self, key: str = "show") -> str:
        return f"rtmp://127.0.0.1:{self.port}/live/{key}"

    def received(self, key: str = "show") -> list[Path]:
        """The recordings of one key, oldest first."""
        return sorted(self.folder.glob(f"{key}-*.flv"), key=lambda path: path.stat().st_mtime_ns)

    def start(self) -> None:
        module = next(path / "ngx_rtmp_module.so" for path in MODULES if (path / "ngx_rtmp_module.so").exists())
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "nginx.conf"
        config.write_text(
            f"""
{"user root;" if os.geteuid() == 0 else ""}
daemon off; worker_processes 1; pid {self.folder}/nginx.pid; error_log {self.folder}/error.log info;
load_module {module};
events {{ worker_connections 64; }}
rtmp {{ access_log off; server {{ listen 127.0.0.1:{self.port}; chunk_size 4096;
  application live {{ live on; record all; record_unique on; record_path {self.folder}; }} }} }}
"""
        )
        self.process = subprocess.Popen(
            ["nginx", "-c", config, "-p", self.folder, "-e", self.folder / "error.log"],
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )
        _until_listening(self.port)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """The platform stands still: its connections stay, nothing is read."""
        pids = [int(line) for line in _children(self.process.pid)] if self.process else []
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(10)
            self.process = None


@contextlib.contextmanager
def rtmp_servers(folder: Path, count: int) -> Iterator[list[Server]]:
    """So many platforms, each in a folder of its own below `folder`."""
    servers = [Server(folder / f"platform-{index + 1}") for index in range(count)]
    try:
        for server in servers:
            server.start()
        yield servers
    finally:
        for server in servers:
            server.stop()


@dataclass(frozen=True)
class Judged:
    """What ffprobe saw in one recording, times in seconds."""

    codecs: tuple[str, ...]
    video: tuple[float, ...]
    audio: tuple[float, ...]
    keys: tuple[float, ...]
    errors: str
    size: tuple[int, int]
    """Of the picture."""


def judge(path: Path | str, *, arguments: Sequence[str] = ()) -> Judged:
    """Ask ffprobe."""
    told = subprocess.run(
        [
            "ffprobe",
            "-v",
            "error",
            *arguments,
            "-show_entries",
            "stream=codec_name,width,height:packet=codec_type,dts_time,pts_time,flags",
            "-of",
            "json",
            str(path),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found = json.loads(told.stdout)
    packets = found.get("packets", [])
    times = {
        kind: tuple(float(packet["dts_time"]) for packet in packets if packet["codec_type"] == kind)
        for kind in ("video", "audio")
    }
    keys = tuple(
        float(packet["dts_time"]) for packet in packets if packet["codec_type"] == "video" and "K" in packet["flags"]
    )
    return Judged(
        codecs=tuple(sorted({stream["codec_name"] for stream in found["streams"]})),
        video=times["video"],
        audio=times["audio"],
        keys=keys,
        errors=told.stderr,
        size=next(((each["width"], each["height"]) for each in found["streams"] if "width" in each), (0, 0)),
    )


def _children(pid: int) -> list[str]:
    return [str(pid), *Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _until_listening(port: int, most_s: float = 10.0) -> None:
    end = time.monotonic() + most_s
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if time.monotonic() > end:
            raise TimeoutError(f"nothing listens on {port}")
        time.sleep(0.05)
