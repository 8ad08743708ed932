"""The desk's process: HTTP and HTTPS; and one plain sentence with code 2 when starting again cannot help."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from api.desk_main import bound
from runtime.problems import CannotStart
from tests.house import free_port, wait_for

ROOT = Path(__file__).resolve().parents[2]


def start(var: Path, port: int, https_port: int = 0) -> subprocess.Popen[str]:
    chosen = {
        "SERVER__VAR": var,
        "SERVER__PORT": port,
        "SERVER__HTTPS_PORT": https_port,
        "SERVER__HTTPS_HOST": "127.0.0.1",
    }
    env = {**os.environ, **{f"DAYLIGHT__{key}": str(value) for key, value in chosen.items()}}
    command = [sys.executable, "-m", "api.desk_main", "--config", str(ROOT / "config.toml")]
    return subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True)


def up(url: str) -> bool:
    try:
        return httpx.get(url, verify=False, timeout=2).status_code == 200  # noqa: S501 - our own certificate
    except httpx.TransportError:
        return False


def sentence(process: subprocess.Popen[str]) -> str:
    """What a desk that cannot start says: exactly one line beside the log's, and code 2."""
    _, said = process.communicate(timeout=90)
    assert process.returncode == 2, said
    assert "Traceback" not in said
    return said.splitlines()[-1]


def test_a_desk_serves_and_ends_and_says_why_it_cannot(tmp_path: Path) -> None:
    port, https_port = free_port(), free_port()
    desk = start(tmp_path / "var", port, https_port)
    try:
        wait_for("the desk", lambda: up(f"http://127.0.0.1:{port}/healthz"), 60)
        wait_for("HTTPS", lambda: up(f"https://127.0.0.1:{https_port}/healthz"), 30)
        assert "change server.port in config.toml" in sentence(start(tmp_path / "other", port))
    finally:
        desk.send_signal(signal.SIGTERM)
        _, said = desk.communicate(timeout=60)
    assert desk.returncode == 0, said
    assert "left behind" not in said


def test_a_taken_port_and_a_foreign_address_are_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for host, port in ((*taken.getsockname()[:2],), ("192.0.2.1", 0)):
            with (
                pytest.raises(CannotStart, match=r"Cannot listen on .*change server\.port"),
                bound(host, port, "server.port"),
            ):
                pass
