"""A real TURN server (coturn) on this machine. In: a folder and the shared secret. Out: its address while the block runs."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from aioice.ice import get_host_addresses

from tests.house import free_port


def own_address() -> str:
    """This machine's first IPv4 address: browsers do not offer loopback."""
    return next(iter(get_host_addresses(use_ipv4=True, use_ipv6=False)), "127.0.0.1")


@contextlib.contextmanager
def coturn(folder: Path, secret: str) -> Iterator[tuple[str, Path]]:
    """Answers `host:port` and its log."""
    folder.mkdir(parents=True, exist_ok=True)
    host, port = own_address(), free_port()
    config = folder / "turnserver.conf"
    lines = [
        f"listening-ip={host}", f"relay-ip={host}", f"listening-port={port}", "realm=daylight.test",
        "use-auth-secret", f"static-auth-secret={secret}", "no-tls", "no-dtls", "no-cli", "fingerprint",
        f"pidfile={folder}/pid", f"userdb={folder}/db", "log-file=stdout", "verbose",
    ]  # fmt: skip
    if host == "127.0.0.1":
        lines.append("allow-loopback-peers")
    config.write_text("\n".join(lines) + "\n")
    config.chmod(0o600)
    log = folder / "coturn.log"
    with log.open("wb") as out:
        process = subprocess.Popen(["turnserver", "-c", config], stdout=out, stderr=out, start_new_session=True)
    try:
        end = time.monotonic() + 20
        while "listener opened on" not in log.read_text("utf-8", "replace"):
            assert process.poll() is None, log.read_text("utf-8", "replace")[-2000:]
            assert time.monotonic() < end, log.read_text("utf-8", "replace")[-2000:]
            time.sleep(0.1)
        yield f"{host}:{port}", log
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
