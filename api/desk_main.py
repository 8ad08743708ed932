"""The desk's process: `python -m api.desk_main --config PATH`. In: settings. Out: HTTP and HTTPS until told to stop.

Opened in the order settings → databases → bus → parts → sockets, closed the other way round. Exit code 2 with one
plain sentence when starting again cannot help (a taken port, a database of a newer Daylight).
"""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from api import tls
from api.app import create_app
from api.desk import Desk
from api.opening import open_desk, running
from runtime.bus.open import open_bus
from runtime.log import get
from runtime.problems import CannotStart
from runtime.room import run_room
from runtime.settings import Settings
from runtime.supervise import Background

_BACKLOG = 512
_GRACE_S = 3
_MOST_FRAME = 64 * 1024
_log = get("desk")


class _Server(uvicorn.Server):
    """uvicorn without its own hands on our signals: `runtime.room` cancels us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def main(settings: Settings) -> None:
    """Serve until cancelled."""
    server = settings.server
    with contextlib.ExitStack() as listening:
        plain = listening.enter_context(bound(server.host, server.port, "server.port"))
        secure = None
        if server.https_port:
            secure = listening.enter_context(bound(server.https_host, server.https_port, "server.https_port"))
        async with open_bus(settings, "desk") as bus, open_desk(settings, bus) as desk, running(desk):
            await serve(desk, plain, secure)


async def serve(desk: Desk, plain: socket.socket, secure: socket.socket | None = None) -> None:
    """HTTP on `plain`, HTTPS on `secure`, until cancelled."""
    app = create_app(desk)
    servers = [(_Server(_config(app)), plain)]
    if secure:
        servers.append((_Server(_config(app, tls.ready(desk.settings.server, desk.places.tls))), secure))
    _log.info("serving", addresses=[address_of(listening) for _, listening in servers])
    await _serve_all(servers)


def _config(app: FastAPI, certificate: tls.Tls | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        ws_max_size=_MOST_FRAME,
        timeout_graceful_shutdown=_GRACE_S,
        ssl_certfile=certificate.cert if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
    )


async def _serve_all(servers: list[tuple[_Server, socket.socket]]) -> None:
    """Until cancelled; then let requests in hand finish for a moment."""
    async with Background() as tasks:
        serving = [
            tasks.start(f"serve {address_of(listening)}", server.serve(sockets=[listening]))
            for server, listening in servers
        ]
        try:
            await asyncio.wait(serving, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for server, _ in servers:
                server.should_exit = True
            await asyncio.wait(serving)


@contextlib.contextmanager
def bound(host: str, port: int, key: str) -> Iterator[socket.socket]:
    """A listening socket. Raises CannotStart with the mend when the port is taken or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            listening.listen(_BACKLOG)
        except OSError as error:
            raise CannotStart(
                f"Cannot listen on {host}:{port} ({error.strerror}): stop what uses it, or change {key} in config.toml."
            ) from error
        listening.setblocking(False)
        yield listening


def address_of(listening: socket.socket) -> str:
    """`host:port` as bound."""
    host, port = listening.getsockname()[:2]
    return f"{host}:{port}"


if __name__ == "__main__":
    sys.exit(run_room("desk", main))
